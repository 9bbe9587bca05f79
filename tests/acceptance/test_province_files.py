"""A province's month over GeoParquet: the same document from one process and from workers of which one is killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from geo.errors import InvalidInput
from geo.services import province as services
from geo.services.province import on_dask, run_here
from geo.services.province_files import How, cover_plan, cover_track_part, plan_parts
from tests.province import make_province

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    make_province(folder, towns=6, reaches=20, walks=12, seconds=3)
    return folder


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def scheduler():
    """The address of a scheduler, and its two workers by their addresses; all processes of their own."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    workers = {}
    for _ in range(2):
        own = free_port()
        workers[f"tcp://127.0.0.1:{own}"] = start(
            "distributed.cli.dask_worker", address, "--no-nanny", "--no-dashboard", "--nthreads", "1",
            "--host", "127.0.0.1", "--worker-port", own,
        )  # fmt: skip
    yield address, {**workers, "scheduler": scheduler}
    for process in (*workers.values(), scheduler):
        process.kill()
        process.wait()


def wangge(*arguments):
    command = Path(sys.executable).with_name("wangge")
    environment = {**os.environ, "WANGGE_LANGUAGE": "zh"}
    return subprocess.run(
        [command, *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def document(plan, run=run_here):
    return json.dumps(cover_plan(plan, run).as_json())


def fixes_of(folder):
    frames = [gpd.read_parquet(file).assign(file=str(file)) for file in sorted(folder.rglob("*.parquet"))]
    return pd.concat(frames, ignore_index=True)


def copied(province, folder):
    shutil.copytree(province, folder, dirs_exist_ok=True)
    return folder, sorted((folder / "tracks").rglob("*.parquet"))


def test_workers_of_which_one_is_killed_print_what_one_process_prints(province, scheduler):
    address, workers = scheduler
    plan = plan_parts(province / "reaches", [province / "tracks"], How(), part_rows=1)
    expected = document(plan)
    killed = []

    def kill_one(run):
        def running(work, keys):
            for done in run(work, keys):
                busy = {a for a, tasks in run._client.processing().items() if tasks}
                if not killed and busy:
                    killed.append(min(busy))
                    workers[killed[0]].send_signal(signal.SIGKILL)
                yield done

        return running

    with on_dask(address) as run:
        run._client.wait_for_workers(2, timeout=60)
        found = document(plan, kill_one(run))

    assert workers[killed[0]].wait(10) == -signal.SIGKILL
    assert found == expected
    assert sum(reach["covered_m"] for reach in json.loads(found)["reaches"]) > 10_000


def test_the_command_prints_the_same_on_dask_and_without(province, scheduler):
    address, _ = scheduler
    files = ("--reaches", province / "reaches", "--tracks", province / "tracks", "--json")

    here = wangge("coverage", *files)
    there = wangge("coverage", "--engine", "dask", "--scheduler", address, *files)

    assert here.returncode == there.returncode == 0, here.stderr + there.stderr
    assert there.stdout == here.stdout
    assert there.stderr == ""


def test_processes_of_its_own_print_the_same(province):
    plan = plan_parts(province / "reaches", [province / "tracks"], How())

    with on_dask(workers=2) as run:
        found = document(plan, run)

    assert found == document(plan)


def test_the_division_into_files_and_parts_changes_no_digit(province, tmp_path):
    fixes = fixes_of(province / "tracks").drop(columns="file")
    fixes.to_parquet(tmp_path / "all.parquet", geometry_encoding="geoarrow", schema_version="1.1.0", row_group_size=700)
    reaches = fixes_of(province / "reaches").drop(columns="file")
    reaches.to_parquet(tmp_path / "reaches.parquet")

    by_town = cover_plan(plan_parts(province / "reaches", [province / "tracks"], How()), run_here)
    plan = plan_parts(tmp_path / "reaches.parquet", [tmp_path / "all.parquet"], How(), part_rows=1500)
    divided = cover_plan(plan, run_here)

    assert len(plan.parts) > 10
    assert [reach.as_json() for reach in divided.reaches] == [reach.as_json() for reach in by_town.reaches]
    names = [(track.track, track.as_json()["length_m"]) for track in by_town.tracks]
    assert [(track.track, track.as_json()["length_m"]) for track in divided.tracks] == names


def test_a_walk_counts_on_reaches_of_other_towns(province, tmp_path):
    folder, files = copied(province, tmp_path)
    for file in files[:1] + files[2:]:
        file.unlink()
    own = cover_plan(plan_parts(folder / "reaches", [folder / "tracks"], How()), run_here)
    files[1].rename(files[0])

    elsewhere = cover_plan(plan_parts(folder / "reaches", [folder / "tracks"], How()), run_here)

    assert sum(reach.covered_m for reach in own.reaches) > 1000
    assert [reach.as_json() for reach in elsewhere.reaches] == [reach.as_json() for reach in own.reaches]


def test_a_broken_file_is_told_and_the_others_are_used(province, tmp_path):
    folder, files = copied(province, tmp_path)
    data = files[2].read_bytes()
    files[2].write_bytes(data[:500])
    files[3].write_bytes(data[:200] + bytes(len(data) // 2) + data[200 + len(data) // 2 :])

    done = wangge("coverage", "--reaches", folder / "reaches", "--tracks", folder / "tracks", "--json")

    assert done.returncode == 1
    printed = json.loads(done.stdout)
    broken = [file.relative_to(folder / "tracks").as_posix() for file in files[2:4]]
    assert sorted(one["source"] for one in printed["refused"]) == broken
    assert all("Parquet" in one["reason"] and "\n" not in one["reason"] for one in printed["refused"])
    assert len(printed["tracks"]) == 12 * 4


def test_an_empty_part_covers_nothing_and_is_not_refused(province, tmp_path):
    folder, files = copied(province, tmp_path)
    pq.write_table(pq.read_table(files[0]).slice(0, 0), files[0])

    coverage = cover_plan(plan_parts(folder / "reaches", [folder / "tracks"], How()), run_here)

    assert coverage.refused == ()
    assert len(coverage.tracks) == 12 * 5


def test_rows_of_a_track_that_stand_apart_are_refused(province, tmp_path):
    folder, files = copied(province, tmp_path)
    table = pq.read_table(files[0])
    pq.write_table(table.take(np.random.default_rng(1).permutation(len(table))), files[0])

    coverage = cover_plan(plan_parts(folder / "reaches", [folder / "tracks"], How()), run_here)

    assert [one.text.template for one in coverage.refused] == [
        "the rows of track {track} do not stand together; sort the file by track"
    ]


def test_points_may_be_columns_of_degrees_or_well_known_binary(province, tmp_path):
    fixes = fixes_of(province / "tracks").drop(columns="file")
    fixes.to_parquet(tmp_path / "wkb.parquet")
    plain = pd.DataFrame(fixes.drop(columns="geometry")).assign(lon=fixes.geometry.x, lat=fixes.geometry.y)
    plain["time"] = plain["time"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    plain.to_parquet(tmp_path / "plain.parquet")

    def reaches(tracks, **options):
        plan = plan_parts(province / "reaches", [tracks], How(**options))
        return [reach.as_json() for reach in cover_plan(plan, run_here).reaches]

    expected = reaches(province / "tracks")
    assert reaches(tmp_path / "wkb.parquet") == expected
    assert reaches(tmp_path / "plain.parquet", crs="EPSG:4490") == expected


def test_a_scheduler_that_is_away_is_told_in_one_line(province):
    address = f"tcp://127.0.0.1:{free_port()}"

    with pytest.raises(InvalidInput, match="does not answer"), on_dask(address, timeout_s=1):
        pytest.fail("nobody is there")


def test_a_scheduler_without_workers_is_told(scheduler):
    address, workers = scheduler
    for worker in set(workers) - {"scheduler"}:
        workers[worker].kill()
        workers[worker].wait()

    with pytest.raises(InvalidInput, match="has no worker"), on_dask(address, timeout_s=3):
        pytest.fail("nobody works")


def test_a_scheduler_that_goes_away_is_told(province, scheduler):
    address, processes = scheduler
    plan = plan_parts(province / "reaches", [province / "tracks"], How(), part_rows=1)

    def work():
        with on_dask(address) as run:
            for _ in run(cover_track_part, plan.parts):
                processes["scheduler"].kill()

    with pytest.raises(InvalidInput, match="gone"):
        work()


def test_a_worker_of_other_versions_is_named(scheduler, monkeypatch):
    address, _ = scheduler
    own = services.versions()
    monkeypatch.setattr(services, "_own_versions", lambda: own | {"numpy": "1.0"})

    with pytest.raises(InvalidInput, match=r"has numpy .*, not 1\.0"), on_dask(address):
        pytest.fail("digits could differ")


def test_files_of_another_kind_are_not_for_dask(province, tmp_path):
    (tmp_path / "walk.gpx").write_text("<gpx/>")

    done = wangge("coverage", "--engine", "dask", "--reaches", province / "reaches", "--tracks", tmp_path / "walk.gpx")

    assert done.returncode == 1
    assert "GeoParquet" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_start_of_the_program_does_not_load_dask():
    code = "import sys, api.cli; print(sorted({'dask', 'distributed', 'pyarrow', 'geopandas'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
