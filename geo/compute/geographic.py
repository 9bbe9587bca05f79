"""Coverage of reaches in longitude and latitude, in ground metres wherever they lie."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
from geopandas import GeoSeries
from numpy.typing import NDArray
from pandas import DataFrame

from geo.compute.areas import AXIS_M, INVERSE_FLATTENING, ground_scale
from geo.compute.corridors import check_corridor, find_stretches
from geo.compute.lines import Pieces, ReachLines, pieces_of, reach_lines
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
"""Degrees: how much of the ground shares a plane; its lengths are within 4e-6 of the ground's."""

_SURELY_SHORT = _LONGEST_M / 120_000
"""Degrees: no step of so many, whether of longitude or of latitude, is longer than the longest."""

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
    own, so that a river of 200 km is measured as well as one of 2 km. Tiles lie
    where they lie, whatever the data: what is found of a reach and a track is
    the same to the last bit, whichever others are given.

    Examples
    --------
    >>> reaches = GeoSeries.from_wkt(["LINESTRING(107 29, 107.01 29)"], crs=4490)
    >>> tracks = GeoSeries.from_wkt(["LINESTRING(107.002 29, 107.004 29)", "POINT(107.01 29)"], crs=4490)
    >>> cover_geographic(reaches, tracks, corridor_m=30).round(1).values.tolist()
    [[0.0, 0.0, 164.9, 419.8], [0.0, 1.0, 944.4, 974.4]]
    """
    require_degrees(reaches, tracks)
    corridor_m = check_corridor(corridor_m)
    lines = _on_the_ground(reach_lines(np.asarray(reaches, dtype=object)))
    pieces = _divided(pieces_of(np.asarray(tracks, dtype=object)))
    if not each:
        pieces = pieces._replace(track=np.zeros_like(pieces.track))
    found = [np.concatenate(column) for column in zip(*_find(lines, pieces, corridor_m), strict=True)]
    reach, track, start_m, end_m = found or (*np.empty((2, 0), np.int64), *np.empty((2, 0)))
    pair, start_m, end_m = union_of_groups(reach * (len(tracks) + 1) + track, start_m, end_m)
    reach, track = np.divmod(pair, len(tracks) + 1)
    columns = {"reach": reach, "track": track, "start_m": start_m, "end_m": end_m}
    return DataFrame(columns if each else {name: columns[name] for name in ("reach", "start_m", "end_m")})


def _on_the_ground(lines: ReachLines) -> ReachLines:
    """Divide long segments, and measure all along geodesics."""
    place, first, end = _divided_lines(lines.place, lines.first, lines.end)
    step_m = np.zeros(len(place))
    step_m[1:] = _inverse(place[:-1], place[1:])[1]
    step_m[first] = 0.0
    measure_m = np.empty_like(step_m)
    begins = first[np.flatnonzero(np.diff(lines.reach, prepend=-1))]
    # Reach by reach, for a sum that runs through all would round each by what came before it.
    for since, until in pairwise([*begins.tolist(), len(place)]):
        np.cumsum(step_m[since:until], out=measure_m[since:until])
    return ReachLines(place, measure_m, first, end, lines.reach)


def _divided(pieces: Pieces) -> Pieces:
    """Divide the long steps of tracks."""
    return Pieces(*_divided_lines(pieces.vertex, pieces.first, pieces.end), pieces.track)


def _divided_lines(vertex: Places, first: Indices, end: Indices) -> tuple[Places, Indices, Indices]:
    step = np.append(vertex[1:], vertex[-1:]) - vertex
    step[end - 1] = 0.0
    long = (np.abs(step.real) > _SURELY_SHORT) | (np.abs(step.imag) > _SURELY_SHORT)
    if not long.any():
        return vertex, first, end
    # The last vertex of a line leads nowhere, so it is the last of its stations too.
    goal = np.where(long, np.append(vertex[1:], vertex[-1:]), vertex)
    stations, which = _stations(vertex, goal)
    place = np.searchsorted(which, np.arange(len(vertex) + 1))
    return stations, place[first], place[end]


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


def _find(lines: ReachLines, pieces: Pieces, corridor_m: float) -> Iterator[Found]:
    """Yield reach, track, start_m and end_m of what is found, tile by tile and track by track."""
    if not len(pieces.first):
        return
    boxes = _boxes(pieces)
    for tile, of_tile in _tiles(lines):
        window = _widened(_bounds(of_tile.place), corridor_m + _MARGIN_M)
        near = _near(_take(pieces, _meet(boxes, window)), window)
        if len(near.first):
            plane = _plane_of(tile)
            flat = of_tile._replace(place=plane(of_tile.place))
            yield from _find_in_plane(flat, near._replace(vertex=plane(near.vertex)), corridor_m)


def _find_in_plane(lines: ReachLines, pieces: Pieces, corridor_m: float) -> Iterator[Found]:
    boxes = _line_boxes(lines.place, lines.first, lines.end)
    # Pieces come in the order of their tracks, and each is the fixes that follow the last one's.
    begins = np.flatnonzero(np.diff(pieces.track, prepend=-1))
    for first, end in pairwise([*begins.tolist(), len(pieces.track)]):
        since, until = pieces.first[first], pieces.end[end - 1]
        vertex = pieces.vertex[since:until]
        at_hand = _meet(boxes, _grown(_bounds(vertex), corridor_m + 1.0, corridor_m + 1.0))
        if at_hand.any():
            # The kernel tries any fix that it is given, so it is given none of another track.
            own = Pieces(
                vertex, pieces.first[first:end] - since, pieces.end[first:end] - since, pieces.track[first:end]
            )
            near = lines._replace(first=lines.first[at_hand], end=lines.end[at_hand], reach=lines.reach[at_hand])
            reach, start_m, end_m = find_stretches(near, own, corridor_m)
            yield reach, np.full(len(reach), pieces.track[first]), start_m, end_m


def _tiles(lines: ReachLines) -> Iterator[tuple[tuple[int, int], ReachLines]]:
    """Yield the lines tile by tile; a tile's segments are those whose middle lies in it."""
    leads = np.ones(len(lines.place), dtype=bool)
    leads[lines.end - 1] = False
    rows = np.flatnonzero(leads)
    if not len(rows):
        return
    middle = (lines.place[rows] + lines.place[rows + 1]) / 2
    column, row = np.floor(middle.real / _TILE).astype(np.int64), np.floor(middle.imag / _TILE).astype(np.int64)
    number = column * 10_000 + row
    order = np.argsort(number, kind="stable")
    reach_of = np.repeat(lines.reach, lines.end - lines.first)
    for of_tile in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        yield (int(column[of_tile[0]]), int(row[of_tile[0]])), _take_segments(lines, reach_of, rows[of_tile])


