"""All that is known of one reach's coverage over time, from one list of walks (河段巡查历史)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from geo.compute.overtime import (
    Interval,
    by_season,
    gaps_longer_than,
    intervals_longer_than,
    lengths_by_times,
    stale_stretches,
    times_covered,
)
from geo.compute.recency import last_walked
from geo.compute.suggestion import Suggestion, suggest_next

__all__ = ["HistoryRules", "ReachHistory", "reach_history"]


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """What is looked for.

    Attributes
    ----------
    first_day, as_of : date
        Walks before and after are not known.
    older_than_days : int
        What was last walked longer ago is stale, and what nobody walked for longer is an interval.
    min_gap_m : float
        Only longer gaps are listed.
    longest_m : float
        How far a suggested patrol goes.
    """

    first_day: date
    as_of: date
    older_than_days: int
    min_gap_m: float
    longest_m: float


@dataclass(frozen=True, slots=True)
class ReachHistory:
    """What was walked of one reach, how often, when last, and what was not.

    Attributes
    ----------
    times, days : list of (start_m, end_m, count)
        How many patrols covered it, and on how many days.
    recency : list of (start_m, end_m, day)
        When it was last walked.
    gaps : list of (start_m, end_m)
        What nobody walked, where it is longer than the rules ask.
    stale : list of (start_m, end_m, day or None)
        What was walked too long ago, or never.
    intervals : list of Interval
        Where nobody walked for too many days.
    seasons : dict of str to list of (start_m, end_m)
        What was walked in each season.
    suggestion : Suggestion or None
        Where to walk next.
    """

    length_m: float
    times: list[tuple[float, float, int]]
    days: list[tuple[float, float, int]]
    recency: list[tuple[float, float, date]]
    gaps: list[tuple[float, float]]
    stale: list[tuple[float, float, date | None]]
    intervals: list[Interval]
    seasons: dict[str, list[tuple[float, float]]]
    suggestion: Suggestion | None

    @property
    def covered_m(self) -> float:
        """Metres walked at all."""
        return _length(self.times)

    @property
    def times_m(self) -> list[float]:
        """Metres covered by at least 1, 2, … patrols."""
        return lengths_by_times(self.times)

    @property
    def days_m(self) -> list[float]:
        """Metres covered on at least 1, 2, … days."""
        return lengths_by_times(self.days)

    @property
    def stale_m(self) -> float:
        """Metres walked too long ago, without those never walked."""
        return _length(row for row in self.stale if row[2] is not None)

    @property
    def never_m(self) -> float:
        """Metres never walked."""
        return _length(row for row in self.stale if row[2] is None)

    @property
    def oldest(self) -> date | None:
        """The earliest of the last days: no walked metre waits longer."""
        return min((day for *_, day in self.recency), default=None)

    @property
    def newest(self) -> date | None:
        """The last day of all."""
        return max((day for *_, day in self.recency), default=None)

    @property
    def longest_gap_m(self) -> float:
        """The longest of the gaps listed; 0 without any."""
        return max((end - start for start, end in self.gaps), default=0.0)

    @property
    def seasons_m(self) -> dict[str, float]:
        """Metres walked in each season."""
        return {season: _length(found) for season, found in self.seasons.items()}


def reach_history(
    walks: Iterable[tuple[float, float, int, date]], length_m: float, rules: HistoryRules
) -> ReachHistory:
    """Return the history of a reach.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, patrol, day)
        In any order; stretches beyond the reach's ends are cut off.
    length_m : float
        Of the reach.
    """
    known = [
        (max(start, 0.0), min(end, length_m), patrol, day)
        for start, end, patrol, day in walks
        if rules.first_day <= day <= rules.as_of and start < length_m and end > 0
    ]
    daily = [(start, end, day) for start, end, _, day in known]
    recency = last_walked(daily)
    return ReachHistory(
        length_m,
        times=times_covered((start, end, patrol) for start, end, patrol, _ in known),
        days=times_covered(daily),
        recency=recency,
        gaps=gaps_longer_than(recency, length_m, rules.min_gap_m),
        stale=stale_stretches(recency, length_m, rules.as_of, rules.older_than_days),
        intervals=intervals_longer_than(daily, length_m, rules.first_day, rules.as_of, rules.older_than_days),
        seasons=by_season(daily),
        suggestion=suggest_next(recency, length_m, rules.as_of, rules.longest_m, since=rules.first_day),
    )


def _length(stretches: Iterable[tuple[float, float] | tuple[float, float, object]]) -> float:
    return float(sum(stretch[1] - stretch[0] for stretch in stretches))
