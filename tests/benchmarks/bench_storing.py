"""Storing patrols beside a plain COPY of the same fixes, and a thousand files in one call.

Run it as ``python -m tests.benchmarks.bench_storing [--files]``. Storing starts with the frame in memory
and ends with the commit: cleaned, compared, covered, judged. Reading a file is not counted, nor is keeping
its bytes.
"""

# ruff: noqa: T201 - a benchmark is read

import cProfile
import io
import pstats
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geo.database.cluster import Cluster
from geo.database.engine import make_engine, transaction
from geo.database.migrate import upgrade
from geo.readers import Kind, Reading
from geo.services.import_batches import Batch
from geo.services.import_tracks import store_tracks
from geo.services.imports import import_file
from geo.services.surroundings import Surroundings
from geo.store.scoping import Scope
from geo.types import RegionCode
from tests.database.test_storing_many_files import write_walk
from tests.files import TOWN, write_geojson, write_town

TRACKS, FIXES, FILES = 1_000, 500_000, 1_000
RUNS = 3
REACHES = 40


def make_ground(session: Session, folder: Path) -> None:
    """Store a town, and forty reaches of 3 km."""
    for kind, paths in write_town(folder).items():
        for path in paths:
            import_file(session, kind, path, town=TOWN, crs="EPSG:4490")
    rows = [
        (shapely.LineString(river(k)), {"code": f"B{k}", "name": f"河{k}", "river": "小河", "level": "village",
                                        "region": "500299108201"})
        for k in range(REACHES)
    ]  # fmt: skip
    assert import_file(session, "reaches", write_geojson(folder / "many.geojson", rows), town=TOWN).stored


