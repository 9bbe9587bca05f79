"""rules.md: sort by time, drop what cannot be true, split where it is interrupted, count everything dropped."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.compute.tracks import CleaningRules, clean

GROUND = Geod(a=6378137.0, rf=298.257222101)
RULES = CleaningRules()

steps_s = st.sampled_from([0, 1, 5, 12, 60, 119, 121, 900])
steps_deg = st.sampled_from([0.0, 1e-5, -1e-4, 5e-4, -0.002, 0.05, -0.05])
fixes = st.lists(st.tuples(steps_s, steps_deg, steps_deg, st.sampled_from([np.nan, 5.0, 80.0])), max_size=40)
few = settings(max_examples=200)


def columns(steps):
    values = np.array(steps, dtype=float).reshape(-1, 4)
    return 107 + np.cumsum(values[:, 1]), 29 + np.cumsum(values[:, 2]), np.cumsum(values[:, 0]), values[:, 3]


def kept_of(track):
    return np.column_stack([track.lon, track.lat, track.time_s]).tolist()


@few
@given(steps=fixes)
def test_no_kept_fix_needs_more_than_the_limit_from_the_one_before(steps):
    track = clean(*columns(steps), rules=RULES)

    length_m = GROUND.inv(track.lon[:-1], track.lat[:-1], track.lon[1:], track.lat[1:])[2]
    allowed_m = RULES.max_speed_kmh / 3.6 * np.diff(track.time_s)
    assert (length_m <= allowed_m * (1 + 1e-6) + 1e-3).all()


@few
@given(steps=fixes)
def test_every_fix_is_kept_or_counted(steps):
    track = clean(*columns(steps))

    assert track.kept + sum(track.dropped.values()) == track.fixes == len(steps)
    assert all(count > 0 for count in track.dropped.values())


@few
@given(steps=fixes)
def test_cleaning_what_is_clean_changes_nothing(steps):
    once = clean(*columns(steps))

    twice = clean(once.lon, once.lat, once.time_s)

    assert kept_of(twice) == kept_of(once)
    assert twice.dropped == {}
    assert twice.piece_starts.tolist() == once.piece_starts.tolist()


@few
@given(steps=fixes, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_fixes_in_the_file_does_not_matter(steps, seed):
    """Unless two bear one time: then the first in the file goes first."""
    lon, lat, time_s, accuracy_m = columns([(max(step[0], 1), *step[1:]) for step in steps])
    order = np.random.default_rng(seed).permutation(len(lon))

    shuffled = clean(lon[order], lat[order], time_s[order], accuracy_m[order])

    assert kept_of(shuffled) == kept_of(clean(lon, lat, time_s, accuracy_m))


@few
@given(steps=fixes)
def test_no_piece_holds_a_longer_break_or_leap_than_allowed(steps):
    track = clean(*columns(steps), rules=RULES)

    inside = np.setdiff1d(np.arange(1, track.kept), track.piece_starts)
    length_m = GROUND.inv(track.lon[inside - 1], track.lat[inside - 1], track.lon[inside], track.lat[inside])[2]
    assert (track.time_s[inside] - track.time_s[inside - 1] <= RULES.max_gap_s).all()
    assert (length_m <= RULES.max_gap_m + 1e-3).all()
    assert abs(track.length_m - length_m.sum()) <= 1e-6 * (1 + length_m.sum())


@few
@given(steps=fixes)
def test_a_wrong_first_fix_costs_no_other(steps):
    track = clean(*columns(steps))
    assume(track.kept > 1)

    # Nowhere near, and a second before the walk began.
    lon, lat = np.append(120.0, track.lon), np.append(40.0, track.lat)
    misled = clean(lon, lat, np.append(track.time_s[0] - 1, track.time_s))

    assert kept_of(misled) == kept_of(track)
