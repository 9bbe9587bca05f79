"""Pages of the records that people look up: regions, cells, rivers, reaches, zones, sites, people, duties."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, case, exists, func, null, or_, select
from sqlalchemy.orm import Session

from geo.models import GridCell, Issue, Person, Post, Reach, RegionRow, Responsibility, River, Site, Zone
from geo.store.responsibilities import valid_on
from geo.store.scoping import Scope, inside

__all__ = ["COLLECTIONS", "Asked", "names_by_id", "person_known", "posts_of", "record_rows"]

Box = tuple[float, float, float, float]
_DIGITS = 7  # of degrees: a centimetre


@dataclass(frozen=True, slots=True)
class Asked:
    """What restricts a page; what is None does not.

    `equal` maps a collection's filter names to a value each. `on` restricts
    records with days of validity to those of a day.
    """

    bbox: Box | None = None
    text: str | None = None
    on: date | None = None
    equal: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Collection:
    """How one kind of record is read."""

    key: Any
    columns: dict[str, Any]
    visible: Callable[[Scope], Any]
    joined: Callable[[Select[Any]], Select[Any]] = lambda query: query
    shape: Any = None
    days: Any = None
    filters: dict[str, Any] = field(default_factory=dict)
    words: tuple[Any, ...] = ()


def _of_region(model: Any) -> Callable[[Select[Any]], Select[Any]]:
    return lambda query: query.join(RegionRow, RegionRow.code == model.region_code)


def _place(model: Any) -> dict[str, Any]:
    return {"region": model.region_code, "region_name": RegionRow.name}


def _river_seen(scope: Scope) -> Any:
    # A river belongs to its town; whoever answers for a reach of it sees it too.
    reached = exists().where(Reach.river_id == River.id, inside(Reach.region_code, scope))
    return or_(inside(River.region_code, scope), reached)


def _duty_target(column: str) -> Any:
    return func.coalesce(*(getattr(model, column) for model in (GridCell, Reach, Zone, Site)))


_DUTY_KIND = case(
    (Responsibility.cell_id.is_not(None), "cell"),
    (Responsibility.reach_id.is_not(None), "reach"),
    (Responsibility.zone_id.is_not(None), "zone"),
    else_="site",
)

COLLECTIONS: dict[str, Collection] = {
    "regions": Collection(
        key=RegionRow.code,
        columns={
            "code": RegionRow.code, "name": RegionRow.name, "level": RegionRow.level, "parent": RegionRow.parent_code,
        },
        visible=lambda scope: inside(RegionRow.code, scope),
        shape=RegionRow.boundary,
        filters={"level": RegionRow.level},
        words=(RegionRow.code, RegionRow.name),
    ),
    "cells": Collection(
        key=GridCell.id,
        columns={
            "id": GridCell.id, "code": GridCell.code, "name": GridCell.name, "level": GridCell.level,
            **_place(GridCell), "valid_from": func.lower(GridCell.valid), "valid_until": func.upper(GridCell.valid),
        },
        visible=lambda scope: inside(GridCell.region_code, scope),
        joined=_of_region(GridCell),
        shape=GridCell.boundary,
        days=GridCell.valid,
        filters={"level": GridCell.level},
        words=(GridCell.code, GridCell.name),
    ),
    "rivers": Collection(
        key=River.id,
        columns={"id": River.id, "code": River.code, "name": River.name, "level": River.level, **_place(River)},
        visible=_river_seen,
        joined=_of_region(River),
        shape=River.centreline,
        filters={"level": River.level},
        words=(River.code, River.name),
    ),
    "reaches": Collection(
        key=Reach.id,
        columns={
            "id": Reach.id, "code": Reach.code, "name": Reach.name, "level": Reach.level, **_place(Reach),
            "river": River.name, "length_m": Reach.length_m,
        },
        visible=lambda scope: inside(Reach.region_code, scope),
        joined=lambda query: _of_region(Reach)(query).join(River, River.id == Reach.river_id),
        shape=Reach.centreline,
        filters={"level": Reach.level, "code": Reach.code},
        words=(Reach.code, Reach.name, River.name),
    ),
    "zones": Collection(
        key=Zone.id,
        columns={
            "id": Zone.id, "code": Zone.code, "name": Zone.name, "zone_class": Zone.zone_class,
            "status": Zone.status, **_place(Zone),
        },
        visible=lambda scope: inside(Zone.region_code, scope),
        joined=_of_region(Zone),
        shape=Zone.boundary,
        filters={"zone_class": Zone.zone_class, "status": Zone.status},
        words=(Zone.code, Zone.name),
    ),
    "sites": Collection(
        key=Site.id,
        columns={
            "id": Site.id, "code": Site.code, "name": Site.name, "kind": Site.kind, **_place(Site),
            "lon": func.ST_X(Site.place), "lat": func.ST_Y(Site.place), "facts": Site.facts,
        },
        visible=lambda scope: inside(Site.region_code, scope),
        joined=_of_region(Site),
        shape=Site.place,
        filters={"kind": Site.kind},
        words=(Site.code, Site.name),
    ),
    "people": Collection(
        key=Person.id,
        columns={
            "id": Person.id, "code": Person.code, "name": Person.name, "phone": Person.phone, **_place(Person),
        },
        visible=lambda scope: inside(Person.region_code, scope),
        joined=_of_region(Person),
        words=(Person.code, Person.name),
    ),
    "responsibilities": Collection(
        key=Responsibility.id,
        columns={
            "id": Responsibility.id, "person": Person.code, "person_name": Person.name, "role": Responsibility.role,
            "target_kind": _DUTY_KIND, "target": _duty_target("code"), "target_name": _duty_target("name"),
            **_place(Responsibility), "valid_from": func.lower(Responsibility.valid),
            "valid_until": func.upper(Responsibility.valid),
        },
        visible=lambda scope: inside(Responsibility.region_code, scope),
        joined=lambda query: (
            _of_region(Responsibility)(query)
            .join(Person, Person.id == Responsibility.person_id)
            .outerjoin(GridCell, GridCell.id == Responsibility.cell_id)
            .outerjoin(Reach, Reach.id == Responsibility.reach_id)
            .outerjoin(Zone, Zone.id == Responsibility.zone_id)
            .outerjoin(Site, Site.id == Responsibility.site_id)
        ),
        days=Responsibility.valid,
        filters={"role": Responsibility.role, "target_kind": _DUTY_KIND},
        words=(Person.code, Person.name),
    ),
}  # fmt: skip


def record_rows(
    session: Session,
    kind: str,
    scope: Scope,
    asked: Asked,
    *,
    limit: int | None = None,
    after: Any = None,
    with_shape: bool = False,
) -> list[dict[str, Any]]:
    """Return records in the order of their keys, those after the key `after`.

    Parameters
    ----------
    with_shape : bool
        Add ``geometry`` as GeoJSON text in EPSG:4490, longitude first; None where there is none.
    """
    of = COLLECTIONS[kind]
    columns = [column.label(name) for name, column in of.columns.items()]
    if with_shape:
        shape = null() if of.shape is None else func.ST_AsGeoJSON(of.shape, _DIGITS)
        columns.append(shape.label("geometry"))
    query = of.joined(select(*columns)).where(of.visible(scope), *_restrictions(of, asked))
    if after is not None:
        query = query.where(of.key > after)
    return [dict(row) for row in session.execute(query.order_by(of.key).limit(limit)).mappings()]


def _restrictions(of: Collection, asked: Asked) -> list[Any]:
    where = [of.filters[name] == value for name, value in asked.equal.items() if value is not None]
    if asked.on is not None and of.days is not None:
        where.append(valid_on(of.days, asked.on))
    if asked.bbox is not None and of.shape is not None:
        where.append(of.shape.op("&&")(func.ST_MakeEnvelope(*asked.bbox, 4490)))
    if asked.text:
        where.append(or_(*(column.icontains(asked.text, autoescape=True) for column in of.words)))
    return where


def posts_of(session: Session, people: Iterable[int], scope: Scope, on: date) -> dict[int, list[str]]:
    """Return the titles that people hold in scope on a day."""
    titles: dict[int, list[str]] = {id_: [] for id_ in people}
    rows = session.execute(
        select(Post.person_id, Post.title)
        .where(Post.person_id.in_(list(titles)), inside(Post.region_code, scope), valid_on(Post.valid, on))
        .order_by(Post.id)
    )
    for person, title in rows:
        titles[person].append(title)
    return titles


def names_by_id(session: Session, kind: str, scope: Scope) -> dict[int, str]:
    """Return the numbers of issues, or the codes of reaches, in scope by id."""
    model: Any = {"issues": Issue, "reaches": Reach}[kind]
    name = Issue.number if kind == "issues" else Reach.code
    rows = session.execute(select(model.id, name).where(inside(model.region_code, scope)))
    return {row[0]: row[1] for row in rows}


def person_known(session: Session, person_id: int, scope: Scope) -> bool:
    """Tell whether there is such a person in scope."""
    return (
        session.scalar(select(Person.id).where(Person.id == person_id, inside(Person.region_code, scope))) is not None
    )
