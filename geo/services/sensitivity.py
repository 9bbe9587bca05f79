"""How much the choice of the corridor matters: coverage with half and with double of it (敏感性)."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geo.compute.geographic import cover_geographic
from geo.compute.rules import PatrolRule
from geo.compute.stretches import union_of_groups
from geo.services.filters import Period
from geo.services.rules import RuleBook
from geo.store.walks import patrol_lines

__all__ = ["covered_with"]

_FARTHEST = 0.05
"""Degrees around the reaches in which lines are looked for: more than twice any corridor in use."""


def covered_with(
    session: Session, reaches: gpd.GeoDataFrame, period: Period, factors: tuple[float, ...], *, level: str | None = None
) -> dict[float, NDArray[np.float64]]:
    """Compute what a period's patrols covered with other corridors, from their stored lines.

    Parameters
    ----------
    reaches : GeoDataFrame, shape (n,)
        In EPSG:4490.
    factors : tuple of float
        What the corridor of each patrol's rule is multiplied by.
    level : str, optional
        Only patrols at this level.

    Returns
    -------
    dict of float to ndarray of float, shape (n,)
        Covered metres of each reach, by factor. Nothing is stored.
    """
    covered = {factor: np.zeros(len(reaches)) for factor in factors}
    if not len(reaches):
        return covered
    west, south, east, north = reaches.total_bounds
    around = (west - _FARTHEST, south - _FARTHEST, east + _FARTHEST, north + _FARTHEST)
    lines = patrol_lines(session, around, period.starts_at, period.ends_at, level=level)
    groups = list(_by_rule(lines, RuleBook.load(session)))
    for factor, metres in covered.items():
        found = [_stretches(reaches, part, rule, factor) for rule, part in groups]
        if found:
            reach, start_m, end_m = (np.concatenate(column) for column in zip(*found, strict=True))
            reach, start_m, end_m = union_of_groups(reach, start_m, end_m)
            np.add.at(metres, reach, end_m - start_m)
    return covered


def _by_rule(lines: gpd.GeoDataFrame, book: RuleBook) -> Iterator[tuple[PatrolRule, gpd.GeoSeries]]:
    rules = [book.rule(*facts) for facts in zip(lines["region"], lines["level"], lines["day"], strict=True)]
    widths = [(rule.corridor_m, rule.min_stretch_m) for rule in rules]
    for width in dict.fromkeys(widths):
        which = [other == width for other in widths]
        yield rules[which.index(True)], lines.geometry[which].reset_index(drop=True)


def _stretches(
    reaches: gpd.GeoDataFrame, lines: gpd.GeoSeries, rule: PatrolRule, factor: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    # A least length is asked of each patrol's stretches, before they are united.
    each = rule.min_stretch_m > 0
    found = cover_geographic(reaches.geometry, lines, corridor_m=rule.corridor_m * factor, each=each)
    if each:
        found = found[found["end_m"] - found["start_m"] >= rule.min_stretch_m]
    return found["reach"].to_numpy(), found["start_m"].to_numpy(), found["end_m"].to_numpy()
