"""A province's month on one core and on Dask: python -m tests.benchmarks.bench_province [--towns N].

Writes a month of patrols of as many towns as GeoParquet into a temporary folder, computes its coverage here,
then on Dask with one and with two workers, and prints times, scaling, memory, and whether all are equal.
"""

import argparse
import json
import os
import platform
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
from geo.services.province import on_dask, run_here
from geo.services.province_files import How, cover_plan, plan_parts
from tests.province import make_province

_BAR = 1.7
_MIB = 1024**2


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _used() -> tuple[float, float]:
    """Return the most memory that this process has had, in MiB, and the processor's seconds that it has used."""
    # Not ru_maxrss: a process that was just started takes that over from its parent.
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak_kib = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    return int(peak_kib) / 1024, time.process_time()


def _timed(plan, run) -> tuple[float, str]:
    begun = time.perf_counter()
    coverage = cover_plan(plan, run)
    elapsed_s = time.perf_counter() - begun
    return elapsed_s, json.dumps(coverage.as_json())


def _on_dask(plan, workers: int) -> tuple[float, str, float, float, float]:
    """Compute on workers that have compiled already, as those of an office that runs them all day."""
    with on_dask(workers=workers) as run:
        client = run._client
        client.run(_warm)
        before = list(client.run(_used).values())
        elapsed_s, document = _timed(plan, run)
        after = list(client.run(_used).values())
    processor_s = sum(used for _, used in after) - sum(used for _, used in before)
    return elapsed_s, document, processor_s, max(mib for mib, _ in before), max(mib for mib, _ in after)


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
        times, processor_s = {}, {}
        for workers in (1, 2):
            times[workers], document, processor_s[workers], idle, peak = _on_dask(plan, workers)
            speed = f"{times[workers]:7.1f} s  {fixes / times[workers] / 1e6:5.2f} M fixes/s"
            say(f"{f'dask, {workers} workers':<16} {speed}  equal to local: {'yes' if document == here else 'NO'}")
            say(f"{'':<16} {processor_s[workers]:7.1f} s of the processors by all workers together")
            say(f"{'':<16} a worker's memory {idle:.0f} MiB idle, {peak:.0f} MiB at most; a part is {part_mib:.0f} MiB")
        say(f"scaling from 1 to 2 workers: {times[1] / times[2]:.2f} (bar {_BAR}); from local: {here_s / times[2]:.2f}")


if __name__ == "__main__":
    main()
