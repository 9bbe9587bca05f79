"""The demo's year: from raw tracks and records to the figures of the published report, by command, page and API."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

import data
from api.app import create_app
from api.settings import Settings
from data.demo import EXAMPLE_RULE, RULE_FROM
from data.places import TOWN
from geo.database.engine import make_engine
from geo.services.accounts import create_account
from geo.services.coverage import stored_coverage
from geo.services.filters import Period
from geo.services.imports import import_file
from geo.services.patrol_report import patrol_report
from geo.services.rule_changes import set_rule
from geo.store.scoping import Scope
from tests.database_fixtures import administer

YEAR = Period.year(2024)
PASSWORD = "seven plain words of a clerk"


@pytest.fixture(scope="module")
def files() -> Iterator[dict[str, list[Path]]]:
    with tempfile.TemporaryDirectory(prefix="wangge-year-") as folder:
        yield data.write_demo(Path(folder))


def _fill(engine: Engine, files: dict[str, list[Path]]) -> None:
    with Session(engine) as session:
        for kind, paths in files.items():
            if kind == "tracks":
                set_rule(
                    session, Scope.whole(), region_code=TOWN, level=None, valid_from=RULE_FROM,
                    values=dict(EXAMPLE_RULE),
                )  # fmt: skip
            for path in paths:
                assert import_file(session, kind, path, town=TOWN, crs="EPSG:4490").stored, path
        create_account(
            session, username="huanbao", display_name="经办人", password=PASSWORD, role="office", region_code=TOWN
        )
        session.commit()


@pytest.fixture(scope="module")
def year(cluster, template, files) -> Iterator[str]:
    """The address of a database with the demo's year."""
    administer(cluster, f"CREATE DATABASE demo_year TEMPLATE {template} STRATEGY file_copy")
    url = cluster.url_of("demo_year")
    engine = make_engine(url)
    _fill(engine, files)
    engine.dispose()
    yield url
    administer(cluster, "DROP DATABASE IF EXISTS demo_year WITH (FORCE)")


PUBLISHED = {
    "town": (106, 93, "113.98%"), "village": (816, 348, "234.48%"), "both": (922, 441, "209.07%"),
    "sums": ("1448.36", "2996.7"), "means": ("94.3", "3.25", "2.07"),
    "river_bank": (233, "42.1%"), "river_water": (130, "23.5%"), "river_outfall": (4, "0.7%"),
    "river_other": (186, "33.6%"), "issues": (553, 553),
}  # fmt: skip


def figures(report: dict) -> dict:
    """Return what a report says, in the digits of the arithmetic of requirements.md."""
    total, found = report["total"], report["issues"]
    rows = {row["level"]: row for row in report["levels"]} | {"both": total}
    return {
        **{name: (row["patrols"], row["planned"], f"{row['rate']:.2%}") for name, row in rows.items()},
        "sums": (f"{total['hours']:.2f}", f"{total['km']:.1f}"),
        "means": (f"{total['minutes_each']:.1f}", f"{total['km_each']:.2f}", f"{total['km_per_hour']:.2f}"),
        **{row["category"]: (row["found"], f"{row['share']:.1%}") for row in found["by_category"]},
        "issues": (found["found"], found["closed"]),
    }


def test_the_command_gives_the_published_figures(year):
    environment = {**os.environ, "WANGGE_DATABASE_URL": year, "WANGGE_TODAY": data.AS_OF.isoformat()}
    wangge = Path(sys.executable).with_name("wangge")

    done = subprocess.run(
        [wangge, "report", "patrols", "--json"], capture_output=True, text=True, check=True, env=environment
    )

    assert figures(json.loads(done.stdout)) == PUBLISHED


@pytest.fixture(scope="module")
def client(year) -> Iterator[TestClient]:
    engine = make_engine(year)
    settings = Settings(database_url="unused", language="zh", today=data.AS_OF, _env_file=None)
    with TestClient(create_app(settings, engine)) as made:
        made.post("/api/v1/session", json={"username": "huanbao", "password": PASSWORD}).raise_for_status()
        yield made
    engine.dispose()


def test_the_interface_gives_the_published_figures(client):
    assert figures(client.get("/api/v1/reports/patrols").json()) == PUBLISHED


def test_the_page_gives_the_published_rates(client):
    words = re.sub(r"<[^>]+>|\s+", " ", client.get("/rates").text)

    for figure in ("106", "93", "113.98%", "816", "348", "234.48%", "922", "441", "209.07%", "1448.36"):
        assert figure in words.replace("1,448", "1448").replace(" %", "%"), figure


def test_each_rate_opens_as_many_patrols_as_it_counts(client):
    for level, patrols in (("town", 106), ("village", 816)):
        answer = client.get("/api/v1/patrols", params={"level": level, "state": "valid", "limit": 1000}).json()
        assert len(answer["items"]) == patrols


def test_no_figure_is_stored_another_track_gives_other_figures(cluster, template, files, tmp_path):
    """The raw fixes of one patrol are cut in half, and everything else follows."""
    changed = _with_half_a_patrol(files, tmp_path)
    administer(cluster, f"CREATE DATABASE demo_changed TEMPLATE {template} STRATEGY file_copy")
    engine = make_engine(cluster.url_of("demo_changed"))
    _fill(engine, changed)

    with Session(engine) as session:
        report = patrol_report(session, Scope.whole(), YEAR, today=data.AS_OF).as_json()["total"]
        walked = stored_coverage(session, Scope.whole(), YEAR).as_json()["reaches"]
    engine.dispose()
    administer(cluster, "DROP DATABASE demo_changed WITH (FORCE)")

    assert report["patrols"] == 922
    assert report["km"] < 2996.7 - 0.5
    assert report["hours"] < 1448.36 - 0.2
    assert walked, "the reaches are still there"


def _with_half_a_patrol(files: dict[str, list[Path]], folder: Path) -> dict[str, list[Path]]:
    january = files["tracks"][0]
    fixes = pd.read_csv(january, dtype=str)
    longest = fixes["巡查编号"].value_counts().index[0]
    mine = fixes.index[fixes["巡查编号"] == longest]
    path = folder / january.name
    fixes.drop(index=mine[len(mine) // 2 :]).to_csv(path, index=False, encoding="utf-8-sig")
    return files | {"tracks": [path, *files["tracks"][1:]]}
