"""Each fault that a record can have is doubted with its evidence, and its honest likeness is not."""

from dataclasses import replace

import numpy as np
import pytest

from geo.compute.integrity import (
    Doubt,
    IntegrityRules,
    Raw,
    doubts_of,
    overlap_doubt,
    repeat_doubt,
    verdict_of,
)
from geo.compute.integrity_rules import DEFAULT_RULES
from geo.compute.tracks import clean
from geo.vocabulary import PATROL_DOUBTS

START_S = 1_709_251_200.0  # 2024-03-01 00:00 UTC
NOW_S = START_S + 86_400
EAST_M, NORTH_M = 97_000.0, 110_800.0


def walk(seconds=3600, every_s=10, kmh=4.0, noise_m=2.0, seed=1, **changes) -> Raw:
    """Return a walk eastward with a receiver's slow noise and its accuracies."""
    generator = np.random.default_rng(seed)
    time_s = START_S + np.arange(0, seconds + 1, every_s, dtype=float)
    pace = np.clip(generator.normal(1, 0.2, len(time_s)), 0.3, None)
    gone_m = np.cumsum(np.append(0, (pace * kmh / 3.6 * every_s)[1:]))
    drift = np.cumsum(generator.normal(0, noise_m / 3, (len(time_s), 2)), axis=0) * 0.3
    lon = 107 + (gone_m + drift[:, 0]) / EAST_M
    lat = 29 + (5 * np.sin(gone_m / 80) + drift[:, 1]) / NORTH_M
    made = Raw(lon.round(6), lat.round(6), time_s, generator.uniform(3, 9, len(time_s)).round(1))
    return replace(made, **changes)


def doubts(raw: Raw, **how) -> dict[str, dict]:
    usable = np.isfinite(raw.time_s).any()
    cleaned = clean(raw.lon, raw.lat, raw.time_s, raw.accuracy_m) if usable else None
    return {doubt.reason: doubt.evidence for doubt in doubts_of(raw, cleaned, now_s=NOW_S, **how)}


def test_a_walk_is_not_doubted():
    assert doubts(walk(), near_share=0.9) == {}


# Faster than walking throughout.


@pytest.mark.parametrize("kmh", [15, 25, 55, 80, 300])
def test_a_ride_is_too_fast_with_its_speeds(kmh):
    found = doubts(walk(kmh=kmh))["too_fast"]

    assert found["median_kmh"] == pytest.approx(kmh, rel=0.1)
    assert found["fastest_kmh"] >= found["median_kmh"] > found["limit_kmh"] == 10
    assert found["share"] == 1
    assert found["minutes"] == pytest.approx(60, abs=1)


def test_a_ride_is_told_from_few_fixes_as_well():
    assert "too_fast" in doubts(walk(kmh=20, every_s=300))


def test_a_ride_with_halts_is_too_fast():
    ride = walk(kmh=20)
    halts = ride.time_s % 600 < 240
    place = np.maximum.accumulate(np.where(halts, -1, np.arange(len(ride.lon))))
    held = replace(ride, lon=ride.lon[np.maximum(place, 0)], lat=ride.lat[np.maximum(place, 0)])

    assert "too_fast" in doubts(held)


def test_a_brisk_walk_is_not_too_fast():
    assert "too_fast" not in doubts(walk(kmh=7))


def test_noise_does_not_make_a_walk_fast():
    generator = np.random.default_rng(2)
    calm = walk(every_s=1)
    shaken = replace(
        calm,
        lon=calm.lon + generator.normal(0, 4 / EAST_M, len(calm.lon)),
        lat=calm.lat + generator.normal(0, 4 / NORTH_M, len(calm.lat)),
    )

    assert "too_fast" not in doubts(shaken)


def test_who_rides_to_the_river_and_then_walks_is_not_too_fast():
    ride, on_foot = walk(seconds=900, kmh=25), walk(seconds=2400)
    both = Raw(
        np.append(ride.lon, on_foot.lon + ride.lon[-1] - 107),
        np.append(ride.lat, on_foot.lat),
        np.append(ride.time_s, on_foot.time_s + 910),
        None,
    )

    assert "too_fast" not in doubts(both)


def test_a_rule_for_boats_or_cars_permits_their_speed_and_no_more():
    by_boat = IntegrityRules.for_speed(70)

    assert "too_fast" not in doubts(walk(kmh=55), rules=by_boat)
    assert "too_fast" in doubts(walk(kmh=100), rules=by_boat)
    assert "too_fast" in doubts(walk(kmh=55), rules=IntegrityRules.for_speed(60))


def test_of_spread_times_only_the_mean_speed_counts():
    uneven = walk(every_s=60)
    place = np.linspace(0, 1, len(uneven.lon)) ** 6 * 4000 / EAST_M
    spread = replace(uneven, lon=107 + place)

    assert "too_fast" not in doubts(spread, timed=False)
    assert "too_fast" in doubts(replace(spread, lon=107 + place * 5), timed=False)


# Teleports.


