"""Where to walk next: small cases by hand."""

from datetime import date

import pytest

from geo.compute.suggestion import suggest_next
from geo.errors import InvalidInput

AS_OF = date(2024, 6, 30)


def day(month: int, of_month: int) -> date:
    return date(2024, month, of_month)


def window(found):
    return found.start_m, found.end_m


def test_what_was_never_walked_comes_first():
    found = suggest_next([(0, 600, day(6, 1)), (800, 1000, day(6, 1))], 1000, AS_OF, 200)

    assert window(found) == (600, 800)
    assert found.never_m == 200
    assert found.oldest is None


def test_what_was_walked_longest_ago_comes_before_what_was_walked_lately():
    found = suggest_next([(0, 1000, day(5, 1)), (0, 700, day(6, 1))], 1000, AS_OF, 300)

    assert window(found) == (700, 1000)
    assert found.stale_metre_days == 300 * 60
    assert (found.never_m, found.oldest) == (0, day(5, 1))


def test_a_short_reach_is_suggested_whole():
    found = suggest_next([], 250, AS_OF, 2000, since=day(6, 1))

    assert window(found) == (0, 250)
    assert found.stale_metre_days == 250 * 30


def test_of_equal_staleness_the_part_never_walked_wins():
    # Walked on the first day that anything is known of, or the day before: never.
    walks = [(0, 400, day(6, 1)), (600, 1000, day(6, 1))]

    found = suggest_next(walks, 1000, AS_OF, 200, since=day(6, 2))

    assert window(found) == (400, 600)
    assert found.never_m == 200


def test_of_equal_parts_the_one_nearest_to_the_start_wins():
    assert window(suggest_next([], 1000, AS_OF, 400)) == (0, 400)


def test_what_was_walked_today_is_cut_off_the_ends():
    walks = [(0, 1000, day(6, 1)), (0, 300, AS_OF), (500, 1000, AS_OF)]

    found = suggest_next(walks, 1000, AS_OF, 900)

    assert window(found) == (300, 500)


def test_nothing_is_suggested_where_every_metre_was_walked_today():
    assert suggest_next([(0, 1000, AS_OF)], 1000, AS_OF, 900) is None


def test_a_walk_after_the_day_asked_for_is_not_known_yet():
    assert suggest_next([(0, 1000, day(7, 1))], 1000, AS_OF, 900).never_m == 900


def test_a_window_without_length_is_refused():
    with pytest.raises(InvalidInput):
        suggest_next([], 1000, AS_OF, 0)
