"""What the check of records says of 140 real days, and of the demo year."""

from collections import Counter

import numpy as np
import pytest

from data.patrols import stored_outings
from geo.compute.integrity import doubts_of, verdict_of
from geo.compute.integrity_rules import DEFAULT_RULES
from geo.compute.likeness import find_likeness, overlapping
from geo.compute.nearness import near_shares
from geo.readers import read_layer
from tests.benchmarks.bench_integrity import NOW_S, demo_year, pieces_of, real_tracks
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def real(shared_data):
    return real_tracks(shared_data / "beijing" / "tracks")


@pytest.fixture(scope="module")
def demo():
    return demo_year()


def alarms(tracks):
    doubts = [doubts_of(raw, cleaned, now_s=NOW_S) for _, raw, cleaned in tracks]
    assert "rejected" not in map(verdict_of, doubts)
    return Counter(doubt.reason for each in doubts for doubt in each)


def test_real_days_raise_few_alarms(real):
    assert len(real) == 140

    found = alarms(real)

    assert found == {"too_fast": 11, "teleport": 5}


def test_real_walks_are_not_too_fast_and_most_rides_are(real):
    pieces = pieces_of(real)
    walks = [doubts for kmh, doubts in pieces if kmh < 6]
    rides = [doubts for kmh, doubts in pieces if kmh > 15]

    fast_walks, fast_rides = (
        sum(any(doubt.reason == "too_fast" for doubt in doubts) for doubts in each) for each in (walks, rides)
    )

    assert len(walks) > 150
    assert fast_walks == 0
    assert fast_rides > 0.75 * len(rides) > 40


def test_the_six_walks_that_two_people_share_are_found_and_no_others(real):
    cleaned = [each for _, _, each in real]

    found = find_likeness(cleaned, cleaned)

    names = {
        (real[new][0][3:].split(".")[0], real[old][0][3:].split(".")[0])
        for new, old in found[["new", "old"]].to_numpy()
    }
    assert found["kind"].tolist() == ["same"] * 6
    assert all(new == old for new, old in names)


def test_every_real_day_replayed_on_another_is_found(real):
    cleaned = [each for _, _, each in real]
    replayed = [
        type(each)(
            each.fixes, {}, each.lon[::2].round(5), each.lat[::2].round(5), each.time_s[::2] + 5 * 86_400 + 77,
            np.zeros(1, np.int64), each.length_m, each.duration_s,
        )
        for each in cleaned
    ]  # fmt: skip

    found = find_likeness(replayed, cleaned)

    own = found[found["new"] == found["old"]]
    assert own["new"].tolist() == list(range(140))
    assert set(own["kind"]) == {"shifted_repeat"}
    # The other pairs are the six walks that are there twice.
    assert len(found) == 140 + 2 * 6


def test_the_demo_year_raises_no_alarm(demo):
    assert len(demo) == 922

    assert alarms(demo) == {}


def test_no_two_patrols_of_the_demo_year_are_alike(demo):
    cleaned = [each for _, _, each in demo]

    assert find_likeness(cleaned, cleaned).empty


def test_nobody_of_the_demo_walks_twice_at_once(demo):
    spans = [each.started_at_s for _, _, each in demo], [each.ended_at_s for _, _, each in demo]
    person = {outing.number: outing.person for outing in stored_outings()[0]}
    assert overlapping(np.zeros(len(demo)), *spans).size > 0, "otherwise the next says nothing"

    assert overlapping([person[number] for number, _, _ in demo], *spans).size == 0


def test_no_walk_of_the_demo_is_elsewhere_and_real_days_are(demo, real, shared_data):
    reaches = read_layer(ROOT / "data" / "qinghe" / "reaches.geojson").geometry
    rivers = read_layer(shared_data / "beijing" / "rivers.geojson").geometry

    at_home = near_shares([each for _, _, each in demo], reaches, within_m=90)
    elsewhere = near_shares([each for _, _, each in real], rivers, within_m=90)

    assert (at_home >= DEFAULT_RULES.near_share).all()
    assert (elsewhere < DEFAULT_RULES.near_share).mean() > 0.5
