"""What one would write instead of the coverage kernel, as :mod:`tests.benchmarks.bench_coverage` measures it.

Each takes the same reaches and tracks, track k beside reach k, and returns the
covered length of each reach. All but PostGIS; that needs a server.
"""

import geopandas
import numba
import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries

__all__ = ["by_clip", "by_overlay", "by_shapely", "loop_inputs", "naive_loop"]


def by_shapely(reaches: GeoSeries, tracks: GeoSeries, corridor_m: float, quad_segs: int = 8) -> np.ndarray:
    """Return the covered length of each reach by its own track, by shapely's vectorised functions."""
    buffers = shapely.buffer(tracks.array, corridor_m, quad_segs=quad_segs)
    return np.asarray(shapely.length(shapely.intersection(reaches.array, buffers)))


def by_overlay(reaches: GeoSeries, tracks: GeoSeries, corridor_m: float) -> np.ndarray:
    """Return the same as geopandas' user guide does it: an overlay of the reaches with the buffered tracks."""
    frame = GeoDataFrame({"reach": np.arange(len(reaches))}, geometry=reaches.array, crs=reaches.crs)
    walked = GeoDataFrame(geometry=tracks.buffer(corridor_m).array, crs=tracks.crs)
    found = geopandas.overlay(frame, walked, how="intersection", keep_geom_type=True)
    return np.bincount(found["reach"], weights=found.length, minlength=len(reaches))


def by_clip(reaches: GeoSeries, tracks: GeoSeries, corridor_m: float) -> np.ndarray:
    """Return the same as movingpandas' ``clip`` does it: the lines clipped by one polygon, that of all tracks."""
    frame = GeoDataFrame({"reach": np.arange(len(reaches))}, geometry=reaches.array, crs=reaches.crs)
    found = geopandas.clip(frame, tracks.buffer(corridor_m).union_all())
    return np.bincount(found["reach"], weights=found.length, minlength=len(reaches))


def loop_inputs(reaches: GeoSeries, tracks: GeoSeries) -> tuple[np.ndarray, ...]:
    """Return the arrays that the naive loop takes; making them is not counted against it."""
    arrays = []
    for lines in (reaches, tracks):
        arrays.append(shapely.get_coordinates(lines.array).view(complex)[:, 0])
        arrays.append(np.append(0, np.cumsum(shapely.get_num_coordinates(lines.array))))
    return tuple(arrays)


@numba.njit(error_model="numpy")
def naive_loop(  # noqa: C901 - as naive as one writes it
    place: np.ndarray,
    place_begin: np.ndarray,
    vertex: np.ndarray,
    vertex_begin: np.ndarray,
    corridor: float,
    stops: bool,
) -> np.ndarray:
    """Return the same by the loop one writes first: each segment of a reach against each of its track's.

    With `stops` it goes on to the next segment once one is covered whole.
    """
    covered = np.zeros(place_begin.size - 1)
    low, high = np.empty(vertex.size), np.empty(vertex.size)
    square = corridor * corridor
    for reach in range(covered.size):
        for s in range(place_begin[reach], place_begin[reach + 1] - 1):
            along = place[s + 1] - place[s]
            until = (along.real**2 + along.imag**2) ** 0.5
            if until == 0.0:
                continue
            rotation = complex(along.real / until, -along.imag / until)
            count = 0
            for v in range(vertex_begin[reach], vertex_begin[reach + 1] - 1):
                p, q = (vertex[v] - place[s]) * rotation, (vertex[v + 1] - place[s]) * rotation
                if min(p.imag, q.imag) > corridor or max(p.imag, q.imag) < -corridor:
                    continue
                a, b = until, 0.0
                for z in (p, q):
                    if z.imag * z.imag <= square:
                        half = (square - z.imag * z.imag) ** 0.5
                        a, b = min(a, z.real - half), max(b, z.real + half)
                step = q - p
                if step.imag != 0.0:
                    norm = step.real**2 + step.imag**2
                    half = corridor * norm**0.5 / step.imag
                    middle = p.real - step.real * p.imag / step.imag
                    for x in (middle - half, middle + half):
                        if 0.0 <= step.real * (x - p.real) - step.imag * p.imag <= norm:
                            a, b = min(a, x), max(b, x)
                a, b = max(a, 0.0), min(b, until)
                if a < b:
                    low[count], high[count] = a, b
                    count += 1
                    if stops and a == 0.0 and b == until:
                        low[0], high[0], count = a, b, 1
                        break
            reached = 0.0
            order = np.argsort(low[:count])
            for i in order:
                if high[i] > reached:
                    covered[reach] += high[i] - max(low[i], reached)
                    reached = high[i]
    return covered
