"""The coverage kernel beside what one would do instead: PostGIS, and shapely's vectorised buffers.

Run it as ``python -m tests.benchmarks.bench_coverage``. All three work on one
core, on the same lines in the same plane; the time to load them is not counted.
"""

# ruff: noqa: T201 - a benchmark is read

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import shapely
from geopandas import GeoSeries
from sqlalchemy import Engine, text

from geo.compute.coverage import cover
from geo.database.cluster import Cluster
from geo.database.engine import make_engine

REACHES, FIXES = 300, 143_000
LENGTH_M, VERTEX_M, CORRIDOR_M = 3000.0, 15.0, 30.0
SRID = 4549
RUNS = 5  # ours is quick enough to be measured more than once; the fastest counts

Lines = list[shapely.LineString]


def meandering_rivers(generator: np.random.Generator) -> list[np.ndarray]:
    """Return the reaches, 3 km each, as complex numbers; 20 in a row, 10 km apart."""
    count = int(LENGTH_M / VERTEX_M)
    rivers = []
    for k in range(REACHES):
        along = np.arange(count + 1) * VERTEX_M
        bends = np.sin(along / generator.uniform(60, 150) + generator.uniform(0, 7)) * generator.uniform(0.6, 1.2)
        heading = generator.uniform(0, 2 * np.pi) + bends + np.cumsum(generator.normal(0, 0.06, count + 1))
        origin = 10_000.0 * complex(k % 20, k // 20) + complex(400_000, 3_200_000)
        rivers.append(origin + np.cumsum(np.append(0, VERTEX_M * np.exp(1j * heading[1:]))))
    return rivers


def hugging_tracks(rivers: list[np.ndarray], generator: np.random.Generator) -> Lines:
    """Return a walk along each reach, a fix every 6 m, mostly within the corridor, with a phone's noise."""
    fixes = FIXES // REACHES
    tracks = []
    for river in rivers:
        at = np.linspace(0, len(river) - 1, fixes)
        path = np.interp(at, np.arange(len(river)), river)
        side = _smooth(generator, fixes, 40) * 15 + 1j * _smooth(generator, fixes, 40) * 15
        tracks.append(_line(path + side + _noise(generator, fixes, 2.0)))
    return tracks


def wandering_tracks(rivers: list[np.ndarray], generator: np.random.Generator) -> Lines:
    """Return walks that start at a reach and go where they like, crossing it again and again."""
    fixes = FIXES // REACHES
    tracks = []
    for river in rivers:
        path = np.interp(np.linspace(0, len(river) - 1, fixes), np.arange(len(river)), river)
        away = _smooth(generator, fixes, 60) * 120 * np.exp(1j * generator.uniform(0, 2 * np.pi))
        tracks.append(_line(path + away + _noise(generator, fixes, 2.0)))
    return tracks


def _smooth(generator: np.random.Generator, count: int, span: int) -> np.ndarray:
    wave = np.convolve(generator.normal(size=count + 3 * span), np.hanning(span), mode="same")[span : span + count]
    return wave / wave.std()


def _noise(generator: np.random.Generator, count: int, sigma_m: float) -> np.ndarray:
    return generator.normal(0, sigma_m, (count, 2)).view(complex)[:, 0]


def _line(places: np.ndarray) -> shapely.LineString:
    return shapely.LineString(places.view(float).reshape(-1, 2))


def best_of(times: int, work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Return the seconds of the fastest run, and its result."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), result


def ours(reaches: GeoSeries, tracks: GeoSeries) -> np.ndarray:
    """Return the covered length of each reach by the kernel."""
    found = cover(reaches, tracks, corridor_m=CORRIDOR_M)
    return np.bincount(found["reach"], weights=found["end_m"] - found["start_m"], minlength=len(reaches))


def by_shapely(reaches: GeoSeries, tracks: GeoSeries, quad_segs: int = 8) -> np.ndarray:
    """Return the covered length of each reach by its own track, by shapely's vectorised functions."""
    buffers = shapely.buffer(tracks.array, CORRIDOR_M, quad_segs=quad_segs)
    return np.asarray(shapely.length(shapely.intersection(reaches.array, buffers)))


def by_postgis(engine: Engine, pattern: str) -> np.ndarray:
    """Return the same, by PostGIS."""
    measured = "ST_Length(ST_Intersection(reach, ST_Buffer(track, :corridor)))"
    statement = text(f"SELECT {measured} FROM pairs WHERE pattern = :pattern ORDER BY id")
    with engine.connect() as connection:
        return np.array(connection.execute(statement, {"corridor": CORRIDOR_M, "pattern": pattern}).scalars().all())


def compile_s() -> float:
    """Return how long a process needs longer for the kernel where no cache has it yet."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", "import numba, geo.compute.lines, geo.compute._kernel"]
        seconds = []
        for _ in range(2):
            began = time.perf_counter()
            subprocess.run(command, env={**os.environ, "NUMBA_CACHE_DIR": cache}, check=True)
            seconds.append(time.perf_counter() - began)
    return seconds[0] - seconds[1]


@contextmanager
def postgis() -> Iterator[Engine]:
    """Start a PostGIS of our own, which uses one core for a query, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-bench-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "home")
    cluster.start()
    engine = make_engine(cluster.url)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
            connection.execute(text("ALTER ROLE CURRENT_USER SET max_parallel_workers_per_gather = 0"))
        engine.dispose()
        yield engine
    finally:
        engine.dispose()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def load(engine: Engine, pattern: str, reaches: GeoSeries, tracks: GeoSeries) -> None:
    """Put the pairs into a table."""
    line = f"geometry(LineString, {SRID})"
    made = f"CREATE TABLE IF NOT EXISTS pairs (pattern text, id int, reach {line}, track {line})"
    added = f"INSERT INTO pairs VALUES (:pattern, :id, ST_GeomFromWKB(:reach, {SRID}), ST_GeomFromWKB(:track, {SRID}))"
    rows = [
        {"pattern": pattern, "id": k, "reach": reach.wkb, "track": track.wkb}
        for k, (reach, track) in enumerate(zip(reaches, tracks, strict=True))
    ]
    with engine.begin() as connection:
        connection.execute(text(made))
        connection.execute(text(added), rows)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE pairs"))


def compare(engine: Engine, pattern: str, reaches: GeoSeries, tracks: GeoSeries) -> list[str]:
    """Return the rows of the table for one pattern of tracks."""
    load(engine, pattern, reaches, tracks)
    by_postgis(engine, pattern)  # warms the server's cache
    own_s, own_m = best_of(RUNS, lambda: ours(reaches, tracks))
    measured = [
        ("kernel", own_s, own_m),
        ("PostGIS", *best_of(2, lambda: by_postgis(engine, pattern))),
        ("shapely", *best_of(2, lambda: by_shapely(reaches, tracks))),
    ]
    exact_m = by_shapely(reaches, tracks, quad_segs=512)
    rows = []
    for name, seconds, covered_m in measured:
        sum_off = abs(covered_m.sum() / exact_m.sum() - 1)
        off = np.abs(covered_m / exact_m - 1).max()
        rows.append(f"| {pattern} | {name} | {seconds:.4f} | {seconds / own_s:.0f} × | {off:.1e} | {sum_off:.1e} |")
    return rows


def main() -> None:
    """Print the table."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    generator = np.random.default_rng(20)
    rivers = meandering_rivers(generator)
    reaches = GeoSeries([_line(river) for river in rivers], crs=SRID)
    patterns = {"along": hugging_tracks, "across": wandering_tracks}
    ours(reaches.iloc[:1], reaches.iloc[:1])  # loads the compiled kernel
    fixes = FIXES // REACHES * REACHES
    print(f"{REACHES} reaches of {LENGTH_M / 1000:g} km, {fixes} fixes, corridor {CORRIDOR_M:g} m, one core")
    print(f"compiling the kernel, once on a machine and not counted below: {compile_s():.1f} s")
    print("differences are from buffers with 512 segments to the quarter; the default is 8")
    print("| tracks | by | seconds | × ours | greatest difference | of the sum |")
    print("|---|---|---|---|---|---|")
    with postgis() as engine:
        for pattern, walk in patterns.items():
            tracks = GeoSeries(walk(rivers, generator), crs=SRID)
            print("\n".join(compare(engine, pattern, reaches, tracks)))


if __name__ == "__main__":
    main()
