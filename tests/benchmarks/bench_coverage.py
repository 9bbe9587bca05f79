"""The coverage kernel beside what one would do instead, on one core, in one run.

Run it as ``python -m tests.benchmarks.bench_coverage``: PostGIS, shapely's
vectorised buffers, the overlay and the clip of geopandas' and movingpandas'
documentation, and naive compiled loops work on the same lines in the same
plane. The time to load lines, and to make arrays for the loops, is not counted;
ours is counted from series to frame. It exits with 1 where a bar is missed, or
where the kernel lost against its record; ``--record`` makes this run the record.
``--quick`` leaves PostGIS, overlays, the three decades and the first call out.
"""

# ruff: noqa: T201 - a benchmark is read

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import shapely
from geopandas import GeoSeries
from sqlalchemy import Engine, text

from geo.compute.coverage import cover
from geo.database.cluster import Cluster
from geo.database.engine import make_engine
from tests.benchmarks.bench_kernel_record import losses, read_record, write_record
from tests.benchmarks.bench_kernel_rivals import by_clip, by_overlay, by_shapely, loop_inputs, naive_loop

REACHES, FIXES = 300, 143_000
LENGTH_M, VERTEX_M, CORRIDOR_M = 3000.0, 15.0, 30.0
SRID = 4549
RUNS = 40  # ours is quick enough to be measured more than once; the fastest counts
DECADES = (10_000, 100_000, 1_000_000, 10_000_000)

BARS = {
    "along": {"PostGIS": 300, "shapely": 200, "naive loop": 4, "stopping loop": 4, "overlay": 100, "clip": 100},
    "across": {"shapely": 50},
    "never": {"shapely": 50},
}
"""How many times quicker than each the kernel has to be."""

LINEAR = 2.0
"""How many times the least seconds per million fixes the greatest may be, over three decades."""

FIRST_CALL_S = 3.0

FIRST_CALL = """
import time
import shapely, geopandas
from geo.compute.coverage import cover
line = geopandas.GeoSeries([shapely.LineString([(0, 0), (100, 0)])], crs=4549)
began = time.perf_counter()
cover(line, line, corridor_m=30)
print(time.perf_counter() - began)
"""

Lines = list[shapely.LineString]


def meandering_rivers(generator: np.random.Generator, reaches: int = REACHES) -> list[np.ndarray]:
    """Return the reaches, 3 km each, as complex numbers; 20 in a row, 10 km apart."""
    count = int(LENGTH_M / VERTEX_M)
    rivers = []
    for k in range(reaches):
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


def far_tracks(rivers: list[np.ndarray], generator: np.random.Generator) -> Lines:
    """Return walks like those along the reaches, but 5 km from them."""
    return [
        shapely.transform(track, lambda xy: xy + np.array([0.0, 5000.0])) for track in hugging_tracks(rivers, generator)
    ]


def _smooth(generator: np.random.Generator, count: int, span: int) -> np.ndarray:
    wave = np.convolve(generator.normal(size=count + 3 * span), np.hanning(span), mode="same")[span : span + count]
    return wave / wave.std()


def _noise(generator: np.random.Generator, count: int, sigma_m: float) -> np.ndarray:
    return generator.normal(0, sigma_m, (count, 2)).view(complex)[:, 0]


def _line(places: np.ndarray) -> shapely.LineString:
    return shapely.LineString(places.view(float).reshape(-1, 2))


def best_of(
    times: int, work: Callable[[], np.ndarray], clock: Callable[[], float] = time.process_time
) -> tuple[float, np.ndarray]:
    """Return the seconds of the fastest run, of this process unless another clock is given, and its result."""
    seconds = []
    for _ in range(times):
        began = clock()
        result = work()
        seconds.append(clock() - began)
    return min(seconds), result


def ours(reaches: GeoSeries, tracks: GeoSeries) -> np.ndarray:
    """Return the covered length of each reach by the kernel."""
    found = cover(reaches, tracks, corridor_m=CORRIDOR_M)
    return np.bincount(found["reach"], weights=found["end_m"] - found["start_m"], minlength=len(reaches))


def by_postgis(engine: Engine, pattern: str) -> np.ndarray:
    """Return the same, by PostGIS."""
    measured = "ST_Length(ST_Intersection(reach, ST_Buffer(track, :corridor)))"
    statement = text(f"SELECT {measured} FROM pairs WHERE pattern = :pattern ORDER BY id")
    with engine.connect() as connection:
        return np.array(connection.execute(statement, {"corridor": CORRIDOR_M, "pattern": pattern}).scalars().all())


def first_call_s() -> tuple[float, float]:
    """Return the seconds of the first call in a fresh process without any cache, and those of the whole process."""
    calls = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as cache:
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", FIRST_CALL],
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
                check=True,
                capture_output=True,
                text=True,
            )
            calls.append((float(done.stdout), time.perf_counter() - began))
    return min(calls)