def _take_segments(lines: ReachLines, reach_of: Indices, rows: Indices) -> ReachLines:
    """Return the segments that start at some vertices, as lines where one leads to the next; `rows` ascend."""
    last = np.flatnonzero(np.append(np.diff(rows) != 1, True)) + 1
    taken = np.insert(rows, last, rows[last - 1] + 1)
    end = last + np.arange(1, len(last) + 1)
    first = np.append(0, end)[:-1]
    return ReachLines(lines.place[taken], lines.measure_m[taken], first, end, reach_of[taken[first]])


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
    return _line_boxes(pieces.vertex, pieces.first, pieces.end)


def _line_boxes(vertex: Places, first: Indices, end: Indices) -> Box:
    """Return the bounds of lines that follow one another in `vertex`."""
    if not len(first):
        return tuple(np.empty((4, 0)))
    x, y = vertex.real[: end[-1]], vertex.imag[: end[-1]]
    return tuple(bound.reduceat(values, first) for bound in (np.minimum, np.maximum) for values in (x, y))


def _segment_boxes(start: Places, end: Places) -> Box:
    x, y = (start.real, end.real), (start.imag, end.imag)
    return np.minimum(*x), np.minimum(*y), np.maximum(*x), np.maximum(*y)


def _bounds(places: Places) -> Box:
    return places.real.min(), places.imag.min(), places.real.max(), places.imag.max()


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


def _plane_of(tile: tuple[int, int]) -> Callable[[Places], Places]:
    """Return the projection that turns degrees into metres around the middle of a tile."""
    mercator = pyproj.Proj(
        proj="tmerc",
        lon_0=(tile[0] + 0.5) * _TILE,
        lat_0=(tile[1] + 0.5) * _TILE,
        a=AXIS_M,
        rf=INVERSE_FLATTENING,
    )

    def project(places: Places) -> Places:
        x, y = mercator(places.real, places.imag)
        return np.asarray(x) + 1j * np.asarray(y)

    return project
