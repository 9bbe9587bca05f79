"""Who answers for what on a day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import GridCell, Person, Reach, RegionRow, Responsibility, Site, Zone
from geo.store.scoping import Scope, inside

__all__ = ["cells_around", "count_targets", "holders_of", "valid_on"]

_TARGETS: dict[str, Any] = {"cell": GridCell, "reach": Reach, "zone": Zone, "site": Site}


def valid_on(column: Any, day: date) -> Any:
    """Return the condition that a range of days contains `day`."""
    return column.op("@>")(day)


def cells_around(session: Session, lon: float, lat: float, on: date) -> list[dict[str, Any]]:
    """Return the cells of a day whose ground, border included, holds a place; their border distance in metres.

    ``on_border_m`` is the ground distance from the place to the cell's border.
    """
    place = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4490)
    # A place that a rounding moved across a border must still meet both cells.
    reached = func.ST_DWithin(GridCell.boundary, place, 1e-7)
    query = (
        select(
            GridCell.id, GridCell.code, GridCell.name, GridCell.level, GridCell.region_code.label("region"),
            RegionRow.name.label("region_name"),
            func.ST_Distance(
                func.geography(func.ST_SetSRID(func.ST_Boundary(GridCell.boundary), 4326)),
                func.geography(func.ST_SetSRID(place, 4326)),
            ).label("on_border_m"),
        )
        .join(RegionRow, RegionRow.code == GridCell.region_code)
        .where(reached, valid_on(GridCell.valid, on))
        .order_by(GridCell.code)
    )  # fmt: skip
    return [dict(row) for row in session.execute(query).mappings()]


def holders_of(session: Session, kind: str, ids: Iterable[int], on: date) -> dict[int, dict[str, Any]]:
    """Return for each target its ``lead`` (name or None) and ``assists`` (names) on a day."""
    column: Any = {
        "cell": Responsibility.cell_id,
        "reach": Responsibility.reach_id,
        "zone": Responsibility.zone_id,
        "site": Responsibility.site_id,
    }[kind]
    wanted = list(ids)
    holders: dict[int, dict[str, Any]] = {id_: {"lead": None, "assists": []} for id_ in wanted}
    rows = session.execute(
        select(column, Responsibility.role, Person.name)
        .join(Person, Person.id == Responsibility.person_id)
        .where(column.in_(wanted), valid_on(Responsibility.valid, on))
        .order_by(Person.code)
    )
    for target, role, name in rows:
        if role == "lead":
            holders[target]["lead"] = name
        else:
            holders[target]["assists"].append(name)
    return holders


def count_targets(session: Session, kind: str, scope: Scope, on: date) -> tuple[int, int]:
    """Return how many targets of a kind there are in scope, and how many have a lead on a day."""
    model = _TARGETS[kind]
    column = getattr(Responsibility, f"{kind}_id")
    held = (
        select(Responsibility.id)
        .where(column == model.id, Responsibility.role == "lead", valid_on(Responsibility.valid, on))
        .exists()
    )
    where = [inside(model.region_code, scope)]
    if kind == "cell":
        where.append(valid_on(GridCell.valid, on))
    total, assigned = session.execute(
        select(func.count(), func.count().filter(held)).select_from(model).where(*where)
    ).one()
    return total, assigned
