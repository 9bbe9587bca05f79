"""The command line as a user meets it: real processes, a state folder of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.database.cluster import Cluster
from tests.database.test_importing import ISSUE_HEADER, walk
from tests.database_fixtures import child_environment
from tests.files import TOWN, write_table, write_town

WANGGE = Path(sys.executable).with_name("wangge")


class Office:
    """A place where commands are typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        done = subprocess.run(
            [WANGGE, *map(str, arguments)], capture_output=True, text=True, check=False,
            env=child_environment(self.home), cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def json(self, *arguments: str | Path, code: int = 0):
        return json.loads(self.run(*arguments, "--json", code=code))

    def refusal(self, *arguments: str | Path) -> str:
        done = subprocess.run(
            [WANGGE, *map(str, arguments)], capture_output=True, text=True, check=False,
            env=child_environment(self.home), cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == 1, done.stdout + done.stderr
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1
        return lines[0]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    folder = Path(tempfile.mkdtemp(prefix="wangge-office-", dir="/tmp"))
    folder.chmod(0o755)
    made = Office(folder)
    for kind, paths in write_town(folder).items():
        made.run("import", kind, *paths, "--town", TOWN, "--crs", "EPSG:4490")
    made.run("import", "tracks", walk(folder / "walk.csv"), "--town", TOWN, "--crs", "EPSG:4490")
    rows = ["W1,秸秆焚烧,整改中,2024-03-01 09:00,,107.005,29.002,<img src=x onerror=alert(1)>"]
    made.run(
        "import", "issues", write_table(folder / "issues.csv", ISSUE_HEADER, *rows), "--town", TOWN, "--crs", "4490"
    )
    yield made
    Cluster(made.home).stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_an_import_reports_for_machines(office):
    report = office.json("import", "rivers", "rivers.geojson", "--town", TOWN)

    assert report["files"][0] == {
        "source": "rivers.geojson", "stored": True, "accepted": 1, "added": 0, "changed": 0, "unchanged": 1,
        "rejected": [], "warnings": [], "refused": None,
    }  # fmt: skip


def test_a_dry_run_changes_nothing(office):
    table = write_table(office.folder / "dry.csv", ISSUE_HEADER, "W9,秸秆焚烧,,2024-03-02,,107.005,29.002,试运行")

    first = office.json("import", "issues", table, "--town", TOWN, "--crs", "4490", "--dry-run")
    second = office.json("import", "issues", table, "--town", TOWN, "--crs", "4490", "--dry-run")

    assert first["files"][0]["added"] == second["files"][0]["added"] == 1


def test_rejected_rows_end_with_exit_code_1_and_their_reasons(office):
    table = write_table(office.folder / "bad.csv", ISSUE_HEADER, "W8,秸秆焚烧,,昨天,,107.005,29.002,日期不对")

    report = office.json("import", "issues", table, "--town", TOWN, "--crs", "4490", code=1)

    assert [rejection["row"] for rejection in report["files"][0]["rejected"]] == [1]
    assert report["files"][0]["stored"] is False


def test_a_broken_file_is_refused_and_the_others_are_imported(office):
    broken = office.folder / "broken.geojson"
    broken.write_text("{", encoding="utf-8")

    report = office.json("import", "rivers", broken, "rivers.geojson", "--town", TOWN, code=1)

    assert report["files"][0]["refused"]
    assert report["files"][1]["stored"]


def test_who_answers_for_a_place_on_a_day(office):
    answer = office.json("responsible", "107.005", "29.005", "--on", "2024-06-01")

    assert answer["place"] == [107.005, 29.005]
    assert answer["on"] == "2024-06-01"
    assert answer["status"] == "assigned"
    assert answer["chain"][0] == {
        "level": "group", "cell": "G1", "name": "西村一组网格", "lead": "张三", "assists": ["赵四"],
    }  # fmt: skip
    assert [link["level"] for link in answer["chain"]] == ["group", "village", "town"]


def test_a_western_longitude_is_a_place_and_no_option(office):
    assert office.json("responsible", "-76.6", "39.3")["status"] == "outside"


def test_coverage_of_what_is_stored_keeps_its_contract(office):
    document = office.json("coverage", "--town", TOWN, "--from", "2024-01-01", "--to", "2024-12-31")

    assert set(document) >= {"corridor_m", "period", "definition", "reaches", "rates", "total"}
    assert document["period"] == ["2024-01-01", "2024-12-31"]
    assert document["total"]["patrols"] == 1
    west = document["reaches"][0]
    assert set(west) >= {"id", "name", "length_m", "covered_m", "share", "stretches", "gaps", "last_walked"}
    assert len(west["stretches"]) == len(west["last_walked"])
    assert set(document["rates"][0]) == {"level", "patrols", "valid", "planned", "rate"}


def test_how_often_and_when_last_a_reach_was_walked_is_told(office):
    document = office.json("walked", "--from", "2024-01-01", "--to", "2024-12-31", "--as-of", "2024-06-01")
    told = office.run("walked", "--reach", "R1", "--from", "2024-01-01", "--to", "2024-12-31", "--as-of", "2024-06-01")

    west = next(reach for reach in document["reaches"] if reach["id"] == "R1")
    assert west["recency"][0][2] == "2024-05-01"
    assert west["times_m"] == pytest.approx([west["covered_m"]])
    assert west["half_m"] < west["covered_m"] < west["double_m"]
    assert "建议下次巡查" in told
    assert f"{west['recency'][0][1]:.0f}  2024-05-01" in told
    assert "没有编码为 R9 的河段" in office.refusal("walked", "--reach", "R9")


@pytest.mark.parametrize("kind", ["issues", "coverage", "recency", "gaps", "responsibility"])
def test_a_map_is_one_file_without_foreign_addresses(office, kind):
    office.run("map", kind, "-o", f"{kind}.html", "--town", TOWN)
    office.run("map", kind, "-o", f"{kind}.png", "--town", TOWN)

    page = (office.folder / f"{kind}.html").read_text(encoding="utf-8")
    assert "小河镇" in page
    assert "<img src=x" not in page
    assert 'src="http' not in page
    assert (office.folder / f"{kind}.png").read_bytes().startswith(b"\x89PNG")


def test_a_backup_brings_back_what_was_lost(office):
    office.run("db", "backup", "copy.dump")
    later = write_table(office.folder / "l.csv", ISSUE_HEADER, "LATER,秸秆焚烧,,2024-03-02,,107.005,29.002,后来")
    office.run("import", "issues", later, "--town", TOWN, "--crs", "4490")

    office.run("db", "restore", "copy.dump", "--yes")

    again = office.json("import", "issues", "l.csv", "--town", TOWN, "--crs", "4490")
    assert again["files"][0]["added"] == 1


def test_what_is_no_backup_is_refused(office):
    assert "backup" in office.refusal("db", "restore", "people.csv", "--yes")


def test_a_wrong_kind_is_wrong_usage(office):
    assert office.run("import", "spaceships", "people.csv", code=2) == ""


def test_killing_the_database_during_an_import_loses_nothing_and_leaves_no_half(office):
    """kill -9 of the server while a large file goes in; the next command starts it again."""
    rows = [f"K{i},秸秆焚烧,,2024-03-02 08:00,,{107 + i % 100 / 10000},29.002,第{i}条" for i in range(20_000)]
    table = write_table(office.folder / "many.csv", ISSUE_HEADER, *rows)
    process = subprocess.Popen(
        [WANGGE, "import", "issues", table, "--town", TOWN, "--crs", "4490", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=child_environment(office.home), cwd=office.folder,
    )  # fmt: skip
    _wait_for_open_transaction(office)
    os.kill(int((office.home / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 1
    assert len(stderr.decode().strip().splitlines()) == 1
    again = office.json("import", "issues", table, "--town", TOWN, "--crs", "4490")
    assert again["files"][0]["added"] == 20_000
    assert office.json("import", "issues", "issues.csv", "--town", TOWN, "--crs", "4490")["files"][0]["unchanged"] == 1


def _wait_for_open_transaction(office: Office) -> None:
    """Wait until the import has begun to write: its session holds a lock on ``incoming_issue`` or ``source_file``."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wangge' AND backend_xid IS NOT NULL"
    cluster = Cluster(office.home)
    for _ in range(600):
        done = subprocess.run(
            [cluster.command("psql"), "-h", cluster.socket, "-U", "wangge", "-XAtc", query],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() not in ("", "0"):
            return
        time.sleep(0.02)
    raise AssertionError("the import never began to write")


def test_killing_an_import_of_many_files_loses_nothing_that_was_committed(office):
    """kill -9 of the command; what is in is in whole, and the next call brings the rest."""
    files = [
        walk(office.folder / f"day-{k}.csv", number=f"D{k}", day=f"2023-{1 + k // 28:02d}-{1 + k % 28:02d}")
        for k in range(40)
    ]
    process = subprocess.Popen(
        [WANGGE, "import", "tracks", *files, "--town", TOWN, "--crs", "4490"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=child_environment(office.home), cwd=office.folder,
    )  # fmt: skip
    _wait_for_open_transaction(office)
    time.sleep(0.3)
    process.kill()
    process.communicate()

    again = office.json("import", "tracks", *files, "--town", TOWN, "--crs", "4490")

    summary = again["summary"]
    assert (summary["done"], summary["refused"]) == (40, 0)
    assert summary["added"] + summary["unchanged"] == 40
    assert summary["added"] > 0
    third = office.json("import", "tracks", *files, "--town", TOWN, "--crs", "4490")
    assert (third["summary"]["added"], third["summary"]["unchanged"]) == (0, 40)


def test_patrols_are_read_again_by_the_rules_of_their_days(office):
    told = office.json("patrols", "recompute", "--town", TOWN, "--from", "2024-05-01", "--to", "2024-05-01")

    assert told == {"patrols": 1}
