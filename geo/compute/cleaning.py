"""Cleaning many tracks in one go, fix for fix as :func:`geo.compute.tracks.clean` does it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.compute.areas import ground_scale
from geo.compute.chains import choose_fixes, reachable
from geo.compute.measured import step_lengths_m
from geo.compute.tracks import CleanedTrack, CleaningRules, max_speed_ms, on_earth, repeated
from geo.errors import InvalidInput

__all__ = ["clean_many"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


def clean_many(
    lon: ArrayLike,
    lat: ArrayLike,
    time_s: ArrayLike,
    accuracy_m: ArrayLike | None,
    segment: ArrayLike | None,
    first: Indices,
    rules: Sequence[CleaningRules],
) -> list[CleanedTrack]:
    """Clean tracks that lie one after another in arrays.

    Parameters
    ----------
    lon, lat, time_s, accuracy_m, segment : array, shape (n,)
        As for :func:`geo.compute.tracks.clean`.
    first : ndarray of int, shape (k + 1,)
        Where each track begins, and at last n.
    rules : sequence of CleaningRules, length k
        One for each track.

    Returns
    -------
    list of CleanedTrack, length k
        To the last bit what ``clean`` returns for each; their arrays are views of common ones.

    Raises
    ------
    InvalidInput
        If no fix of a track has a time, or the arrays differ in length.

    Examples
    --------
    >>> lon, lat, time_s = [107.0, 107.0001, 107.5, 108.0], [29.0] * 4, [0, 10, 20, 0]
    >>> walks = clean_many(lon, lat, time_s, None, None, np.array([0, 3, 4]), [CleaningRules()] * 2)
    >>> [(walk.kept, walk.dropped) for walk in walks]
    [(2, {'speed': 1}), (1, {})]
    """
    fixes = _Fixes(lon, lat, time_s, accuracy_m, segment, first)
    untimed = fixes.count() * (np.bincount(fixes.track[~np.isnan(fixes.time_s)], minlength=fixes.tracks) == 0)
    if untimed.any():
        raise InvalidInput("the track has no times; coverage needs to know when each fix was taken")
    fixes.drop("place", ~on_earth(fixes.lon, fixes.lat))
    fixes.drop("time", ~np.isfinite(fixes.time_s))
    fixes.sort()
    fixes.drop("duplicate", repeated(fixes.time_s, fixes.lon, fixes.lat, fixes.accuracy_m, of=fixes.track))
    accuracy = fixes.accuracy_m
    most_m = np.array([each.max_accuracy_m for each in rules])[fixes.track]
    fixes.drop("accuracy", (accuracy > most_m) | (accuracy < 0))
    fixes.drop("duplicate", repeated(fixes.time_s, fixes.lon, fixes.lat, of=fixes.track))
    fixes.drop("speed", ~_within_speed(fixes, rules))
    return _split(fixes, rules)


class _Fixes:
    """The fixes of all tracks that are left, and how many of each were dropped and why."""

    def __init__(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        time_s: ArrayLike,
        accuracy_m: ArrayLike | None,
        segment: ArrayLike | None,
        first: Indices,
    ) -> None:
        self.lon, self.lat, self.time_s = (np.ascontiguousarray(each, dtype=np.float64) for each in (lon, lat, time_s))
        count = len(self.lon)
        self.accuracy_m = np.full(count, np.nan) if accuracy_m is None else np.asarray(accuracy_m, dtype=np.float64)
        self.segment = np.zeros(count, np.int64) if segment is None else np.asarray(segment, dtype=np.int64)
        self.tracks = len(first) - 1
        self.track: Indices = np.repeat(np.arange(self.tracks), np.diff(first))
        if not count == len(self.lat) == len(self.time_s) == len(self.accuracy_m) == len(self.segment) == first[-1]:
            raise InvalidInput("the columns of a track differ in length")
        self.recorded = np.diff(first)
        self.dropped: list[dict[str, int]] = [{} for _ in range(self.tracks)]

    def count(self) -> Indices:
        return np.bincount(self.track, minlength=self.tracks)

    def drop(self, reason: str, bad: Flags) -> None:
        if not bad.any():
            return
        number = np.bincount(self.track[bad], minlength=self.tracks)
        for k in np.flatnonzero(number):
            self.dropped[k][reason] = self.dropped[k].get(reason, 0) + int(number[k])
        self.take(~bad)

    def take(self, which: Flags | Indices) -> None:
        for name in ("lon", "lat", "time_s", "accuracy_m", "segment", "track"):
            setattr(self, name, getattr(self, name)[which])

    def sort(self) -> None:
        disordered = (self.time_s[1:] < self.time_s[:-1]) & (self.track[1:] == self.track[:-1])
        if disordered.any():
            # As stable as the sort of one track.
            self.take(np.lexsort((self.time_s, self.track)))

    def bounds(self) -> Indices:
        return np.append(0, np.cumsum(self.count()))


def _within_speed(fixes: _Fixes, rules: Sequence[CleaningRules]) -> Flags:
    kept = np.ones(len(fixes.lon), dtype=bool)
    if len(kept) < 2:
        return kept
    speed_ms = np.array([max_speed_ms(each) for each in rules])
    columns = (fixes.lon, fixes.lat, fixes.time_s, *ground_scale(fixes.lat))
    before, after = (tuple(column[part] for column in columns) for part in (slice(None, -1), slice(1, None)))
    within = reachable(before, after, speed_ms[fixes.track[1:]]) | (fixes.track[1:] != fixes.track[:-1])
    bounds = fixes.bounds()
    # Most tracks hold no step that is too fast; only the others need be gone through.
    for k in np.unique(fixes.track[1:][~within]).tolist():
        part = slice(bounds[k], bounds[k + 1])
        kept[part] = choose_fixes(
            fixes.lon[part], fixes.lat[part], fixes.time_s[part],
            max_speed_ms=speed_ms[k], max_doubt_s=rules[k].max_gap_s,
        )  # fmt: skip
    return kept


def _split(fixes: _Fixes, rules: Sequence[CleaningRules]) -> list[CleanedTrack]:
    bounds = fixes.bounds()
    step_s, step_m = np.diff(fixes.time_s), step_lengths_m(fixes.lon, fixes.lat)
    of, joined = fixes.track[1:], fixes.track[1:] == fixes.track[:-1]
    gap_s, gap_m = (np.array([getattr(each, name) for each in rules])[of] for name in ("max_gap_s", "max_gap_m"))
    split = (step_s > gap_s) | (step_m > gap_m) | _recorders_own(fixes, joined)
    begins = np.append(np.ones(min(len(fixes.lon), 1), dtype=bool), split | ~joined)
    inside = ~begins[1:]
    # A sum of its own for each track: another order of adding would be another number.
    own_m, own_s = step_m[inside], step_s[inside]
    ends = np.append(0, np.cumsum(np.bincount(of[inside], minlength=fixes.tracks))).tolist()
    starts = np.flatnonzero(begins)
    pieces = np.searchsorted(starts, bounds).tolist()
    limits = bounds.tolist()
    cleaned = []
    for k in range(fixes.tracks):
        part, steps = slice(limits[k], limits[k + 1]), slice(ends[k], ends[k + 1])
        cleaned.append(
            CleanedTrack(
                fixes=int(fixes.recorded[k]),
                dropped=fixes.dropped[k],
                lon=fixes.lon[part],
                lat=fixes.lat[part],
                time_s=fixes.time_s[part],
                piece_starts=starts[pieces[k] : pieces[k + 1]] - limits[k],
                length_m=float(own_m[steps].sum()),
                duration_s=float(own_s[steps].sum()),
            )
        )
    return cleaned


def _recorders_own(fixes: _Fixes, joined: Flags) -> Flags:
    """Tell where the recorder's pieces change, of tracks in which sorting by time has not mixed them."""
    changes = joined & (fixes.segment[1:] != fixes.segment[:-1])
    if not changes.any():
        return np.zeros(len(changes), dtype=bool)
    number = np.bincount(fixes.track[1:][changes], minlength=fixes.tracks)
    at = number[fixes.track] > 0
    pairs = np.unique(np.column_stack([fixes.track[at], fixes.segment[at]]), axis=0)
    parts = np.bincount(pairs[:, 0], minlength=fixes.tracks)
    flags: Flags = changes & (number == parts - 1)[fixes.track[1:]]
    return flags
