"""A province's coverage from the database by workers, and what is exported for the province."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import shapely
from sqlalchemy.orm import Session

from geo.database.engine import make_engine
from geo.errors import InvalidInput
from geo.services.coverage import stored_coverage
from geo.services.exporting import export_reaches, export_tracks
from geo.services.filters import Period
from geo.services.imports import import_file
from geo.services.province import run_here
from geo.services.province_database import cover_stored
from geo.services.province_files import How, cover_plan, plan_parts
from geo.store.partitions import use_snapshot
from geo.store.scoping import Scope
from tests.database.test_importing import load, walk
from tests.files import TOWN, write_geojson, write_table, write_town

ROOT = Path(__file__).parents[2]
COUNTY, OTHER = "500299000000", "500299109000"
YEAR = Period.year(2024)


def stroll(path, number, *, lon, lat, day="2024-05-02", accuracy=None):
    """A walk to the east that names neither person nor reach, of a fix every ten seconds."""
    rows = [
        f"{number},{day} 09:{s // 60:02}:{s % 60:02},{lon + s * 1e-5:.6f},{lat},{accuracy or 4 + s % 7}"
        for s in range(0, 900, 10)
    ]
    return write_table(path, "巡查编号,时间,经度,纬度,精度", *rows)


def fill(session, folder):
    """Two towns side by side with a reach R1 each, and a reach of the county's own along both; one doubtful walk."""
    load(session, write_town(folder))
    line = shapely.LineString([(107.02, 29.005), (107.04, 29.005)])
    border = shapely.LineString([(107.0, 29.003), (107.04, 29.003)])
    facts = {"river": "大河", "code": "R1"}
    files = {
        "regions": [(shapely.box(107.02, 29.0, 107.04, 29.01), {"code": OTHER, "name": "大河镇", "level": "town"})],
        "rivers": [(line, {"code": "D", "name": "大河"})],
        "reaches": [
            (line, facts | {"name": "大河段", "level": "town", "region": OTHER}),
            (border, {"river": "大河", "code": "C1", "name": "县级河段", "level": "county", "region": COUNTY}),
        ],
    }
    for kind, features in files.items():
        report = import_file(
            session, kind, write_geojson(folder / f"other-{kind}.geojson", features), town=OTHER, crs="EPSG:4490"
        )
        assert report.stored, report.rejected
    for path, town in (
        (walk(folder / "a.csv"), TOWN),
        (stroll(folder / "b.csv", "S1", lon=107.015, lat=29.0051), OTHER),
        (stroll(folder / "d.csv", "S3", lon=107.03, lat=29.0051, day="2024-05-03", accuracy=5), OTHER),
        (stroll(folder / "c.csv", "S2", lon=107.018, lat=29.0031, day="2024-08-09"), OTHER),
    ):
        report = import_file(session, "tracks", path, town=town, crs="EPSG:4490")
        assert report.stored, report.rejected


@pytest.fixture
def filled(database_url, tmp_path):
    """An engine on a database of two towns."""
    engine = make_engine(database_url)
    with Session(engine) as session, session.begin():
        fill(session, tmp_path)
    yield engine
    engine.dispose()


def by_towns(engine, scope, *, level=None, connect=None):
    return cover_stored(
        engine, scope, YEAR, level=level, run=run_here,
        connect=connect or (lambda: engine), start=lambda parts: lambda: None,
    )  # fmt: skip


@pytest.mark.parametrize("region", [None, COUNTY, TOWN, OTHER, "500299108201"])
@pytest.mark.parametrize("level", [None, "village"])
def test_towns_put_together_are_what_one_query_finds(filled, region, level):
    scope = Scope.of(region)
    with Session(filled) as session:
        expected = stored_coverage(session, scope, YEAR, level=level).as_json()

    found = by_towns(filled, scope, level=level).as_json()

    assert json.dumps(found) == json.dumps(expected)
    assert found["reaches"] or (region, level) == (OTHER, "village")


