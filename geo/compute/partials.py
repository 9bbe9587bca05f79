"""What a part of the tracks covers, so that parts can be put together to the last digit in any order.

The union of stretches leaves out what is below rounding (:data:`geo.compute.stretches.NOISE_M`), so
the union of unions could differ from the union of all. Parts therefore keep the union in its strict sense, to
which order and division make no difference, and rounding is left out once, at the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from geopandas import GeoSeries
from numpy.typing import NDArray

from geo.compute.geographic import cover_geographic
from geo.compute.stretches import union_of_groups
from geo.compute.tracks import CleanedTrack

__all__ = ["Stretches", "TrackFigures", "cover_part", "merged", "strict_union"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """What is told of a cleaned track without its fixes; see :class:`geo.compute.tracks.CleanedTrack`."""

    fixes: int
    kept: int
    dropped: dict[str, int]
    pieces: int
    length_m: float
    duration_s: float

    @classmethod
    def of(cls, track: CleanedTrack) -> "TrackFigures":
        """Return the figures of a track."""
        return cls(track.fixes, track.kept, track.dropped, track.pieces, track.length_m, track.duration_s)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Stretches (已巡段) of reaches, ordered by reach and start, none meeting the next; arrays of shape (k,)."""

    reach: Indices
    start_m: Floats
    end_m: Floats

    @classmethod
    def none(cls) -> "Stretches":
        """Return no stretches."""
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0))


def cover_part(
    reaches: GeoSeries, position: Indices, tracks: Sequence[CleanedTrack], *, corridor_m: float
) -> Stretches:
    """Return what tracks cover of reaches.

    Parameters
    ----------
    reaches : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees; at least those near the tracks.
    position : ndarray of int, shape (n,)
        What each reach is called in the result.
    tracks : sequence of CleanedTrack
    corridor_m : float

    Returns
    -------
    Stretches
        The strict union of what each track covers by itself, which depends neither on the
        other tracks nor on the other reaches.
    """
    lines = GeoSeries([track.geometry() for track in tracks], crs=reaches.crs)
    found = cover_geographic(reaches, lines, corridor_m=corridor_m)
    reach = position[found["reach"].to_numpy()]
    return strict_union([Stretches(reach, found["start_m"].to_numpy(), found["end_m"].to_numpy())])


def strict_union(parts: Iterable[Stretches]) -> Stretches:
    """Return the union of stretches that meet, not of those that nearly meet.

    The result is the same bits however the stretches were divided into parts, and
    :func:`geo.compute.stretches.union_of_groups` of it is the same as of all of them.

    Examples
    --------
    >>> one = Stretches(np.array([0, 0]), np.array([0.0, 30.0]), np.array([10.0, 40.0]))
    >>> other = Stretches(np.array([0]), np.array([10.0]), np.array([20.0]))
    >>> union = strict_union([one, other])
    >>> union.start_m.tolist(), union.end_m.tolist()
    ([0.0, 30.0], [20.0, 40.0])
    """
    columns = [(part.reach, part.start_m, part.end_m) for part in parts if len(part.reach)]
    if not columns:
        return Stretches.none()
    reach, start_m, end_m = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((start_m, reach))
    reach, start_m, end_m = reach[order], start_m[order], end_m[order]
    begins = np.flatnonzero(np.append(True, (reach[1:] != reach[:-1]) | (start_m[1:] > _reached(reach, end_m)[:-1])))
    return Stretches(reach[begins], start_m[begins], np.maximum.reduceat(end_m, begins))


def _reached(reach: Indices, end_m: Floats) -> Floats:
    """Return the greatest end so far within each reach."""
    # The greatest rank, each reach's above those of the one before: integers lose no digits.
    order = np.argsort(end_m, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    number = np.cumsum(np.append(0, reach[1:] != reach[:-1]))
    reached: Floats = end_m[order[np.maximum.accumulate(number * len(order) + rank) % len(order)]]
    return reached


def merged(parts: Iterable[Stretches]) -> dict[int, Floats]:
    """Return the union of parts by reach, each an array of shape (k, 2) as :func:`geo.compute.stretches.union_of`."""
    union = strict_union(parts)
    reach, start_m, end_m = union_of_groups(union.reach, union.start_m, union.end_m)
    if not len(reach):
        return {}
    begins = np.flatnonzero(np.append(True, reach[1:] != reach[:-1]))
    spans = np.split(np.column_stack([start_m, end_m]), begins[1:])
    return dict(zip(reach[begins].tolist(), spans, strict=True))
