"""Coverage over time against a reach of metres that are counted one by one."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.compute.overtime import (
    by_season,
    gaps_longer_than,
    intervals_longer_than,
    lengths_by_times,
    stale_stretches,
    times_covered,
)
from geo.compute.recency import last_walked
from geo.compute.stretches import union_of
from geo.compute.suggestion import suggest_next

LENGTH_M = 40
FIRST, LAST = date(2024, 1, 1), date(2024, 3, 31)
PERIOD = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]

walks = st.lists(
    st.tuples(st.integers(0, LENGTH_M), st.integers(0, LENGTH_M), st.sampled_from(PERIOD)).map(
        lambda walk: (min(walk[:2]), max(walk[:2]), walk[2])
    ),
    max_size=12,
)
numbered = walks.map(lambda rows: [(start, end, number // 2) for number, (start, end, _) in enumerate(rows)])


def days_of_metres(rows) -> list[set[date]]:
    return [{day for start, end, day in rows if start <= metre < end} for metre in range(LENGTH_M)]


def length(stretches) -> float:
    return sum(row[1] - row[0] for row in stretches)


@given(rows=numbered)
def test_each_metre_is_counted_once_for_each_patrol(rows):
    found = times_covered(rows)

    for metre in range(LENGTH_M):
        expected = len({key for start, end, key in rows if start <= metre < end})
        assert [times for start, end, times in found if start <= metre < end] == ([expected] if expected else [])


@given(rows=numbered)
def test_what_was_covered_at_least_once_is_the_union(rows):
    covered = [row[:2] for row in times_covered(rows)]

    assert union_of(covered).tolist() == union_of([row[:2] for row in rows]).tolist()


@given(rows=numbered)
def test_the_lengths_of_all_counts_are_the_lengths_of_the_patrols(rows):
    """Issue 3: 'a union of stretches equals the stretches of the union'."""
    each = [union_of([row[:2] for row in rows if row[2] == key]) for key in {row[2] for row in rows}]

    assert sum(lengths_by_times(times_covered(rows))) == pytest.approx(sum(length(one) for one in each))


@given(rows=numbered)
def test_lengths_never_grow_with_the_count(rows):
    lengths = lengths_by_times(times_covered(rows))

    assert lengths == sorted(lengths, reverse=True)
    assert all(metres > 0 for metres in lengths)


@given(rows=walks)
def test_the_union_of_the_last_days_is_the_union(rows):
    assert union_of([row[:2] for row in last_walked(rows)]).tolist() == union_of([row[:2] for row in rows]).tolist()


@given(rows=walks)
def test_each_metre_has_the_last_of_its_days(rows):
    found = last_walked(rows)

    for metre, days in enumerate(days_of_metres(rows)):
        assert [day for start, end, day in found if start <= metre < end] == ([max(days)] if days else [])
    assert all(one[1] < other[0] or one[2] != other[2] for one, other in pairwise(found))


@given(rows=walks, as_of=st.sampled_from(PERIOD), older=st.integers(0, 60))
def test_a_metre_is_stale_when_its_last_day_is_older_than_the_limit(rows, as_of, older):
    found = stale_stretches(rows, LENGTH_M, as_of, older)

    for metre, days in enumerate(days_of_metres(rows)):
        last = max((day for day in days if day <= as_of), default=None)
        stale = last is None or (as_of - last).days > older
        assert [day for start, end, day in found if start <= metre < end] == ([last] if stale else [])


@given(rows=walks, longer=st.integers(0, 90))
def test_every_time_without_a_walk_is_found_at_every_metre(rows, longer):
    found = intervals_longer_than(rows, LENGTH_M, FIRST, LAST, longer)

    told = Counter((metre, one.first_day, one.last_day) for one in found for metre in range(int(one[0]), int(one[1])))
    for metre, days in enumerate(days_of_metres(rows)):
        ends = [FIRST - timedelta(days=1), *sorted(days), LAST + timedelta(days=1)]
        spans = {
            (metre, one + timedelta(days=1), other - timedelta(days=1))
            for one, other in pairwise(ends)
            if (other - one).days - 1 > longer
        }
        assert {key for key in told if key[0] == metre} == spans
    assert set(told.values()) <= {1}


@given(rows=walks)
def test_the_union_of_the_seasons_is_the_union(rows):
    found = by_season(rows)
    everything = union_of([row[:2] for row in rows]).tolist()

    for seasons in (("spring", "summer", "autumn", "winter"), ("wet", "dry")):
        assert union_of([walk for season in seasons for walk in found[season]]).tolist() == everything


@given(rows=walks, limit=st.integers(0, LENGTH_M))
def test_gaps_and_union_are_the_reach(rows, limit):
    gaps = gaps_longer_than(rows, LENGTH_M)

    assert length(gaps) + length(union_of([row[:2] for row in rows])) == pytest.approx(LENGTH_M)
    assert gaps_longer_than(rows, LENGTH_M, limit) == [gap for gap in gaps if gap[1] - gap[0] > limit]


@given(rows=walks, as_of=st.sampled_from(PERIOD), longest=st.integers(1, LENGTH_M + 5))
def test_no_window_is_staler_than_the_one_suggested(rows, as_of, longest):
    found = suggest_next(rows, LENGTH_M, as_of, longest, since=FIRST)

    age, never = np.zeros(LENGTH_M), np.zeros(LENGTH_M)
    for metre, days in enumerate(days_of_metres(rows)):
        last = max((day for day in days if day <= as_of), default=None)
        age[metre] = (as_of - (last or FIRST - timedelta(days=1))).days
        never[metre] = last is None
    size = min(longest, LENGTH_M)
    windows = [(age[at : at + size].sum(), never[at : at + size].sum(), -at) for at in range(LENGTH_M - size + 1)]
    best = max(windows)
    if best[0] == 0:
        assert found is None
        return
    assert (found.stale_metre_days, found.never_m) == pytest.approx(best[:2])
    assert -best[2] <= found.start_m < found.end_m <= -best[2] + size
