"""The compiled heart of coverage. Everybody else calls :mod:`geo.compute.coverage`.

A single function with a single signature, which uses no more of numba than
plain loops over arrays: it compiles in about two seconds, once, and is read
from the cache ever after. Places are complex numbers, so that turning one into
a segment's own frame is one multiplication.
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

_AT_HAND = 8  # spans of a segment that a new one may meet, so that the cost stays linear
_TRIES = 9  # fixes that are tried ahead of the tree
_TOGETHER = 16  # segments that search the tree together


@compiled(
    numba.int64(
        _PLACES,  # start
        _PLACES,  # end
        _NUMBERS,  # start_m
        _NUMBERS,  # end_m
        _INDICES,  # reach
        _PLACES,  # vertex
        numba.uint8[::1],  # joined
        _INDICES,  # block_first
        _INDICES,  # block_end
        numba.float64,  # corridor
        _PLACES,  # corner
        _PLACES,  # opposite
        _NUMBERS,  # vertex_xy
        _NUMBERS,  # corner_xy
        _NUMBERS,  # opposite_xy
        _INDICES,  # entry
        _INDICES,  # which
        _NUMBERS,  # low
        _NUMBERS,  # high
    )
)
def cover_segments(  # noqa: C901, PLR0912, PLR0915 - one function compiles in a third of the time of seven
    start: Places,
    end: Places,
    start_m: Numbers,
    end_m: Numbers,
    reach: Indices,
    vertex: Places,
    joined: NDArray[np.uint8],
    block_first: Indices,
    block_end: Indices,
    corridor: float,
    corner: Places,
    opposite: Places,
    vertex_xy: Numbers,
    corner_xy: Numbers,
    opposite_xy: Numbers,
    entry: Indices,
    which: Indices,
    low: Numbers,
    high: Numbers,
) -> int:
    """Find what tracks cover of the segments of reaches.

    Parameters
    ----------
    start, end : complex, shape (s,)
        The reaches' segments, in metres.
    start_m, end_m : float, shape (s,)
        Their measures.
    reach : int, shape (s,)
        What each belongs to.
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
    vertex_xy, corner_xy, opposite_xy : float
        The same memory as numbers, two for each place.
    entry : int, shape (e,), e > 0
        Room for the nodes at which to enter the tree.
    which, low, high : int, float, float, shape (f,)
        Room for what is found: the reach, and from and to in measures.

    Returns
    -------
    int
        How many stretches were found, in the order of the segments; -1 if there is no room for them. Those of a
        segment are in no order, may overlap when there are many, and may touch the next segment's.
    """
    blocks = block_first.size
    # Boxes hold boxes: the children of i are 2i and 2i + 1, the root is 1, whatever the number of blocks.
    i = 4 * blocks
    while i > 2:
        i -= 1
        node = i >> 1
        if node < blocks:
            v = 2 * node + i
            a = min(corner_xy[v], corner_xy[v + 2])
            b = max(opposite_xy[v], opposite_xy[v + 2])
        else:
            v = 2 * block_first[node - blocks] + (i & 1)
            last = 2 * (block_end[node - blocks] + joined[block_end[node - blocks] - 1])
            a = vertex_xy[v]
            b = a
            while v < last:
                x = vertex_xy[v]
                a = min(a, x)
                b = max(b, x)
                v += 2
        corner_xy[i] = a
        opposite_xy[i] = b

    tail = 0
    hint = -1
    stride = 1
    together = 0
    entries = 0
    square = corridor * corridor
    for s in range(start.size):
        base = tail
        if tail == low.size:
            return -1
        # Whoever covered the end of the segment before goes on along this one, as a rule. A disc is convex: it holds
        # all of the segment if it holds both ends.
        whole = False
        if hint >= 0:
            k = 0
            while k < _TRIES and not whole:
                # Ahead and behind in turn, because nobody knows which way the track runs.
                v = hint + (stride if k & 1 else -stride) * ((k + 1) >> 1)
                if 0 <= v < vertex.size:
                    p = start[s] - vertex[v]
                    q = end[s] - vertex[v]
                    whole = p.real * p.real + p.imag * p.imag <= square and q.real * q.real + q.imag * q.imag <= square
                k += 1
            if whole:
                hint = v
        if whole:
            which[tail] = reach[s]
            low[tail] = start_m[s]
            high[tail] = end_m[s]
            tail += 1
        else:
            if s >= together:
                # Segments that follow one another enter the tree at those leaves that come near any of them.
                west = east = start[s].real
                south = north = start[s].imag
                together = s
                while together < start.size and together < s + _TOGETHER and reach[together] == reach[s]:
                    p = start[together]
                    q = end[together]
                    west = min(west, p.real, q.real)
                    east = max(east, p.real, q.real)
                    south = min(south, p.imag, q.imag)
                    north = max(north, p.imag, q.imag)
                    together += 1
                entries = 0
                node = 1
                while True:
                    p = corner[node]
                    q = opposite[node]
                    if (
                        p.real <= east + corridor
                        and p.imag <= north + corridor
                        and q.real >= west - corridor
                        and q.imag >= south - corridor
                    ):
                        if node < blocks:
                            node *= 2
                            continue
                        if entries == entry.size:
                            entry[0] = 1
                            entries = 1
                            break
                        entry[entries] = node
                        entries += 1
                    # On to the next node that does not lie under this one.
                    node += 1
                    while node & 1 == 0:
                        node >>= 1
                    if node == 1:
                        break
            # In the segment's own frame it runs from 0 to its length on the real axis.
            origin = start[s]
            w = end[s] - origin
            until = (w.real * w.real + w.imag * w.imag) ** 0.5
            rotation = complex(w.real / until, -w.imag / until)
            along = abs(rotation.real)
            across = abs(rotation.imag)
            hint = -1
            for e in range(entries):
                node = entry[e]
                stop = node + 1
                while stop & 1 == 0:
                    stop >>= 1
                while not whole:
                    w = (opposite[node] - corner[node]) * 0.5
                    z = (corner[node] + w - origin) * rotation
                    far = corridor + w.real * along + w.imag * across
                    a = max(z.real - far, 0.0)
                    b = min(z.real + far, until)
                    # What the tracks in the box could cover at most may be covered already.
                    useful = a <= b and abs(z.imag) <= corridor + w.real * across + w.imag * along
                    if useful and tail > base and low[tail - 1] <= a and high[tail - 1] >= b:
                        useful = False
                    if useful and node < blocks:
                        node *= 2
                        continue
                    if useful:
                        for v in range(block_first[node - blocks], block_end[node - blocks]):
                            p = (vertex[v] - origin) * rotation
                            q = (vertex[v + joined[v]] - origin) * rotation
                            a = max(min(p.real, q.real) - corridor, 0.0)
                            b = min(max(p.real, q.real) + corridor, until)
                            if a >= b or min(p.imag, q.imag) > corridor or max(p.imag, q.imag) < -corridor:
                                continue
                            if tail > base and low[tail - 1] <= a and high[tail - 1] >= b:
                                continue
                            # A segment widened by the corridor is convex, so it cuts the axis in one interval, whose
                            # ends lie on the circles around the segment's ends or on the two lines beside it.
                            a = until
                            b = 0.0
                            for z in (p, q):
                                far = square - z.imag * z.imag
                                if far >= 0.0:
                                    far = far**0.5
                                    a = min(a, z.real - far)
                                    b = max(b, z.real + far)
                            w = q - p
                            if w.imag != 0.0:
                                norm = w.real * w.real + w.imag * w.imag
                                far = corridor * norm**0.5 / w.imag
                                middle = p.real - w.real * p.imag / w.imag
                                for x in (middle - far, middle + far):
                                    share = w.real * (x - p.real) - w.imag * p.imag
                                    if 0.0 <= share <= norm:
                                        a = min(a, x)
                                        b = max(b, x)
                            a = max(a, 0.0)
                            b = min(b, until)
                            if a >= b:
                                continue
                            if b == until:
                                hint = v
                            # Spans do not overlap, so those that the new one meets become one with it in one pass.
                            for i in range(tail - 1, max(base, tail - _AT_HAND) - 1, -1):
                                if low[i] <= b and high[i] >= a:
                                    a = min(a, low[i])
                                    b = max(b, high[i])
                                    tail -= 1
                                    low[i] = low[tail]
                                    high[i] = high[tail]
                            if tail == low.size:
                                return -1
                            which[tail] = reach[s]
                            low[tail] = a
                            high[tail] = b
                            tail += 1
                            if a == 0.0 and b == until:
                                whole = True
                                break
                    node += 1
                    while node & 1 == 0:
                        node >>= 1
                    if node == stop:
                        break
            if hint >= 0:
                # Fixes half a corridor apart are tried next.
                w = vertex[min(hint + 8, vertex.size - 1)] - vertex[hint]
                stride = int(4.0 * corridor / max(abs(w.real), abs(w.imag), corridor / 8.0) + 1.0)
            scale = (end_m[s] - start_m[s]) / until
            for i in range(base, tail):
                low[i] = start_m[s] + low[i] * scale
                high[i] = end_m[s] if high[i] == until else start_m[s] + high[i] * scale
        if tail == base + 1 and base > 0 and which[base - 1] == reach[s] and low[base] == high[base - 1]:
            high[base - 1] = high[base]
            tail = base
    return tail
