"""Cleaning tracks: what is kept, what is dropped and why, where a track is split."""

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geo.compute.tracks import CleaningRules, clean, epoch_seconds
from geo.errors import InvalidInput

CGCS2000 = Geod(a=6378137, rf=298.257222101)
METRE = 1 / 97_000  # degrees of longitude at 29.6° north, nearly


def walk(positions_m, times_s, **columns):
    """A walk to the east, at metres from its start."""
    lon = 107.0 + np.asarray(positions_m) * METRE
    return clean(lon, np.full(len(lon), 29.6), times_s, **columns)


def positions_m(track):
    return np.round((track.lon - 107.0) / METRE).astype(int).tolist()


def test_an_ordinary_walk_is_kept_whole():
    track = walk([0, 10, 20, 30], [0, 10, 20, 30])

    assert (track.fixes, track.kept, track.dropped, track.pieces) == (4, 4, {}, 1)
    assert track.length_m == pytest.approx(30, rel=0.01)
    assert track.duration_s == 30


def test_fixes_are_sorted_by_time():
    track = walk([20, 0, 10], [20, 0, 10])

    assert positions_m(track) == [0, 10, 20]
    assert track.time_s.tolist() == [0, 10, 20]


def test_exact_duplicates_are_dropped_and_counted():
    track = walk([0, 0, 10, 0], [0, 0, 10, 0])

    assert positions_m(track) == [0, 10]
    assert track.dropped == {"duplicate": 2}


def test_standing_still_is_no_duplicate():
    track = walk([0, 0, 0], [0, 10, 20])

    assert track.kept == 3


def test_a_fix_with_two_accuracies_is_kept_if_one_of_them_is_good_enough():
    track = walk([0, 10, 10], [0, 10, 10], accuracy_m=[5, 80, 5])

    assert positions_m(track) == [0, 10]
    assert track.dropped == {"accuracy": 1}


def test_the_same_fix_with_two_good_accuracies_counts_once():
    track = walk([0, 10, 10], [0, 10, 10], accuracy_m=[5, 8, 5])

    assert track.dropped == {"duplicate": 1}


@pytest.mark.parametrize(("accuracy_m", "kept"), [(50, True), (50.1, False), (np.nan, True), (0, True), (-1, False)])
def test_a_fix_less_exact_than_the_limit_is_dropped_but_not_one_without_accuracy(accuracy_m, kept):
    track = walk([0, 10, 20], [0, 10, 20], accuracy_m=[5, accuracy_m, 5])

    assert (positions_m(track) == [0, 10, 20]) == kept
    assert track.dropped == ({} if kept else {"accuracy": 1})


def test_a_teleported_fix_is_dropped_and_its_neighbours_stay_together():
    track = walk([0, 10, 5000, 30], [0, 10, 20, 30])

    assert positions_m(track) == [0, 10, 30]
    assert (track.dropped, track.pieces) == ({"speed": 1}, 1)


def test_a_wrong_first_fix_costs_only_itself():
    track = walk([9000, 0, 10, 20, 30], [0, 10, 20, 30, 40])

    assert positions_m(track) == [0, 10, 20, 30]
    assert track.dropped == {"speed": 1}


def test_a_wrong_first_fix_after_a_break_costs_only_itself():
    """The break gave it the time to get there, but not the time to come back."""
    track = walk([0, 10, 5000, 20, 30, 40], [0, 10, 610, 620, 630, 640])

    assert positions_m(track) == [0, 10, 20, 30, 40]


def test_wrong_fixes_are_dropped_though_they_agree_with_one_another():
    track = walk([0, 10, 20, 30, 40, 9000, 9010, 9020, 80, 90], range(0, 100, 10))

    assert positions_m(track) == [0, 10, 20, 30, 40, 80, 90]
    assert track.dropped == {"speed": 3}


def test_of_two_fixes_that_exclude_each_other_the_first_stays():
    track = walk([0, 9000], [0, 10])

    assert positions_m(track) == [0]


def test_a_long_walk_is_not_given_up_for_a_place_that_cannot_be_reached():
    """However many fixes the other place has, until it could be reached."""
    here, there = np.arange(100) * 10.0, 100_000 + np.arange(200) * 10.0

    track = walk([*here, *there], np.arange(300) * 10)

    assert positions_m(track)[:100] == here.astype(int).tolist()


def test_two_places_at_one_time_exclude_each_other():
    track = walk([0, 10, 14, 20], [0, 10, 10, 20])

    assert positions_m(track) == [0, 10, 20]
    assert track.dropped == {"speed": 1}


def test_the_speed_limit_itself_is_allowed():
    at_limit = walk([0, 100], [0, 6.0001 * 100 / 100])

    assert at_limit.kept == 2


def test_no_two_neighbours_need_more_than_the_limit():
    random = np.random.default_rng(7)
    lon = 107 + np.cumsum(random.normal(0, 2e-4, 3000))
    lat = 29 + np.cumsum(random.normal(0, 2e-4, 3000))
    time_s = np.cumsum(random.integers(0, 4, 3000))

    track = clean(lon, lat, time_s)

    length_m = CGCS2000.inv(track.lon[:-1], track.lat[:-1], track.lon[1:], track.lat[1:])[2]
    speed_kmh = length_m / np.maximum(np.diff(track.time_s), 1e-9) * 3.6
    assert speed_kmh.max() <= 60.001
    assert track.kept + sum(track.dropped.values()) == track.fixes == 3000


