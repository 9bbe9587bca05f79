"""Issues: frames for maps, pages for lists, tiles."""

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, true, update
from sqlalchemy.orm import Session

from geo.errors import Refused
from geo.models import GridCell, Issue, IssueEvent, RegionRow, Responsibility
from geo.store.scoping import Scope, inside
from geo.vocabulary import ISSUE_CATEGORIES, with_finer

__all__ = [
    "Where",
    "count_issues",
    "issue_events",
    "issue_row",
    "issue_rows",
    "issue_shapes",
    "issue_tile",
    "last_issue_day",
    "mark_vacant",
    "overdue_on",
    "sorted_issue_rows",
]

_ENDED = ("closed", "stable", "rejected", "look_back")

Where = list[ColumnElement[bool]]


def overdue_on(today: date) -> ColumnElement[bool]:
    """Return the condition that an issue's deadline has passed and it is not closed."""
    return and_(Issue.due_on < today, Issue.state.not_in(_ENDED))


def still_open() -> ColumnElement[bool]:
    """Return the condition that an issue still needs somebody's work."""
    return Issue.state.not_in(_ENDED)


def mark_vacant(session: Session, sha256: str) -> None:
    """Mark a file's issues whose cell had no lead on the day they were found."""
    day = func.date(func.timezone("Asia/Shanghai", Issue.found_at))
    held = exists().where(
        Responsibility.cell_id == Issue.cell_id, Responsibility.role == "lead", Responsibility.valid.op("@>")(day)
    )
    session.execute(
        update(Issue)
        .where(Issue.source_sha256 == sha256, Issue.place_status == "assigned", ~held)
        .values(place_status="vacant")
        .execution_options(synchronize_session=False)
    )


def conditions(scope: Scope, chosen: Any, today: date) -> Where:
    """Return the conditions of an issue filter inside a scope."""
    where: Where = [inside(Issue.region_code, scope)]
    for column, values in (
        (Issue.category, with_finer(ISSUE_CATEGORIES, chosen.categories)),
        (Issue.state, chosen.states),
        (Issue.source, chosen.sources),
    ):
        if values:
            where.append(column.in_(values))
    if chosen.overdue is not None:
        late = overdue_on(today)
        where.append(late if chosen.overdue else ~func.coalesce(late, False))
    if chosen.period is not None:
        where += [Issue.found_at >= chosen.period.starts_at, Issue.found_at < chosen.period.ends_at]
    if chosen.bbox is not None:
        where.append(Issue.place.op("&&")(func.ST_MakeEnvelope(*chosen.bbox, 4490)))
    if chosen.text:
        # What a person types is a word, not a pattern.
        word = chosen.text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        where.append(or_(Issue.number.ilike(f"%{word}%"), Issue.description.ilike(f"%{word}%")))
    return where


def _listed(today: date) -> Any:
    return select(
        Issue.id, Issue.number, Issue.category, Issue.source, Issue.severity, Issue.state,
        func.coalesce(overdue_on(today), False).label("overdue"),
        Issue.found_at, Issue.due_on, Issue.closed_at, Issue.region_code.label("region"),
        RegionRow.name.label("region_name"), Issue.description, Issue.place_status,
        func.ST_X(Issue.place).label("lon"), func.ST_Y(Issue.place).label("lat"),
    ).join(RegionRow, RegionRow.code == Issue.region_code)  # fmt: skip


