"""The compiled choice of the fixes that a track can really have passed through."""

import numba
import numpy as np
from numpy.typing import NDArray

from geo.compute.compiling import compiled

__all__ = ["DROPPED", "KEPT", "LEAPT", "choose_fixes"]

Floats = NDArray[np.float64]

DROPPED = 0
KEPT = 1
LEAPT = 2
"""Kept, though not reachable from the fix kept before it: a piece begins here."""

_BACK = 16  # fixes looked back at where the one before cannot be followed
_ENDS = 32  # ends of earlier runs looked back at

_SIGNATURE = numba.uint8[::1](
    numba.float64[::1],  # lon
    numba.float64[::1],  # lat
    numba.float64[::1],  # time_s, ascending
    numba.float64[::1],  # weight
    numba.float64[::1],  # east_m, metres per degree of longitude at each fix
    numba.float64[::1],  # north_m
    numba.float64,  # max_speed_ms
    numba.float64,  # penalty
)


@compiled(_SIGNATURE)
def choose_fixes(  # noqa: C901, PLR0912, PLR0915 - one function compiles quicker than three
    lon: Floats,
    lat: Floats,
    time_s: Floats,
    weight: Floats,
    east_m: Floats,
    north_m: Floats,
    max_speed_ms: float,
    penalty: float,
) -> NDArray[np.uint8]:
    """Return DROPPED, KEPT or LEAPT for each fix: the heaviest chain whose steps respect the speed.

    Each fix continues the heaviest chain from which it can be reached. A chain may
    leap to a fix that cannot be reached, at the price of `penalty`. Where the fix
    before is reached and heads the heaviest chain there is nothing to compare, so
    the cost is linear in ordinary tracks.
    """
    count = time_s.size
    chosen = np.zeros(count, np.uint8)
    if count == 0:
        return chosen
    value = np.empty(count)
    parent = np.empty(count, np.int64)
    leapt = np.zeros(count, np.uint8)
    ends = np.empty(_ENDS, np.int64)
    ended = 0
    value[0] = weight[0]
    parent[0] = -1
    best = 0
    for j in range(1, count):
        top = weight[j]
        follows = -1
        leap = 0
        if value[best] - penalty > 0.0:
            top = weight[j] + value[best] - penalty
            follows = best
            leap = 1
        before_reaches = False
        # Candidates: the fixes just before, the head of the heaviest chain, the ends of earlier runs.
        for candidate in range(_BACK + 1 + _ENDS):
            if candidate < _BACK:
                i = j - 1 - candidate
                if i < 0:
                    continue
            elif candidate == _BACK:
                i = best
            else:
                if candidate - _BACK > ended:
                    break
                i = ends[candidate - _BACK - 1]
            if candidate > 0 and weight[j] + value[i] <= top:
                continue
            turn = lon[j] - lon[i]
            turn -= 360.0 * np.rint(turn / 360.0)
            dx = turn * (east_m[i] + east_m[j]) / 2
            dy = (lat[j] - lat[i]) * (north_m[i] + north_m[j]) / 2
            reach_m = max_speed_ms * (time_s[j] - time_s[i]) * (1 + 1e-9)
            if dx * dx + dy * dy <= reach_m * reach_m:
                if candidate == 0:
                    before_reaches = True
                if weight[j] + value[i] > top or (leap == 1 and weight[j] + value[i] == top):
                    top = weight[j] + value[i]
                    follows = i
                    leap = 0
                if candidate == 0 and i == best:
                    break
        if not before_reaches:
            if ended < _ENDS:
                ends[ended] = j - 1
                ended += 1
            else:
                for k in range(_ENDS - 1):
                    ends[k] = ends[k + 1]
                ends[_ENDS - 1] = j - 1
        value[j] = top
        parent[j] = follows
        leapt[j] = leap
        if top > value[best]:
            best = j
    i = best
    while i >= 0:
        chosen[i] = LEAPT if leapt[i] else KEPT
        i = parent[i]
    return chosen
