"""Many files in one call: each whole or not at all, in five formats, with a summary of what was refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cli import importing
from geo.database.engine import make_engine, transaction
from geo.models import Patrol
from tests.database.test_importing import load
from tests.files import TOWN, write_table, write_town

FILES = 60


def fixes(k: int) -> pd.DataFrame:
    """Return walk `k` along the river, on a day and with a noise of its own."""
    noise = np.random.default_rng(k).normal(0, 3e-5, (60, 2))
    return pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01 01:00", periods=60, freq="10s", tz="UTC") + pd.Timedelta(days=k),
            "lon": 107 + np.arange(60) * 1e-4 + noise[:, 0],
            "lat": 29.0051 + noise[:, 1],
            "accuracy": np.arange(60) % 7 + 4.0,
        }
    )


def write_walk(folder: Path, k: int) -> Path:
    """Write walk `k` as GPX, KML, CSV, Excel or GeoJSON."""
    walk, form = fixes(k), ("gpx", "kml", "csv", "xlsx", "geojson")[k % 5]
    path = folder / f"walk-{k}.{form}"
    moments = walk["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    places = list(zip(walk["lon"], walk["lat"], moments, strict=True))
    if form == "gpx":
        points = "".join(f'<trkpt lat="{y:.7f}" lon="{x:.7f}"><time>{t}</time></trkpt>' for x, y, t in places)
        path.write_text(
            '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
            f"{points}</trkseg></trk></gpx>"
        )
    elif form == "kml":
        whens = "".join(f"<when>{t}</when>" for *_, t in places)
        coords = "".join(f"<gx:coord>{x:.7f} {y:.7f} 0</gx:coord>" for x, y, _ in places)
        path.write_text(
            '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
            f"<Document><Placemark><gx:Track>{whens}{coords}</gx:Track></Placemark></Document></kml>"
        )
    elif form == "geojson":
        features = [
            {
                "type": "Feature",
                "properties": {"time": t},
                "geometry": {"type": "Point", "coordinates": [round(x, 7), round(y, 7)]},
            }
            for x, y, t in places
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    elif form == "csv":
        write_table(path, "时间,经度,纬度", *(f"{t},{x:.7f},{y:.7f}" for x, y, t in places))
    else:
        table = pd.DataFrame({"时间": moments, "经度": walk["lon"].round(7), "纬度": walk["lat"].round(7)})
        table.to_excel(path, index=False)
    return path


@pytest.fixture
def files(tmp_path) -> list[Path]:
    made = [write_walk(tmp_path, k) for k in range(FILES)]
    made[7].write_bytes(made[7].read_bytes()[:300])
    made[13].write_bytes(b"\x00" * 50)
    made[20].write_text("<gpx/>")
    made[22] = write_table(tmp_path / "unknown.csv", "巡查人,时间,经度,纬度", "P99,2024-01-01 09:00,107.001,29.005")
    return made


def test_sixty_files_are_each_in_whole_or_not_at_all_and_summed_up(database_url, files, tmp_path, monkeypatch, capsys):
    engine = make_engine(database_url)
    monkeypatch.setattr("api.database.get_engine", lambda: engine)
    with transaction(engine) as session:
        load(session, write_town(tmp_path))

    def run(*, as_json: bool) -> str:
        with pytest.raises(importing.typer.Exit) as left:
            importing.import_files("tracks", files, town=TOWN, crs="EPSG:4490", as_json=as_json)
        assert left.value.exit_code == 1
        return capsys.readouterr().out

    first = json.loads(run(as_json=True))
    second = run(as_json=False)

    assert first["summary"] == {
        "files": 60, "done": 56, "partly": 0, "refused": 4, "added": 56, "changed": 0, "unchanged": 0,
    }  # fmt: skip
    refused = [report["source"] for report in first["files"] if not report["stored"]]
    assert refused == [files[7].name, files[13].name, files[20].name, "unknown.csv"]
    assert [line.partition(":")[0].partition("：")[0] for line in second.splitlines()[:-1]] == refused
    assert "56" in second.splitlines()[-1]
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Patrol)) == 56
    engine.dispose()
