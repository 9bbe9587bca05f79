"""A province's month on one core and on Dask: python -m tests.benchmarks.bench_province [--towns N].

Writes a month of patrols of as many towns as GeoParquet into a temporary folder, computes its coverage here,
then on Dask with one and with two workers, and prints times, scaling, memory, and whether all are equal.
"""

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely

from geo.compute.partials import cover_part
from geo.compute.tracks import clean
from geo.readers.parquet import Fixes
from geo.readers.parquet_writing import write_fixes
from geo.services.province import on_dask, run_here
from geo.services.province_files import How, cover_plan, plan_parts

_STEP_DEG = 0.12  # about 12 km from town to town
_BAR = 1.7
_MIB = 1024**2


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _rivers(random: np.random.Generator, town: int, count: int) -> np.ndarray:
    """Return winding lines of some 3 km each; a town's square holds them all."""
    west, south = 105.0 + _STEP_DEG * (town % 30), 28.0 + _STEP_DEG * (town // 30)
    start = np.array([west, south]) + random.random((count, 1, 2)) * _STEP_DEG
    turn = np.cumsum(random.normal(0, 0.25, (count, 60)), axis=1) + random.random((count, 1)) * 2 * np.pi
    steps = np.stack([np.cos(turn), np.sin(turn)], axis=2) * 5e-4
    return start + np.cumsum(steps, axis=1)


def _walks(random: np.random.Generator, rivers: np.ndarray, count: int, seconds: int) -> list[np.ndarray]:
    """Return walks along rivers, a fix every `seconds`, some metres beside the line."""
    walks = []
    for river in random.integers(0, len(rivers), count):
        line = rivers[river]
        along = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
        at = np.arange(0, along[-1], 1.2e-5 * seconds)
        places = np.column_stack([np.interp(at, along, line[:, k]) for k in (0, 1)])
        walks.append(places + _drift(random, places.shape))
    return walks


def _drift(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return how far a receiver is off, in degrees: some metres, which change slowly."""
    noise = np.cumsum(random.normal(0, 3e-6, shape), axis=0)
    return np.clip(noise, -2e-4, 2e-4)


def make_province(folder: Path, *, towns: int, reaches: int, walks: int, seconds: int = 1) -> tuple[int, int]:
    """Write ``reaches/`` and ``tracks/``, a folder for each town; return how many tracks and fixes there are."""
    tracks = fixes = 0
    for town in range(towns):
        random = np.random.default_rng(town)
        code = f"{500000000 + 1000 * (town // 20) + town % 20 + 100}"
        rivers = _rivers(random, town, reaches)
        frame = gpd.GeoDataFrame(
            {"id": [f"{code}-{k:03}" for k in range(reaches)]}, geometry=shapely.linestrings(rivers), crs="EPSG:4490"
        )
        place = folder / "reaches" / f"region={code}"
        place.mkdir(parents=True)
        frame.to_parquet(place / "part-0.parquet")
        found = _walks(random, rivers, walks, seconds)
        count = np.array([len(walk) for walk in found])
        places = np.concatenate(found)
        within = np.arange(len(places)) - np.repeat(np.cumsum(count) - count, count)
        begun_s = 1.7e9 + np.arange(walks) * 2000.0
        write_fixes(
            folder / "tracks" / f"region={code}" / "part-0.parquet",
            Fixes(
                tuple(f"{code}-{k}" for k in range(walks)),
                np.cumsum(count) - count,
                places[:, 0],
                places[:, 1],
                np.repeat(begun_s, count) + within * seconds,
                np.full(len(places), 8.0),
                np.zeros(len(places), np.int64),
            ),
        )
        tracks += walks
        fixes += len(places)
    return tracks, fixes


def _peak_mib() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(plan, run) -> tuple[float, str]:
    begun = time.perf_counter()
    coverage = cover_plan(plan, run)
    elapsed_s = time.perf_counter() - begun
    return elapsed_s, json.dumps(coverage.as_json())


def _on_dask(plan, workers: int) -> tuple[float, str, list[float]]:
    """Compute on workers that have compiled already, as those of an office that runs them all day."""
    with on_dask(workers=workers) as run:
        client = run._client
        client.run(_warm)
        idle = max(client.run(_peak_mib).values())
        elapsed_s, document = _timed(plan, run)
        return elapsed_s, document, [idle, max(client.run(_peak_mib).values())]


def _warm() -> None:
    line = gpd.GeoSeries([shapely.LineString([(107, 29), (107.01, 29)])], crs="EPSG:4490")
    cover_part(line, np.zeros(1, np.int64), [clean([107.0, 107.0001], [29.0, 29.0], [0, 10])], corridor_m=30.0)


def main() -> None:
    """Print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--towns", type=int, default=60)
    options.add_argument("--reaches", type=int, default=300)
    options.add_argument("--walks", type=int, default=250)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wangge-province-") as temporary:
        folder = Path(temporary)
        tracks, fixes = make_province(folder, towns=chosen.towns, reaches=chosen.reaches, walks=chosen.walks)
        files = sorted((folder / "tracks").rglob("*.parquet"))
        part_mib = max(pq.read_table(file).nbytes for file in files[:5]) / _MIB
        size_mib = sum(file.stat().st_size for file in files) / _MIB
        say(f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores; {chosen.towns} towns,")
        say(
            f"{chosen.towns * chosen.reaches} reaches, {tracks} tracks, {fixes} fixes, {size_mib:.0f} MiB of GeoParquet"
        )
        plan = plan_parts(folder / "reaches", [folder / "tracks"], How())
        _warm()
        here_s, here = _timed(plan, run_here)
        say(f"{'local':<16} {here_s:7.1f} s  {fixes / here_s / 1e6:5.2f} M fixes/s")
        times = {}
        for workers in (1, 2):
            times[workers], document, (idle, peak) = _on_dask(plan, workers)
            speed = f"{times[workers]:7.1f} s  {fixes / times[workers] / 1e6:5.2f} M fixes/s"
            say(f"{f'dask, {workers} workers':<16} {speed}  equal to local: {'yes' if document == here else 'NO'}")
            say(f"{'':<16} a worker's peak {peak:.0f} MiB, {peak - idle:.0f} above idle; a part {part_mib:.0f} MiB")
        say(f"scaling from 1 to 2 workers: {times[1] / times[2]:.2f} (bar {_BAR}); from local: {here_s / times[2]:.2f}")


if __name__ == "__main__":
    main()
