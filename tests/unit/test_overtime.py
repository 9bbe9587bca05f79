"""How often, how long not, and in which season: small cases by hand."""

from datetime import date

import pytest

from geo.compute.overtime import (
    SEASONS,
    Interval,
    by_season,
    gaps_longer_than,
    intervals_longer_than,
    lengths_by_times,
    stale_stretches,
    times_covered,
)
from geo.compute.recency import last_walked
from geo.errors import InvalidInput


def day(month: int, of_month: int) -> date:
    return date(2024, month, of_month)


def test_a_metre_counts_once_for_each_patrol_that_covered_it():
    walks = [(0, 100, "a"), (50, 150, "b"), (60, 70, "c")]

    assert times_covered(walks) == [(0, 50, 1), (50, 60, 2), (60, 70, 3), (70, 100, 2), (100, 150, 1)]


def test_a_patrol_that_turns_back_counts_once():
    assert times_covered([(0, 100, "a"), (40, 100, "a"), (90, 120, "a")]) == [(0, 120, 1)]


def test_two_patrols_of_one_day_are_one_day():
    walks = [(0, 100, day(1, 1)), (0, 100, day(1, 1)), (0, 50, day(1, 2))]

    assert times_covered(walks) == [(0, 50, 2), (50, 100, 1)]


def test_where_one_patrol_ends_and_another_begins_nothing_changes():
    assert times_covered([(0, 50, "a"), (50, 100, "b")]) == [(0, 100, 1)]


def test_nothing_walked_is_covered_no_time():
    assert times_covered([]) == []
    assert lengths_by_times([]) == []


def test_lengths_are_told_for_at_least_so_many_times():
    covered = times_covered([(0, 100, 1), (50, 150, 2), (60, 70, 3), (200, 210, 4)])

    assert lengths_by_times(covered) == [160, 50, 10]


def test_the_latest_day_wins_whatever_the_order():
    walks = [(0, 100, day(3, 1)), (20, 40, day(1, 1)), (30, 60, day(5, 1)), (100, 120, day(2, 1))]
    expected = [(0, 30, day(3, 1)), (30, 60, day(5, 1)), (60, 100, day(3, 1)), (100, 120, day(2, 1))]

    assert last_walked(walks) == expected
    assert last_walked(reversed(walks)) == expected


def test_a_walk_without_length_leaves_no_trace():
    assert last_walked([(5, 5, day(3, 1)), (0, 10, day(1, 1)), (9, 3, day(4, 1))]) == [(0, 10, day(1, 1))]


def test_only_gaps_longer_than_the_limit_are_told():
    walks = [(20, 30, day(1, 1)), (35, 100, day(1, 2))]

    assert gaps_longer_than(walks, 120) == [(0, 20), (30, 35), (100, 120)]
    assert gaps_longer_than(walks, 120, 5) == [(0, 20), (100, 120)]


def test_a_stretch_is_stale_when_it_was_walked_more_than_the_limit_ago():
    walks = [(0, 50, day(5, 1)), (50, 100, day(5, 2))]

    assert stale_stretches(walks, 100, day(6, 1), 30) == [(0, 50, day(5, 1))]
    assert stale_stretches(walks, 120, day(6, 1), 31) == [(100, 120, None)]


def test_a_walk_after_the_day_asked_for_does_not_count():
    assert stale_stretches([(0, 50, day(7, 1))], 50, day(6, 1), 30) == [(0, 50, None)]


def test_a_stretch_that_nobody_walked_was_left_for_the_whole_period():
    found = intervals_longer_than([], 50, day(1, 1), day(1, 31), 30)

    assert found == [Interval(0, 50, day(1, 1), day(1, 31))]
    assert found[0].days == 31
    assert intervals_longer_than([], 50, day(1, 1), day(1, 31), 31) == []


def test_time_without_a_walk_is_told_for_each_stretch():
    walks = [(0, 60, day(2, 1)), (40, 100, day(4, 1)), (0, 100, day(6, 1))]

    found = intervals_longer_than(walks, 100, day(1, 1), day(6, 30), 45)

    assert found == [
        Interval(0, 40, day(2, 2), day(5, 31)),
        Interval(40, 60, day(2, 2), day(3, 31)),
        Interval(40, 100, day(4, 2), day(5, 31)),
        Interval(60, 100, day(1, 1), day(3, 31)),
    ]


def test_a_walk_outside_the_period_ends_no_time_without_one():
    found = intervals_longer_than([(0, 50, date(2023, 12, 31))], 50, day(1, 1), day(3, 1), 30)

    assert found == [Interval(0, 50, day(1, 1), day(3, 1))]


def test_each_month_belongs_to_one_season_and_to_the_wet_or_the_dry_half():
    quarters = [month for name in ("spring", "summer", "autumn", "winter") for month in SEASONS[name]]

    assert sorted(quarters) == list(range(1, 13))
    assert sorted(SEASONS["wet"] + SEASONS["dry"]) == list(range(1, 13))
    assert SEASONS["wet"] == (5, 6, 7, 8, 9, 10)


def test_winter_goes_over_the_new_year():
    found = by_season([(0, 10, date(2023, 12, 31)), (5, 20, day(2, 29)), (50, 60, day(3, 1))])

    assert found["winter"] == [(0, 20)]
    assert found["spring"] == [(50, 60)]
    assert found["summer"] == []


@pytest.mark.parametrize("months", [(), (0,), (5, 13)])
def test_a_season_without_months_is_refused(months):
    with pytest.raises(InvalidInput, match="rains"):
        by_season([], {"rains": months})
