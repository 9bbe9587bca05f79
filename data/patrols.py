"""Patrol tracks of 2024, made anew each time from a fixed seed; too large to be kept (巡查轨迹)."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely
from numpy.typing import NDArray
from shapely import LineString

from data.frame import Floats, generator, to_lon_lat, to_plane
from data.noise import moments, record
from data.schedule import Outing, plan_outings, reach_plans
from data.walks import find_gorges, make_path, walk

__all__ = ["PatrolTrack", "patrol_tracks", "stored_outings", "write_tracks"]

HERE = Path(__file__).parent / "qinghe"

# Set so that the cleaned tracks add up to the year's figures: 1 448.36 h and 2 996.7 km (see decision 0050).
DURATION_FACTOR = 0.981316
DISTANCE_FACTOR = 0.972513


@dataclass(frozen=True, slots=True)
class PatrolTrack:
    """One patrol with its fixes as a phone recorded them.

    ``time_s`` are seconds since 1970 in UTC; ``lon_lat`` in EPSG:4490, six decimals.
    """

    outing: Outing
    time_s: NDArray[np.int64]
    lon_lat: Floats
    accuracy_m: Floats


def patrol_tracks(
    duration_factor: float = DURATION_FACTOR, distance_factor: float = DISTANCE_FACTOR
) -> Iterator[PatrolTrack]:
    """Yield the 922 patrols in the order of their start."""
    outings, lines = stored_outings()
    gorges = find_gorges(lines)
    paths = {(code, side): make_path(line, side, gorges) for code, line in lines.items() for side in (1, -1)}
    for outing in outings:
        random = generator(73, outing.stream)
        side = 1 if random.random() < 0.6 else -1
        moment_s = moments(outing.duration_s, duration_factor, random)
        truth = walk(outing, paths[outing.reach, side], moment_s, distance_factor)
        fixes = record(truth, moment_s, random)
        time_s = (fixes.moment_s + outing.start.timestamp()).astype(np.int64)
        yield PatrolTrack(outing, time_s, to_lon_lat(fixes.at, digits=6), fixes.accuracy_m)


@cache
def stored_outings() -> tuple[list[Outing], dict[str, LineString]]:
    """Return the year's plan and the reaches' lines in the plane, from the files that are kept."""
    features = json.loads((HERE / "reaches.geojson").read_text(encoding="utf-8"))["features"]
    lines = {f["id"]: shapely.transform(shapely.geometry.shape(f["geometry"]), to_plane) for f in features}
    with (HERE / "responsibilities.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["责任对象类型"] == "河段" and row["责任角色"] == "主要责任人"
        ]
    leads = [(row["责任对象编码"], row["人员编号"], _day(row["起始日期"]), _end(row["截止日期"])) for row in rows]
    reaches = [(f["id"], f["properties"]["level"], float(round(lines[f["id"]].length))) for f in features]
    return plan_outings(reach_plans(reaches, leads)), lines


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str) -> date | None:
    return _day(text) if text else None


def write_tracks(tracks: Iterable[PatrolTrack], folder: Path) -> list[Path]:
    """Write one CSV a month, as an app's export looks, with Chinese headers and Chinese time.

    Returns
    -------
    list of Path
        The months' files in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    months: dict[int, list[PatrolTrack]] = {}
    for track in tracks:
        months.setdefault(track.outing.start.month, []).append(track)
    return [
        _write_month(folder / f"巡河轨迹2024年{month:02d}月.csv", walked) for month, walked in sorted(months.items())
    ]


def _write_month(path: Path, tracks: list[PatrolTrack]) -> Path:
    counts = [len(track.time_s) for track in tracks]
    time_s = np.concatenate([track.time_s for track in tracks])
    lon_lat = np.concatenate([track.lon_lat for track in tracks])
    # China's clock, eight hours ahead, written without a zone as such apps do.
    clock = (time_s + 8 * 3600).astype("datetime64[s]")
    columns: dict[str, Any] = {
        "巡查编号": np.repeat([track.outing.number for track in tracks], counts),
        "巡查人": np.repeat([track.outing.person for track in tracks], counts),
        "河段编码": np.repeat([track.outing.reach for track in tracks], counts),
        "时间": pa.array(clock),
        "经度": lon_lat[:, 0],
        "纬度": lon_lat[:, 1],
        "精度": np.concatenate([track.accuracy_m for track in tracks]),
    }
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        pa_csv.write_csv(pa.table(columns), file, pa_csv.WriteOptions(quoting_style="none"))
    return path
