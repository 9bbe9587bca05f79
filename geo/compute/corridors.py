"""From arrays of reaches and tracks to stretches: the kernel with its tree made ready."""

import numpy as np
from numpy.typing import NDArray

from geo.compute.lines import Pieces, ReachSegments
from geo.compute.stretches import union_of_groups
from geo.errors import InvalidInput

__all__ = ["check_corridor", "find_stretches"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_BLOCK = 8
"""Fixes in a leaf of the tree."""


def find_stretches(segments: ReachSegments, pieces: Pieces, corridor_m: float) -> tuple[Indices, Floats, Floats]:
    """Return which stretches of reaches lie within a corridor of any piece.

    Returns
    -------
    reach, start_m, end_m : ndarrays of shape (k,)
        Disjoint, ordered by reach and start.
    """
    if not len(pieces.first) or not len(segments.reach):
        nothing = np.empty(0)
        return np.empty(0, np.int64), nothing, nothing
    which, low, high = _find_spans(segments, pieces, corridor_m)
    length = np.abs(segments.end - segments.start)[which]
    scale = (segments.end_m - segments.start_m)[which] / length
    # A span that reaches the segment's end must meet the next segment's in the very same number.
    start_m = segments.start_m[which] + low * scale
    end_m = np.where(high == length, segments.end_m[which], segments.start_m[which] + high * scale)
    return union_of_groups(segments.reach[which], start_m, end_m)


def _find_spans(segments: ReachSegments, pieces: Pieces, corridor_m: float) -> tuple[Indices, Floats, Floats]:
    """Return the covered spans of segments, in metres from each segment's start."""
    from geo.compute._kernel import cover_segments  # noqa: PLC0415 - the import compiles it, or reads its cache

    step = segments.end - segments.start
    length = np.abs(step)
    turn = step.conj() / length
    joined = np.ones(len(pieces.vertex), np.uint8)
    joined[pieces.end - 1] = 0
    block_first, block_end = _blocks(pieces)
    corner, opposite = np.empty((2, 2 * len(block_first)), np.complex128)
    room = 2 * len(step) + 64
    while True:
        which, low, high = np.empty(room, np.int64), np.empty(room), np.empty(room)
        count = cover_segments(
            segments.start,
            turn,
            length,
            pieces.vertex,
            joined,
            block_first,
            block_end,
            corridor_m,
            corner,
            opposite,
            which,
            low,
            high,
        )
        if count >= 0:
            return which[:count], low[:count], high[:count]
        room *= 4


def _blocks(pieces: Pieces) -> tuple[Indices, Indices]:
    """Divide pieces into runs of neighbouring fixes, and put runs that lie near one another together."""
    count = (pieces.end - pieces.first + _BLOCK - 1) // _BLOCK
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    first = np.repeat(pieces.first, count) + _BLOCK * within
    order = np.argsort(_morton(pieces.vertex[first]))
    first, end = first[order], np.repeat(pieces.end, count)[order]
    return first, np.minimum(first + _BLOCK, end)


def _morton(places: NDArray[np.complex128]) -> Indices:
    """Return each place's rank along a curve on which neighbours stay near (Morton's)."""
    rank = np.zeros(len(places), np.int64)
    for shift, values in enumerate((places.real, places.imag)):
        low = values.min()
        share = (values - low) / max(values.max() - low, 1e-300)
        bits = (share * 65535).astype(np.int64)
        for step, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | bits << step) & mask
        rank |= bits << shift
    return rank


def check_corridor(corridor_m: float) -> float:
    """Return the corridor as a float.

    Raises
    ------
    InvalidInput
        If it is not a positive, finite number.
    """
    try:
        width = float(corridor_m)
    except (TypeError, ValueError):
        width = np.nan
    if not 0 < width < np.inf:
        raise InvalidInput("the corridor must be a number of metres above 0: {corridor_m}", corridor_m=corridor_m)
    return width
