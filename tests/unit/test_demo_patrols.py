"""The demo's year of patrols: the published totals come out of raw, noisy tracks."""

from collections import Counter
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest

from data.calibrate import HOURS, KM, cleaned_patrols
from data.frame import PLANE
from data.patrols import patrol_tracks, stored_outings
from geo.compute.coverage import cover


@pytest.fixture(scope="module")
def cleaned():
    return cleaned_patrols()


@pytest.fixture(scope="module")
def tracks():
    return list(patrol_tracks())


def test_town_chiefs_walked_106_and_village_chiefs_816_times(tracks):
    assert Counter(track.outing.level for track in tracks) == {"town": 106, "village": 816}
    assert len({track.outing.number for track in tracks}) == 922


def test_the_cleaned_patrols_add_up_to_the_published_totals(cleaned):
    hours = sum(track.duration_s for track in cleaned.values()) / 3600
    km = sum(track.length_m for track in cleaned.values()) / 1000

    assert round(hours, 2) == HOURS
    assert round(km, 1) == KM
    assert (round(hours * 60 / 922, 1), round(km / 922, 2), round(km / hours, 2)) == (94.3, 3.25, 2.07)


def test_every_patrol_is_valid_by_the_demos_rule(cleaned):
    assert min(track.duration_s for track in cleaned.values()) >= 600
    assert min(track.length_m for track in cleaned.values()) >= 500


def test_the_noise_of_real_recorders_occurs(tracks, cleaned):
    dropped = Counter()
    for track in cleaned.values():
        dropped.update(track.dropped.keys())

    assert {"speed", "accuracy", "duplicate"} <= set(dropped)
    assert all(number > 30 for number in dropped.values())
    assert sum(track.pieces > 1 for track in cleaned.values()) > 100
    assert any((np.diff(track.time_s) < 0).any() for track in tracks)


def test_there_are_between_300_and_500_thousand_fixes(tracks):
    assert 300_000 < sum(len(track.time_s) for track in tracks) < 500_000


def test_nobody_is_on_two_patrols_at_once(tracks):
    walks = {}
    for track in tracks:
        walks.setdefault(track.outing.person, []).append((int(track.time_s.min()), int(track.time_s.max())))

    for spans in walks.values():
        assert all(one[1] < other[0] for one, other in pairwise(sorted(spans)))


def test_all_patrols_are_of_2024_and_by_daylight(tracks):
    clock = np.concatenate([track.time_s for track in tracks]) + 8 * 3600

    assert clock.min() >= np.datetime64("2024-01-01T07:00").astype("datetime64[s]").astype(int)
    assert clock.max() < np.datetime64("2025-01-01").astype("datetime64[s]").astype(int)
    assert (clock % 86400 / 3600).max() < 20


def test_gorges_stay_gaps_and_every_reach_is_walked_in_part(cleaned):
    _, lines = stored_outings()
    village = {code: line for code, line in lines.items() if "-T" not in code}
    tracks = gpd.GeoSeries([track.geometry() for track in cleaned.values()], crs="EPSG:4490")
    reaches = gpd.GeoSeries(village, crs=tracks.to_crs(PLANE).crs)

    covered = cover(reaches, tracks.to_crs(PLANE), corridor_m=30)
    share = (
        covered.assign(m=covered["end_m"] - covered["start_m"]).groupby("reach")["m"].sum() / reaches.length.to_numpy()
    )

    assert len(share) == 29
    assert 0.3 < share.min() < 0.7
    assert sum(share < 0.9) >= 8
    assert sum(share > 0.999) >= 15


def test_some_reaches_were_walked_seldom_and_not_of_late():
    outings, _ = stored_outings()
    last = {outing.reach: outing.start.month for outing in outings}
    counts = Counter(outing.reach for outing in outings)

    assert {reach for reach, month in last.items() if month < 10} == {"QH09-01", "QH06-01", "QH04-01"}
    assert (counts["QH09-01"], counts["QH06-01"], counts["QH04-01"]) == (5, 6, 9)


def test_the_chief_who_left_walked_no_more():
    outings, _ = stored_outings()
    chiefs = {(o.person, o.start.month) for o in outings if o.reach == "QH05-T1"}

    assert len({person for person, _ in chiefs}) == 2
    assert not [month for _, month in chiefs if month in (7, 8, 9)]