@pytest.mark.parametrize(("gap_s", "pieces"), [(120, 1), (121, 2)])
def test_a_track_is_split_where_the_recorder_slept(gap_s, pieces):
    track = walk([0, 10, 20, 30], [0, 10, 10 + gap_s, 20 + gap_s])

    assert track.pieces == pieces


@pytest.mark.parametrize(("gap_m", "pieces"), [(199, 1), (202, 2)])
def test_a_track_is_split_where_it_leaps(gap_m, pieces):
    track = walk([0, 10, 10 + gap_m, 20 + gap_m], [0, 10, 60, 70])

    assert track.pieces == pieces


def test_a_gap_is_bridged_neither_in_length_nor_in_time():
    track = walk([0, 100, 5000, 5100], [0, 60, 3600, 3660])

    assert track.length_m == pytest.approx(200, rel=0.01)
    assert track.duration_s == 120
    assert track.ended_at_s - track.started_at_s == 3660
    assert shapely.get_num_geometries(track.geometry()) == 2


def test_a_drop_that_opens_a_gap_splits_the_track():
    track = walk([0, 10, 20, 30], [0, 100, 200, 300], accuracy_m=[5, 99, 99, 5])

    assert track.pieces == 2


def test_the_recorders_own_breaks_are_kept():
    track = walk([0, 10, 20, 30], [0, 10, 20, 30], segment=[0, 0, 1, 1])

    assert track.pieces == 2


def test_a_break_between_two_recorders_of_one_walk_is_none():
    track = walk([0, 10, 20, 30], [0, 10, 20, 30], segment=[0, 1, 0, 1])

    assert track.pieces == 1


def test_a_single_fix_is_a_piece_without_length():
    track = walk([0, 10, 5000], [0, 10, 3600])

    last = track.geometry().geoms[-1]
    assert track.pieces == 2
    assert last.length == 0
    assert last.coords[0] == last.coords[1]


def test_measures_are_seconds_since_1970():
    track = walk([0, 10, 5000, 5010], [1.7e9, 1.7e9 + 10, 1.7e9 + 3600, 1.7e9 + 3610.5])

    line = track.measured()
    assert line.geom_type == "MultiLineString"
    assert line.has_m
    assert not line.has_z
    assert shapely.get_coordinates(line, include_m=True)[:, 2].tolist() == track.time_s.tolist()
    assert shapely.equals(line, track.geometry())


def test_a_track_without_times_is_refused_in_one_line():
    with pytest.raises(InvalidInput, match="no times") as refusal:
        clean([107, 107], [29, 29], [np.nan, np.nan])

    assert "\n" not in str(refusal.value)


def test_a_fix_without_a_time_or_place_is_dropped_and_counted():
    track = clean([107, np.nan, 107, 200, 107], [29, 29, 29, 29, 29], [0, 10, np.nan, 30, 40])

    assert track.kept == 2
    assert track.dropped == {"place": 2, "time": 1}


def test_no_fixes_make_an_empty_track():
    track = clean([], [], [])

    assert (track.fixes, track.kept, track.pieces, track.length_m, track.duration_s) == (0, 0, 0, 0, 0)
    assert track.geometry().is_empty
    assert track.measured().is_empty
    assert np.isnan(track.started_at_s)


def test_columns_of_different_length_are_refused():
    with pytest.raises(InvalidInput, match="differ in length"):
        clean([107, 107], [29], [0, 1])


@pytest.mark.parametrize("field", ["max_speed_kmh", "max_gap_s", "max_gap_m", "max_accuracy_m"])
@pytest.mark.parametrize("value", [0, -1, np.nan])
def test_a_rule_that_is_no_limit_is_refused(field, value):
    with pytest.raises(InvalidInput, match=field):
        CleaningRules(**{field: value})


def test_infinity_switches_a_rule_off():
    rules = CleaningRules(*[np.inf] * 4)

    track = walk([0, 90_000, 0], [0, 0.001, 9000], accuracy_m=[1, 9999, 1], rules=rules)

    assert (track.kept, track.pieces) == (3, 1)


def test_lengths_agree_with_geodesics_wherever_the_track_runs():
    random = np.random.default_rng(3)
    for latitude in (18, 29, 53):
        lon = 107 + np.cumsum(random.normal(0, 1e-4, 500))
        lat = latitude + np.cumsum(random.normal(0, 1e-4, 500))

        track = clean(lon, lat, np.arange(500) * 10.0)

        assert track.pieces == 1
        assert track.length_m == pytest.approx(CGCS2000.line_length(track.lon, track.lat), rel=1e-7)


def test_a_walk_over_the_date_line_is_short():
    track = clean([179.9999, -179.9999], [0, 0], [0, 10])

    assert track.length_m == pytest.approx(22.3, abs=0.1)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_epoch_seconds_do_not_depend_on_the_resolution_or_the_zone(unit, zone):
    times = pd.Series(pd.to_datetime(["2024-06-01T00:00:00", None])).astype(f"datetime64[{unit}]")
    if zone:
        times = times.dt.tz_localize("UTC").dt.tz_convert(zone)

    seconds = epoch_seconds(times)

    assert seconds[0] == 1717200000
    assert np.isnan(seconds[1])


def test_columns_that_cannot_be_written_to_are_accepted():
    """As pandas hands them out."""
    lon = np.array([107.0, 107.0001])
    lon.setflags(write=False)

    track = clean(lon, lon - 78, lon * 1e6)

    assert track.kept == 2
