"""The compiled choice of the fixes that a track can really have passed through."""

import numba
import numpy as np
from numpy.typing import NDArray

from geo.compute.compiling import compiled

__all__ = ["choose_fixes"]

Floats = NDArray[np.float64]

# Read-only arrays are how pandas hands out its columns; others are taken too.
_NUMBERS = numba.types.Array(numba.float64, 1, "C", readonly=True)


@compiled(numba.boolean(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, numba.float64, numba.int64, numba.int64))
def _reaches(
    lon: Floats, lat: Floats, time_s: Floats, east_m: Floats, north_m: Floats, max_speed_ms: float, i: int, k: int
) -> bool:
    """Tell whether fix k can be reached from fix i."""
    turn = lon[k] - lon[i]
    turn -= 360.0 * np.rint(turn / 360.0)
    x = turn * (east_m[i] + east_m[k]) / 2
    y = (lat[k] - lat[i]) * (north_m[i] + north_m[k]) / 2
    # The addend is for the rounding of degrees.
    far = max_speed_ms * (time_s[k] - time_s[i]) * (1 + 1e-9) + 1e-6
    return bool(x * x + y * y <= far * far)


@compiled(numba.boolean[::1](_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, numba.float64, numba.float64))
def choose_fixes(
    lon: Floats,
    lat: Floats,
    time_s: Floats,
    east_m: Floats,
    north_m: Floats,
    max_speed_ms: float,
    max_doubt_s: float,
) -> NDArray[np.bool_]:
    """Tell which fixes are kept, such that none needs more than the speed from the one kept before.

    Parameters
    ----------
    lon, lat, time_s : float, shape (n,)
        In degrees and seconds, sorted by time.
    east_m, north_m : float, shape (n,)
        Metres per degree at each fix.
    max_speed_ms : float
        In m/s, finite.
    max_doubt_s : float
        Kept fixes that later ones contradict are given up only if they span no more than this.
    """
    count = time_s.size
    kept = np.empty(count, np.int64)
    rival = np.empty(count, np.int64)
    ours = theirs = 0
    for j in range(count):
        if ours == 0 or _reaches(lon, lat, time_s, east_m, north_m, max_speed_ms, kept[ours - 1], j):
            kept[ours] = j
            ours += 1
            theirs = 0
            continue
        # Fixes that cannot be reached from the last kept one, but from one another, are its rivals.
        if theirs > 0 and not _reaches(lon, lat, time_s, east_m, north_m, max_speed_ms, rival[theirs - 1], j):
            theirs = 0
        rival[theirs] = j
        theirs += 1
        # If they outnumber the last kept fixes, and are reached from the one before those, it is those that are wrong.
        last = ours - theirs
        if last >= 0 and not _reaches(lon, lat, time_s, east_m, north_m, max_speed_ms, kept[last], rival[0]):
            continue
        first = max(last + 1, 0)
        if first < ours and time_s[kept[ours - 1]] - time_s[kept[first]] <= max_doubt_s:
            kept[first : first + theirs] = rival[:theirs]
            ours = first + theirs
            theirs = 0
    chosen = np.zeros(count, np.bool_)
    for one in range(ours):
        chosen[kept[one]] = True
    return chosen
