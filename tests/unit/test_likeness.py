"""Copies are found whatever came between; honest walks that resemble one another are not."""

import numpy as np
import pytest

from geo.compute.likeness import find_likeness, overlapping
from geo.compute.tracks import CleanedTrack, clean

START_S = 1_709_251_200.0
DAY_S = 86_400.0
EAST_M, NORTH_M = 97_000.0, 110_800.0


def along_the_bank(seed: int, *, start_s=START_S, seconds=2400, every_s=10, kmh=4.0, noise_m=3.0):
    """Return a walk along the one bank that all walk along: its own pace, pauses and noise."""
    generator = np.random.default_rng(seed)
    time_s = np.arange(0, seconds + 1, every_s, dtype=float)
    pace = np.clip(generator.normal(1, 0.3, len(time_s)), 0.1, None)
    gone_m = np.cumsum(np.append(0, (pace * kmh / 3.6 * every_s)[1:]))
    kernel = np.hanning(15) / np.sqrt((np.hanning(15) ** 2).sum())
    noise = [np.convolve(generator.normal(0, noise_m, len(time_s)), kernel, mode="same") for _ in range(2)]
    lon = 107 + (gone_m + noise[0]) / EAST_M
    lat = 29 + (40 * np.sin(gone_m / 150) + noise[1]) / NORTH_M
    return lon, lat, start_s + time_s


def track(lon, lat, time_s) -> CleanedTrack:
    return clean(lon, lat, time_s)


def likeness(new, old):
    frame = find_likeness([track(*new)], [track(*old)])
    return None if frame.empty else frame.iloc[0]


WALK = along_the_bank(1)


def shifted(fixes, by_s):
    return fixes[0], fixes[1], fixes[2] + by_s


