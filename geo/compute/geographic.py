"""Coverage of reaches in longitude and latitude, in ground metres wherever they lie."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyproj
from geopandas import GeoSeries
from numpy.typing import NDArray
from pandas import DataFrame

from geo.compute.areas import AXIS_M, INVERSE_FLATTENING, ground_scale
from geo.compute.corridors import check_corridor, find_stretches
from geo.compute.lines import Pieces, ReachSegments, measures, pieces_of, reach_segments, take_segments
from geo.compute.stretches import union_of_groups
from geo.crs import ELLIPSOID, require_degrees

__all__ = ["cover_geographic"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.complex128]
Box = tuple[Any, ...]  # west, south, east, north, each a number or an array
Found = tuple[Indices, Indices, Floats, Floats]

_LONGEST_M = 5_000.0
"""A longer segment is divided along its geodesic, so that no plane has to hold it whole."""

_TILE = 0.25
"""Degrees: how much of the ground shares a plane; its lengths are within 3e-6 of the ground's."""

_MARGIN_M = 10.0  # more than a segment of the longest length bulges beyond the box of its ends


def cover_geographic(reaches: GeoSeries, tracks: GeoSeries, *, corridor_m: float, each: bool = True) -> DataFrame:
    """Return the stretches of each reach within a corridor of each track.

    Parameters
    ----------
    reaches : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees. None and empty ones have no stretches.
    tracks : GeoSeries of LineString, MultiLineString, Point or MultiPoint, shape (m,)
        In the same CRS; parts are pieces, see :func:`geo.compute.coverage.covered_stretches`.
    corridor_m : float
    each : bool
        False for the union over all tracks, which is quicker.

    Returns
    -------
    DataFrame with columns ``reach``, ``track``, ``start_m``, ``end_m``
        A row per stretch, ordered by reach, track and start; positions in
        `reaches` and `tracks`. Without ``track`` if not `each`. Measures are
        geodesic ground metres from the reach's start.

    Raises
    ------
    WrongCRS
        If either is not in degrees, or the two differ.
    InvalidInput
        As for :func:`geo.compute.coverage.covered_stretches`.

    Notes
    -----
    The ground is tiled, and each tile has a transverse Mercator plane of its
    own, so that a river of 200 km is measured as well as one of 2 km.

    Examples
    --------
    >>> reaches = GeoSeries.from_wkt(["LINESTRING(107 29, 107.01 29)"], crs=4490)
    >>> tracks = GeoSeries.from_wkt(["LINESTRING(107.002 29, 107.004 29)", "POINT(107.01 29)"], crs=4490)
    >>> cover_geographic(reaches, tracks, corridor_m=30).round(1).values.tolist()
    [[0.0, 0.0, 164.9, 419.8], [0.0, 1.0, 944.4, 974.4]]
    """
    require_degrees(reaches, tracks)
    corridor_m = check_corridor(corridor_m)
    segments = _on_the_ground(reach_segments(np.asarray(reaches, dtype=object)))
    pieces = _divided(pieces_of(np.asarray(tracks, dtype=object)))
    if not each:
        pieces = pieces._replace(track=np.zeros_like(pieces.track))
    found = [np.concatenate(column) for column in zip(*_find(segments, pieces, corridor_m), strict=True)]
    reach, track, start_m, end_m = found or (*np.empty((2, 0), np.int64), *np.empty((2, 0)))
    pair, start_m, end_m = union_of_groups(reach * (len(tracks) + 1) + track, start_m, end_m)
    reach, track = np.divmod(pair, len(tracks) + 1)
    columns = {"reach": reach, "track": track, "start_m": start_m, "end_m": end_m}
    return DataFrame(columns if each else {name: columns[name] for name in ("reach", "start_m", "end_m")})


def _on_the_ground(segments: ReachSegments) -> ReachSegments:
    """Divide long segments, and measure all along geodesics."""
    start, which = _stations(segments.start, segments.end)
    last = np.append(which[1:] != which[:-1], True)[: len(which)]
    end = np.where(last, segments.end[which], np.append(start[1:], 0)[: len(start)])
    length_m = _inverse(start, end)[1]
    reach = segments.reach[which]
    return ReachSegments(reach, start, end, *measures(reach, length_m))


def _divided(pieces: Pieces) -> Pieces:
    """Divide the long steps of tracks."""
    vertex = pieces.vertex
    ends = np.append(vertex[1:], vertex[-1:])
    ends[pieces.end - 1] = vertex[pieces.end - 1]
    step = ends - vertex
    if not len(vertex) or max(np.abs(step.real).max(), np.abs(step.imag).max()) < _LONGEST_M / 120_000:
        return pieces
    stations, which = _stations(vertex, ends)
    place = np.searchsorted(which, np.arange(len(vertex) + 1))
    # The last fix of a piece leads nowhere, so it is the last of its stations too.
    return Pieces(stations, place[pieces.first], place[pieces.end], pieces.track)


def _stations(start: Places, end: Places) -> tuple[Places, Indices]:
    """Return where each step starts and every five kilometres on, and of which step each is."""
    azimuth, length_m = _inverse(start, end)
    count = np.maximum(np.ceil(length_m / _LONGEST_M), 1).astype(np.int64)
    which = np.repeat(np.arange(len(start)), count)
    within = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    places = start[which]
    on = within > 0
    far_m = (length_m / count)[which[on]] * within[on]
    lon, lat, _ = ELLIPSOID.fwd(places[on].real, places[on].imag, azimuth[which[on]], far_m)
    places[on] = np.asarray(lon) + 1j * np.asarray(lat)
    return places, which