def test_a_walk_that_goes_on_elsewhere_teleports_with_place_time_and_distance():
    jumped = walk()
    lon = jumped.lon.copy()
    lon[180:] += 3000 / EAST_M

    found = doubts(replace(jumped, lon=lon))["teleport"]

    assert found["times"] == 1
    leap = found["leaps"][0]
    assert leap["distance_m"] == pytest.approx(3000, rel=0.02)
    assert leap["at"] == "2024-03-01T00:29:50Z"
    assert leap["seconds"] == 10
    assert leap["from"] == pytest.approx([jumped.lon[179], jumped.lat[179]], abs=1e-6)
    assert leap["to"] == pytest.approx([lon[180], jumped.lat[180]], abs=1e-6)


def test_hopping_to_and_fro_teleports():
    hops = walk()
    lon = hops.lon.copy()
    lon[::2] += 2000 / EAST_M

    assert doubts(replace(hops, lon=lon))["teleport"]["times"] > 100


def test_a_receivers_own_leaps_are_no_teleports():
    noisy = walk()
    lon = noisy.lon.copy()
    lon[[50, 51, 200]] += 2500 / EAST_M

    assert "teleport" not in doubts(replace(noisy, lon=lon))


def test_a_leap_beside_a_break_is_no_teleport():
    noisy = walk()
    lon, kept = noisy.lon.copy(), np.ones(len(noisy.lon), bool)
    lon[200] += 2500 / EAST_M
    kept[150:200] = False
    broken = Raw(lon[kept], noisy.lat[kept], noisy.time_s[kept], None)

    assert "teleport" not in doubts(broken)


def test_going_on_elsewhere_after_a_break_long_enough_to_get_there_is_no_teleport():
    first, second = walk(seconds=1200), walk(seconds=1200)
    both = Raw(
        np.append(first.lon, second.lon + 0.06),
        np.append(first.lat, second.lat),
        np.append(first.time_s, second.time_s + 1200 + 1800),
        None,
    )

    assert "teleport" not in doubts(both)


# Frozen position.


def test_a_position_that_stays_for_most_of_the_time_is_frozen_with_place_and_time():
    stuck = walk()
    lon, lat = stuck.lon.copy(), stuck.lat.copy()
    lon[60:300], lat[60:300] = lon[60], lat[60]

    found = doubts(replace(stuck, lon=lon, lat=lat))["frozen"]

    assert found["share"] == pytest.approx(239 / 360, abs=0.01)
    assert found["minutes"] == pytest.approx(39.8, abs=0.1)
    assert found["place"] == [lon[60], lat[60]]
    assert (found["since"], found["until"]) == ("2024-03-01T00:10:00Z", "2024-03-01T00:49:50Z")


def test_a_phone_on_a_table_is_frozen_however_far_its_noise_adds_up():
    at_home = walk(kmh=0.0)
    generator = np.random.default_rng(3)
    lon = 107 + generator.normal(0, 4, len(at_home.lon)) / EAST_M
    lat = 29 + generator.normal(0, 4, len(at_home.lon)) / NORTH_M
    home = replace(at_home, lon=lon, lat=lat)
    assert clean(lon, lat, home.time_s).length_m > 1000

    found = doubts(home)["frozen"]

    assert 0 < found["within_m"] < 60
    assert found["minutes"] == 60


@pytest.mark.parametrize("held", [True, False])
def test_a_rest_on_a_bench_is_not_frozen(held):
    rested = walk()
    lon, lat = rested.lon.copy(), rested.lat.copy()
    noise = np.random.default_rng(4).normal(0, 0 if held else 1e-5, (120, 2))
    lon[100:220], lat[100:220] = lon[100] + noise[:, 0], lat[100] + noise[:, 1]

    assert "frozen" not in doubts(replace(rested, lon=lon, lat=lat))


def test_a_recorder_that_sleeps_while_nobody_moves_is_not_frozen():
    awake = walk()
    kept = np.ones(len(awake.lon), bool)
    kept[100:300] = False
    lon = awake.lon.copy()
    lon[300] = lon[99]

    assert "frozen" not in doubts(Raw(lon[kept], awake.lat[kept], awake.time_s[kept], None))


# Accuracies.


@pytest.mark.parametrize("accuracy_m", [0.0, 1.0, 5.0])
def test_one_accuracy_throughout_is_a_mock(accuracy_m):
    found = doubts(walk(accuracy_m=np.full(361, accuracy_m)))["mock_accuracy"]

    assert found == {"accuracy_m": accuracy_m, "fixes": 361, "share": 1.0}


def test_half_the_accuracies_at_zero_are_a_mock():
    accuracy_m = walk().accuracy_m.copy()
    accuracy_m[:200] = 0

    assert doubts(walk(accuracy_m=accuracy_m))["mock_accuracy"]["fixes"] == 200


def test_a_phone_that_reports_three_accuracies_is_not_a_mock():
    accuracy_m = np.full(361, 5.0)
    accuracy_m[[3, 90, 200]] = 10.0
    accuracy_m[[150, 151]] = 65.0

    assert "mock_accuracy" not in doubts(walk(accuracy_m=accuracy_m))


@pytest.mark.parametrize("accuracy_m", [None, np.full(361, np.nan)])
def test_no_accuracy_is_no_mock(accuracy_m):
    assert "mock_accuracy" not in doubts(walk(accuracy_m=accuracy_m))


