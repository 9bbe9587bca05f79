"""Coverage of files: identities, order, datums, what is refused and what is not."""

import json

import geopandas
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Point

from geo.compute.tracks import CleaningRules
from geo.datum import wgs84_to_gcj02
from geo.errors import InvalidInput, UnknownDatum
from geo.services.file_coverage import cover_files

RIVER = LineString([(107.0, 29.0), (107.01, 29.0)])


@pytest.fixture
def reaches(tmp_path):
    """Write features to a GeoJSON file; each is properties and a geometry."""

    def write(*features):
        shapes = [None if line is None else shapely.geometry.mapping(line) for _, line in features]
        collection = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": facts, "geometry": shape}
                for (facts, _), shape in zip(features, shapes, strict=True)
            ],
        }
        file = tmp_path / "reaches.geojson"
        file.write_text(json.dumps(collection), encoding="utf-8")
        return file

    return write


@pytest.fixture
def track(tmp_path):
    """Write a walk along the river, a fix every ten seconds, as CSV."""

    def write(name="walk.csv", *, since=107.002, until=107.004, count=21, shift=None, folder="."):
        lon, lat = np.linspace(since, until, count), np.full(count, 29.0001)
        if shift:
            lon, lat = shift(lon, lat)
        rows = [
            f"{x:.8f},{y:.8f},2024-06-01T08:{k // 6:02}:{k % 6}0Z"
            for k, (x, y) in enumerate(zip(lon, lat, strict=True))
        ]
        file = tmp_path / folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(["longitude,latitude,time", *rows]), encoding="utf-8")
        return file

    return write


def test_a_walk_along_a_river_covers_it_and_a_little_more_at_both_ends(reaches, track):
    coverage = cover_files(reaches(({}, RIVER)), [track()], corridor_m=30)

    [reach] = coverage.as_json()["reaches"]
    half_chord_m = np.sqrt(30**2 - 11.085**2)
    scale = reach["length_m"] / 0.01
    expected = [[0.002 * scale - half_chord_m, 0.004 * scale + half_chord_m]]
    assert np.array(reach["stretches"]) == pytest.approx(np.array(expected), abs=0.01)
    assert reach["gaps"] == [[0, reach["stretches"][0][0]], [reach["stretches"][0][1], reach["length_m"]]]
    assert reach["share"] == pytest.approx(reach["covered_m"] / reach["length_m"])


@pytest.mark.parametrize(
    ("facts", "identity"), [({"id": 7, "code": "a"}, 7), ({"CODE": "a"}, "a"), ({"river": "x"}, 0), ({"id": None}, 0)]
)
def test_a_reach_is_called_by_its_id_or_code_or_place(reaches, track, facts, identity):
    coverage = cover_files(reaches((facts, RIVER)), [track()])

    assert coverage.reaches[0].id == identity


@pytest.mark.parametrize("column", ["name", "Name", "名称", "河段名称"])
def test_a_reachs_name_is_found_in_either_language(reaches, track, column):
    coverage = cover_files(reaches(({column: "清河"}, RIVER)), [track()])

    assert coverage.reaches[0].name == "清河"


def test_a_feature_without_a_line_keeps_its_place_and_has_no_share(reaches, track):
    file = reaches(({"id": 1}, None), ({"id": 2}, RIVER), ({"id": 3}, LineString()))

    coverage = cover_files(file, [track()])

    assert [reach.id for reach in coverage.reaches] == [1, 2, 3]
    assert [reach.share is None for reach in coverage.reaches] == [True, False, True]
    assert coverage.as_json()["reaches"][0]["gaps"] == []


def test_heights_and_parts_of_a_reach_are_understood(reaches, track):
    parts = MultiLineString([[(107.0, 29.0, 5), (107.003, 29.0, 6)], [(107.003, 29.0, 6), (107.01, 29.0, 7)]])

    of_parts = cover_files(reaches(({}, parts)), [track()]).reaches[0]
    of_whole = cover_files(reaches(({}, RIVER)), [track()]).reaches[0]

    # A kilometre straight on the ground bulges a centimetre beside the straight line in degrees.
    assert of_parts.stretches == pytest.approx(of_whole.stretches, abs=0.01)