def _inverse(start: Places, end: Places) -> tuple[Floats, Floats]:
    azimuth, _, length_m = ELLIPSOID.inv(start.real, start.imag, end.real, end.imag)
    return np.asarray(azimuth), np.asarray(length_m)


def _find(segments: ReachSegments, pieces: Pieces, corridor_m: float) -> Iterator[Found]:
    """Yield reach, track, start_m and end_m of what is found, tile by tile and track by track."""
    if not len(pieces.first):
        return
    boxes = _boxes(pieces)
    for tile in _tiles(segments):
        window = _widened(_box(tile), corridor_m + _MARGIN_M)
        near = _near(_take(pieces, _meet(boxes, window)), window)
        if len(near.first):
            plane = _plane_of(window)
            flat = tile._replace(start=plane(tile.start), end=plane(tile.end))
            yield from _find_in_plane(flat, near._replace(vertex=plane(near.vertex)), corridor_m)


def _find_in_plane(segments: ReachSegments, pieces: Pieces, corridor_m: float) -> Iterator[Found]:
    boxes = _segment_boxes(segments.start, segments.end)
    # Pieces come in the order of their tracks, and each is the fixes that follow the last one's.
    begins = np.flatnonzero(np.diff(pieces.track, prepend=-1))
    for first, end in zip(begins, np.append(begins[1:], len(pieces.track)), strict=True):
        since, until = pieces.first[first], pieces.end[end - 1]
        vertex = pieces.vertex[since:until]
        window = (vertex.real.min(), vertex.imag.min(), vertex.real.max(), vertex.imag.max())
        at_hand = _meet(boxes, _grown(window, corridor_m, corridor_m))
        if at_hand.any():
            own = Pieces(
                vertex, pieces.first[first:end] - since, pieces.end[first:end] - since, pieces.track[first:end]
            )
            reach, start_m, end_m = find_stretches(take_segments(segments, at_hand), own, corridor_m)
            yield reach, np.full(len(reach), pieces.track[first]), start_m, end_m


def _tiles(segments: ReachSegments) -> Iterator[ReachSegments]:
    """Yield the segments tile by tile; a place that is hardly larger than a tile is one."""
    if not len(segments.start):
        return
    middle = (segments.start + segments.end) / 2
    west, south = middle.real.min(), middle.imag.min()
    column, row = np.floor((middle.real - west) / _TILE), np.floor((middle.imag - south) / _TILE)
    number = (column * 1000 + row).astype(np.int64)
    order = np.argsort(number, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        yield take_segments(segments, rows)


def _near(pieces: Pieces, window: Box) -> Pieces:
    """Return the pieces of pieces whose steps come near a window."""
    if not len(pieces.first):
        return pieces
    vertex = pieces.vertex
    joined = np.ones(len(vertex), dtype=bool)
    joined[pieces.end - 1] = False
    goal = np.where(joined, np.append(vertex[1:], vertex[-1:]), vertex)
    leads = _meet(_segment_boxes(vertex, goal), window)
    passed = np.append(False, (leads & joined)[:-1])
    kept = np.flatnonzero(leads | passed)
    first = np.flatnonzero(~passed[kept])
    track = np.repeat(pieces.track, pieces.end - pieces.first)[kept[first]]
    return Pieces(vertex[kept], first, np.append(first[1:], len(kept)), track)


def _take(pieces: Pieces, which: Flags) -> Pieces:
    count = (pieces.end - pieces.first)[which]
    end = np.cumsum(count)
    fixes = np.repeat(which, pieces.end - pieces.first)
    return Pieces(pieces.vertex[fixes], end - count, end, pieces.track[which])


def _boxes(pieces: Pieces) -> Box:
    x, y = pieces.vertex.real, pieces.vertex.imag
    return tuple(bound.reduceat(values, pieces.first) for bound in (np.minimum, np.maximum) for values in (x, y))


def _segment_boxes(start: Places, end: Places) -> Box:
    x, y = (start.real, end.real), (start.imag, end.imag)
    return np.minimum(*x), np.minimum(*y), np.maximum(*x), np.maximum(*y)


def _box(segments: ReachSegments) -> Box:
    west, south, east, north = _segment_boxes(segments.start, segments.end)
    return west.min(), south.min(), east.max(), north.max()


def _grown(box: Box, east: Any, north: Any) -> Box:
    return box[0] - east, box[1] - north, box[2] + east, box[3] + north


def _widened(box: Box, by_m: float) -> Box:
    """Widen a box in degrees by metres, rather too much than too little."""
    farthest = min(max(abs(box[1]), abs(box[3])), 89.0)
    east_m, north_m = ground_scale([farthest, 0.0])
    return _grown(box, by_m / east_m[0], by_m / north_m[1])


def _meet(boxes: Box, window: Box) -> Flags:
    west, south, east, north = window
    meet: Flags = (boxes[0] <= east) & (boxes[2] >= west) & (boxes[1] <= north) & (boxes[3] >= south)
    return meet


def _plane_of(window: Box) -> Callable[[Places], Places]:
    """Return the projection that turns degrees into metres around the middle of a window."""
    west, south, east, north = window
    mercator = pyproj.Proj(
        proj="tmerc", lon_0=(west + east) / 2, lat_0=(south + north) / 2, a=AXIS_M, rf=INVERSE_FLATTENING
    )

    def project(places: Places) -> Places:
        x, y = mercator(places.real, places.imag)
        return np.asarray(x) + 1j * np.asarray(y)

    return project
