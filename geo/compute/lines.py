"""Reaches and tracks as arrays, the form in which the kernel takes them."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import InvalidInput
from geo.text import Text

__all__ = ["Pieces", "ReachLines", "as_places", "pieces_of", "reach_lines"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Places = NDArray[np.complex128]
Shapes = NDArray[np.object_]

_POINT, _LINE, _RING, _MULTIPOINT, _MULTILINE = 0, 1, 2, 4, 5


class ReachLines(NamedTuple):
    """Reaches in a plane: `place` holds their vertices (x + iy) one after another.

    Part k of reach ``reach[k]`` is ``place[first[k]:end[k]]``; parts of a reach
    follow one another, in its measures too. `measure_m` tells each vertex's
    measure, or is empty where measures are lengths in the plane.
    """

    place: Places
    measure_m: Floats
    first: Indices
    end: Indices
    reach: Indices


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


def reach_lines(reaches: Shapes) -> ReachLines:
    """Return reaches in a plane in metres as arrays.

    Parameters
    ----------
    reaches : ndarray of LineString, LinearRing or MultiLineString, shape (n,)
        None and empty ones have no parts.

    Raises
    ------
    InvalidInput
        If one is no line, or has a coordinate that is not a number.
    """
    kinds = shapely.get_type_id(reaches)
    simple = bool((kinds == _LINE).all())
    if not simple:
        wrong = np.flatnonzero(~np.isin(kinds, (-1, _LINE, _RING, _MULTILINE)) & ~shapely.is_empty(reaches))
        if len(wrong):
            raise InvalidInput(
                "reach {position} is a {kind}, not a line",
                position=int(wrong[0]),
                kind=Text(reaches[wrong[0]].geom_type),
            )
    places, first, end, reach = _parts(reaches, simple)
    if not np.isfinite(places.view(float).sum()):
        unknown = np.repeat(reach, end - first)[~np.isfinite(places)]
        if len(unknown):
            raise InvalidInput("reach {position} has a coordinate that is not a number", position=int(unknown[0]))
    return ReachLines(places, np.empty(0), first, end, reach)


def _parts(shapes: Shapes, simple: bool) -> tuple[Places, Indices, Indices, Indices]:
    """Return the vertices of shapes' parts, where each part begins and ends, and whose it is; parts are filled."""
    parts, whose = (shapes, np.arange(len(shapes))) if simple else shapely.get_parts(shapes, return_index=True)
    end = np.cumsum(shapely.get_num_coordinates(parts), dtype=np.int64)
    first = np.append(0, end)[:-1]
    filled = first < end
    if not filled.all():
        first, end, whose = first[filled], end[filled], whose[filled]
    return as_places(shapely.get_coordinates(parts)), first, end, whose.astype(np.int64, copy=False)


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
    simple = bool(((kinds == _LINE) | (kinds == _POINT)).all())
    if not simple:
        known = np.isin(kinds, (-1, _POINT, _LINE, _RING, _MULTIPOINT, _MULTILINE))
        wrong = np.flatnonzero(~known & ~shapely.is_empty(tracks))
        if len(wrong):
            raise InvalidInput(
                "track {position} is a {kind}, neither a line nor points",
                position=int(wrong[0]),
                kind=Text(tracks[wrong[0]].geom_type),
            )
    pieces = Pieces(*_parts(tracks, simple))
    with np.errstate(invalid="ignore"):
        total = pieces.vertex.view(float).sum()
    return pieces if np.isfinite(total) else _without_unknown(pieces)


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
