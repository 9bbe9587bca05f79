from datetime import date

import pytest

from geo.compute.plans import Per, last_days, planned
from geo.errors import InvalidInput

YEAR = (date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(("per", "spans"), [("week", 52), ("ten_days", 36), ("month", 12), ("quarter", 4)])
def test_a_year_has_so_many_spans(per, spans):
    assert planned(1, per, (None, None), *YEAR) == spans


def test_a_span_is_due_on_its_last_day():
    assert planned(3, "month", (None, None), date(2024, 2, 1), date(2024, 2, 28)) == 0
    assert planned(3, "month", (None, None), date(2024, 2, 29), date(2024, 2, 29)) == 3


def test_the_last_ten_days_end_with_the_month():
    assert last_days("ten_days", date(2023, 2, 11), date(2023, 2, 28)) == [date(2023, 2, 20), date(2023, 2, 28)]


def test_a_handover_in_the_middle_of_a_span_neither_adds_nor_loses_a_patrol():
    day = date(2024, 5, 17)

    before = planned(2, "month", (None, day), *YEAR)
    after = planned(2, "month", (day, None), *YEAR)

    assert (before, after) == (8, 16)


def test_a_quota_that_has_ended_asks_for_nothing():
    assert planned(4, "week", (date(2023, 1, 1), date(2023, 6, 1)), *YEAR) == 0


def test_a_quota_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="at least one"):
        planned(0, Per.month, (None, None), *YEAR)