def river(k: int) -> np.ndarray:
    """Return a reach of 3 km that winds."""
    along = np.linspace(0, 0.03, 200)
    return np.column_stack([107.1 + k % 5 * 0.05 + along, 29.1 + k // 5 * 0.02 + 0.0008 * np.sin(along * 900 + k)])


def frame_of_tracks(seed: int = 0) -> pd.DataFrame:
    """Return walks along the reaches with a phone's noise, a wild fix and a break here and there."""
    generator = np.random.default_rng(seed)
    each = FIXES // TRACKS
    parts = []
    for k in range(TRACKS):
        line = river(k % REACHES)
        at = np.linspace(0, len(line) - 1, each)
        noise = generator.normal(0, 2e-5, (each, 2))
        place = np.column_stack([np.interp(at, np.arange(len(line)), side) for side in line.T]) + noise
        if k % 5 == 0:
            place[generator.integers(1, each)] += 0.02
        seconds = np.arange(each) * 5.0
        seconds[each // 2 :] += 300 * (k % 3 == 0)
        start = pd.Timestamp("2024-01-01T01:00Z") + pd.Timedelta(hours=8 * k)
        parts.append((place, start + pd.to_timedelta(seconds, unit="s"), generator.integers(3, 30, each)))
    place = np.concatenate([part[0] for part in parts])
    track = np.repeat(np.arange(TRACKS), each)
    return pd.DataFrame(
        {
            "track": track,
            "patrol": pd.Series([f"{seed}-{k}" for k in range(TRACKS)]).repeat(each).to_numpy(),
            "person": "P2",
            "reach": pd.Series([f"B{k % REACHES}" for k in range(TRACKS)]).repeat(each).to_numpy(),
            "segment": track,
            "time": pd.Series(np.concatenate([part[1].tz_localize(None).to_numpy() for part in parts]))
            .dt.tz_localize("UTC")
            .array,
            "accuracy_m": np.concatenate([part[2] for part in parts]).astype(float),
            "lon": place[:, 0],
            "lat": place[:, 1],
        },
        index=pd.RangeIndex(1, TRACKS * each + 1, name="row"),
    )


def store(engine: Engine, frame: pd.DataFrame, name: str) -> float:
    """Return how long it takes to store a frame as a file's tracks, from memory to commit."""
    digest = f"{abs(hash(name)) % 16**12:012x}".rjust(64, "0")
    reading = Reading(Kind.tracks, name, digest, "EPSG:4490", frame)
    with transaction(engine) as session:
        session.execute(
            text("INSERT INTO source_file (sha256, name, kind, size_bytes, content) VALUES (:d, :n, 'tracks', 0, '')"),
            {"d": digest, "n": name},
        )
    began = time.perf_counter()
    with transaction(engine) as session:
        batch = Batch(session, reading, RegionCode(TOWN), Scope.of(TOWN[:6] + "000000"), Surroundings())
        counts = store_tracks(batch)
    took = time.perf_counter() - began
    assert (counts.added, batch.rejected) == (TRACKS, []), counts
    return took


def copy(engine: Engine, frame: pd.DataFrame) -> tuple[float, float]:
    """Return how long a plain COPY takes: of ready text, and with the making of this text by pandas."""
    columns = frame[["time", "lon", "lat", "accuracy_m"]]
    began = time.perf_counter()
    lines = columns.to_csv(index=False, header=False).encode()
    made = time.perf_counter() - began
    began = time.perf_counter()
    with transaction(engine) as session:
        session.execute(text("DROP TABLE IF EXISTS plain"))
        session.execute(text("CREATE TABLE plain (at timestamptz, lon float8, lat float8, accuracy_m float4)"))
        connection = session.connection().connection.driver_connection
        with connection.cursor() as cursor, cursor.copy("COPY plain FROM STDIN (FORMAT CSV)") as target:
            target.write(lines)
    return time.perf_counter() - began, made


def clear(engine: Engine) -> None:
    with transaction(engine) as session:
        for table in ("patrol_check", "covered_stretch", "track", "patrol", "source_file"):
            session.execute(text(f"DELETE FROM {table}"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="wangge-bench-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "home")
    cluster.start()
    engine = make_engine(cluster.url)
    upgrade(engine)
    try:
        with transaction(engine) as session:
            make_ground(session, folder)
        frame = frame_of_tracks()
        if "--profile" in sys.argv:
            store(engine, frame_of_tracks(9), "warm")
            clear(engine)
            profile = cProfile.Profile()
            profile.runcall(store, engine, frame, "profile")
            out = io.StringIO()
            pstats.Stats(profile, stream=out).sort_stats("cumulative").print_stats(45)
            print(out.getvalue())
            return
        if "--files" in sys.argv:
            _import_many(engine, folder)
            return
        _compare(engine, frame)
    finally:
        engine.dispose()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _compare(engine: Engine, frame: pd.DataFrame) -> None:
    ours, plain, made = [], [], []
    for run in range(RUNS):
        clear(engine)
        ours.append(store(engine, frame, f"run {run}"))
        once, text_s = copy(engine, frame)
        plain.append(once)
        made.append(text_s)
    print(f"{TRACKS} tracks, {len(frame)} fixes, {REACHES} reaches of 3 km; the fastest of {RUNS} runs each")
    print(f"cleaned, compared, covered, judged, committed {min(ours):8.2f} s")
    print(f"plain COPY of the fixes                       {min(plain):8.2f} s   {min(ours) / min(plain):5.1f} x")
    whole = min(a + b for a, b in zip(plain, made, strict=True))
    print(f"plain COPY with the making of its text        {whole:8.2f} s   {min(ours) / whole:5.1f} x")


def _import_many(engine: Engine, folder: Path) -> None:
    """Import a thousand files in one call, each with its own commit, as ``wangge import tracks`` does it."""
    files = [write_walk(folder, k) for k in range(FILES)]
    around = Surroundings()
    began, slowest, added = time.perf_counter(), 0.0, 0
    for k, file in enumerate(files):
        since = time.perf_counter()
        with transaction(engine) as session:
            added += import_file(session, "tracks", file, town=TOWN, crs="EPSG:4490", around=around).added
        slowest = max(slowest, time.perf_counter() - since)
        if (k + 1) % 250 == 0:
            print(f"{k + 1:5d} files {time.perf_counter() - began:7.1f} s", flush=True)
    took = time.perf_counter() - began
    print(f"{FILES} files of five formats, one patrol of 60 fixes each, {added} added: {took:.1f} s, ", end="")
    print(f"{took / FILES * 1000:.0f} ms a file, the slowest {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    main()
