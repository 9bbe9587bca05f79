"""The choice of the fixes that a track can really have passed through."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.compute.areas import ground_scale

__all__ = ["choose_fixes", "reachable"]

Floats = NDArray[np.float64]

_ROUNDING_M = 1e-6


def choose_fixes(
    lon: Floats, lat: Floats, time_s: Floats, *, max_speed_ms: float, max_doubt_s: float
) -> NDArray[np.bool_]:
    """Tell which fixes are kept, such that none needs more than the speed from the one kept before.

    Parameters
    ----------
    lon, lat, time_s : ndarray of float, shape (n,)
        In degrees and seconds, sorted by time.
    max_speed_ms : float
        In m/s, finite.
    max_doubt_s : float
        Kept fixes that later ones contradict are given up only if they span no more than this.

    Notes
    -----
    Where one fix can be reached from the one before, as nearly all can, all are
    looked at in one go; one by one only from there on where one cannot, until
    the last kept fix is followed again.

    Examples
    --------
    >>> lon = np.array([107.9, 107.0, 107.0001, 107.0002])
    >>> choose_fixes(lon, np.full(4, 29.0), np.arange(4) * 10.0, max_speed_ms=16, max_doubt_s=120)
    array([False,  True,  True,  True])
    """
    track = (lon, lat, time_s, *ground_scale(lat))
    count = len(lon)
    before, after = (tuple(column[part] for column in track) for part in (slice(None, -1), slice(1, None)))
    # Where a run of fixes ends that can each be reached from the one before.
    breaks = np.append(np.flatnonzero(~reachable(before, after, max_speed_ms)) + 1, count).tolist()
    kept: list[int] = []
    rivals: list[int] = []
    j = passed = 0
    while j < count:
        if not kept or reachable(_fix(track, kept[-1]), _fix(track, j), max_speed_ms):
            while breaks[passed] <= j:
                passed += 1
            kept.extend(range(j, breaks[passed]))
            j = breaks[passed]
            rivals.clear()
            continue
        # Fixes that cannot be reached from the last kept one, but from one another, are its rivals.
        if rivals and not reachable(_fix(track, rivals[-1]), _fix(track, j), max_speed_ms):
            rivals.clear()
        rivals.append(j)
        j += 1
        # If they outnumber the last kept ones, and are reached from the one before those, it is those that are wrong.
        last = len(kept) - len(rivals)
        first = max(last + 1, 0)
        if (
            first < len(kept)
            and time_s[kept[-1]] - time_s[kept[first]] <= max_doubt_s
            and (last < 0 or reachable(_fix(track, kept[last]), _fix(track, rivals[0]), max_speed_ms))
        ):
            kept[first:] = rivals
            rivals.clear()
    chosen = np.zeros(count, dtype=bool)
    chosen[kept] = True
    return chosen


def _fix(track: tuple[Floats, ...], k: int) -> tuple[float, ...]:
    return tuple(column.item(k) for column in track)


def reachable(before: tuple[Any, ...], after: tuple[Any, ...], max_speed_ms: Any) -> Any:
    """Tell whether a fix (or many) can be reached from another: longitude, latitude, time, metres per degree each."""
    lon, lat, time_s, east_m, north_m = before
    lon_2, lat_2, time_2_s, east_2_m, north_2_m = after
    x = ((lon_2 - lon + 180) % 360 - 180) * (east_m + east_2_m) / 2
    y = (lat_2 - lat) * (north_m + north_2_m) / 2
    far_m = max_speed_ms * (time_2_s - time_s) * (1 + 1e-9) + _ROUNDING_M
    return x * x + y * y <= far_m * far_m
