"""rules.md: 'A plan is the sum of quotas over dated assignments of a chief to a river.'"""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geo.compute.plans import Per, planned

DAYS = st.dates(date(2019, 1, 1), date(2029, 12, 31))


@given(per=st.sampled_from(Per), times=st.integers(1, 9), days=st.lists(DAYS, min_size=3, max_size=3, unique=True))
def test_the_parts_of_a_period_ask_for_as_much_as_the_whole(per, times, days):
    first, cut, last = sorted(days)

    parts = planned(times, per, (None, None), first, cut - timedelta(days=1))
    parts += planned(times, per, (None, None), cut, last)

    assert parts == planned(times, per, (None, None), first, last)


@given(per=st.sampled_from(Per), days=st.lists(DAYS, min_size=3, max_size=3, unique=True))
def test_two_holders_one_after_the_other_owe_what_one_would(per, days):
    first, handover, last = sorted(days)

    owed = planned(1, per, (None, handover), first, last) + planned(1, per, (handover, None), first, last)

    assert owed == planned(1, per, (None, None), first, last)
