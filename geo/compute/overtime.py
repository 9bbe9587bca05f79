"""Coverage over time: how often, how long not, and in which season each metre of a reach was walked."""

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.compute.recency import last_walked
from geo.compute.stretches import gaps_of, union_of, union_of_groups
from geo.errors import InvalidInput

__all__ = [
    "SEASONS",
    "Interval",
    "by_season",
    "gaps_longer_than",
    "intervals_longer_than",
    "lengths_by_times",
    "stale_stretches",
    "times_covered",
]

Key = TypeVar("Key", bound=Hashable)
Walk = tuple[float, float, date]
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SEASONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "spring": (3, 4, 5),
        "summer": (6, 7, 8),
        "autumn": (9, 10, 11),
        "winter": (12, 1, 2),
        "wet": (5, 6, 7, 8, 9, 10),
        "dry": (11, 12, 1, 2, 3, 4),
    }
)
"""Months of the seasons; the wet one is the flood season (汛期) of the upper Yangtze's middle ranges."""


class Interval(NamedTuple):
    """A stretch that nobody walked from one day to another, both included."""

    start_m: float
    end_m: float
    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """How many days passed without a walk."""
        return (self.last_day - self.first_day).days + 1


def times_covered(walks: Iterable[tuple[float, float, Key]]) -> list[tuple[float, float, int]]:
    """Cut walks into stretches that each carry how often they were covered.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, key)
        In any order. What shares a key counts once wherever it lies: with the
        patrol as key the answer counts patrols, with the day it counts days.

    Returns
    -------
    list of (start_m, end_m, times)
        Sorted, without overlap, times of at least 1; neighbours of one count
        are one stretch.

    Notes
    -----
    A sweep over starts and ends, O(n log n). Those with times >= 1 are the
    union; the lengths of times >= k, added over all k, are the lengths of the
    keys' unions.

    Examples
    --------
    >>> times_covered([(0, 10, "a"), (5, 20, "b"), (8, 12, "b")])
    [(0.0, 5.0, 1), (5.0, 10.0, 2), (10.0, 20.0, 1)]
    """
    *_, start_m, end_m = _united(walks)
    edges, at = np.unique(np.concatenate([start_m, end_m]), return_inverse=True)
    begin, end = (np.bincount(part, minlength=len(edges)) for part in np.split(at, 2))
    change = begin - end
    # An edge where as many end as begin changes nothing, and so is none.
    kept = np.flatnonzero(change)
    times = np.cumsum(change[kept])
    rows = zip(edges[kept[:-1]].tolist(), edges[kept[1:]].tolist(), times.tolist(), strict=False)
    return [row for row in rows if row[2]]


def lengths_by_times(covered: Iterable[tuple[float, float, int]]) -> list[float]:
    """Return the metres covered at least once, at least twice, and so on.

    Examples
    --------
    >>> lengths_by_times([(0.0, 5.0, 1), (5.0, 10.0, 3)])
    [10.0, 5.0, 5.0]
    """
    rows = list(covered)
    times = np.array([row[2] for row in rows], dtype=np.int64)
    exactly = np.bincount(times, weights=[end - start for start, end, _ in rows], minlength=1)
    lengths: list[float] = np.cumsum(exactly[:0:-1])[::-1].tolist()
    return lengths


def gaps_longer_than(
    walks: Iterable[tuple[float, float, object]], length_m: float, min_gap_m: float = 0.0
) -> list[tuple[float, float]]:
    """Return the gaps of a reach that are longer than `min_gap_m`.

    Examples
    --------
    >>> gaps_longer_than([(10, 50, None), (90, 100, None)], 100, 20)
    [(50.0, 90.0)]
    """
    gaps = gaps_of(union_of([walk[:2] for walk in walks]), length_m)
    return [(start, end) for start, end in gaps.tolist() if end - start > min_gap_m]


def stale_stretches(
    walks: Iterable[Walk], length_m: float, as_of: date, older_than_days: int
) -> list[tuple[float, float, date | None]]:
    """Return what of a reach was last walked more than so many days ago, or never.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, day)
        Those after `as_of` are passed over.
    older_than_days : int
        A stretch walked exactly so many days before `as_of` is not stale.

    Returns
    -------
    list of (start_m, end_m, day)
        Sorted, without overlap; None for what was never walked.

    Examples
    --------
    >>> stale_stretches([(0, 60, date(2024, 5, 1)), (0, 20, date(2024, 6, 1))], 100, date(2024, 6, 8), 30)
    [(20.0, 60.0, datetime.date(2024, 5, 1)), (60.0, 100.0, None)]
    """
    latest = _within(last_walked(walk for walk in walks if walk[2] <= as_of), length_m)
    limit = as_of - timedelta(days=older_than_days)
    stale: list[tuple[float, float, date | None]] = [row for row in latest if row[2] < limit]
    stale += [(start, end, None) for start, end in gaps_longer_than(latest, length_m)]
    return sorted(stale, key=lambda row: row[0])


