"""A province's coverage from the database, a town at a time (全省巡河覆盖), all of one state of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geo.errors import InvalidInput
from geo.services.coverage import StoredCoverage, put_together, walked_reaches
from geo.services.filters import Period
from geo.services.province import Failed, Run
from geo.store.partitions import OwnCode, export_snapshot, reach_order, town_codes, use_snapshot
from geo.store.scoping import Scope
from geo.types import Level, RegionCode

__all__ = ["TownPart", "cover_stored", "cover_town"]

Connect = Callable[[], Engine]
Start = Callable[[int], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class TownPart:
    """The key of a task.

    Attributes
    ----------
    connect : callable
        Found on the worker by its name, so that each opens its own connection by its own
        settings, and no password is sent.
    snapshot : str
        The state of the database that the caller sees.
    """

    region: str
    period: Period
    level: str | None
    snapshot: str
    connect: Connect


def cover_stored(
    engine: Engine, scope: Scope, period: Period, *, level: str | None, run: Run, connect: Connect, start: Start
) -> StoredCoverage:
    """Compute :func:`geo.services.coverage.stored_coverage` by towns.

    Parameters
    ----------
    connect : callable
        A function of a module; see :class:`TownPart`.
    start : callable
        Told how many parts there are; returns what is called after each.

    Raises
    ------
    InvalidInput
        If a town's part fails: a coverage without it would be wrong.
    """
    with Session(_steady(engine)) as session:
        # Everything is of the moment in which this transaction began, whatever is imported meanwhile.
        snapshot = export_snapshot(session)
        parts = [TownPart(code, period, level, snapshot, connect) for code in _regions(session, scope, level)]
        advance = start(len(parts))
        found: list[tuple[pd.DataFrame, pd.DataFrame]] = []
        for position, result in run(cover_town, parts):
            if isinstance(result, Failed):
                message = "the part of {region} failed: {reason}"
                raise InvalidInput(message, region=parts[position].region, reason=result.reason)
            found.append(result)
            advance()
        reaches, stretches = _in_order(found, reach_order(session, scope, level))
        return put_together(session, scope, period, reaches, stretches, level=level)


def cover_town(part: TownPart) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a town's reaches without their lines, and their stretches."""
    with Session(_steady(part.connect())) as session:
        try:
            use_snapshot(session, part.snapshot)
        except DBAPIError as fault:
            # The name means nothing to another server, nor to another database of the same one.
            raise InvalidInput(
                "the worker reads another database; give it the same WANGGE_DATABASE_URL as here"
            ) from fault
        reaches, stretches = walked_reaches(session, _scope_of(part.region), part.period, level=part.level)
        return pd.DataFrame(reaches.drop(columns="geometry")), stretches


def _steady(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _regions(session: Session, scope: Scope, level: str | None) -> list[str]:
    if scope.region is not None and scope.region.level not in (Level.county, Level.town):
        return [str(scope.region)]
    return town_codes(session, scope, level)


def _scope_of(code: str) -> Scope:
    region = RegionCode(code)
    return Scope(OwnCode(code) if region.level is Level.county else region)


def _in_order(
    found: list[tuple[pd.DataFrame, pd.DataFrame]], order: list[int]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put the towns' reaches in the order in which one query gives them."""
    rank = {id_: position for position, id_ in enumerate(order)}
    rows: list[Any] = [row for reaches, _ in found for row in reaches.to_dict("records")]
    rows.sort(key=lambda row: rank[row["id"]])
    walked = [row for _, stretches in found for row in stretches.itertuples(index=False, name=None)]
    walked.sort(key=lambda row: rank[row[0]])  # stable: within a reach they stay in order
    columns = ["id", "code", "name", "level", "region", "river", "length_m", "chief", "covered_m", "share"]
    frame = pd.DataFrame(rows, columns=columns)
    return (
        gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs="EPSG:4490"),
        pd.DataFrame(walked, columns=["id", "start_m", "end_m", "last_walked"]),
    )
