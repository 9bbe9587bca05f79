"""``wangge coverage`` on real rivers and walks of Beijing, against buffers in a projection of the test's own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from geo.compute.stretches import union_of
from geo.services.file_coverage import cover_files

ROOT = Path(__file__).parents[2]
GROUND = pyproj.Geod(a=6378137.0, rf=298.257222101)
CORRIDOR_M = 30.0


@pytest.fixture(scope="session")
def rivers(shared_data):
    return shared_data / "beijing" / "rivers.geojson"


@pytest.fixture(scope="session")
def walks(shared_data):
    return sorted((shared_data / "beijing" / "tracks").iterdir())


@pytest.fixture(scope="session")
def coverage(rivers, walks):
    return cover_files(rivers, walks, corridor_m=CORRIDOR_M)


@pytest.fixture(scope="session")
def features(rivers):
    return json.loads(rivers.read_text(encoding="utf-8"))["features"]


def wangge(*arguments):
    command = Path(sys.executable).with_name("wangge")
    return subprocess.run(
        [command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def plane_around(line):
    """A projection centred on a reach: transverse Mercator, not the project's."""
    west, south, east, north = line.bounds
    crs = f"+proj=tmerc +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +ellps=GRS80 +units=m"
    project = pyproj.Proj(crs)
    return lambda xy: np.column_stack(project(xy[:, 0], xy[:, 1]))


def covered_by_buffer_m(line, pieces):
    """Each segment's share within the buffer, so that a reach's passages are not laid over one another."""
    plane = plane_around(line)
    reach = shapely.transform(line, plane)
    near = pieces[shapely.intersects(pieces, shapely.buffer(shapely.box(*line.bounds), 0.01))]
    kept = shapely.transform(near, plane)
    kept = kept[shapely.distance(kept, reach) <= 2 * CORRIDOR_M]
    buffered = shapely.union_all(shapely.buffer(kept, CORRIDOR_M, quad_segs=256))
    parts = [shapely.get_coordinates(part) for part in shapely.get_parts(reach)]
    segments = np.concatenate([shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)) for xy in parts])
    shapely.prepare(buffered)
    whole = shapely.contains_properly(buffered, segments)
    crossing = shapely.intersection(segments[~whole & shapely.intersects(buffered, segments)], buffered)
    return float(shapely.length(segments[whole]).sum() + shapely.length(crossing).sum())


def test_every_covered_length_agrees_with_buffers(coverage, features):
    pieces = shapely.get_parts([track.cleaned.geometry() for track in coverage.tracks])
    lines = [shapely.geometry.shape(feature["geometry"]) for feature in features]

    buffered_m = [covered_by_buffer_m(line, pieces) for line in lines]

    assert sum(buffered_m) > 10_000
    assert [reach.covered_m for reach in coverage.reaches] == pytest.approx(buffered_m, rel=1e-4, abs=CORRIDOR_M * 1e-3)


def test_every_length_agrees_with_geodesics(coverage, features):
    lengths_m = [GROUND.geometry_length(shapely.geometry.shape(feature["geometry"])) for feature in features]

    assert [reach.length_m for reach in coverage.reaches] == pytest.approx(lengths_m, rel=1e-5)
    tracks_m = [sum(map(GROUND.geometry_length, track.cleaned.geometry().geoms)) for track in coverage.tracks]
    assert [track.cleaned.length_m for track in coverage.tracks] == pytest.approx(tracks_m, rel=1e-5, abs=1e-3)


def test_reaches_keep_the_order_and_the_ids_of_the_file(coverage, features):
    ids = [feature["properties"]["id"] for feature in features]

    assert [str(reach.id) for reach in coverage.reaches] == [str(number) for number in ids]


def test_every_file_is_used(coverage, walks):
    assert coverage.refused == ()
    assert {track.source for track in coverage.tracks} == {walk.name for walk in walks}


def test_no_piece_holds_a_break_or_a_leap(coverage):
    for track in coverage.tracks:
        cleaned = track.cleaned
        inside = np.setdiff1d(np.arange(1, cleaned.kept), cleaned.piece_starts)
        steps_m = GROUND.inv(cleaned.lon[inside - 1], cleaned.lat[inside - 1], cleaned.lon[inside], cleaned.lat[inside])
        steps_s = cleaned.time_s[inside] - cleaned.time_s[inside - 1]
        assert (steps_s <= 120).all()
        assert (steps_m[2] <= 200 + 1e-3).all()
        assert cleaned.kept + sum(cleaned.dropped.values()) == cleaned.fixes


def test_stretches_and_gaps_fill_each_reach(coverage):
    for reach in coverage.as_json()["reaches"]:
        spans = np.array(reach["stretches"] + reach["gaps"]).reshape(-1, 2)
        assert (spans[:, 1] - spans[:, 0]).sum() == pytest.approx(reach["length_m"], abs=1e-4)
        assert union_of(spans + np.array([-1e-5, 1e-5])) == pytest.approx(np.array([[0, reach["length_m"]]]), abs=1e-4)
        assert reach["share"] == pytest.approx(reach["covered_m"] / reach["length_m"])


def test_twice_the_corridor_covers_no_less(rivers, walks, coverage):
    wide = cover_files(rivers, walks[::10], corridor_m=2 * CORRIDOR_M)
    narrow = cover_files(rivers, walks[::10], corridor_m=CORRIDOR_M)

    for wider, reach, by_all in zip(wide.reaches, narrow.reaches, coverage.reaches, strict=True):
        assert wider.covered_m >= reach.covered_m - 1e-6
        assert by_all.covered_m >= reach.covered_m - 1e-6


def test_the_command_prints_the_contract(rivers, walks, coverage):
    done = wangge("coverage", "--reaches", rivers, "--tracks", *walks, "--json")

    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert set(printed) >= {"corridor_m", "reaches", "tracks", "refused"}
    assert set(printed["reaches"][0]) == {"id", "name", "length_m", "covered_m", "share", "stretches", "gaps"}
    counts = {"source", "track", "fixes", "kept", "dropped", "pieces", "length_m", "duration_s"}
    assert set(printed["tracks"][0]) == counts
    assert printed["reaches"] == coverage.as_json()["reaches"]


def test_a_file_that_cannot_be_read_is_refused_and_the_others_count(rivers, walks, tmp_path):
    broken = tmp_path / "broken.gpx"
    broken.write_text("<gpx><trk>", encoding="utf-8")

    done = wangge("coverage", "--reaches", rivers, "--tracks", walks[0], broken, walks[1], "--json")

    assert done.returncode == 1, done.stderr
    printed = json.loads(done.stdout)
    assert [one["source"] for one in printed["refused"]] == ["broken.gpx"]
    assert printed["refused"][0]["reason"]
    assert {track["source"] for track in printed["tracks"]} == {walks[0].name, walks[1].name}


def test_what_holds_for_many_files_is_told_once(rivers, walks):
    done = wangge("coverage", "--reaches", rivers, "--tracks", *walks)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines() + done.stderr.splitlines()
    assert sum(line.lstrip().startswith(tuple(walk.name for walk in walks)) for line in lines) < 10
