"""Walks: what each patrol covered on its day, and the lines that it left."""

from datetime import datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Float, cast, func, select
from sqlalchemy.orm import Session

from geo.models import CoveredStretch, Patrol, Reach, Track
from geo.store.patrols import effective_verdict
from geo.store.scoping import Scope, inside

__all__ = ["patrol_lines", "walk_frame"]

_DAY = func.date(func.timezone("Asia/Shanghai", Patrol.started_at))


def walk_frame(
    session: Session,
    scope: Scope,
    starts_at: datetime,
    ends_at: datetime,
    *,
    level: str | None = None,
    reach: str | None = None,
) -> pd.DataFrame:
    """Return what was covered of the scope's reaches in a period, a row per stretch of a patrol.

    Parameters
    ----------
    level : str, optional
        Only patrols at this level.
    reach : str, optional
        Only the reach of this code.

    Returns
    -------
    DataFrame with columns ``id`` (of the reach), ``patrol``, ``day``, ``start_m``, ``end_m``
        Ordered by reach, day, patrol and start. Stretches of one patrol do not overlap.
    """
    where = [inside(Reach.region_code, scope), *_during(starts_at, ends_at, level)]
    if reach is not None:
        where.append(Reach.code == reach)
    walks = (
        select(
            Reach.id.label("id"), Patrol.id.label("patrol"), _DAY.label("day"),
            func.unnest(CoveredStretch.stretches).label("stretch"),
        )
        .join(Patrol, Patrol.id == CoveredStretch.patrol_id)
        .join(Reach, Reach.id == CoveredStretch.reach_id)
        .where(*where)
        .subquery()
    )  # fmt: skip
    start, end = (cast(edge(walks.c.stretch), Float) for edge in (func.lower, func.upper))
    rows = session.execute(
        select(walks.c.id, walks.c.patrol, walks.c.day, start, end).order_by(
            walks.c.id, walks.c.day, walks.c.patrol, start
        )
    ).all()
    types = {"id": "int64", "patrol": "int64", "day": object, "start_m": "float64", "end_m": "float64"}
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    return pd.DataFrame(
        {name: pd.Series(column, dtype=kind) for (name, kind), column in zip(types.items(), columns, strict=True)}
    )


def patrol_lines(
    session: Session,
    bounds: tuple[float, float, float, float],
    starts_at: datetime,
    ends_at: datetime,
    *,
    level: str | None = None,
) -> gpd.GeoDataFrame:
    """Return the kept lines of a period's patrols that meet a box in degrees.

    For figures of reaches only: nothing here tells whose line is whose.

    Parameters
    ----------
    level : str, optional
        Only patrols at this level.

    Returns
    -------
    GeoDataFrame with columns ``region``, ``level``, ``day``, line in EPSG:4490
    """
    rows = session.execute(
        select(Patrol.region_code, Patrol.level, _DAY, func.ST_AsBinary(func.ST_Force2D(Track.path)))
        .join(Track, Track.patrol_id == Patrol.id)
        .where(Track.path.op("&&")(func.ST_MakeEnvelope(*bounds, 4490)), *_during(starts_at, ends_at, level))
        .order_by(Patrol.id)
    ).all()
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("region", "level", "day"))}
    lines = shapely.from_wkb([bytes(row[3]) for row in rows])
    return gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4490")


def _during(starts_at: datetime, ends_at: datetime, level: str | None) -> list[Any]:
    # Doubtful and rejected patrols cover nothing, until a person decides that they do.
    where: list[Any] = [Patrol.started_at >= starts_at, Patrol.started_at < ends_at, effective_verdict() == "valid"]
    if level:
        where.append(Patrol.level == level)
    return where