def seconds_per_million(fixes: int) -> float:
    """Return what a million fixes cost along reaches, of so many in one call."""
    generator = np.random.default_rng(21)
    rivers = meandering_rivers(generator, max(fixes * REACHES // FIXES, 1))
    reaches, tracks = series(rivers), GeoSeries(hugging_tracks(rivers, generator), crs=SRID)
    seconds, _ = best_of(3 + 200_000 // fixes, lambda: ours(reaches, tracks))
    return seconds / shapely.get_num_coordinates(tracks.array).sum() * 1e6


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


def series(rivers: list[np.ndarray]) -> GeoSeries:
    """Return rivers as geometries."""
    return GeoSeries([_line(river) for river in rivers], crs=SRID)


def rivals_of(engine: Engine | None, pattern: str, reaches: GeoSeries, tracks: GeoSeries) -> dict[str, Callable]:
    """Return what the kernel is compared with, ready to run."""
    arrays = loop_inputs(reaches, tracks)
    rivals: dict[str, Callable] = {
        "shapely": lambda: by_shapely(reaches, tracks, CORRIDOR_M),
        "naive loop": lambda: naive_loop(*arrays, CORRIDOR_M, False),
        "stopping loop": lambda: naive_loop(*arrays, CORRIDOR_M, True),
    }
    if engine is not None:
        load(engine, pattern, reaches, tracks)
        rivals["PostGIS"] = lambda: by_postgis(engine, pattern)
        rivals["overlay"] = lambda: by_overlay(reaches, tracks, CORRIDOR_M)
        rivals["clip"] = lambda: by_clip(reaches, tracks, CORRIDOR_M)
    return rivals


def compare(engine: Engine | None, pattern: str, reaches: GeoSeries, tracks: GeoSeries) -> dict[str, float]:
    """Print the rows of the table for one pattern of tracks, and return each rival's seconds by ours."""
    own = best_of(RUNS, lambda: ours(reaches, tracks))
    exact_m = by_shapely(reaches, tracks, CORRIDOR_M, quad_segs=512)
    measured = {"kernel": own}
    for name, work in rivals_of(engine, pattern, reaches, tracks).items():
        work()  # compiles, and warms the server's cache
        measured[name] = best_of(
            10 if "loop" in name else 2, work, time.perf_counter if name == "PostGIS" else time.process_time
        )
    # Ours again, so that a machine that grew quicker or slower meanwhile favours nobody.
    own_s = min(own[0], best_of(RUNS, lambda: ours(reaches, tracks))[0])
    fixes = shapely.get_num_coordinates(tracks.array).sum()
    for name, (seconds, covered_m) in measured.items():
        took = own_s if name == "kernel" else seconds
        known = exact_m > 0
        off = np.abs(covered_m[known] / exact_m[known] - 1).max() if known.any() else covered_m.max()
        rate = fixes / took / 1e6
        print(f"| {pattern} | {name} | {took:.4f} | {rate:.2f} | {took / own_s:.1f} × | {off:.1e} |", flush=True)
    return {name: seconds / own_s for name, (seconds, _) in measured.items() if name != "kernel"}


def missed(ratios: dict[str, dict[str, float]]) -> list[str]:
    """Return a line for each bar that is not reached."""
    return [
        f"missed: {pattern} is {ratios[pattern][name]:.1f} × {name}, not {bar} ×"
        for pattern, bars in BARS.items()
        for name, bar in bars.items()
        if name in ratios[pattern] and ratios[pattern][name] < bar
    ]


def growth() -> list[str]:
    """Print what a million fixes cost over three decades; return a line where that grows."""
    costs = []
    for fixes in DECADES:
        costs.append(seconds_per_million(fixes))
        print(f"{fixes:>10} fixes in a call: {costs[-1]:.4f} s per million", flush=True)
    growing = max(costs[1:]) > LINEAR * min(costs)
    return [f"missed: the cost per fix grows to {max(costs) / min(costs):.1f} times the least"] if growing else []


def first_call() -> list[str]:
    """Print how long the first call takes; return a line if that is too long."""
    call_s, process_s = first_call_s()
    print(
        f"first call, compiled without a cache: {call_s:.2f} s; its whole process with all imports: {process_s:.2f} s"
    )
    return [f"missed: the first call takes {call_s:.2f} s, not {FIRST_CALL_S:g}"] if call_s > FIRST_CALL_S else []


def main() -> int:
    """Print the table; return 1 if a bar is missed or the record lost."""
    parser = argparse.ArgumentParser(description="The coverage kernel beside its rivals.")
    parser.add_argument("--record", action="store_true", help="make this run the record")
    parser.add_argument("--quick", action="store_true", help="without PostGIS, overlays, decades and first call")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    generator = np.random.default_rng(20)
    rivers = meandering_rivers(generator)
    reaches = series(rivers)
    ours(reaches.iloc[:1], reaches.iloc[:1])  # loads the compiled kernel
    fixes = FIXES // REACHES * REACHES
    print(f"{REACHES} reaches of {LENGTH_M / 1000:g} km, {fixes} fixes, corridor {CORRIDOR_M:g} m, one core")
    print("differences are from buffers with 512 segments to the quarter; the default is 8")
    print("| tracks | by | seconds | million fixes a second | × ours | greatest difference |")
    print("|---|---|---|---|---|---|")
    ratios = {}
    with nullcontext() if options.quick else postgis() as engine:
        for pattern, walk in {"along": hugging_tracks, "across": wandering_tracks, "never": far_tracks}.items():
            ratios[pattern] = compare(engine, pattern, reaches, GeoSeries(walk(rivers, generator), crs=SRID))
    complaints = missed(ratios)
    if not options.quick:
        complaints += growth() + first_call()
    by_pattern = {pattern: ratio["shapely"] for pattern, ratio in ratios.items()}
    print(f"record: {read_record()}; this run: { {name: round(ratio, 1) for name, ratio in by_pattern.items()} }")
    if options.record:
        write_record(by_pattern)
    else:
        complaints += losses(by_pattern, read_record())
    print("\n".join(complaints) or "all bars reached, nothing lost")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
