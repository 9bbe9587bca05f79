"""Tracks that are the same outing again, or a copy of an earlier one (重复轨迹).

Two walks along one bank come near one another again and again, yet their
fixes do not fall on the same spots: a receiver's noise and the walker's pace
see to that. Copies do, whatever rounding, thinning or clock came between.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.compute.areas import ground_scale
from geo.compute.tracks import CleanedTrack

__all__ = ["find_likeness", "overlapping"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SPOT_M = 2.5
"""How far a fix may be moved by rounding to 1e-5 degrees, or by cutting off what follows."""

_CELL_LON, _CELL_LAT = 4e-5, 2.5e-5  # degrees; no smaller than a spot anywhere in China
_COLUMNS = 1 << 24
_SAMPLES = 16  # fixes of each track that are looked for in the others
_ALIKE = 0.75  # the share of them that must be found before two tracks are compared
_CROWD = 500  # a spot that so many tracks share, a gate or a car park, says nothing
_SHARE = 0.9  # the share of fixes that a copy has in common: cleaning may have dropped others
_RHYTHM_S = 5.0  # how far times may differ after a shift
_LATE_S = 300.0  # a clock that is wrong
_QUARTER_S, _ZONES_S = 900.0, 14 * 3600.0
_MINUTE_S = 60.0  # lists of patrols tell start and end to the minute
_LEAST_FIXES, _LEAST_M = 8, 100.0  # below, two honest walks may coincide
_SPARSE_M = 5.0
_TABLE_BITS = 22
_MIX = np.uint64(0x9E3779B97F4A7C15)
_CHUNK = 2_000_000


class Likeness(NamedTuple):
    """One row of :func:`find_likeness`."""

    new: int
    old: int
    kind: str
    shift_s: float
    deviation_m: float
    share: float


def find_likeness(new: list[CleanedTrack], old: list[CleanedTrack]) -> pd.DataFrame:
    """Find the new tracks that are one of the old ones.

    Parameters
    ----------
    new, old : list of CleanedTrack
        The same list twice compares its members: each pair is told once, the one that
        starts later as `new`.

    Returns
    -------
    DataFrame with columns ``new``, ``old``, ``kind``, ``shift_s``, ``deviation_m``, ``share``
        A row per pair, by their positions, ordered. `kind` is

        ``same``
            one outing recorded or exported twice: the same places at the same times, or with
            a clock that is wrong by up to 5 minutes, or by whole quarters of an hour up to
            14 h, as of a time zone mistaken;
        ``shifted_repeat``
            an earlier walk's fixes, all later by one and the same time;
        ``repeated``
            an earlier walk's fixes one after the other (or backwards) at other times, or a
            part of one at its time.

        `shift_s` is how much later the new one is, `deviation_m` how far apart 9 of 10 fixes
        are at most, `share` the share of fixes in common, of the track that has fewer.

    Notes
    -----
    Sixteen fixes of each track are looked up among the spots of all others; only pairs that
    share three in four of them are compared. A track is found by the spots of the coarser of
    the two, so that thinning hides nothing. Noise added to a copy does hide it.
    """
    within = new is old
    mine = _Fixes.of(new)
    others = mine if within else _Fixes.of(old)
    forth = _meetings(mine, others)
    back = None if within else _meetings(others, mine)
    if back is not None:
        back = pd.DataFrame({"few": back["many"], "many": back["few"], "shift_s": -back["shift_s"]})
    met = pd.concat([forth, back]).drop_duplicates(["few", "many"])
    rows = []
    for few, many, shift in zip(met["few"], met["many"], met["shift_s"], strict=True):
        later, earlier, later_by_s = int(few), int(many), float(shift)
        if within:
            if later == earlier:
                continue
            if (old[later].started_at_s, later) < (old[earlier].started_at_s, earlier):
                later, earlier, later_by_s = earlier, later, -later_by_s
        found = _compare(_Walk.of(new[later]), _Walk.of(old[earlier]), later_by_s)
        if found is not None:
            rows.append(Likeness(later, earlier, *found))
    frame = pd.DataFrame(rows, columns=list(Likeness._fields))
    frame = frame.astype({"new": "int64", "old": "int64", "kind": object})
    frame = frame.astype(dict.fromkeys(("shift_s", "deviation_m", "share"), "float64"))
    return frame.drop_duplicates(["new", "old"]).sort_values(["new", "old"], ignore_index=True)


def overlapping(person: ArrayLike, start_s: ArrayLike, end_s: ArrayLike, *, least_s: float = 60.0) -> Indices:
    """Return the pairs of patrols during which one person was on two at once.

    Parameters
    ----------
    person : array, shape (n,)
        Whose they are; None, NaN or below 0 where unknown, and these never meet.
    start_s, end_s : array of float, shape (n,)
    least_s : float
        A shorter overlap is a clock's, or the second's in which one ends and the next begins.

    Returns
    -------
    ndarray of int, shape (pairs, 2)
        Positions, the smaller first, ordered.

    Examples
    --------
    >>> overlapping([7, 7, 8, None], [0, 500, 0, 0], [600, 900, 900, 900]).tolist()
    [[0, 1]]
    """
    start, end = np.asarray(start_s, dtype=float), np.asarray(end_s, dtype=float)
    who, names = pd.factorize(pd.Series(person, dtype=object))
    numbers = pd.to_numeric(pd.Series(names, dtype=object), errors="coerce").to_numpy(dtype=float)
    unknown = np.append(numbers < 0, True)  # the last for those that factorize calls -1
    usable = np.flatnonzero(~unknown[who] & np.isfinite(start) & np.isfinite(end))
    order = usable[np.lexsort((start[usable], who[usable]))]
    if not len(order):
        return np.empty((0, 2), np.int64)
    # Everybody's time on an axis of its own, so that one search serves all.
    origin = start[order].min()
    span = end[order].max() - origin + least_s + 1
    begins = who[order] * span + (start[order] - origin)
    until = np.searchsorted(begins, begins + (end - start)[order] - least_s, side="right")
    count = np.maximum(until - np.arange(len(order)) - 1, 0)
    first = np.repeat(np.arange(len(order)), count)
    second = first + 1 + _counters(count)
    lasts = np.minimum(end[order[first]], end[order[second]]) - start[order[second]] >= least_s
    lasts &= who[order[first]] == who[order[second]]
    pairs = np.sort(np.column_stack([order[first], order[second]])[lasts], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Fixes:
    """All fixes of many tracks, without those that repeat the place of the one before."""

    lon: Floats
    lat: Floats
    time_s: Floats
    track: Indices
    count: Indices

    @classmethod
    def of(cls, tracks: list[CleanedTrack]) -> "_Fixes":
        count = np.array([track.kept for track in tracks], dtype=np.int64)
        track = np.repeat(np.arange(len(tracks)), count)
        lon, lat, time_s = (
            np.concatenate([np.empty(0), *(getattr(each, name) for each in tracks)])
            for name in ("lon", "lat", "time_s")
        )
        moved = np.ones(len(lon), dtype=bool)
        moved[1:] = (lon[1:] != lon[:-1]) | (lat[1:] != lat[:-1]) | (track[1:] != track[:-1])
        return cls(
            lon[moved], lat[moved], time_s[moved], track[moved], np.bincount(track[moved], minlength=len(tracks))
        )

    def keys(self) -> Indices:
        """Return the number of the cell that each fix lies in."""
        column = np.floor((self.lon + 180) / _CELL_LON).astype(np.int64)
        row = np.floor((self.lat + 90) / _CELL_LAT).astype(np.int64)
        return row * _COLUMNS + column

    def samples(self) -> Indices:
        """Return up to sixteen fixes of each track, evenly chosen, the ends among them."""
        first = np.cumsum(self.count) - self.count
        step = np.linspace(0, 1, _SAMPLES)
        at = first[:, None] + np.rint(step * np.maximum(self.count[:, None] - 1, 0)).astype(np.int64)
        return np.unique(at[self.count > 0])


def _meetings(few: _Fixes, many: _Fixes) -> pd.DataFrame:
    """Return which tracks have most of their samples on the spots of which others, and how much later."""
    empty = pd.DataFrame({"few": np.empty(0, np.int64), "many": np.empty(0, np.int64), "shift_s": np.empty(0)})
    samples = few.samples()
    if not len(samples) or not len(many.lon):
        return empty
    sample, fix = _at_one_spot(few, samples, many)
    if not len(sample):
        return empty
    pair = sample * np.int64(len(many.count)) + many.track[fix]
    pair, first = np.unique(pair, return_index=True)
    fix = fix[first]
    sample, other = np.divmod(pair, len(many.count))
    crowd = np.bincount(sample, minlength=len(samples))
    telling = crowd <= _CROWD
    asked = np.bincount(few.track[samples[telling]], minlength=len(few.count))
    kept = telling[sample]
    met = pd.DataFrame(
        {
            "few": few.track[samples[sample[kept]]],
            "many": other[kept],
            "shift_s": few.time_s[samples[sample[kept]]] - many.time_s[fix[kept]],
        }
    )
    votes = met.groupby(["few", "many"])["shift_s"].agg(["size", "median"]).reset_index()
    enough = votes["size"].to_numpy() >= _ALIKE * asked[votes["few"].to_numpy()]
    chosen = votes[enough]
    return pd.DataFrame({"few": chosen["few"], "many": chosen["many"], "shift_s": chosen["median"]})


def _at_one_spot(few: _Fixes, samples: Indices, many: _Fixes) -> tuple[Indices, Indices]:
    """Return which samples (by their place in `samples`) lie on the spot of which fixes, the nearest first."""
    around = np.array([row * _COLUMNS + column for row in (-1, 0, 1) for column in (-1, 0, 1)])
    keys = (few.keys()[samples][:, None] + around).ravel()
    owner = np.repeat(np.arange(len(samples)), len(around))
    order = np.argsort(keys, kind="stable")
    keys, owner = keys[order], owner[order]
    table = np.zeros(1 << _TABLE_BITS, dtype=bool)
    table[_slot(keys)] = True
    cells = many.keys()
    # Most fixes are nowhere near a sample: a look into a small table tells, a search need not.
    at = np.flatnonzero(table[_slot(cells)])
    found: list[tuple[Indices, Indices]] = []
    for part in np.array_split(at, len(at) // _CHUNK + 1):
        start, end = (np.searchsorted(keys, cells[part], side=side) for side in ("left", "right"))
        count = end - start
        sample = owner[np.repeat(start, count) + _counters(count)]
        fix = np.repeat(part, count)
        apart_m = _apart_m(few, samples[sample], many, fix)
        near = np.flatnonzero(apart_m <= _SPOT_M)
        nearest_first = near[np.argsort(apart_m[near], kind="stable")]
        found.append((sample[nearest_first], fix[nearest_first]))
    return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])


def _slot(keys: Indices) -> NDArray[np.uint64]:
    slots: NDArray[np.uint64] = (keys.astype(np.uint64) * _MIX) >> np.uint64(64 - _TABLE_BITS)
    return slots


def _apart_m(a: _Fixes, i: Indices, b: _Fixes, j: Indices) -> Floats:
    east_m, north_m = ground_scale(a.lat[i])
    apart: Floats = np.hypot((a.lon[i] - b.lon[j]) * east_m, (a.lat[i] - b.lat[j]) * north_m)
    return apart


def _counters(count: Indices) -> Indices:
    """Return 0, 1, … for each count, one after the other."""
    ends = np.cumsum(count)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)


class _Walk(NamedTuple):
    """One track in metres around a place of its own."""

    x: Floats
    y: Floats
    time_s: Floats

    @classmethod
    def of(cls, track: CleanedTrack) -> "_Walk":
        return cls(track.lon, track.lat, track.time_s)

    def around(self, lon: float, lat: float) -> "_Walk":
        east_m, north_m = ground_scale([lat])
        return _Walk((self.x - lon) * east_m[0], (self.y - lat) * north_m[0], self.time_s)

    @property
    def span_s(self) -> float:
        return float(self.time_s[-1] - self.time_s[0])


class _Match(NamedTuple):
    """How the fixes of one walk lie on another: which, how far, and when there."""

    apart_m: Floats
    there_s: Floats


def _compare(new: _Walk, old: _Walk, shift_s: float) -> tuple[str, float, float, float] | None:
    """Tell whether one of two walks is made of the other's fixes; kind, shift, deviation and share."""
    lon, lat = float(old.x[0]), float(old.y[0])
    new, old = new.around(lon, lat), old.around(lon, lat)
    rhythm = _better(_in_rhythm(new, old, shift_s), _in_rhythm(old, new, -shift_s))
    backwards = False
    if rhythm[0] >= _SHARE:
        share, by_new, match = rhythm
        steady = True
    else:
        share, by_new, match = _better(_in_order(new, old), _in_order(old, new))
        steady = False
        if share < _SHARE:
            share, by_new, match = _better(_in_order(new, _turned(old)), _in_order(old, _turned(new)))
            backwards = True
        if share < _SHARE:
            return None
    thin = new if by_new else old
    here = match.apart_m <= _SPOT_M + steady
    shifts = (thin.time_s - match.there_s)[here] * (1 if by_new else -1)
    deviation_m = float(np.quantile(match.apart_m[here], 0.9))
    told = (float(np.median(shifts)), deviation_m, share)
    whole = min(new.span_s, old.span_s) >= _SHARE * max(new.span_s, old.span_s) - _MINUTE_S
    if whole and not backwards and _one_outing(float(shifts[0]), float(shifts[-1]), steady):
        return "same", *told
    places = np.unique(np.rint(np.column_stack([thin.x, thin.y])[here] * 10), axis=0)
    if len(places) < _LEAST_FIXES or np.hypot(*np.ptp(places, axis=0)) / 10 < _LEAST_M:
        return None
    if steady:
        return ("shifted_repeat" if abs(told[0]) > _LATE_S else "repeated"), *told
    if deviation_m > 0.3 and np.median(np.hypot(np.diff(thin.x), np.diff(thin.y))) < _SPARSE_M:
        # So dense that some fix is near any place of the way: that is no copy yet.
        return None
    return "repeated", *told


