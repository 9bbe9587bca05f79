"""Patrols and what they covered; unions are the database's own ``range_agg``."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
from geoalchemy2.functions import ST_AsGeoJSON
from sqlalchemy import ARRAY, Integer, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from geo.models import CoveredStretch, Patrol, PatrolCheck, PatrolOpinion, Person, Reach, RegionRow, River, Track
from geo.store.scoping import Scope, inside

__all__ = [
    "effective_verdict",
    "multirange",
    "patrol_frame",
    "patrol_row",
    "patrol_rows",
    "patrol_track",
    "stretches_of",
    "usual_corridor_m",
    "walked_stretches",
]


def multirange(stretches: Iterable[tuple[float, float]]) -> str:
    """Return intervals of measures as PostgreSQL writes a ``nummultirange``.

    Examples
    --------
    >>> multirange([(0.0, 12.5), (20.0, 21.0)])
    '{[0.0,12.5),[20.0,21.0)}'
    """
    return "{" + ",".join(f"[{float(start)!r},{float(end)!r})" for start, end in stretches) + "}"


def _chosen(scope: Scope, starts_at: datetime, ends_at: datetime, level: str | None) -> list[Any]:
    where: list[Any] = [inside(Patrol.region_code, scope), Patrol.started_at >= starts_at, Patrol.started_at < ends_at]
    if level:
        where.append(Patrol.level == level)
    return where


def walked_stretches(
    session: Session, scope: Scope, starts_at: datetime, ends_at: datetime, level: str | None
) -> pd.DataFrame:
    """Return what was covered of the scope's reaches in a period, one row per stretch and day.

    Patrols whose record is doubtful or rejected cover nothing, until a person decides that they do.

    Parameters
    ----------
    level : str or None
        Only patrols at this level.

    Returns
    -------
    DataFrame with columns ``id`` (of the reach), ``day``, ``start_m``, ``end_m``
        The union over the patrols of each day, ordered by reach, day and start.
    """
    day = func.date(func.timezone("Asia/Shanghai", Patrol.started_at))
    where = [inside(Reach.region_code, scope), effective_verdict() == "valid"]
    where += [Patrol.started_at >= starts_at, Patrol.started_at < ends_at]
    if level:
        where.append(Patrol.level == level)
    daily = (
        select(
            Reach.id.label("id"),
            day.label("day"),
            func.unnest(func.range_agg(CoveredStretch.stretches)).label("stretch"),
        )
        .join(Patrol, Patrol.id == CoveredStretch.patrol_id)
        .join(Reach, Reach.id == CoveredStretch.reach_id)
        .where(*where)
        .group_by(Reach.id, day)
        .subquery()
    )
    start = func.lower(daily.c.stretch)
    rows = session.execute(
        select(daily.c.id, daily.c.day, start, func.upper(daily.c.stretch)).order_by(daily.c.id, daily.c.day, start)
    ).all()
    return pd.DataFrame(
        {
            "id": pd.Series([r[0] for r in rows], dtype="int64"),
            "day": pd.Series([r[1] for r in rows], dtype=object),
            "start_m": pd.Series([float(r[2]) for r in rows], dtype="float64"),
            "end_m": pd.Series([float(r[3]) for r in rows], dtype="float64"),
        }
    )


def usual_corridor_m(session: Session, scope: Scope, starts_at: datetime, ends_at: datetime) -> float | None:
    """Return the corridor that most stretches of a period were found with; None if there are none."""
    width: float | None = session.scalar(
        select(CoveredStretch.corridor_m)
        .join(Patrol, Patrol.id == CoveredStretch.patrol_id)
        .where(inside(Patrol.region_code, scope), Patrol.started_at >= starts_at, Patrol.started_at < ends_at)
        .group_by(CoveredStretch.corridor_m)
        .order_by(func.count().desc(), CoveredStretch.corridor_m)
        .limit(1)
    )
    return width


def effective_verdict() -> Any:
    """Return the expression of what counts of a patrol's verdicts: the last decision, else the computed check."""
    decided = (
        select(PatrolOpinion.verdict)
        .where(PatrolOpinion.patrol_id == Patrol.id, PatrolOpinion.kind == "decision")
        .order_by(PatrolOpinion.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    checked = select(PatrolCheck.verdict).where(PatrolCheck.patrol_id == Patrol.id).scalar_subquery()
    return func.coalesce(decided, checked, "valid")


def patrol_frame(
    session: Session, scope: Scope, starts_at: datetime | None, ends_at: datetime, level: str | None = None
) -> pd.DataFrame:
    """Return the patrols of a period, oldest first, with all that rates are computed from.

    Returns
    -------
    DataFrame
        ``id``, ``number``, ``region``, ``village`` (name of the region), ``level``, ``person`` (id), ``reach`` (id),
        ``reach_code``, ``reach_name``, ``river``, ``started_at``, ``ended_at`` (aware), ``day`` (in Asia/Shanghai),
        ``duration_s``, ``length_m``, ``verdict``. From the first patrol on if `starts_at` is None.
    """
    where: list[Any] = [inside(Patrol.region_code, scope), Patrol.started_at < ends_at]
    if starts_at is not None:
        where.append(Patrol.started_at >= starts_at)
    if level:
        where.append(Patrol.level == level)
    query = (
        select(
            Patrol.id, Patrol.number, Patrol.region_code.label("region"), RegionRow.name.label("village"), Patrol.level,
            Patrol.person_id.label("person"), Patrol.reach_id.label("reach"), Reach.code.label("reach_code"),
            Reach.name.label("reach_name"), River.name.label("river"), Patrol.started_at, Patrol.ended_at,
            func.date(func.timezone("Asia/Shanghai", Patrol.started_at)).label("day"), Patrol.duration_s,
            Patrol.length_m, effective_verdict().label("verdict"),
        )
        .join(RegionRow, RegionRow.code == Patrol.region_code)
        .outerjoin(Reach, Reach.id == Patrol.reach_id)
        .outerjoin(River, River.id == Reach.river_id)
        .where(*where)
        .order_by(Patrol.started_at, Patrol.id)
    )  # fmt: skip
    rows = session.execute(query)
    names, values = list(rows.keys()), rows.all()
    frame = pd.DataFrame({name: pd.Series([v[k] for v in values], dtype=object) for k, name in enumerate(names)})
    return frame.astype({"duration_s": float, "length_m": float})


def _listed() -> Any:
    return (
        select(
            Patrol.id, Patrol.number, Patrol.level, Patrol.region_code.label("region"),
            RegionRow.name.label("region_name"), Patrol.person_id, Person.name.label("person"),
            Reach.id.label("reach_id"), Reach.code.label("reach"),
            Reach.name.label("reach_name"), River.name.label("river"), Patrol.started_at, Patrol.ended_at,
            Patrol.length_m, Patrol.duration_s, Patrol.claimed_m, Patrol.timed, Patrol.fixes, Patrol.kept,
            Patrol.dropped,
        )
        .join(RegionRow, RegionRow.code == Patrol.region_code)
        .outerjoin(Person, Person.id == Patrol.person_id)
        .outerjoin(Reach, Reach.id == Patrol.reach_id)
        .outerjoin(River, River.id == Reach.river_id)
    )  # fmt: skip


def patrol_rows(
    session: Session,
    scope: Scope,
    starts_at: datetime,
    ends_at: datetime,
    level: str | None,
    *,
    reach_id: int | None = None,
    reach: str | None = None,
    river: str | None = None,
    ids: list[int] | None = None,
    limit: int | None = None,
    after: int | None = None,
) -> list[dict[str, Any]]:
    """Return patrols, newest first; `after` is the id of the last row of the page before."""
    query = _listed().where(*_chosen(scope, starts_at, ends_at, level))
    for column, value in ((Patrol.reach_id, reach_id), (Reach.code, reach), (River.name, river)):
        if value is not None:
            query = query.where(column == value)
    if ids is not None:
        query = query.where(Patrol.id == func.any(cast(ids, ARRAY(Integer))))
    if after is not None:
        last = select(Patrol.started_at).where(Patrol.id == after).scalar_subquery()
        query = query.where(or_(Patrol.started_at < last, and_(Patrol.started_at == last, Patrol.id < after)))
    query = query.order_by(Patrol.started_at.desc(), Patrol.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


def patrol_row(session: Session, scope: Scope, patrol_id: int) -> dict[str, Any] | None:
    """Return one patrol; None when it is not in scope."""
    row = (
        session.execute(_listed().where(Patrol.id == patrol_id, inside(Patrol.region_code, scope)))
        .mappings()
        .one_or_none()
    )
    return None if row is None else dict(row)


def patrol_track(session: Session, patrol_id: int) -> str | None:
    """Return a patrol's kept line as GeoJSON, longitude first."""
    line: str | None = session.scalar(
        select(ST_AsGeoJSON(func.ST_Force2D(Track.path), 7)).where(Track.patrol_id == patrol_id)
    )
    return line


def stretches_of(session: Session, scope: Scope, patrol_id: int) -> list[dict[str, Any]]:
    """Return what one patrol covered, a row per stretch of a reach in scope."""
    pieces = (
        select(
            Reach.code.label("reach"), Reach.name.label("reach_name"), Reach.length_m,
            func.unnest(CoveredStretch.stretches).label("stretch"),
        )
        .join(Reach, Reach.id == CoveredStretch.reach_id)
        .where(CoveredStretch.patrol_id == patrol_id, inside(Reach.region_code, scope))
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        select(
            pieces.c.reach, pieces.c.reach_name, pieces.c.length_m,
            func.lower(pieces.c.stretch).label("start_m"), func.upper(pieces.c.stretch).label("end_m"),
        ).order_by(pieces.c.reach, func.lower(pieces.c.stretch))
    )  # fmt: skip
    return [dict(row) | {"start_m": float(row["start_m"]), "end_m": float(row["end_m"])} for row in rows.mappings()]


def last_patrol_day(session: Session, scope: Scope) -> date | None:
    """Return the day of the newest patrol in scope whose record is not rejected."""
    newest = session.scalar(
        select(func.timezone("Asia/Shanghai", Patrol.started_at))
        .where(inside(Patrol.region_code, scope), effective_verdict() != "rejected")
        .order_by(Patrol.started_at.desc())
        .limit(1)
    )
    return None if newest is None else newest.date()
