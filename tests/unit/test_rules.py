from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from geo.compute.rates import rate_table
from geo.compute.rules import PatrolRule
from geo.compute.validity import judge
from geo.errors import InvalidInput

NOON = datetime(2024, 6, 1, 4, 0, tzinfo=UTC)


def walks(*rows):
    """Patrols from (hours after noon in Shanghai, minutes, metres, accepted)."""
    return pd.DataFrame(
        [
            {
                "started_at": NOON + timedelta(hours=hours),
                "ended_at": NOON + timedelta(hours=hours, minutes=minutes),
                "duration_s": minutes * 60.0, "length_m": metres, "person": 1, "reach": 7, "accepted": accepted,
            }
            for hours, minutes, metres, accepted in rows
        ]
    )  # fmt: skip


def judged(patrols, **limits):
    return judge(patrols, [PatrolRule(**limits)], np.zeros(len(patrols), np.int64))


def test_the_threshold_itself_is_enough():
    assert judged(walks((0, 10, 500.0, True)), min_minutes=10, min_distance_m=500) == [()]


def test_what_is_short_says_of_what():
    found = judged(walks((0, 9.9, 500, True), (1, 10, 499, True), (2, 1, 1, True)), min_minutes=10, min_distance_m=500)

    assert found == [("minutes",), ("distance",), ("minutes", "distance")]


def test_a_month_is_that_of_shanghai():
    last_of_june = walks((29 * 24 + 11.9, 10, 500, True), (29 * 24 + 12.1, 10, 500, True))

    assert judged(last_of_june, months=(6,)) == [(), ("month",)]


def test_too_soon_after_the_last_does_not_count_and_does_not_put_off_the_next():
    found = judged(walks((0, 30, 2000, True), (90, 30, 2000, True), (97, 30, 2000, True)), min_hours_since_last=96)

    assert found == [(), ("interval",), ()]


def test_exactly_the_interval_is_not_more_than_it():
    found = judged(walks((0, 30, 2000, True), (96.5, 30, 2000, True)), min_hours_since_last=96)

    assert found == [(), ("interval",)]


def test_a_refused_record_puts_off_nothing():
    found = judged(walks((0, 30, 2000, False), (1, 30, 2000, True)), min_hours_since_last=96)

    assert found == [(), ()]


def test_another_persons_patrol_puts_off_nothing():
    patrols = walks((0, 30, 2000, True), (1, 30, 2000, True)).assign(person=[1, 2])

    assert judged(patrols, min_hours_since_last=96) == [(), ()]


@pytest.mark.parametrize(
    "limits",
    [{"min_minutes": -1}, {"min_distance_m": float("nan")}, {"corridor_m": 0}, {"months": ()}, {"months": (13,)},
     {"max_speed_kmh": 0}, {"corridor_m": float("inf")}],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused(limits):
    with pytest.raises(InvalidInput):
        PatrolRule(**limits)


def rated(days, states, definition, planned=2):
    patrols = pd.DataFrame(
        {
            "person": [1] * len(days), "reach": [7] * len(days), "day": days, "state": states, "level": "town",
            "duration_s": 60.0, "length_m": 100.0,
        }
    )  # fmt: skip
    plans = pd.DataFrame({"person": [1, 2], "reach": [7, 8], "planned": [planned, 0], "level": ["town", "village"]})
    return rate_table(patrols, plans, "level", definition).set_index("level")


def test_only_valid_patrols_count_and_the_rate_is_never_capped():
    table = rated([1, 2, 3, 4], ["valid", "valid", "valid", "doubtful"], "count")

    assert table.loc["town", ["patrols", "valid", "doubtful", "planned", "rate"]].tolist() == [4, 3, 1, 2, 1.5]


def test_two_patrols_on_one_day_are_one_day():
    assert rated([1, 1, 2], ["valid"] * 3, "days").loc["town", "rate"] == 1.0


def test_a_person_who_walked_less_than_planned_is_not_counted():
    assert rated([1], ["valid"], "persons").loc["town", ["done", "due", "rate"]].tolist() == [0, 1, 0.0]


def test_without_a_plan_there_is_no_rate():
    table = rated([1], ["valid"], "count")

    assert table.loc["village", ["patrols", "planned", "rate"]].tolist() == [0, None, None]


def test_a_threshold_that_no_day_can_hold_is_refused():
    with pytest.raises(InvalidInput, match="1440"):
        PatrolRule(min_minutes=1e9)
