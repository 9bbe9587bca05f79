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

_ENTRIES = 64
"""Places at which neighbouring segments enter the tree; where more are near, they enter at its root."""


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
    # The kernel leaves apart what touches from one segment to the next in another order than the usual.
    return union_of_groups(*_run_kernel(segments, pieces, corridor_m))


def _run_kernel(segments: ReachSegments, pieces: Pieces, corridor_m: float) -> tuple[Indices, Floats, Floats]:
    from geo.compute._kernel import cover_segments  # noqa: PLC0415 - the import compiles it, or reads its cache

    joined = np.ones(len(pieces.vertex), np.uint8)
    joined[pieces.end - 1] = 0
    block_first, block_end = _blocks(pieces)
    corner, opposite = np.empty((2, 2 * len(block_first)), np.complex128)
    entry = np.empty(_ENTRIES, np.int64)
    room = len(segments.reach) // 4 + 256
    while True:
        reach, start_m, end_m = np.empty(room, np.int64), np.empty(room), np.empty(room)
        count = cover_segments(
            segments.start,
            segments.end,
            segments.start_m,
            segments.end_m,
            segments.reach,
            pieces.vertex,
            joined,
            block_first,
            block_end,
            corridor_m,
            corner,
            opposite,
            pieces.vertex.view(float),
            corner.view(float),
            opposite.view(float),
            entry,
            reach,
            start_m,
            end_m,
        )
        if count >= 0:
            return reach[:count], start_m[:count], end_m[:count]
        room *= 4


def _blocks(pieces: Pieces) -> tuple[Indices, Indices]:
    """Divide pieces into runs of neighbouring fixes, and put runs that lie near one another together."""
    count = (pieces.end - pieces.first + _BLOCK - 1) // _BLOCK
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    first = np.repeat(pieces.first, count) + _BLOCK * within
    # Stable: runs of one piece stay in order within a square of the raster; and for 16 bits it is the quickest.
    order = np.argsort(_morton(pieces.vertex[first]), kind="stable")
    first, end = first[order], np.repeat(pieces.end, count)[order]
    return first, np.minimum(first + _BLOCK, end)


def _morton(places: NDArray[np.complex128]) -> NDArray[np.uint16]:
    """Return each place's rank along a curve on which neighbours stay near (Morton's), on a raster of 256 × 256."""
    rank = np.zeros(len(places), np.uint16)
    for shift, values in enumerate((places.real, places.imag)):
        low = values.min()
        bits = ((values - low) * (255 / max(values.max() - low, 1e-300))).astype(np.uint16)
        for step, mask in ((4, 0x0F0F), (2, 0x3333), (1, 0x5555)):
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
