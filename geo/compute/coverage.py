"""Which stretches of river reaches a track covered, exact and in closed form (巡河覆盖).

A point of a reach is covered when it lies within the corridor of the track's
line. A track segment widened by the corridor is convex, so it cuts each reach
segment in one interval, whose ends are found in closed form; the union of the
intervals is the answer. No buffer polygon is ever made.
"""

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from pandas import DataFrame

from geo.compute.corridors import check_corridor, find_stretches
from geo.compute.geographic import cover_geographic
from geo.compute.lines import pieces_of, reach_lines
from geo.crs import require_metres

__all__ = ["check_corridor", "cover", "cover_geographic", "covered_stretches"]


def covered_stretches(reach: shapely.Geometry, track: shapely.Geometry, *, corridor_m: float) -> NDArray[np.float64]:
    """Return the stretches of a reach within a corridor of a track's line.

    Parameters
    ----------
    reach : LineString or MultiLineString
        In a plane in metres. Parts follow one another in its measures.
    track : LineString, MultiLineString, Point or MultiPoint
        In the same plane. Its parts are the kept pieces: nothing is bridged
        between them. A piece without length covers a disc.
    corridor_m : float
        How far from the track's line a point still counts as covered.

    Returns
    -------
    ndarray of float, shape (k, 2)
        From and to in metres from the reach's start, disjoint and ascending.

    Raises
    ------
    InvalidInput
        If the corridor is not a positive number, the reach no line or not of
        numbers, or the track neither line nor points.

    Notes
    -----
    A third coordinate is ignored. A track's place that is not a number breaks
    it there. Gaps and stretches under 1 µm are rounding and left out.

    Examples
    --------
    >>> reach = shapely.LineString([(0, 0), (100, 0)])
    >>> covered_stretches(reach, shapely.LineString([(20, 30), (60, 30)]), corridor_m=50).tolist()
    [[0.0, 100.0]]
    >>> covered_stretches(reach, shapely.LineString([(20, 30), (60, 30)]), corridor_m=30).tolist()
    [[20.0, 60.0]]
    >>> covered_stretches(reach, shapely.Point(0, 30), corridor_m=50).tolist()
    [[0.0, 40.0]]
    """
    lines = reach_lines(np.array([reach], dtype=object))
    _, start_m, end_m = find_stretches(lines, pieces_of(np.array([track], dtype=object)), check_corridor(corridor_m))
    return np.column_stack([start_m, end_m])


def cover(reaches: GeoSeries, tracks: GeoSeries, *, corridor_m: float) -> DataFrame:
    """Return the stretches of each reach within a corridor of any track.

    Parameters
    ----------
    reaches : GeoSeries of LineString or MultiLineString, shape (n,)
        In a projected CRS with metre axes. None and empty ones have no stretches.
    tracks : GeoSeries of LineString, MultiLineString, Point or MultiPoint, shape (m,)
        In the same CRS; see :func:`covered_stretches`.
    corridor_m : float

    Returns
    -------
    DataFrame with columns ``reach``, ``start_m``, ``end_m``
        A row per stretch of the union over all tracks, ordered by reach and
        start; ``reach`` is the position in `reaches`.

    Raises
    ------
    WrongCRS
        If either is in degrees or has no system, or the two differ.
    InvalidInput
        As for :func:`covered_stretches`.

    Examples
    --------
    >>> reaches = GeoSeries.from_wkt(["LINESTRING(0 0, 100 0)", "LINESTRING(0 900, 100 900)"], crs=4549)
    >>> tracks = GeoSeries.from_wkt(["LINESTRING(0 0, 30 0)", "LINESTRING(80 0, 90 0)"], crs=4549)
    >>> cover(reaches, tracks, corridor_m=5).values.tolist()
    [[0.0, 0.0, 35.0], [0.0, 75.0, 95.0]]
    """
    require_metres(reaches, tracks)
    corridor_m = check_corridor(corridor_m)
    lines = reach_lines(np.asarray(reaches, dtype=object))
    reach, start_m, end_m = find_stretches(lines, pieces_of(np.asarray(tracks, dtype=object)), corridor_m)
    return DataFrame({"reach": reach, "start_m": start_m, "end_m": end_m})