def test_a_reach_of_the_county_is_counted_once(filled):
    ids = [reach["id"] for reach in by_towns(filled, Scope.whole()).as_json()["reaches"]]

    assert sorted(ids) == ["C1", "R1", "R1", "R2"]


def test_all_parts_are_of_the_moment_at_which_the_run_began(filled, tmp_path):
    late = stroll(tmp_path / "late.csv", "S9", lon=107.0, lat=29.0052, day="2024-09-09")
    before = by_towns(filled, Scope.whole()).as_json()

    def connect():
        with Session(filled) as session, session.begin():
            import_file(session, "tracks", late, town=TOWN, crs="EPSG:4490")
        return filled

    during = by_towns(filled, Scope.whole(), connect=connect).as_json()

    assert during == before
    assert by_towns(filled, Scope.whole()).as_json() != before


def test_a_worker_on_another_database_is_refused(filled, engine):
    with pytest.raises(InvalidInput, match="another database"):
        by_towns(filled, Scope.whole(), connect=lambda: engine)


def test_the_name_of_a_state_is_no_door_for_statements(session):
    with pytest.raises(InvalidInput):
        use_snapshot(session, "'; DROP TABLE patrol; --")


def test_the_command_prints_the_same_on_dask_and_without(filled, database_url):
    environment = {**os.environ, "WANGGE_DATABASE_URL": database_url, "WANGGE_LANGUAGE": "zh"}
    command = [Path(sys.executable).with_name("wangge"), "coverage", "--from", "2024-01-01", "--to", "2024-12-31"]

    here, there = (
        subprocess.run(
            [*command, "--json", *more],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        for more in ([], ["--engine", "dask"])
    )

    assert here.returncode == there.returncode == 0, here.stderr + there.stderr
    assert there.stdout == here.stdout
    assert there.stderr == ""
    assert json.loads(there.stdout)["total"]["patrols"] == 4


def test_what_is_exported_covers_what_the_database_says(filled, tmp_path):
    with Session(filled) as session:
        stored = stored_coverage(session, Scope.whole(), YEAR)
        reaches = export_reaches(session, Scope.whole(), tmp_path / "out" / "reaches")
        tracks = export_tracks(session, Scope.whole(), YEAR, tmp_path / "out" / "tracks")

    plan = plan_parts(tmp_path / "out" / "reaches", [tmp_path / "out" / "tracks"], How())
    again = cover_plan(plan, run_here)

    assert (reaches, tracks) == (4, 3)
    expected = sorted(zip(stored.reaches["code"], stored.reaches["covered_m"], strict=True))
    found = sorted((str(reach.id), reach.covered_m) for reach in again.reaches)
    assert [code for code, _ in found] == [code for code, _ in expected]
    assert [m for _, m in found] == pytest.approx([m for _, m in expected], abs=1e-6)
    assert sum(track.cleaned.dropped != {} for track in again.tracks) == 0


def test_a_month_is_exported_for_a_town_without_persons(filled, tmp_path):
    may = Period(date(2024, 5, 1), date(2024, 5, 31))
    with Session(filled) as session:
        tracks = export_tracks(session, Scope.of(TOWN), may, tmp_path / "out")

    files = [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.parquet")]
    assert (tracks, files) == (2, ["region=500299108/part-0.parquet"])
    columns = pq.read_schema(tmp_path / "out" / files[0]).names
    assert columns == ["track", "time", "segment", "accuracy_m", "geometry"]


def test_an_export_never_mixes_with_an_earlier_one(filled, tmp_path):
    environment = {
        **os.environ,
        "WANGGE_DATABASE_URL": str(filled.url.render_as_string(False)),
        "WANGGE_LANGUAGE": "zh",
    }
    command = [Path(sys.executable).with_name("wangge"), "export", "reaches", "--out", str(tmp_path / "out")]

    first, second = (
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
        for _ in range(2)
    )

    assert (first.returncode, second.returncode) == (0, 1)
    assert len(second.stderr.splitlines()) == 1
