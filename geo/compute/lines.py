"""Reaches and tracks as arrays, the form in which the kernel takes them."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import InvalidInput
from geo.text import Text

__all__ = ["Pieces", "ReachSegments", "as_places", "pieces_of", "reach_segments", "take_segments"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Places = NDArray[np.complex128]
Shapes = NDArray[np.object_]

_NOTHING_M = 1e-9

_POINT, _LINE, _RING, _MULTIPOINT, _MULTILINE = 0, 1, 2, 4, 5


class ReachSegments(NamedTuple):
    """The straight pieces of reaches, in order; parts of a reach follow one another in its measures.

    `start` and `end` are places (x + iy) in the plane, `start_m` and `end_m` measures.
    """

    reach: Indices
    start: Places
    end: Places
    start_m: Floats
    end_m: Floats


class Pieces(NamedTuple):
    """The pieces of tracks: `vertex` holds their fixes (x + iy) one after another.

    Piece i of track `track[i]` is ``vertex[first[i]:end[i]]``; a piece of one fix is a point.
    """

    vertex: Places
    first: Indices
    end: Indices
    track: Indices


def as_places(coordinates: Floats) -> Places:
    """Return coordinates of shape (n, 2) as n complex numbers, without copying them."""
    places: Places = np.ascontiguousarray(coordinates, dtype=float).view(np.complex128)[:, 0]
    return places


def reach_segments(reaches: Shapes) -> ReachSegments:
    """Return the segments of reaches in a plane in metres.

    Parameters
    ----------
    reaches : ndarray of LineString, LinearRing or MultiLineString, shape (n,)
        None and empty ones have no segments.

    Raises
    ------
    InvalidInput
        If one is no line, or has a coordinate that is not a number.
    """
    kinds = shapely.get_type_id(reaches)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, _LINE, _RING, _MULTILINE)) & ~shapely.is_empty(reaches))
    if len(wrong):
        raise InvalidInput(
            "reach {position} is a {kind}, not a line", position=int(wrong[0]), kind=Text(reaches[wrong[0]].geom_type)
        )
    parts, reach_of = shapely.get_parts(reaches, return_index=True)
    count = shapely.get_num_coordinates(parts)
    places = as_places(shapely.get_coordinates(parts))
    if not np.isfinite(places.sum()):
        unknown = np.repeat(reach_of, count)[~np.isfinite(places)]
        if len(unknown):
            raise InvalidInput("reach {position} has a coordinate that is not a number", position=int(unknown[0]))
    leads = np.ones(len(places), dtype=bool)
    leads[np.cumsum(count)[count > 0] - 1] = False
    start, end = places[leads], places[1:][leads[:-1]]
    reach = np.repeat(reach_of.astype(np.int64), np.maximum(count - 1, 0))
    length_m = np.abs(end - start)
    moved = length_m > _NOTHING_M
    if not moved.all():
        start, end, reach, length_m = start[moved], end[moved], reach[moved], length_m[moved]
    start_m, end_m = measures(reach, length_m)
    return ReachSegments(reach, start, end, start_m, end_m)


def measures(reach: Indices, length_m: Floats) -> tuple[Floats, Floats]:
    """Return where each segment starts and ends on its reach; one starts at the very number where the last ended."""
    if not len(reach):
        return np.empty(0), np.empty(0)
    begins = np.append(0, np.flatnonzero(reach[1:] != reach[:-1]) + 1)
    end_m = np.cumsum(length_m)
    end_m -= np.repeat(end_m[begins] - length_m[begins], np.diff(np.append(begins, len(reach))))
    start_m = np.empty_like(end_m)
    start_m[1:] = end_m[:-1]
    start_m[begins] = 0.0
    return start_m, end_m


def take_segments(segments: ReachSegments, rows: NDArray[np.generic]) -> ReachSegments:
    """Return the segments that `rows` (positions or a mask) tells."""
    return ReachSegments(*(column[rows] for column in segments))


def pieces_of(tracks: Shapes) -> Pieces:
    """Return the pieces of tracks.

    Parameters
    ----------
    tracks : ndarray of Point, LineString or their multiples, shape (m,)
        None and empty ones have no pieces. A coordinate that is not a number
        breaks a line there: nobody knows where it led.

    Raises
    ------
    InvalidInput
        If one is neither points nor lines.
    """
    kinds = shapely.get_type_id(tracks)
    simple = bool(np.isin(kinds, (_POINT, _LINE)).all())
    if not simple:
        known = np.isin(kinds, (-1, _POINT, _LINE, _RING, _MULTIPOINT, _MULTILINE))
        wrong = np.flatnonzero(~known & ~shapely.is_empty(tracks))
        if len(wrong):
            raise InvalidInput(
                "track {position} is a {kind}, neither a line nor points",
                position=int(wrong[0]),
                kind=Text(tracks[wrong[0]].geom_type),
            )
    parts, track = (tracks, np.arange(len(tracks))) if simple else shapely.get_parts(tracks, return_index=True)
    end = np.cumsum(shapely.get_num_coordinates(parts), dtype=np.int64)
    first = np.append(0, end)[:-1]
    pieces = Pieces(as_places(shapely.get_coordinates(parts)), first, end, track.astype(np.int64))
    with np.errstate(invalid="ignore"):
        total = pieces.vertex.sum()
    if not np.isfinite(total):
        pieces = _without_unknown(pieces)
    filled = pieces.first < pieces.end
    return pieces if filled.all() else Pieces(pieces.vertex, *(column[filled] for column in pieces[1:]))


def _without_unknown(pieces: Pieces) -> Pieces:
    """Break pieces at places that are not numbers, and leave those out."""
    known = np.isfinite(pieces.vertex)
    piece = np.repeat(np.arange(len(pieces.first)), pieces.end - pieces.first)
    # A new piece begins with each piece and behind each unknown place.
    broken = np.cumsum(~known)
    key_piece, key_break = piece[known], broken[known]
    if not len(key_piece):
        nothing = np.empty(0, np.int64)
        return Pieces(np.empty(0, np.complex128), nothing, nothing, nothing)
    begins = np.flatnonzero((np.diff(key_piece, prepend=-1) != 0) | (np.diff(key_break, prepend=-1) != 0))
    end = np.append(begins[1:], len(key_piece))
    return Pieces(pieces.vertex[known], begins, end, pieces.track[key_piece[begins]])
