"""Reasons to doubt a patrol (存疑), each with its evidence; pure arithmetic on the fixes as recorded.

The reasons and their limits stand in docs/decisions/0012. A doubt is a
question for a person, not a finding: only what cannot be is rejected here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.compute.integrity_rules import DEFAULT_RULES, IntegrityRules
from geo.compute.measured import step_lengths_m
from geo.compute.tracks import CleanedTrack

__all__ = [
    "Doubt",
    "IntegrityRules",
    "Raw",
    "doubts_of",
    "overlap_doubt",
    "repeat_doubt",
    "verdict_of",
]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SAME_PLACE = 1e-7  # degrees: a centimetre, below what any receiver writes twice by chance
_TOLD = 3  # so many places of a kind are told
_ENDS = 3  # fixes at either end of a stay, of which not all are wrong


@dataclass(frozen=True, slots=True)
class Raw:
    """One track as it was recorded, in the order of the file.

    Attributes
    ----------
    lon, lat : ndarray of float, shape (n,)
        In EPSG:4490; NaN where a fix has no place.
    time_s : ndarray of float, shape (n,)
        Seconds since 1970 in UTC; NaN where a fix has no time.
    accuracy_m : ndarray of float, shape (n,), or None
        NaN where unknown; None where the file has no such column.
    """

    lon: Floats
    lat: Floats
    time_s: Floats
    accuracy_m: Floats | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason for doubt (a code of ``PATROL_DOUBTS``) and the facts behind it, fit for JSON.

    Places stand in the evidence as ``[lon, lat]`` under ``place``, ``from`` and ``to``.
    """

    reason: str
    evidence: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the doubt as it is stored: one object, its reason first."""
        return {"reason": self.reason, **self.evidence}


def doubts_of(
    raw: Raw,
    cleaned: CleanedTrack | None,
    *,
    now_s: float,
    near_share: float | None = None,
    timed: bool = True,
    rules: IntegrityRules = DEFAULT_RULES,
) -> list[Doubt]:
    """Return the reasons to doubt one track that stand in the track itself.

    Parameters
    ----------
    raw : Raw
        As recorded: what cleaning drops is evidence.
    cleaned : CleanedTrack or None
        What is kept of it; None if nothing can be.
    now_s : float
        The time of the check, in seconds since 1970.
    near_share : float, optional
        The share of the kept line within the corridor of its reach, 0 to 1; None if unknown.
    timed : bool
        False if times were spread between start and end: then only the mean speed is known.
    rules : IntegrityRules

    Returns
    -------
    list of Doubt
        In the order of ``PATROL_DOUBTS``; empty where nothing is doubtful.

    Notes
    -----
    What needs other patrols is found by :mod:`geo.compute.likeness` and told by
    :func:`repeat_doubt` and :func:`overlap_doubt`.

    Examples
    --------
    >>> minutes = np.arange(40) * 60.0
    >>> ride = Raw(107 + minutes * 5e-5, np.full(40, 29.0), minutes)
    >>> [doubt.reason for doubt in doubts_of(ride, None, now_s=1e9)]
    ['too_fast']
    """
    track = _Ordered.of(raw)
    if not len(track.lon):
        return [Doubt("no_track", {"fixes": len(raw.lon)})]
    found = [_too_fast(track, timed, rules)]
    if timed:
        found += [_teleport(track, rules), _frozen(track, cleaned, rules)]
    found += [
        _mock_accuracy(raw.accuracy_m, rules),
        _future(track, now_s, rules),
        _outside_corridor(near_share, cleaned, rules),
    ]
    return [doubt for doubt in found if doubt is not None]


def repeat_doubt(
    kind: str, other: str | int, *, shift_s: float, deviation_m: float, share: float = 1.0, certain: bool = True
) -> Doubt:
    """Return the doubt that a track copies an earlier one; `kind` as in :func:`geo.compute.likeness.find_likeness`.

    Parameters
    ----------
    other : str or int
        The earlier patrol.
    shift_s : float
        How much later this one is; negative if it is the earlier one.
    share : float
        The share of its fixes that are the other's.
    certain : bool
        Whether it is known which of the two is the copy. Where the walk with the earlier date came to
        light later, somebody may as well have dated a copy back.
    """
    evidence = {"patrol": other, "shift_s": round(shift_s), "deviation_m": round(deviation_m, 2)}
    return Doubt(kind, evidence | {"share": round(share, 3)} | ({} if certain else {"certain": False}))


def overlap_doubt(other: str | int, start_s: float, end_s: float) -> Doubt:
    """Return the doubt that its person was on another patrol from `start_s` to `end_s`."""
    return Doubt(
        "overlapping",
        {"patrol": other, "since": _moment(start_s), "until": _moment(end_s), "minutes": _minutes(end_s - start_s)},
    )


def verdict_of(doubts: Iterable[Doubt]) -> str:
    """Return the machine's verdict: ``valid``, ``doubtful``, or ``rejected`` for what cannot be.

    It cannot be that most of a track lies in the future, or that all of one is an
    earlier one's points at another time. All else waits for a person: so does the
    question which of two is the copy, where that is not certain.

    Examples
    --------
    >>> verdict_of([]), verdict_of([Doubt("too_fast", {})])
    ('valid', 'doubtful')
    >>> verdict_of([Doubt("future", {"share": 1.0})])
    'rejected'
    """
    told = list(doubts)
    if any(_impossible(doubt) for doubt in told):
        return "rejected"
    return "doubtful" if told else "valid"


def _impossible(doubt: Doubt) -> bool:
    if doubt.reason == "future":
        return bool(doubt.evidence["share"] > 0.5)
    if doubt.reason in ("repeated", "shifted_repeat"):
        # The same points at the same time are one walk recorded twice, or two people with one phone.
        return doubt.evidence.get("certain", True) and bool(abs(doubt.evidence["shift_s"]) > DEFAULT_RULES.clock_s)
    return False


@dataclass(frozen=True, slots=True)
class _Ordered:
    """The fixes that have a place and a time, in order of time."""

    lon: Floats
    lat: Floats
    time_s: Floats
    step_s: Floats
    step_m: Floats

    @classmethod
    def of(cls, raw: Raw) -> "_Ordered":
        lon, lat, time_s = raw.lon, raw.lat, raw.time_s
        # Comparisons with NaN are false.
        usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & np.isfinite(time_s)
        if not usable.all():
            lon, lat, time_s = lon[usable], lat[usable], time_s[usable]
        step_s = time_s[1:] - time_s[:-1]
        if (step_s < 0).any():
            order = np.argsort(time_s, kind="stable")
            lon, lat, time_s = lon[order], lat[order], time_s[order]
            step_s = time_s[1:] - time_s[:-1]
        return cls(lon, lat, time_s, step_s, step_lengths_m(lon, lat))

    def apart_m(self, i: Indices, j: Indices) -> Floats:
        pairs = np.column_stack([i, j]).ravel()
        return step_lengths_m(self.lon[pairs], self.lat[pairs])[::2]

    def place(self, k: int) -> list[float]:
        return [round(float(self.lon[k]), 6), round(float(self.lat[k]), 6)]


def _too_fast(track: _Ordered, timed: bool, rules: IntegrityRules) -> Doubt | None:
    """Doubt a track on which most of the movement is faster than a walk.

    A leg's straight length is less than what was walked of it, so that its speed
    is a lower bound, however long the leg.
    """
    if timed:
        window = np.floor((track.time_s - track.time_s[0]) / rules.window_s)
        at = np.append(0, np.flatnonzero(window[1:] != window[:-1]) + 1)
        leg_s = np.diff(track.time_s[at])
        leg_m = step_lengths_m(track.lon[at], track.lat[at])
    else:
        leg_s, leg_m = track.step_s.sum(keepdims=True), track.step_m.sum(keepdims=True)
    moving = leg_m * 3.6 > rules.moving_kmh * leg_s
    moving_s = leg_s[moving]
    total_s = float(moving_s.sum())
    if total_s < rules.moving_least_s:
        return None
    kmh = leg_m[moving] * 3.6 / np.maximum(moving_s, 1e-3)
    slowest_first = np.argsort(kmh, kind="stable")
    reached = np.cumsum(moving_s[slowest_first])
    share = float(moving_s[kmh > rules.walking_kmh].sum()) / total_s
    if share < rules.fast_share:
        return None
    return Doubt(
        "too_fast",
        {
            "share": round(share, 3),
            "limit_kmh": rules.walking_kmh,
            "median_kmh": round(float(kmh[slowest_first[np.searchsorted(reached, total_s / 2)]]), 1),
            "fastest_kmh": round(float(np.quantile(kmh, 0.95)), 1),
            "minutes": _minutes(total_s),
        },
    )


def _teleport(track: _Ordered, rules: IntegrityRules) -> Doubt | None:
    """Doubt a track that goes on elsewhere, without a way there."""
    leaps = np.flatnonzero(_leaps(track.step_m, track.step_s, rules))
    if not len(leaps):
        return None
    starts = np.append(0, leaps + 1)
    ends = np.append(leaps, len(track.lon) - 1)
    long = track.time_s[ends] - track.time_s[starts] >= rules.stay_s
    stays = np.flatnonzero(long & (ends - starts + 1 >= rules.stay_fixes))
    before, after = ends[stays[:-1]], starts[stays[1:]]
    apart_s = track.time_s[after] - track.time_s[before]
    apart_m = track.apart_m(before, after)
    # A leap that a receiver makes right beside a break looks like the end of a stay.
    nearest_m = np.min([track.apart_m(before - k, after + n) for k in range(_ENDS) for n in range(_ENDS)], axis=0)
    real = _leaps(apart_m, apart_s, rules) & (nearest_m > rules.teleport_m)
    if not real.any():
        if len(leaps) < max(rules.leaps_least, rules.leap_share * len(track.step_m)):
            return None
        before, after, apart_m, apart_s = leaps, leaps + 1, track.step_m[leaps], track.step_s[leaps]
    else:
        before, after, apart_m, apart_s = before[real], after[real], apart_m[real], apart_s[real]
    widest = np.sort(np.argsort(-apart_m, kind="stable")[:_TOLD])
    return Doubt(
        "teleport",
        {
            "times": len(before),
            "longest_m": round(float(apart_m.max())),
            "leaps": [
                {
                    "at": _moment(track.time_s[before[k]]),
                    "from": track.place(before[k]),
                    "to": track.place(after[k]),
                    "distance_m": round(float(apart_m[k])),
                    "seconds": round(float(apart_s[k])),
                }
                for k in widest
            ],
        },
    )


def _leaps(step_m: Floats, step_s: Floats, rules: IntegrityRules) -> Flags:
    # Written without a division: some steps take no time.
    leaps: Flags = (step_m > rules.teleport_m) & (step_m * 3.6 > rules.teleport_kmh * step_s)
    return leaps


def _frozen(track: _Ordered, cleaned: CleanedTrack | None, rules: IntegrityRules) -> Doubt | None:
    """Doubt a track whose position stood still for most of its time, or that went nowhere."""
    recorded = track.step_s <= rules.max_gap_s
    recorded_s = float(track.step_s[recorded].sum())
    if recorded_s < rules.still_s:
        return None
    return _stuck(track, recorded, recorded_s, rules) or _still(track, cleaned, recorded_s, rules)


def _stuck(track: _Ordered, recorded: Flags, recorded_s: float, rules: IntegrityRules) -> Doubt | None:
    same = recorded & (np.abs(np.diff(track.lon)) < _SAME_PLACE) & (np.abs(np.diff(track.lat)) < _SAME_PLACE)
    if not same.any():
        return None
    change = np.flatnonzero(np.diff(same, prepend=False, append=False))
    first, last = change[::2], change[1::2]
    run_s = track.time_s[last] - track.time_s[first]
    frozen_s = float(run_s[run_s >= rules.frozen_s].sum())
    if frozen_s < max(rules.frozen_share * recorded_s, rules.still_s):
        return None
    longest = int(np.argmax(run_s))
    return Doubt(
        "frozen",
        {
            "share": round(frozen_s / recorded_s, 3),
            "minutes": _minutes(frozen_s),
            "place": track.place(first[longest]),
            "since": _moment(track.time_s[first[longest]]),
            "until": _moment(track.time_s[last[longest]]),
        },
    )


def _still(track: _Ordered, cleaned: CleanedTrack | None, recorded_s: float, rules: IntegrityRules) -> Doubt | None:
    lon, lat = (cleaned.lon, cleaned.lat) if cleaned is not None and cleaned.kept else (track.lon, track.lat)
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    within_m = float(step_lengths_m(np.array([west, east]), np.array([south, north]))[0])
    if within_m >= rules.still_m:
        return None
    return Doubt(
        "frozen",
        {
            "share": 1.0,
            "minutes": _minutes(recorded_s),
            "within_m": round(within_m, 1),
            "place": [round(float(west + east) / 2, 6), round(float(south + north) / 2, 6)],
            "since": _moment(track.time_s[0]),
            "until": _moment(track.time_s[-1]),
        },
    )


def _mock_accuracy(accuracy_m: Floats | None, rules: IntegrityRules) -> Doubt | None:
    """Doubt accuracies that no receiver reports: 0, or one and the same throughout."""
    if accuracy_m is None:
        return None
    known = accuracy_m[np.isfinite(accuracy_m)]
    if len(known) < rules.accuracy_fixes:
        return None
    zeros = int((known == 0).sum())
    if zeros >= rules.zero_share * len(known):
        return Doubt("mock_accuracy", {"accuracy_m": 0.0, "fixes": zeros, "share": round(zeros / len(known), 3)})
    if known.min() == known.max():
        return Doubt("mock_accuracy", {"accuracy_m": round(float(known[0]), 3), "fixes": len(known), "share": 1.0})
    return None


def _future(track: _Ordered, now_s: float, rules: IntegrityRules) -> Doubt | None:
    ahead = int((track.time_s > now_s + rules.clock_s).sum())
    if not ahead:
        return None
    share = ahead / len(track.time_s)
    facts = {"fixes": ahead, "share": round(share, 3), "latest": _moment(track.time_s[-1]), "checked": _moment(now_s)}
    return Doubt("future", facts)


def _outside_corridor(near_share: float | None, cleaned: CleanedTrack | None, rules: IntegrityRules) -> Doubt | None:
    if near_share is None or not near_share < rules.near_share:
        return None
    length_m = cleaned.length_m if cleaned is not None else 0.0
    return Doubt("outside_corridor", {"near_share": round(float(near_share), 3), "length_m": round(length_m)})


def _moment(time_s: float) -> str:
    """Return an instant in UTC to the second; what a broken clock says beyond all calendars is cut."""
    within = min(max(float(time_s), -62_135_596_800.0), 253_402_300_799.0)
    return f"{np.datetime64(int(within), 's')}Z"


def _minutes(seconds: float) -> float:
    return round(float(seconds) / 60, 1)
