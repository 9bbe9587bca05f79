"""What the check of records raises on real tracks and on the demo year, and how long it takes.

Run it as ``python -m tests.benchmarks.bench_integrity``. The 140 real tracks
are days of people walking, cycling and riding in a city, so that not every
alarm is false: whoever rides for most of the time is too fast, and is told so.
"""

# ruff: noqa: T201 - a benchmark is read

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from data.patrols import patrol_tracks
from geo.compute.integrity import Doubt, Raw, doubts_of
from geo.compute.integrity_rules import DEFAULT_RULES
from geo.compute.likeness import find_likeness, overlapping
from geo.compute.tracks import CleanedTrack, clean, epoch_seconds
from geo.readers import read_tracks
from geo.vocabulary import PATROL_DOUBTS

__all__ = ["demo_year", "pieces_of", "real_tracks"]

NOW_S = 1.8e9
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "beijing" / "tracks"
PACES_KMH = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 15), (15, 20), (20, 200))
RUNS = 3

Tracks = list[tuple[str, Raw, CleanedTrack]]


def real_tracks(folder: Path = REAL) -> Tracks:
    """Return the real tracks by name, as recorded and cleaned."""
    tracks: Tracks = []
    for file in sorted(folder.iterdir()):
        frame = read_tracks(file, crs="EPSG:4326" if file.suffix == ".csv" else None).frame
        for _, fixes in frame.groupby("track"):
            lon, lat = fixes["lon"].to_numpy(float), fixes["lat"].to_numpy(float)
            raw = Raw(lon, lat, epoch_seconds(fixes["time"]), None)
            tracks.append((file.name, raw, clean(raw.lon, raw.lat, raw.time_s)))
    return tracks


def demo_year() -> Tracks:
    """Return the demo's patrols by number, as recorded and cleaned."""
    tracks: Tracks = []
    for patrol in patrol_tracks():
        lon, lat = np.ascontiguousarray(patrol.lon_lat.T)
        raw = Raw(lon, lat, patrol.time_s.astype(float), patrol.accuracy_m)
        tracks.append((patrol.outing.number, raw, clean(raw.lon, raw.lat, raw.time_s, raw.accuracy_m)))
    return tracks


def pieces_of(tracks: Tracks, least_s: float = 600) -> list[tuple[float, list[Doubt]]]:
    """Return the mean km/h and the doubts of each unbroken piece that lasts: a walk, or a ride, by its pace."""
    found = []
    for _, _, track in tracks:
        for first, end in zip(track.piece_starts, np.append(track.piece_starts[1:], track.kept), strict=True):
            part = slice(first, end)
            raw = Raw(track.lon[part], track.lat[part], track.time_s[part], None)
            piece = clean(raw.lon, raw.lat, raw.time_s)
            if piece.duration_s >= least_s:
                found.append((piece.length_m * 3.6 / piece.duration_s, doubts_of(raw, piece, now_s=NOW_S)))
    return found


def _quickest(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def _table(title: str, tracks: Tracks) -> None:
    doubts = [doubts_of(raw, cleaned, now_s=NOW_S) for _, raw, cleaned in tracks]
    print(f"\n{title}: {len(tracks)} tracks, {sum(len(raw.lon) for _, raw, _ in tracks)} fixes")
    for term in PATROL_DOUBTS:
        count = sum(any(doubt.reason == term.code for doubt in each) for each in doubts)
        if count:
            print(f"  {term.code:<17}{count:>5}{count / len(tracks):>8.1%}")
    none = sum(not each for each in doubts)
    print(f"  {'no doubt':<17}{none:>5}{none / len(tracks):>8.1%}")
    cleaned = [each for _, _, each in tracks]
    kinds = find_likeness(cleaned, cleaned)["kind"].value_counts().to_dict()
    print(f"  like another: {kinds or 'none'}")
    seconds = _quickest(lambda: [doubts_of(raw, each, now_s=NOW_S) for _, raw, each in tracks])
    print(f"  checked in {seconds:.3f} s, likeness in {_quickest(lambda: find_likeness(cleaned, cleaned)):.3f} s")


def _paces(tracks: Tracks) -> None:
    print(f"\nunbroken pieces of 10 minutes and more; too fast from {DEFAULT_RULES.walking_kmh:.0f} km/h on")
    print("  mean km/h   pieces  too_fast  frozen")
    pieces = pieces_of(tracks)
    for low, high in PACES_KMH:
        here = [{doubt.reason for doubt in doubts} for kmh, doubts in pieces if low <= kmh < high]
        fast, frozen = (sum(reason in each for each in here) for reason in ("too_fast", "frozen"))
        print(f"  {low:>4}–{high:<5}{len(here):>8}{fast:>10}{frozen:>8}")


def _many() -> None:
    """Look for 1 000 new tracks among 10 000 old ones along the same 50 banks; every tenth is a copy."""
    generator = np.random.default_rng(1)

    def walk(k: int) -> CleanedTrack:
        time_s = np.arange(500) * 10.0
        gone_m = np.cumsum(np.clip(generator.normal(11, 3, 500), 1, None)) + generator.uniform(0, 500)
        noise = generator.normal(0, 3, (2, 500))
        lon, lat = (
            107 + (gone_m + noise[0]) / 97_000,
            29 + 0.02 * (k % 50) + (40 * np.sin(gone_m / 150) + noise[1]) / 110_800,
        )
        starts = np.zeros(1, np.int64)
        return CleanedTrack(500, {}, lon, lat, k * 9_973.0 + time_s, starts, float(gone_m[-1] - gone_m[0]), 4990.0)

    old = [walk(k) for k in range(10_000)]
    new = [walk(10_000 + k) for k in range(900)]
    for track in old[:10_000:100]:
        copy = (track.lon[::2].round(5), track.lat[::2].round(5), track.time_s[::2] + 1e8)
        new.append(CleanedTrack(250, {}, *copy, track.piece_starts, track.length_m, track.duration_s))
    begun = time.process_time()
    found = find_likeness(new, old)
    seconds = time.process_time() - begun
    print(
        f"\n1 000 new tracks among 10 000 old ones (5 million fixes): {seconds:.2f} s, {len(found)} of 100 copies found"
    )
    begins = np.array([track.started_at_s for track in old])
    people = np.arange(10_000) % 200
    seconds = _quickest(lambda: overlapping(people, begins, begins + 5e3))
    print(f"overlaps among 10 000 patrols: {seconds:.3f} s")


if __name__ == "__main__":
    if REAL.is_dir():
        tracks = real_tracks()
        _table("real tracks", tracks)
        _paces(tracks)
    else:
        print("the real tracks are not here", file=sys.stderr)
    _table("the demo year", demo_year())
    _many()