def intervals_longer_than(
    walks: Iterable[Walk], length_m: float, first_day: date, last_day: date, longer_than_days: int
) -> list[Interval]:
    """Return where and from when to when a reach was not walked for more than so many days.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, day)
        Those outside the period are passed over.
    first_day, last_day : date
        The period: before the first walk and after the last one the time
        without a walk is counted from and up to its ends.

    Returns
    -------
    list of Interval
        Sorted by start and first day. One stretch may have several, and
        those of neighbouring stretches may overlap in time.

    Notes
    -----
    A sweep along the reach that keeps the days walked here in order: where a
    walk begins or ends, at most two times without a walk change. At most
    three intervals a walk, O(n log n) for all but the moves within that list.

    Examples
    --------
    >>> walks = [(0, 80, date(2024, 1, 11)), (0, 50, date(2024, 2, 20))]
    >>> found = intervals_longer_than(walks, 80, date(2024, 1, 1), date(2024, 2, 29), 30)
    >>> [(start, end, f"{first} {last}") for start, end, first, last in found]
    [(0.0, 50.0, '2024-01-12 2024-02-19'), (50.0, 80.0, '2024-01-12 2024-02-29')]
    """
    before, after = first_day - timedelta(days=1), last_day + timedelta(days=1)
    kept = ((max(start, 0.0), min(end, length_m), day) for start, end, day in walks if first_day <= day <= last_day)
    here = [before, after]
    open_since = {(before, after): 0.0}
    found: list[Interval] = []

    def close(earlier: date, later: date, at_m: float) -> None:
        since_m = open_since.pop((earlier, later))
        interval = Interval(since_m, at_m, earlier + timedelta(days=1), later - timedelta(days=1))
        if at_m > since_m and interval.days > longer_than_days:
            found.append(interval)

    for at_m, begins, day in _edges(kept):
        place = bisect_left(here, day)
        earlier, later = here[place - 1], here[place if begins else place + 1]
        if begins:
            insort(here, day)
            close(earlier, later, at_m)
            open_since[earlier, day] = open_since[day, later] = at_m
        else:
            del here[place]
            close(earlier, day, at_m)
            close(day, later, at_m)
            open_since[earlier, later] = at_m
    for earlier, later in list(open_since):
        close(earlier, later, length_m)
    return sorted(found)


def by_season(
    walks: Iterable[Walk], seasons: Mapping[str, tuple[int, ...]] = SEASONS
) -> dict[str, list[tuple[float, float]]]:
    """Return the union of what was walked in each season.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, day)
    seasons : mapping of str to months
        Seasons may overlap, as the flood season does spring and summer.

    Raises
    ------
    InvalidInput
        If a season has no month, or one that is none.

    Examples
    --------
    >>> walks = [(0, 10, date(2024, 4, 1)), (5, 20, date(2024, 7, 1))]
    >>> by_season(walks, {"dry": (11, 12, 1, 2, 3, 4), "wet": (5, 6, 7, 8, 9, 10)})
    {'dry': [(0.0, 10.0)], 'wet': [(5.0, 20.0)]}
    """
    for season, months in seasons.items():
        if not months or not set(months) <= set(range(1, 13)):
            raise InvalidInput("the season {season} needs months from 1 to 12", season=season)
    by_month: dict[int, list[tuple[float, float]]] = {}
    for start, end, day in walks:
        by_month.setdefault(day.month, []).append((start, end))
    return {
        season: [(start, end) for start, end in union_of([w for m in months for w in by_month.get(m, [])]).tolist()]
        for season, months in seasons.items()
    }


def _edges(walks: Iterable[tuple[float, float, date]]) -> list[tuple[float, bool, date]]:
    """Return where each day's union begins and ends, in order along the reach, ends before beginnings."""
    days, day, start_m, end_m = _united(walks)
    edges = [(end, False, days[number]) for number, end in zip(day.tolist(), end_m.tolist(), strict=True)]
    edges += [(start, True, days[number]) for number, start in zip(day.tolist(), start_m.tolist(), strict=True)]
    return sorted(edges)


def _united(walks: Iterable[tuple[float, float, Key]]) -> tuple[list[Key], Indices, Floats, Floats]:
    """Return the keys, and the union of each key's walks: position of the key, start and end."""
    numbers: dict[Key, int] = {}
    rows = [(numbers.setdefault(key, len(numbers)), start, end) for start, end, key in walks if end > start]
    group = np.array([row[0] for row in rows], dtype=np.int64)
    start_m, end_m = (np.array([row[column] for row in rows], dtype=float) for column in (1, 2))
    return list(numbers), *union_of_groups(group, start_m, end_m)


def _within(walks: Iterable[Walk], length_m: float) -> list[Walk]:
    inside = (walk for walk in walks if walk[0] < length_m and walk[1] > 0)
    return [(max(float(start), 0.0), min(float(end), length_m), day) for start, end, day in inside]
