"""A province that nobody lives in: reaches and a month of walks along them, as GeoParquet by town."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.readers.parquet import Fixes
from geo.readers.parquet_writing import write_fixes

__all__ = ["make_province"]

_STEP_DEG = 0.12  # about 12 km from town to town; rivers run on into the next one


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