def test_tracks_together_cover_the_union(reaches, track):
    file = reaches(({}, RIVER))
    one, other = track("one.csv"), track("other.csv", since=107.003, until=107.006)

    together = cover_files(file, [one, other])

    assert len(together.reaches[0].stretches) == 1
    assert [used.source for used in together.tracks] == ["one.csv", "other.csv"]


def test_files_of_one_name_are_told_apart(reaches, track):
    one, other = track(folder="a"), track(folder="b")

    coverage = cover_files(reaches(({}, RIVER)), [one, other])

    assert [used.source for used in coverage.tracks] == [str(one), str(other)]


def test_a_shifted_track_is_put_right_and_the_rivers_stay(reaches, track):
    file = reaches(({}, RIVER))

    shifted = cover_files(file, [track("amap.csv", shift=wgs84_to_gcj02)], crs="gcj02")
    true = cover_files(file, [track("gps.csv")])

    assert shifted.reaches[0].stretches == pytest.approx(true.reaches[0].stretches, abs=0.02)


def test_rivers_that_name_no_datum_are_read_in_that_of_the_tracks(tmp_path, track):
    file = tmp_path / "reaches.csv"
    file.write_text('code,wkt\na,"LINESTRING(107 29, 107.01 29)"\n', encoding="utf-8")

    with pytest.raises(UnknownDatum):
        cover_files(file, [track()])
    coverage = cover_files(file, [track()], crs="EPSG:4490")

    assert coverage.reaches[0].covered_m > 200


def test_a_track_without_times_is_refused_and_the_others_are_used(reaches, track, tmp_path):
    timeless = tmp_path / "timeless.gpx"
    timeless.write_text('<gpx><trk><trkseg><trkpt lat="29" lon="107"/></trkseg></trk></gpx>', encoding="utf-8")

    coverage = cover_files(reaches(({}, RIVER)), [timeless, track()])

    assert [refused.source for refused in coverage.refused] == ["timeless.gpx"]
    assert "no times" in coverage.refused[0].text
    assert len(coverage.tracks) == 1


def test_a_missing_file_of_tracks_is_refused(reaches, track, tmp_path):
    coverage = cover_files(reaches(({}, RIVER)), [tmp_path / "nowhere.gpx"])

    assert len(coverage.refused) == 1
    assert coverage.reaches[0].covered_m == 0


@pytest.mark.parametrize("geometry", [Point(107, 29), RIVER.buffer(0.001)])
def test_reaches_that_are_no_lines_are_refused(reaches, track, geometry):
    with pytest.raises(InvalidInput, match="lines"):
        cover_files(reaches(({}, RIVER), ({}, geometry)), [track()])


def test_a_file_without_any_line_is_refused(reaches, track):
    with pytest.raises(InvalidInput, match="no line"):
        cover_files(reaches(({}, None)), [track()])


def test_the_rules_of_cleaning_are_the_callers(reaches, track):
    coverage = cover_files(reaches(({}, RIVER)), [track()], rules=CleaningRules(max_gap_s=5))

    assert coverage.tracks[0].cleaned.pieces == 21


def test_every_file_is_counted_for_the_progress_bar(reaches, track):
    counted = []

    cover_files(reaches(({}, RIVER)), [track("a.csv"), track("b.csv")], advance=lambda: counted.append(1))

    assert len(counted) == 2


def test_a_shapefile_of_reaches_is_read_like_any_other(tmp_path, track):
    file = tmp_path / "河段.shp"
    geopandas.GeoDataFrame({"code": ["R1"], "name": ["清河"]}, geometry=[RIVER], crs=4490).to_file(
        file, encoding="utf-8"
    )

    coverage = cover_files(file, [track()])

    assert (coverage.reaches[0].id, coverage.reaches[0].name) == ("R1", "清河")
