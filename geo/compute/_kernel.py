"""The compiled heart of coverage. Everybody else calls :mod:`geo.compute.coverage`.

A single function with a single signature, which uses no more of numba than
plain loops over arrays: it compiles in about a second, once, and is read from
the cache ever after. Places are complex numbers, so that turning one into a
segment's own frame is one multiplication.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from geo.compute.compiling import compiled

__all__ = ["cover_segments"]

Places = NDArray[np.complex128]
Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

_PLACES, _NUMBERS, _INDICES = numba.complex128[::1], numba.float64[::1], numba.int64[::1]

_AT_HAND = 8


@compiled(
    numba.int64(
        _PLACES,  # start
        _PLACES,  # turn
        _NUMBERS,  # length
        _PLACES,  # vertex
        numba.uint8[::1],  # joined
        _INDICES,  # block_first
        _INDICES,  # block_end
        numba.float64,  # corridor
        _PLACES,  # corner
        _PLACES,  # opposite
        _INDICES,  # which
        _NUMBERS,  # low
        _NUMBERS,  # high
    )
)
def cover_segments(  # noqa: C901, PLR0912, PLR0915 - one function compiles in a third of the time of seven
    start: Places,
    turn: Places,
    length: Numbers,
    vertex: Places,
    joined: NDArray[np.uint8],
    block_first: Indices,
    block_end: Indices,
    corridor: float,
    corner: Places,
    opposite: Places,
    which: Indices,
    low: Numbers,
    high: Numbers,
) -> int:
    """Find what tracks cover of the segments of reaches.

    Parameters
    ----------
    start, turn, length : complex, complex, float, shape (s,)
        The reaches' segments: where each starts, in metres, what turns its direction into the real axis, and its
        length.
    vertex : complex, shape (v,)
        The tracks' fixes.
    joined : uint8, shape (v,)
        1 where a segment leads from the vertex to the next one, 0 where it stays: a point.
    block_first, block_end : int, shape (b,), b > 0
        Runs of neighbouring vertices, which become the leaves of a tree.
    corridor : float
        In metres.
    corner, opposite : complex, shape (2b,)
        Room for the tree.
    which, low, high : int, float, float, shape (f,)
        Room for what is found: the segment, and from and to in metres from its start.

    Returns
    -------
    int
        How many spans were found, ordered by segment; -1 if there is no room for them. Those of a segment are in no
        order, and may overlap when there are many.
    """
    blocks = block_first.size
    for block in range(blocks):
        west = east = vertex[block_first[block]].real
        south = north = vertex[block_first[block]].imag
        for v in range(block_first[block] + 1, block_end[block] + joined[block_end[block] - 1]):
            west = min(west, vertex[v].real)
            east = max(east, vertex[v].real)
            south = min(south, vertex[v].imag)
            north = max(north, vertex[v].imag)
        corner[blocks + block] = complex(west, south)
        opposite[blocks + block] = complex(east, north)
    # Boxes hold boxes: the children of i are 2i and 2i + 1, the root is 1, whatever the number of blocks.
    for node in range(blocks - 1, 0, -1):
        p = corner[2 * node]
        q = corner[2 * node + 1]
        corner[node] = complex(min(p.real, q.real), min(p.imag, q.imag))
        p = opposite[2 * node]
        q = opposite[2 * node + 1]
        opposite[node] = complex(max(p.real, q.real), max(p.imag, q.imag))

    tail = 0
    hint = -1
    ahead = 1
    for s in range(start.size):
        # In the segment's own frame it runs from 0 to its length on the real axis.
        origin = start[s]
        rotation = turn[s]
        along = abs(rotation.real)
        across = abs(rotation.imag)
        until = length[s]
        base = tail
        node = 1
        if hint >= 0:
            # Whoever covered the end of the segment before goes on along this one, as a rule: ahead of the tree, fixes
            # a corridor apart are tried from there on.
            w = vertex[min(hint + 8, vertex.size - 1)] - vertex[hint]
            stride = ahead * int(8.0 * corridor / max((w.real * w.real + w.imag * w.imag) ** 0.5, corridor / 4.0) + 1.0)
            node = 0
        found = -1
        while True:
            if node == 0:
                first = hint
                last = max(min(hint + 6 * stride, vertex.size), -1)
                step = stride
            else:
                w = (opposite[node] - corner[node]) * 0.5
                z = (corner[node] + w - origin) * rotation
                far = corridor + w.real * along + w.imag * across
                a = max(z.real - far, 0.0)
                b = min(z.real + far, until)
                useful = a <= b and abs(z.imag) <= corridor + w.real * across + w.imag * along
                # What the tracks in the circle could cover at most may be covered already. Only a few spans are
                # looked at, so that the cost stays linear.
                for i in range(max(base, tail - _AT_HAND), tail):
                    if low[i] <= a and high[i] >= b:
                        useful = False
                if useful and node < blocks:
                    node *= 2
                    continue
                first = last = 0
                step = 1
                if useful:
                    first = block_first[node - blocks]
                    last = block_end[node - blocks]
            for v in range(first, last, step):
                p = (vertex[v] - origin) * rotation
                q = (vertex[v + joined[v]] - origin) * rotation
                a = max(min(p.real, q.real) - corridor, 0.0)
                b = min(max(p.real, q.real) + corridor, until)
                useful = a < b and min(p.imag, q.imag) <= corridor and max(p.imag, q.imag) >= -corridor
                for i in range(max(base, tail - _AT_HAND), tail):
                    if low[i] <= a and high[i] >= b:
                        useful = False
                if not useful:
                    continue
                # A segment widened by the corridor is convex, so it cuts the axis in one interval, whose ends lie on
                # the circles around the segment's ends or on the two lines beside it.
                a = until
                b = 0.0
                for z in (p, q):
                    far = corridor * corridor - z.imag * z.imag
                    if far >= 0.0:
                        far = far**0.5
                        a = min(a, z.real - far)
                        b = max(b, z.real + far)
                w = q - p
                if w.imag != 0.0:
                    square = w.real * w.real + w.imag * w.imag
                    far = corridor * square**0.5 / w.imag
                    middle = p.real - w.real * p.imag / w.imag
                    for x in (middle - far, middle + far):
                        share = w.real * (x - p.real) - w.imag * p.imag
                        if 0.0 <= share <= square:
                            a = min(a, x)
                            b = max(b, x)
                a = max(a, 0.0)
                b = min(b, until)
                if a >= b:
                    continue
                if b == until:
                    found = v
                # Spans do not overlap, so those that the new one meets become one with it in a single pass.
                for i in range(tail - 1, max(base, tail - _AT_HAND) - 1, -1):
                    if low[i] <= b and high[i] >= a:
                        a = min(a, low[i])
                        b = max(b, high[i])
                        tail -= 1
                        low[i] = low[tail]
                        high[i] = high[tail]
                if tail == low.size:
                    return -1
                which[tail] = s
                low[tail] = a
                high[tail] = b
                tail += 1
                if a == 0.0 and b == until:
                    break
            if tail > base and low[tail - 1] == 0.0 and high[tail - 1] == until:
                break
            if node == 0:
                ahead = -ahead
                node = 1
                continue
            # On to the next node that does not lie under this one.
            node += 1
            while node & 1 == 0:
                node >>= 1
            if node == 1:
                break
        hint = found
    return tail
