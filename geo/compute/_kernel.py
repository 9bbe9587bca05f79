"""The compiled heart of coverage. Everybody else calls :mod:`geo.compute.coverage`.

A single function with a single signature, which uses no more of numba than
plain loops over arrays: it compiles in about two seconds, once, and is read
from the cache ever after. Places are complex numbers, so that turning one into
a segment's own frame is one multiplication.

What is found does not depend on the order in which the search meets it: each
pair of segments has one interval, and whatever is passed over lies well within
what is covered already. So the answer for a reach and a track is the same to
the last bit, whatever else is asked at the same time.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from geo.compute.compiling import compiled

__all__ = ["cover_lines"]

Places = NDArray[np.complex128]
Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

_PLACES, _NUMBERS, _INDICES = numba.complex128[::1], numba.float64[::1], numba.int64[::1]

_AT_HAND = 8  # spans of a segment that a new one may meet, so that the cost stays linear
_TRIES = 9  # fixes that are tried ahead of the tree
_TOGETHER = 16  # segments that search the tree together
_SLACK_M = 1e-6  # more than rounding moves a box, so that none is passed over which could add a last bit
_SURELY = 1.0 - 1e-12  # of a disc's square: within it, rounding does not decide
_NOTHING_M = 1e-9  # a segment that is not longer is none


@compiled(
    numba.int64(
        _PLACES,  # place
        _NUMBERS,  # measure_m
        _INDICES,  # first
        _INDICES,  # end
        _INDICES,  # reach
        _PLACES,  # vertex
        _INDICES,  # run_first
        _INDICES,  # run_last
        numba.float64,  # corridor
        _PLACES,  # box
        _INDICES,  # entry
        _INDICES,  # which
        _NUMBERS,  # low
        _NUMBERS,  # high
    )
)
def cover_lines(  # noqa: C901, PLR0912, PLR0915 - one function compiles in a third of the time of seven
    place: Places,
    measure_m: Numbers,
    first: Indices,
    end: Indices,
    reach: Indices,
    vertex: Places,
    run_first: Indices,
    run_last: Indices,
    corridor: float,
    box: Places,
    entry: Indices,
    which: Indices,
    low: Numbers,
    high: Numbers,
) -> int:
    """Find what tracks cover of reaches.

    Parameters
    ----------
    place : complex, shape (p,)
        The reaches' vertices, in metres.
    measure_m : float, shape (p,) or (0,)
        Their measures; without any, measures are lengths in the plane.
    first, end, reach : int, shape (r,)
        Part k of reach ``reach[k]`` is ``place[first[k]:end[k]]``; a reach's parts follow one another.
    vertex : complex, shape (v,)
        The tracks' fixes, each in a run.
    run_first, run_last : int, shape (b,), b > 0
        Runs of fixes that follow one another, both ends included, which become the leaves of a tree. A fix alone
        is a point.
    corridor : float
        In metres.
    box : complex, shape (at least 4b,)
        Room for the tree: two corners for each node.
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
    runs = run_first.size
    # Boxes hold boxes: the children of i are 2i and 2i + 1, the root is 1, whatever the number of runs.
    node = 2 * runs
    while node > 1:
        node -= 1
        if node < runs:
            p = box[4 * node]
            q = box[4 * node + 2]
            west = min(p.real, q.real)
            south = min(p.imag, q.imag)
            p = box[4 * node + 1]
            q = box[4 * node + 3]
            east = max(p.real, q.real)
            north = max(p.imag, q.imag)
        else:
            p = vertex[run_first[node - runs]]
            west = east = p.real
            south = north = p.imag
            for v in range(run_first[node - runs] + 1, run_last[node - runs] + 1):
                p = vertex[v]
                west = min(west, p.real)
                east = max(east, p.real)
                south = min(south, p.imag)
                north = max(north, p.imag)
        box[2 * node] = complex(west, south)
        box[2 * node + 1] = complex(east, north)

    tail = 0
    hint = -1
    stride = 1
    entries = 0
    measured = measure_m.size > 0
    wide = corridor + _SLACK_M
    square = corridor * corridor
    sure = square * _SURELY
    start_m = 0.0
    end_m = 0.0
    for part in range(first.size):
        if part == 0 or reach[part] != reach[part - 1]:
            end_m = 0.0
        together = 0
        for s in range(first[part], end[part] - 1):
            origin = place[s]
            goal = place[s + 1]
            w = goal - origin
            until = (w.real * w.real + w.imag * w.imag) ** 0.5
            start_m = end_m
            end_m = start_m + until
            if measured:
                start_m = measure_m[s]
                end_m = measure_m[s + 1]
            if until <= _NOTHING_M:
                continue
            # Whoever covered the end of the segment before goes on along this one, as a rule. A disc is convex: it
            # holds all of the segment if it holds both ends.
            whole = False
            if hint >= 0:
                k = 0
                while k < _TRIES and not whole:
                    # Ahead and behind in turn, because a track may turn back.
                    v = hint + (stride if k & 1 else -stride) * ((k + 1) >> 1)
                    if 0 <= v < vertex.size:
                        z = vertex[v]
                        p = origin - z
                        q = goal - z
                        whole = max(p.real * p.real + p.imag * p.imag, q.real * q.real + q.imag * q.imag) <= sure
                    k += 1
                if whole:
                    if k > 1 and k & 1:
                        stride = -stride
                    hint = v
            base = tail
            if tail == low.size:
                return -1
            if whole:
                which[tail] = reach[part]
                low[tail] = start_m
                high[tail] = end_m
                tail += 1
            else:
                if s >= together:
                    # Segments that follow one another enter the tree at those leaves that come near any of them.
                    together = min(s + _TOGETHER, end[part] - 1)
                    west = east = origin.real
                    south = north = origin.imag
                    for i in range(s + 1, together + 1):
                        p = place[i]
                        west = min(west, p.real)
                        east = max(east, p.real)
                        south = min(south, p.imag)
                        north = max(north, p.imag)
                    entries = 0
                    node = 1
                    while True:
                        p = box[2 * node]
                        q = box[2 * node + 1]
                        if (
                            p.real <= east + wide
                            and p.imag <= north + wide
                            and q.real >= west - wide
                            and q.imag >= south - wide
                        ):
                            if node < runs:
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
                        z = box[2 * node]
                        w = (box[2 * node + 1] - z) * 0.5
                        z = (z + w - origin) * rotation
                        far = wide + w.real * along + w.imag * across
                        a = max(z.real - far, 0.0)
                        b = min(z.real + far, until)
                        # What the tracks in the box could cover at most may be covered already.
                        useful = a <= b and abs(z.imag) <= wide + w.real * across + w.imag * along
                        if useful and tail > base and low[tail - 1] <= a and high[tail - 1] >= b:
                            useful = False
                        if useful and node < runs:
                            node *= 2
                            continue
                        if useful:
                            v = run_first[node - runs]
                            last = run_last[node - runs]
                            q = (vertex[v] - origin) * rotation
                            while not whole:
                                p = q
                                v += 1
                                if v <= last:
                                    q = (vertex[v] - origin) * rotation
                                # No track reaches farther than the corridor beyond its ends, rounding or not.
                                least = max(min(p.real, q.real) - corridor, 0.0)
                                most = min(max(p.real, q.real) + corridor, until)
                                if (
                                    least < most
                                    and min(p.imag, q.imag) <= corridor
                                    and max(p.imag, q.imag) >= -corridor
                                    and not (tail > base and low[tail - 1] <= least and high[tail - 1] >= most)
                                ):
                                    # A segment widened by the corridor is convex, so it cuts the axis in one
                                    # interval, whose ends lie on the circles around the segment's ends or on the
                                    # two lines beside it.
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
                                    a = max(a, least)
                                    b = min(b, most)
                                    if a < b:
                                        if b == until:
                                            hint = v - 1
                                        # Spans do not overlap, so those that the new one meets become one with it in
                                        # one pass.
                                        for i in range(tail - 1, max(base, tail - _AT_HAND) - 1, -1):
                                            if low[i] <= b and high[i] >= a:
                                                a = min(a, low[i])
                                                b = max(b, high[i])
                                                tail -= 1
                                                low[i] = low[tail]
                                                high[i] = high[tail]
                                        if tail == low.size:
                                            return -1
                                        which[tail] = reach[part]
                                        low[tail] = a
                                        high[tail] = b
                                        tail += 1
                                        whole = a == 0.0 and b == until
                                if v >= last:
                                    break
                        node += 1
                        while node & 1 == 0:
                            node >>= 1
                        if node == stop:
                            break
                if hint >= 0:
                    # Fixes half a corridor apart are tried next.
                    w = vertex[min(hint + 8, vertex.size - 1)] - vertex[hint]
                    far = 4.0 * corridor / max(abs(w.real), abs(w.imag), corridor / 8.0) + 1.0
                    stride = -int(far) if stride < 0 else int(far)
                scale = (end_m - start_m) / until
                for i in range(base, tail):
                    low[i] = start_m + low[i] * scale
                    high[i] = end_m if high[i] == until else start_m + high[i] * scale
            if tail == base + 1 and base > 0 and which[base - 1] == reach[part] and low[base] == high[base - 1]:
                high[base - 1] = high[base]
                tail = base
    return tail