def _better(by_new: tuple[float, _Match], by_old: tuple[float, _Match]) -> tuple[float, bool, _Match]:
    return (by_new[0], True, by_new[1]) if by_new[0] >= by_old[0] else (by_old[0], False, by_old[1])


def _in_rhythm(thin: _Walk, dense: _Walk, shift_s: float) -> tuple[float, _Match]:
    """Compare two walks moment by moment, one being `shift_s` later."""
    there_s = thin.time_s - shift_s
    apart_m = np.hypot(
        np.interp(there_s, dense.time_s, dense.x) - thin.x, np.interp(there_s, dense.time_s, dense.y) - thin.y
    )
    during = (there_s >= dense.time_s[0] - _RHYTHM_S) & (there_s <= dense.time_s[-1] + _RHYTHM_S)
    # Times written to the second move a walker by another metre.
    share = float((during & (apart_m <= _SPOT_M + 1)).mean())
    return share, _Match(np.where(during, apart_m, np.inf), there_s)


def _in_order(thin: _Walk, dense: _Walk) -> tuple[float, _Match]:
    """Compare the places of two walks, whatever the times."""
    nearest = np.empty(len(thin.x), dtype=np.int64)
    apart_m = np.empty(len(thin.x))
    rows = max(_CHUNK // len(dense.x), 1)
    for first in range(0, len(thin.x), rows):
        part = slice(first, first + rows)
        squared = (thin.x[part, None] - dense.x) ** 2 + (thin.y[part, None] - dense.y) ** 2
        nearest[part] = squared.argmin(axis=1)
        apart_m[part] = np.sqrt(squared[np.arange(squared.shape[0]), nearest[part]])
    here = apart_m <= _SPOT_M
    share = float(here.mean())
    back = np.diff(nearest[here]) < 0
    if back.sum() > (1 - _SHARE) * len(back):
        share = 0.0
    return share, _Match(apart_m, dense.time_s[nearest])


def _turned(walk: _Walk) -> _Walk:
    return _Walk(walk.x[::-1], walk.y[::-1], walk.time_s[::-1])


def _one_outing(start_shift_s: float, end_shift_s: float, steady: bool) -> bool:
    """Tell whether two recordings of one way differ by no more than a clock."""
    if abs(start_shift_s) <= _LATE_S and abs(end_shift_s) <= _LATE_S:
        return True
    zone_s = _QUARTER_S * round((start_shift_s + end_shift_s) / 2 / _QUARTER_S)
    loose_s = _RHYTHM_S if steady else _MINUTE_S
    off_s = max(abs(start_shift_s - zone_s), abs(end_shift_s - zone_s))
    return abs(zone_s) <= _ZONES_S and off_s <= loose_s
