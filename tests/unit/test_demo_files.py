"""The demo's files are read as any town's files are, and nothing of them is rejected."""

import csv
from datetime import datetime, timedelta

import pandas as pd
import pytest

import data
from data.demo import FILES, HERE
from data.patrols import stored_outings
from geo.compute.topology import check_cells
from geo.readers import Kind, read, read_layer


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return data.write_demo(tmp_path_factory.mktemp("demo"))


def test_every_kind_that_can_be_imported_is_written(written):
    assert list(written) == [*FILES, "tracks"]
    assert set(written) == {kind.value for kind in Kind}


def test_every_file_is_read_without_rejections_or_warnings(written):
    for kind, paths in written.items():
        for path in paths:
            reading = read(Kind(kind), path, crs=None if path.suffix == ".geojson" else "EPSG:4490")

            assert (path.name, reading.rejected, reading.warnings) == (path.name, (), ())
            assert len(reading.frame) > 0
            assert reading.crs in ("EPSG:4490", "")


@pytest.mark.parametrize("level", ["village", "group"])
def test_the_cells_are_complete_within_the_town_at_tolerance_nought(written, level):
    town, *_ = written["cells"]
    cells = next(path for path in written["cells"] if level in path.name)

    report = check_cells(read_layer(cells), read_layer(town).geometry.iloc[0], 0.0)

    assert report.complete


def test_a_dozen_patrols_lie_beside_as_gpx_with_the_same_fixes(written):
    folder = written["tracks"][0].parents[1] / "gpx"
    files = sorted(folder.iterdir())
    table = pd.concat([read(Kind.tracks, path, crs="EPSG:4490").frame for path in written["tracks"]])

    assert len(files) == 12
    for path in files:
        fixes = read(Kind.tracks, path).frame
        same = table[table["patrol"] == path.name[:11]]
        assert fixes["lon"].tolist() == same["lon"].tolist()
        assert fixes["time"].tolist() == same["time"].tolist()
        assert same["accuracy_m"].max() <= 50


def test_writing_twice_gives_the_same_tracks(written, tmp_path):
    again = data.write_demo(tmp_path)

    assert [p.read_bytes() for p in again["tracks"]] == [p.read_bytes() for p in written["tracks"]]


def test_river_issues_were_found_while_the_named_chief_was_on_patrol():
    with (HERE / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {row["人员编号"]: row["姓名"] for row in csv.DictReader(file)}
    outings, _ = stored_outings()
    with (HERE / "issues.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["问题来源"] == "巡河发现" and row["发现时间"] < "2025"]

    assert len(rows) > 400
    for row in rows:
        found_at = datetime.fromisoformat(f"{row['发现时间']}+08:00")
        walking = {
            names[o.person]
            for o in outings
            if o.start <= found_at + timedelta(minutes=1) <= o.start + timedelta(seconds=o.duration_s)
        }
        assert row["上报人"] in walking