DISGUISES = {
    "none": lambda lon, lat, t: (lon, lat, t),
    "rounded": lambda lon, lat, t: (lon.round(5), lat.round(5), t),
    "cut off": lambda lon, lat, t: (np.floor(lon * 1e5) / 1e5, np.floor(lat * 1e5) / 1e5, t),
    "every second fix": lambda lon, lat, t: (lon[::2], lat[::2], t[::2]),
    "every eighth fix": lambda lon, lat, t: (lon[::8], lat[::8], t[::8]),
    "rounded and thinned": lambda lon, lat, t: (lon[::3].round(5), lat[::3].round(5), t[::3]),
    "some fixes lost": lambda lon, lat, t: tuple(
        c[np.random.default_rng(2).random(len(t)) > 0.3] for c in (lon, lat, t)
    ),
    "times to the second": lambda lon, lat, t: (lon, lat, np.round(t + 0.4)),
    "spread times": lambda lon, lat, t: (lon[::4], lat[::4], np.linspace(t[0], t[-1], len(t[::4]))),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("shift_s", [0, 45, -280, 900, 8 * 3600, -8 * 3600, 5.75 * 3600, -14 * 3600])
@pytest.mark.parametrize("turned", [False, True])
def test_one_outing_is_the_same_in_any_form_and_by_any_wrong_clock(disguise, shift_s, turned):
    form = shifted(DISGUISES[disguise](*WALK), shift_s)

    found = likeness(WALK, form) if turned else likeness(form, WALK)

    assert found is not None
    assert found["kind"] == "same"
    assert found["shift_s"] == pytest.approx(-shift_s if turned else shift_s, abs=40)


@pytest.mark.parametrize("disguise", [name for name in DISGUISES if name != "spread times"])
@pytest.mark.parametrize("shift_s", [DAY_S, 7 * DAY_S + 431, -30 * DAY_S, 3 * 3600 + 400])
def test_an_earlier_walk_at_another_time_is_a_shifted_repeat(disguise, shift_s):
    found = likeness(shifted(DISGUISES[disguise](*WALK), shift_s), WALK)

    assert found is not None
    assert found["kind"] == "shifted_repeat"
    assert found["shift_s"] == pytest.approx(shift_s, abs=1)
    assert found["deviation_m"] < 3
    assert found["share"] > 0.9


@pytest.mark.parametrize("disguise", ["none", "rounded", "every second fix"])
def test_the_points_of_an_earlier_walk_at_another_pace_are_a_repeat(disguise):
    lon, lat, t = DISGUISES[disguise](*WALK)
    slower = t[0] + 3 * DAY_S + (t - t[0]) * 1.4

    found = likeness((lon, lat, slower), WALK)

    assert found is not None
    assert found["kind"] == "repeated"


def test_an_earlier_walk_backwards_is_a_repeat():
    lon, lat, t = WALK

    assert likeness((lon[::-1], lat[::-1], t + DAY_S), WALK)["kind"] == "repeated"


@pytest.mark.parametrize("part", [slice(40, None), slice(None, -60), slice(50, -50)])
def test_a_part_of_an_earlier_walk_is_a_repeat(part):
    cut = tuple(column[part] for column in shifted(WALK, 2 * DAY_S))

    assert likeness(cut, WALK)["kind"] == "shifted_repeat"


def test_a_part_at_its_own_time_is_no_second_outing_to_be_left_out():
    half = tuple(column[:120] for column in WALK)

    assert likeness(half, WALK)["kind"] == "repeated"
    assert likeness(WALK, half)["kind"] == "repeated"


@pytest.mark.parametrize("every_s", [1, 5, 12])
@pytest.mark.parametrize("noise_m", [1.5, 3.0])
def test_walks_along_one_bank_on_different_days_are_different(every_s, noise_m):
    days = [
        track(*along_the_bank(k, start_s=START_S + k * DAY_S, every_s=every_s, noise_m=noise_m)) for k in range(2, 14)
    ]

    assert find_likeness(days, days).empty


def test_two_people_who_walk_side_by_side_are_two():
    assert likeness(along_the_bank(2), along_the_bank(3)) is None


def test_a_handover_on_one_path_is_no_repeat():
    morning = along_the_bank(2, seconds=1800)
    afternoon = along_the_bank(3, start_s=START_S + 1800, seconds=1800)

    assert likeness(afternoon, morning) is None


def test_frozen_tracks_at_one_gate_are_no_copies():
    gate = [
        track(np.full(50, 107.0), np.full(50, 29.0), START_S + k * (DAY_S + 433) + np.arange(50) * 10.0)
        for k in range(20)
    ]

    assert find_likeness(gate, gate).empty


def test_short_walks_may_coincide():
    step = tuple(column[:7] for column in WALK)

    assert likeness(shifted(step, DAY_S), step) is None


def test_coarse_fixes_on_one_grid_are_no_copies():
    coarse = [
        track(lon.round(4), lat.round(4), t)
        for lon, lat, t in (along_the_bank(k, start_s=START_S + k * DAY_S) for k in (2, 3, 4))
    ]

    assert find_likeness(coarse, coarse).empty


def test_within_one_list_each_pair_is_told_once_the_later_as_new():
    tracks = [track(*shifted(WALK, DAY_S)), track(*along_the_bank(2)), track(*WALK)]

    found = find_likeness(tracks, tracks)

    assert found[["new", "old", "kind"]].to_numpy().tolist() == [[0, 2, "shifted_repeat"]]
    assert found["shift_s"].tolist() == [DAY_S]


def test_each_of_many_finds_its_own():
    old = [track(*along_the_bank(k, start_s=START_S + k * DAY_S)) for k in range(30)]
    new = [track(*shifted(along_the_bank(k, start_s=START_S + k * DAY_S), 60 * DAY_S)) for k in (4, 17, 29)]

    found = find_likeness(new, old)

    assert found[["new", "old"]].to_numpy().tolist() == [[0, 4], [1, 17], [2, 29]]
    assert set(found["kind"]) == {"shifted_repeat"}


@pytest.mark.parametrize(("new", "old"), [([], []), ([WALK], []), ([], [WALK])])
def test_nothing_is_like_nothing(new, old):
    found = find_likeness([track(*each) for each in new], [track(*each) for each in old])

    assert list(found.columns) == ["new", "old", "kind", "shift_s", "deviation_m", "share"]
    assert found.empty


def test_one_person_is_on_one_patrol_at_a_time():
    person = ["a", "a", "b", "a", None, None, "b"]
    start_s = [0, 500, 0, 400, 0, 0, 600]
    end_s = [600, 900, 600, 450, 900, 900, 900]

    assert overlapping(person, start_s, end_s).tolist() == [[0, 1]]
    assert overlapping(person, start_s, end_s, least_s=10).tolist() == [[0, 1], [0, 3]]


def test_a_long_patrol_meets_all_within_it():
    found = overlapping([1, 1, 1, 1], [0, 100, 300, 5000], [4000, 200, 400, 6000])

    assert found.tolist() == [[0, 1], [0, 2]]


@pytest.mark.parametrize("unknown", [None, np.nan, -1])
def test_unknown_people_never_meet(unknown):
    assert overlapping([unknown, unknown], [0, 0], [900, 900]).shape == (0, 2)


def test_overlapping_of_nobody_is_nothing():
    assert overlapping([], [], []).shape == (0, 2)
