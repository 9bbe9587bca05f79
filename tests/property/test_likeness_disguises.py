"""rules.md: 'a track that repeats an earlier one point for point or shifted in time', whatever came between."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compute.likeness import find_likeness, overlapping
from geo.compute.tracks import CleanedTrack

START_S = 1_709_251_200.0


def walk(seed: int, count: int, every_s: float, lat: float) -> CleanedTrack:
    generator = np.random.default_rng(seed)
    heading = np.cumsum(generator.normal(0, 0.15, count))
    steps_m = every_s * 1.2 * np.clip(generator.normal(1, 0.3, count), 0.2, None)
    x, y = np.cumsum(steps_m * np.cos(heading)), np.cumsum(steps_m * np.sin(heading))
    lon = 107 + (x + generator.normal(0, 1, count)) / (111_320 * np.cos(np.radians(lat)))
    return made(lon, lat + (y + generator.normal(0, 1, count)) / 111_000, START_S + np.arange(count) * every_s)


def made(lon, lat, time_s) -> CleanedTrack:
    return CleanedTrack(len(lon), {}, lon, lat, time_s, np.zeros(1, np.int64), 0.0, 0.0)


walks = st.builds(
    walk, st.integers(0, 10**6), st.integers(60, 400), st.sampled_from([2.0, 5.0, 12.0]), st.floats(18, 53)
)


@settings(max_examples=60)
@given(walks, st.integers(1, 6), st.integers(5, 7), st.integers(51_000, 10**7), st.integers(0, 99))
def test_no_thinning_rounding_or_delay_hides_a_copy(track, step, digits, late_s, seed):
    kept = np.arange(0, track.kept, step)
    order = np.sort(np.random.default_rng(seed).permutation(kept)[: max(len(kept) * 3 // 4, 10)])
    copy = made(track.lon[order].round(digits), track.lat[order].round(digits), track.time_s[order] + late_s)

    found = find_likeness([copy], [track])

    extent_m = np.hypot(*np.ptp(np.column_stack([copy.lon, copy.lat]), axis=0)) * 100_000
    if extent_m < 150 or len(order) < 12:
        return
    assert found["kind"].tolist() == ["shifted_repeat"]
    assert abs(found["shift_s"][0] - late_s) < 1


@settings(max_examples=60)
@given(walks, walks)
def test_two_different_walks_are_never_alike(one, other):
    if np.array_equal(one.lon[:10], other.lon[:10]):
        return

    assert find_likeness([one], [other]).empty


@settings(max_examples=60)
@given(walks, st.integers(-56, 56), st.integers(1, 4))
def test_likeness_of_an_outing_is_mutual(track, quarters, step):
    copy = made(track.lon[::step], track.lat[::step], track.time_s[::step] + quarters * 900.0)

    forth, back = find_likeness([copy], [track]), find_likeness([track], [copy])

    assert forth["kind"].tolist() == back["kind"].tolist() == ["same"]
    assert abs(forth["shift_s"][0] + back["shift_s"][0]) < 1e-6


spans = st.tuples(st.integers(0, 3), st.integers(0, 5000), st.integers(0, 3000))


@given(st.lists(spans, max_size=25), st.integers(1, 600))
def test_overlaps_are_those_that_a_comparison_of_all_finds(patrols, least_s):
    person, start_s, lasts_s = np.array(patrols, dtype=float).reshape(-1, 3).T
    end_s = start_s + lasts_s

    found = overlapping(person, start_s, end_s, least_s=least_s).tolist()

    assert found == [
        [i, j]
        for i in range(len(patrols))
        for j in range(i + 1, len(patrols))
        if person[i] == person[j] and min(end_s[i], end_s[j]) - max(start_s[i], start_s[j]) >= least_s
    ]
