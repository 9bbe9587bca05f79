"""Walked stretches and gaps as lines on a map (已巡段、未巡段)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.compute.recency import last_walked
from geo.crs import ELLIPSOID
from maps.palette import RECENCY

__all__ = ["MeasuredLine", "gaps_between", "latest_walks", "recency_step"]


class MeasuredLine:
    """A reach's line that can be cut by ground metres from its start.

    Parameters
    ----------
    geometry : LineString or MultiLineString, EPSG:4490
        The parts of several follow one another in the measures.
    length_m : float
        What the measures add up to; they are scaled to the line's own
        geodesic length, so that a rounded length still ends at its end.

    Examples
    --------
    >>> line = MeasuredLine(shapely.LineString([(107.0, 30.0), (107.0, 30.01)]), 1000)
    >>> [piece.round(4).tolist() for piece in line.cut(250, 500)]
    [[[107.0, 30.0025], [107.0, 30.005]]]
    """

    def __init__(self, geometry: BaseGeometry, length_m: float) -> None:
        parts = [shapely.get_coordinates(part) for part in getattr(geometry, "geoms", [geometry])]
        self.parts = [part for part in parts if len(part) > 1]
        lengths = [np.asarray(ELLIPSOID.line_lengths(part[:, 0], part[:, 1])) for part in self.parts]
        own_m = sum(float(length.sum()) for length in lengths)
        scale = length_m / own_m if own_m > 0 and length_m > 0 else 1.0
        self.measures: list[NDArray[np.float64]] = []
        start_m = 0.0
        for length in lengths:
            self.measures.append(start_m + np.concatenate([[0.0], np.cumsum(length)]) * scale)
            start_m = float(self.measures[-1][-1])
        self.length_m = start_m

    def cut(self, start_m: float, end_m: float) -> list[NDArray[np.float64]]:
        """Return the points ``(n, 2)``, lon first, of each piece between two measures."""
        pieces = []
        for points, measures in zip(self.parts, self.measures, strict=True):
            first, last = max(start_m, measures[0]), min(end_m, measures[-1])
            if last <= first:
                continue
            inside = (measures > first) & (measures < last)
            at = np.concatenate([[first], measures[inside], [last]])
            pieces.append(np.column_stack([np.interp(at, measures, points[:, axis]) for axis in (0, 1)]))
        return pieces


def latest_walks(walks: Iterable[tuple[float, float, date | None]]) -> list[tuple[float, float, date | None]]:
    """Return stretches that do not overlap, each with the last day anyone walked it.

    Examples
    --------
    >>> may, june = date(2024, 5, 1), date(2024, 6, 1)
    >>> latest_walks([(0, 100, may), (40, 60, june)])
    [(0.0, 40.0, datetime.date(2024, 5, 1)), (40.0, 60.0, datetime.date(2024, 6, 1)), (60.0, 100.0, datetime.date(2024, 5, 1))]
    """  # noqa: E501  # the answer is one line
    # An unknown day loses to every known one.
    kept = [(float(start), float(end), _day(day) or date.min) for start, end, day in walks if end > start]
    return [(start, end, None if day == date.min else day) for start, end, day in last_walked(kept)]


def gaps_between(walks: Iterable[tuple[float, float, Any]], length_m: float) -> list[tuple[float, float]]:
    """Return what lies between stretches that are in order and do not overlap.

    Less than half a metre is rounding, not a gap.

    Examples
    --------
    >>> gaps_between([(0.0, 40.0, None), (60.0, 100.0, None)], 100.0)
    [(40.0, 60.0)]
    """
    found, at = [], 0.0
    for start, end, _ in walks:
        if start - at >= 0.5:
            found.append((at, start))
        at = max(at, end)
    if length_m - at >= 0.5:
        found.append((at, float(length_m)))
    return found


def recency_step(day: date | None, as_of: date) -> int:
    """Return which of the five steps a day belongs to; the last for an unknown day.

    Examples
    --------
    >>> recency_step(date(2024, 6, 1), date(2024, 6, 8)), recency_step(None, date(2024, 6, 8))
    (0, 4)
    """
    if day is None:
        return len(RECENCY) - 1
    age_days = (as_of - day).days
    return next(
        (number for number, step in enumerate(RECENCY) if step.days is not None and age_days <= step.days),
        len(RECENCY) - 1,
    )


def _day(value: Any) -> date | None:
    if value is None or pd.isna(value):
        return None
    day: date = pd.Timestamp(value).date()
    return day