def test_few_equal_accuracies_say_nothing():
    short = walk(seconds=150)

    assert "mock_accuracy" not in doubts(replace(short, accuracy_m=np.full(len(short.lon), 5.0)))


# Future, corridor, no track.


def test_a_walk_in_the_future_cannot_be():
    ahead = walk()
    late = replace(ahead, time_s=ahead.time_s + 10 * 86_400)
    found = doubts_of(late, clean(late.lon, late.lat, late.time_s), now_s=NOW_S)

    assert [doubt.reason for doubt in found] == ["future"]
    assert found[0].evidence == {
        "fixes": 361, "share": 1.0, "latest": "2024-03-11T01:00:00Z", "checked": "2024-03-02T00:00:00Z",
    }  # fmt: skip
    assert verdict_of(found) == "rejected"


def test_one_fix_in_the_future_is_a_doubt_only():
    stray = walk()
    time_s = stray.time_s.copy()
    time_s[5] += 1e9
    found = doubts_of(replace(stray, time_s=time_s), None, now_s=NOW_S)

    assert ("future", 1) in [(doubt.reason, doubt.evidence.get("fixes")) for doubt in found]
    assert verdict_of(found) == "doubtful"


def test_a_clock_a_few_minutes_ahead_is_not_the_future():
    ahead = walk()

    assert doubts_of(ahead, None, now_s=float(ahead.time_s[-1]) - 240) == []


@pytest.mark.parametrize(
    ("near_share", "doubted"), [(0.0, True), (0.24, True), (0.25, False), (1.0, False), (None, False)]
)
def test_mostly_outside_the_corridor_is_doubted(near_share, doubted):
    found = doubts(walk(), near_share=near_share)

    assert ("outside_corridor" in found) == doubted
    assert not doubted or found["outside_corridor"]["near_share"] == near_share
    assert not doubted or found["outside_corridor"]["length_m"] == pytest.approx(4000, rel=0.1)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_without_a_place_there_is_no_track(count):
    nowhere = Raw(np.full(count, np.nan), np.full(count, np.nan), START_S + np.arange(count, dtype=float), None)

    assert doubts_of(nowhere, None, now_s=NOW_S) == [Doubt("no_track", {"fixes": count})]


def test_a_single_fix_is_judged_without_error():
    assert (
        doubts_of(Raw(np.array([107.0]), np.array([29.0]), np.array([START_S]), np.array([5.0])), None, now_s=NOW_S)
        == []
    )


# What holds of all.


def test_the_order_of_the_file_changes_nothing():
    ride = walk(kmh=20)
    order = np.random.default_rng(5).permutation(len(ride.lon))
    mixed = Raw(ride.lon[order], ride.lat[order], ride.time_s[order], ride.accuracy_m[order])

    assert doubts(mixed) == doubts(ride)


@pytest.mark.parametrize(
    ("broken", "where"),
    [("lon", slice(0, 5)), ("lat", slice(100, 120)), ("time_s", slice(7, 9))],
)
def test_fixes_without_place_or_time_are_passed_over(broken, where):
    track = walk()
    column = getattr(track, broken).copy()
    column[where] = np.nan

    assert doubts(replace(track, **{broken: column})) == {}


@pytest.mark.parametrize(
    ("limit", "raw"),
    [
        ("walking_kmh", walk(kmh=30)),
        ("teleport_kmh", replace(walk(), lon=np.where(np.arange(361) < 180, 107.0, 107.05) + walk().lon - 107)),
        ("still_s", replace(walk(), lon=np.full(361, 107.0), lat=np.full(361, 29.0))),
    ],
)
def test_infinity_switches_a_limit_off(limit, raw):
    assert doubts(raw)

    assert doubts(raw, rules=replace(DEFAULT_RULES, **{limit: np.inf})) == {}


@pytest.mark.parametrize("kind", ["repeated", "shifted_repeat"])
def test_an_earlier_walk_at_another_time_cannot_be(kind):
    copied = repeat_doubt(kind, 17, shift_s=86_400, deviation_m=0.004, share=0.98)

    assert copied.as_json() == {
        "reason": kind, "patrol": 17, "shift_s": 86_400, "deviation_m": 0.0, "share": 0.98,
    }  # fmt: skip
    assert verdict_of([copied]) == "rejected"
    assert verdict_of([repeat_doubt(kind, 17, shift_s=60, deviation_m=0)]) == "doubtful"


def test_two_patrols_at_once_tell_which_and_how_long():
    both = overlap_doubt(17, START_S, START_S + 900)

    assert both.evidence == {
        "patrol": 17, "since": "2024-03-01T00:00:00Z", "until": "2024-03-01T00:15:00Z", "minutes": 15.0,
    }  # fmt: skip
    assert verdict_of([both]) == "doubtful"


def test_every_reason_has_a_name():
    told = {"too_fast", "teleport", "frozen", "mock_accuracy", "future", "outside_corridor", "no_track"}

    assert {term.code for term in PATROL_DOUBTS} == told | {"repeated", "shifted_repeat", "overlapping"}
