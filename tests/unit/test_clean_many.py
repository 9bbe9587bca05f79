"""Many tracks at once are cleaned as each alone, to the last bit."""

import numpy as np
import pytest
import shapely

from geo.compute.cleaning import clean_many
from geo.compute.measured import flat_lines, measured_ewkb
from geo.compute.tracks import CleaningRules, clean
from geo.errors import InvalidInput

RULES = (
    CleaningRules(),
    CleaningRules(max_speed_kmh=15, max_gap_s=40, max_gap_m=60, max_accuracy_m=20),
    CleaningRules(np.inf, np.inf, 200, 50),
)


def awkward_tracks(seed, count=60):
    """Walks with everything that is wrong with tracks."""
    generator = np.random.default_rng(seed)
    tracks = []
    for _ in range(count):
        n = int(generator.integers(1, 80))
        time_s = 1.7e9 + np.cumsum(generator.choice([0, 1, 5, 10, 10, 10, 130], n))
        lon = 107 + np.cumsum(generator.normal(0, 5e-5, n)) + generator.choice([0, 0, 0, 0, 0, 0.1], n)
        lat = 29 + np.cumsum(generator.normal(0, 5e-5, n))
        accuracy = generator.choice([5, 5, 5, 18, 60, -1, np.nan], n)
        again = generator.integers(0, n, n // 8)
        time_s[again[:-1]], lon[again[:-1]], lat[again[:-1]] = time_s[again[1:]], lon[again[1:]], lat[again[1:]]
        lon[generator.random(n) < 0.02] = 400
        lat[generator.random(n) < 0.02] = np.nan
        time_s[1:][generator.random(n - 1) < 0.02] = np.nan
        if generator.random() < 0.3:
            order = generator.permutation(n)
            lon, lat, time_s, accuracy = lon[order], lat[order], time_s[order], accuracy[order]
        segment = np.sort(generator.integers(0, 3, n)) if generator.random() < 0.7 else generator.integers(0, 3, n)
        tracks.append((lon, lat, time_s, accuracy, segment))
    return tracks


def all_at_once(tracks, rules):
    columns = [np.concatenate(column) for column in zip(*tracks, strict=True)]
    first = np.append(0, np.cumsum([len(track[0]) for track in tracks]))
    return clean_many(*columns, first, rules)


@pytest.mark.parametrize("seed", range(8))
def test_many_tracks_are_cleaned_as_each_alone_to_the_last_bit(seed):
    tracks = awkward_tracks(seed)
    rules = [RULES[k % 3] for k in range(len(tracks))]

    together = all_at_once(tracks, rules)

    for track, rule, one in zip(tracks, rules, together, strict=True):
        alone = clean(*track, rules=rule)
        assert (one.fixes, one.dropped, one.length_m, one.duration_s) == (
            alone.fixes, alone.dropped, alone.length_m, alone.duration_s,
        )  # fmt: skip
        for name in ("lon", "lat", "time_s", "piece_starts"):
            assert np.array_equal(getattr(one, name), getattr(alone, name))


@pytest.mark.parametrize("seed", range(3))
def test_lines_made_together_are_those_made_alone(seed):
    cleaned = [one for one in all_at_once(awkward_tracks(seed), [RULES[0]] * 60) if one.kept]
    bounds = np.append(0, np.cumsum([one.kept for one in cleaned]))
    lon, lat, time_s = (np.concatenate([getattr(one, name) for one in cleaned]) for name in ("lon", "lat", "time_s"))
    starts = [one.piece_starts for one in cleaned]

    flat = flat_lines(lon, lat, bounds, starts)
    measured = shapely.from_wkb(measured_ewkb(lon, lat, time_s, bounds, starts, 4490))

    assert [line.wkt for line in flat] == [one.geometry().wkt for one in cleaned]
    assert [line.wkt for line in measured] == [one.measured().wkt for one in cleaned]
    assert set(shapely.get_srid(measured)) == {4490}


def test_a_track_without_times_is_refused():
    nowhen = (np.array([107.0]), np.array([29.0]), np.array([np.nan]), np.array([5.0]), np.array([0]))

    with pytest.raises(InvalidInput, match="no times"):
        all_at_once([nowhen], [RULES[0]])


def test_no_tracks_are_cleaned_to_none():
    nothing = np.empty(0)

    assert clean_many(nothing, nothing, nothing, None, None, np.array([0]), []) == []
