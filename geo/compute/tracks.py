"""Cleaning a track: which fixes are kept, and where it is split.

The rules stand in docs/decisions/0011. Everything dropped is counted by reason.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.compute.chains import choose_fixes
from geo.compute.measured import measured_lines, step_lengths_m
from geo.errors import InvalidInput

__all__ = ["CleanedTrack", "CleaningRules", "clean", "epoch_seconds", "max_speed_ms", "on_earth", "repeated"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CleaningRules:
    """What a fix must satisfy, and what splits a track; infinity switches a rule off.

    Attributes
    ----------
    max_speed_kmh : float
        A fix that needs more is dropped.
    max_gap_s, max_gap_m : float
        More between two fixes splits the track, never to be bridged.
    max_accuracy_m : float
        A fix whose accuracy is worse is dropped; one without accuracy is not.

    Raises
    ------
    InvalidInput
        If one is not above 0.
    """

    max_speed_kmh: float = 60.0
    max_gap_s: float = 120.0
    max_gap_m: float = 200.0
    max_accuracy_m: float = 50.0

    def __post_init__(self) -> None:
        """Check that every limit is one."""
        for field in self.__slots__:
            # Written so that NaN is refused too.
            if not getattr(self, field) > 0:
                raise InvalidInput("{field} must be above 0", field=field)


@dataclass(frozen=True, slots=True, eq=False)
class CleanedTrack:
    """The kept fixes of one track, split into pieces (保留轨迹).

    Attributes
    ----------
    fixes : int
        How many there were.
    dropped : dict of str to int
        How many were dropped by reason: ``place`` (no coordinates), ``time`` (none),
        ``duplicate``, ``accuracy``, ``speed``. Reasons that dropped none are absent.
    lon, lat : ndarray of float, shape (kept,)
        In EPSG:4490, sorted by time.
    time_s : ndarray of float, shape (kept,)
        Seconds since 1970 in UTC.
    piece_starts : ndarray of int, shape (pieces,)
        Where each piece begins in the arrays. A piece may be a single fix: it has
        no length and no duration, yet covers a disc.
    length_m : float
        The sum over pieces along geodesics.
    duration_s : float
        The sum over pieces of the time from first to last fix (巡河时长). What a
        split leaves out is no more evidence of time than of distance: an app left
        open from morning till evening is not a patrol of ten hours.
    """

    fixes: int
    dropped: dict[str, int]
    lon: Floats
    lat: Floats
    time_s: Floats
    piece_starts: Indices
    length_m: float
    duration_s: float

    @property
    def kept(self) -> int:
        """How many fixes are kept."""
        return len(self.lon)

    @property
    def pieces(self) -> int:
        """How many pieces there are."""
        return len(self.piece_starts)

    @property
    def started_at_s(self) -> float:
        """The time of the first kept fix, in seconds since 1970; NaN if none is kept."""
        return float(self.time_s[0]) if self.kept else np.nan

    @property
    def ended_at_s(self) -> float:
        """The time of the last kept fix, in seconds since 1970; NaN if none is kept."""
        return float(self.time_s[-1]) if self.kept else np.nan

    def geometry(self) -> shapely.MultiLineString:
        """Return the pieces in EPSG:4490; a single fix becomes a part of length 0, empty if none is kept."""
        return shapely.force_2d(self.measured())

    def measured(self) -> shapely.MultiLineString:
        """Return the pieces with epoch seconds as measures (M)."""
        return measured_lines(self.lon, self.lat, self.time_s, self.piece_starts)


def clean(
    lon: ArrayLike,
    lat: ArrayLike,
    time_s: ArrayLike,
    accuracy_m: ArrayLike | None = None,
    segment: ArrayLike | None = None,
    *,
    rules: CleaningRules | None = None,
) -> CleanedTrack:
    """Keep the fixes of one track that can be true, and split it where it is interrupted.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        In EPSG:4490, in any order.
    time_s : array of float, shape (n,)
        Seconds since 1970 in UTC; NaN where a fix has no time.
    accuracy_m : array of float, shape (n,), optional
        NaN where unknown; below 0 is how some phones say that they are lost.
    segment : array of int, shape (n,), optional
        The recorder's own pieces: a change is a split. Where sorting by time mixes
        two of them, they are two files of one walk, and no split.
    rules : CleaningRules, optional

    Returns
    -------
    CleanedTrack

    Raises
    ------
    InvalidInput
        If no fix has a time, or the arrays differ in length.

    Notes
    -----
    A fix that needs more than the speed limit from the last kept one is dropped.
    But where the kept ones are in the minority it is they that are wrong: if later
    fixes, each within the limit from the one before, outnumber the last kept ones
    and fit what came before these, they take their place. So a wrong first fix
    costs itself only, as does one after a break. No more than ``max_gap_s`` of a
    track is ever given up like this.

    Examples
    --------
    >>> walk = clean([107.0, 107.0001, 107.5, 107.0002], [29.0] * 4, [0, 10, 20, 30])
    >>> walk.kept, walk.dropped, walk.pieces, round(walk.length_m, 1), walk.duration_s
    (3, {'speed': 1}, 1, 19.5, 30.0)
    """
    rules = rules or CleaningRules()
    fixes = _Fixes.of(lon, lat, time_s, accuracy_m, segment)
    count = len(fixes.lon)
    if count and np.isnan(fixes.time_s).all():
        raise InvalidInput("the track has no times; coverage needs to know when each fix was taken")
    dropped: dict[str, int] = {}

    def drop(reason: str, bad: Flags) -> None:
        nonlocal fixes
        if number := int(bad.sum()):
            dropped[reason] = dropped.get(reason, 0) + number
            fixes = fixes.take(~bad)

    drop("place", ~on_earth(fixes.lon, fixes.lat))
    drop("time", ~np.isfinite(fixes.time_s))
    if (np.diff(fixes.time_s) < 0).any():
        fixes = fixes.take(np.argsort(fixes.time_s, kind="stable"))
    drop("duplicate", repeated(fixes.time_s, fixes.lon, fixes.lat, fixes.accuracy_m))
    drop("accuracy", (fixes.accuracy_m > rules.max_accuracy_m) | (fixes.accuracy_m < 0))
    # The same fix with two accuracies, of which one has passed.
    drop("duplicate", repeated(fixes.time_s, fixes.lon, fixes.lat))
    drop("speed", ~_within_speed(fixes, rules))
    return _split(fixes, rules, count, dropped)


@dataclass(frozen=True, slots=True)
class _Fixes:
    lon: Floats
    lat: Floats
    time_s: Floats
    accuracy_m: Floats
    segment: Indices

    @classmethod
    def of(cls, lon: Any, lat: Any, time_s: Any, accuracy_m: Any, segment: Any) -> "_Fixes":
        """Check that the arrays are of one length."""
        x, y, t = (np.ascontiguousarray(values, dtype=np.float64) for values in (lon, lat, time_s))
        accuracy = np.full(len(x), np.nan) if accuracy_m is None else np.asarray(accuracy_m, dtype=np.float64)
        part = np.zeros(len(x), np.int64) if segment is None else np.asarray(segment, dtype=np.int64)
        if not len(x) == len(y) == len(t) == len(accuracy) == len(part):
            raise InvalidInput("the columns of a track differ in length")
        return cls(x, y, t, accuracy, part)

    def take(self, which: Flags | Indices) -> "_Fixes":
        return _Fixes(self.lon[which], self.lat[which], self.time_s[which], self.accuracy_m[which], self.segment[which])


def on_earth(lon: Floats, lat: Floats) -> Flags:
    """Tell which places are on Earth."""
    # Comparisons with NaN are false.
    on_earth: Flags = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return on_earth


def repeated(time_s: Floats, *columns: Floats | Indices, of: Indices | None = None) -> Flags:
    """Tell which fixes repeat an earlier one; `time_s` ascends, within each track if `of` tells whose they are."""
    same = time_s[1:] == time_s[:-1]
    if of is not None:
        same &= of[1:] == of[:-1]
        columns = (*columns, of)
    again = np.zeros(len(time_s), dtype=bool)
    if same.any():
        # Only fixes that share their time can be repeated.
        shared = np.append(False, same) | np.append(same, False)
        frame = pd.DataFrame({str(k): values[shared] for k, values in enumerate((time_s, *columns))})
        again[shared] = frame.duplicated().to_numpy()
    return again


def _within_speed(fixes: _Fixes, rules: CleaningRules) -> Flags:
    """Tell which fixes are kept; see :func:`geo.compute.chains.choose_fixes`."""
    return choose_fixes(
        fixes.lon, fixes.lat, fixes.time_s, max_speed_ms=max_speed_ms(rules), max_doubt_s=rules.max_gap_s
    )


def max_speed_ms(rules: CleaningRules) -> float:
    """Return the speed limit in m/s, always finite: infinity times no time at all would be NaN."""
    return min(rules.max_speed_kmh / 3.6, 1e12)


def _split(fixes: _Fixes, rules: CleaningRules, count: int, dropped: dict[str, int]) -> CleanedTrack:
    step_s = np.diff(fixes.time_s)
    step_m = step_lengths_m(fixes.lon, fixes.lat)
    begins = np.zeros(len(fixes.lon), dtype=bool)
    begins[:1] = True
    begins[1:] |= (step_s > rules.max_gap_s) | (step_m > rules.max_gap_m)
    changes = fixes.segment[1:] != fixes.segment[:-1]
    if changes.sum() == len(np.unique(fixes.segment)) - 1:
        begins[1:] |= changes
    inside = ~begins[1:]
    return CleanedTrack(
        fixes=count,
        dropped=dropped,
        lon=fixes.lon,
        lat=fixes.lat,
        time_s=fixes.time_s,
        piece_starts=np.flatnonzero(begins),
        length_m=float(step_m[inside].sum()),
        duration_s=float(step_s[inside].sum()),
    )


def epoch_seconds(times: pd.Series) -> Floats:
    """Return seconds since 1970 in UTC, NaN for NaT, whatever the series' resolution.

    Parameters
    ----------
    times : Series of datetime, shape (n,)
        Aware, or naive in UTC.

    Examples
    --------
    >>> epoch_seconds(pd.Series(pd.to_datetime(["2024-01-01T08:00:00.5+08:00", None])))
    array([1.7040672e+09,           nan])
    """
    naive = times.dt.tz_convert("UTC").dt.tz_localize(None) if times.dt.tz is not None else times
    moments = naive.to_numpy(dtype="datetime64[us]")
    seconds = moments.astype(np.int64) / 1e6
    return np.where(np.isnat(moments), np.nan, seconds)
