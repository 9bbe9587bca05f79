"""From arrays of reaches and tracks to stretches: the kernel with its tree made ready."""

import threading

import numpy as np
from numpy.typing import NDArray

from geo.compute.lines import Pieces, ReachLines
from geo.compute.stretches import union_of_groups
from geo.errors import InvalidInput

__all__ = ["check_corridor", "find_stretches"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_RUN = 8
"""Steps of a track in a leaf of the tree."""

_ENTRIES = 64
"""Places at which neighbouring segments enter the tree; where more are near, they enter at its root."""

_KEPT = 1 << 18
"""Numbers of room that a thread keeps for its next call (2 MB): fresh memory costs more than the tree in it."""

_room = threading.local()


def find_stretches(reaches: ReachLines, pieces: Pieces, corridor_m: float) -> tuple[Indices, Floats, Floats]:
    """Return which stretches of reaches lie within a corridor of any piece.

    Returns
    -------
    reach, start_m, end_m : ndarrays of shape (k,)
        Disjoint, ordered by reach and start. Each reach's are the same to the last bit, whichever other reaches
        and in whatever order the pieces are given.
    """
    if not len(pieces.first) or not len(reaches.first):
        nothing = np.empty(0)
        return np.empty(0, np.int64), nothing, nothing
    # The kernel leaves apart what touches from one segment to the next in another order than the usual.
    return union_of_groups(*_run_kernel(reaches, pieces, corridor_m))


def _run_kernel(reaches: ReachLines, pieces: Pieces, corridor_m: float) -> tuple[Indices, Floats, Floats]:
    from geo.compute._kernel import cover_lines  # noqa: PLC0415 - the import compiles it, or reads its cache

    run_first, run_last = _runs(pieces)
    boxes = 8 * len(run_first)  # two corners of two numbers for each of twice as many nodes
    found = len(reaches.place) // 16 + 256
    entry = np.empty(_ENTRIES, np.int64)
    while True:
        room = _room_of(boxes + 3 * found)
        box, *columns = np.split(room, [boxes, boxes + found, boxes + 2 * found])
        which, low, high = columns[0].view(np.int64), columns[1], columns[2]
        count = cover_lines(
            *reaches, pieces.vertex, run_first, run_last, corridor_m, box.view(np.complex128), entry, which, low, high
        )
        if count >= 0:
            return which[:count].copy(), low[:count].copy(), high[:count].copy()
        found *= 4


def _room_of(count: int) -> Floats:
    """Return room for numbers, which the same thread is given again for its next call."""
    if count > _KEPT:
        return np.empty(count)
    kept: Floats | None = getattr(_room, "numbers", None)
    if kept is None:
        kept = _room.numbers = np.empty(_KEPT)
    return kept[:count]


def _runs(pieces: Pieces) -> tuple[Indices, Indices]:
    """Divide pieces into runs of fixes that follow one another, and put pieces that begin near one another together."""
    first, last = pieces.first, pieces.end - 1
    if len(first) > 1:
        order = np.argsort(_morton(pieces.vertex[first]), kind="stable")
        first, last = first[order], last[order]
    count = np.maximum(last - first + (_RUN - 1), _RUN) // _RUN
    begins = np.cumsum(count) - count
    run_first = np.arange(0, _RUN * int(count.sum()), _RUN) + np.repeat(first - _RUN * begins, count)
    return run_first, np.minimum(run_first + _RUN, np.repeat(last, count))


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