def issue_rows(
    session: Session, where: Where, today: date, *, limit: int | None = None, after: int | None = None
) -> list[dict[str, Any]]:
    """Return issues, newest first, as plain rows; `after` is the id of the last row of the page before."""
    query = _listed(today).where(*where)
    if after is not None:
        last = select(Issue.found_at).where(Issue.id == after).scalar_subquery()
        query = query.where(or_(Issue.found_at < last, and_(Issue.found_at == last, Issue.id < after)))
    query = query.order_by(Issue.found_at.desc(), Issue.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


def sorted_issue_rows(
    session: Session, where: Where, today: date, *, order: str, descending: bool, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Return issues in the order of one of their columns, what is empty last."""
    column = {
        "number": Issue.number, "category": Issue.category, "source": Issue.source, "state": Issue.state,
        "village": RegionRow.code, "found": Issue.found_at, "due": Issue.due_on, "closed": Issue.closed_at,
    }[order]  # fmt: skip
    way = column.desc() if descending else column.asc()
    query = _listed(today).where(*where).order_by(way.nulls_last(), Issue.found_at.desc(), Issue.id.desc())
    return [dict(row) for row in session.execute(query.limit(limit).offset(offset)).mappings()]


def issue_row(session: Session, scope: Scope, number: str, today: date) -> dict[str, Any] | None:
    """Return one issue with its reporter and its cell; None when it is not in scope."""
    query = (
        _listed(today)
        .add_columns(
            Issue.reporter, Issue.reporter_phone, GridCell.code.label("cell"), GridCell.name.label("cell_name")
        )
        .outerjoin(GridCell, GridCell.id == Issue.cell_id)
        .where(Issue.number == number, inside(Issue.region_code, scope))
    )
    rows = session.execute(query.order_by(Issue.id).limit(2)).mappings().all()
    if len(rows) > 1:
        raise Refused("several towns have an issue {number}; choose the town", number=number)
    return dict(rows[0]) if rows else None


def issue_events(session: Session, issue_id: int) -> list[dict[str, Any]]:
    """Return an issue's history, oldest first."""
    query = select(
        IssueEvent.happened_at, IssueEvent.recorded_at, IssueEvent.kind, IssueEvent.state, IssueEvent.note
    ).where(IssueEvent.issue_id == issue_id)
    return [dict(row) for row in session.execute(query.order_by(IssueEvent.happened_at, IssueEvent.id)).mappings()]


def issue_shapes(session: Session, where: Where, today: date) -> gpd.GeoDataFrame:
    """Return issues as a frame with points in EPSG:4490; None where an issue has no place."""
    frame = pd.DataFrame(issue_rows(session, where, today), columns=list(_listed(today).selected_columns.keys()))
    placed = frame["lon"].notna().to_numpy()
    points = pd.Series([None] * len(frame), dtype=object)
    points[placed] = shapely.points(frame.loc[placed, "lon"].astype(float), frame.loc[placed, "lat"].astype(float))
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=gpd.GeoSeries(points), crs="EPSG:4490")


def count_issues(session: Session, where: Where, today: date) -> dict[str, Any]:
    """Return counts: total, open, overdue, closed, and by category and state."""
    done = Issue.state.in_(("closed", "stable", "look_back"))
    totals = session.execute(
        select(
            func.count(),
            func.count().filter(still_open()),
            func.count().filter(overdue_on(today)),
            func.count().filter(done),
        ).where(*where)
    ).one()
    groups = session.execute(
        select(Issue.category, Issue.state, func.count()).where(*where).group_by(Issue.category, Issue.state)
    )
    by_category: dict[str, int] = {}
    by_state: dict[str, int] = {}
    for category, state, count in groups:
        by_category[category] = by_category.get(category, 0) + count
        by_state[state] = by_state.get(state, 0) + count
    names = ("total", "open", "overdue", "closed")
    return dict(zip(names, totals, strict=True)) | {"by_category": by_category, "by_state": by_state}


def issue_tile(session: Session, where: Where, today: date, z: int, x: int, y: int) -> bytes:
    """Return one vector tile (MVT, layer ``issues``) of the issues that match."""
    envelope = func.ST_TileEnvelope(z, x, y)
    ground = func.ST_SetSRID(func.ST_Transform(envelope, 4326), 4490)
    drawn = func.ST_Transform(func.ST_SetSRID(Issue.place, 4326), 3857)
    rows = (
        select(
            func.ST_AsMVTGeom(drawn, envelope, 4096, 64, true()).label("geom"),
            Issue.number, Issue.category, Issue.state, func.coalesce(overdue_on(today), False).label("overdue"),
        )
        .where(*where, Issue.place.op("&&")(ground))
        .subquery("issues")
    )  # fmt: skip
    tile = session.scalar(select(func.ST_AsMVT(text("issues.*"), "issues", 4096, "geom")).select_from(rows))
    return bytes(tile or b"")


def last_issue_day(session: Session, scope: Scope) -> date | None:
    """Return the day on which the newest issue in scope was found."""
    found = func.timezone("Asia/Shanghai", Issue.found_at)
    newest = session.scalar(select(func.max(found)).where(inside(Issue.region_code, scope)))
    return None if newest is None else newest.date()
