"""Lines out of arrays of fixes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.compute.areas import ground_scale

__all__ = ["flat_lines", "measured_ewkb", "measured_lines", "step_lengths_m"]

Floats = NDArray[np.float64]

_LINE_M = 2002  # the codes of WKB
_MULTILINE_M = 2005
_LITTLE_ENDIAN = 1
_WITH_M, _WITH_SRID = 0x40000000, 0x20000000  # PostGIS' own flags


def step_lengths_m(lon: Floats, lat: Floats) -> Floats:
    """Return the length of each step from one place to the next on the CGCS2000 ellipsoid.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        In EPSG:4490.

    Returns
    -------
    ndarray of float, shape (max(n - 1, 0),)
        In metres. From the radii of curvature at the middle latitude, which is within 1e-6
        of the geodesic up to 20 km and within a millimetre for the steps of a track.
    """
    turn = np.diff(lon)
    turn -= 360 * np.rint(turn / 360)
    east_m, north_m = ground_scale((lat[1:] + lat[:-1]) / 2)
    length_m: Floats = np.hypot(turn * east_m, np.diff(lat) * north_m)
    return length_m


def measured_lines(x: Floats, y: Floats, m: Floats, starts: NDArray[np.int64]) -> shapely.MultiLineString:
    """Return one line with measures for each run of places.

    Parameters
    ----------
    x, y, m : ndarray of float, shape (n,)
    starts : ndarray of int, shape (k,)
        Where each run begins; the first is 0. A run of one place becomes a line of
        length 0, whose two ends are this place.
    """
    ends = np.append(starts, len(x))[1:]
    coords = np.column_stack([x, y, m]).astype("<f8")
    parts = [_header(_MULTILINE_M, len(starts))]
    for start, end in zip(starts, ends, strict=True):
        run = coords[start:end] if end - start > 1 else coords[[start, start]]
        parts += [_header(_LINE_M, len(run)), run.tobytes()]
    return shapely.from_wkb(b"".join(parts))


def _header(code: int, count: int) -> bytes:
    return bytes([_LITTLE_ENDIAN]) + np.array([code, count], dtype="<u4").tobytes()


def measured_ewkb(
    x: Floats, y: Floats, m: Floats, bounds: NDArray[np.int64], starts: Sequence[NDArray[np.int64]], srid: int
) -> list[bytes]:
    """Return lines with measures as PostGIS reads them, one for each track.

    Parameters
    ----------
    x, y, m : ndarray of float, shape (n,)
        All tracks, one after another.
    bounds : ndarray of int, shape (k + 1,)
        Where each track begins, and at last n.
    starts : sequence of ndarray of int, length k
        Where each run of a track begins, counted from the track's beginning; as for :func:`measured_lines`.
    """
    coords = np.column_stack([x, y, m]).astype("<f8").tobytes()
    line = bytes([_LITTLE_ENDIAN]) + np.array([2 | _WITH_M], dtype="<u4").tobytes()
    outer = bytes([_LITTLE_ENDIAN]) + np.array([5 | _WITH_M | _WITH_SRID, srid], dtype="<u4").tobytes()
    made = []
    for begin, end, runs in zip(bounds[:-1].tolist(), bounds[1:].tolist(), starts, strict=True):
        parts = [outer, len(runs).to_bytes(4, "little")]
        edges = [begin + run for run in runs.tolist()] + [end]
        for first, last in pairwise(edges):
            run = coords[24 * first : 24 * last]
            if last - first == 1:
                run += run
            parts += [line, (len(run) // 24).to_bytes(4, "little"), run]
        made.append(b"".join(parts))
    return made


def flat_lines(
    x: Floats, y: Floats, bounds: NDArray[np.int64], starts: Sequence[NDArray[np.int64]]
) -> NDArray[np.object_]:
    """Return the lines of many tracks without measures; parameters as for :func:`measured_ewkb`."""
    begins = [begin + runs for begin, runs in zip(bounds[:-1].tolist(), starts, strict=True)]
    edges = np.concatenate([*begins, bounds[-1:]]).astype(np.int64)
    runs = np.diff(edges)
    places, line = np.arange(len(x)), np.repeat(np.arange(len(runs)), runs)
    single = edges[:-1][runs == 1]
    if len(single):
        # A run of one place becomes a line of length 0.
        places, line = np.insert(places, single, single), np.insert(line, single, line[single])
    lines = shapely.linestrings(np.column_stack([x, y])[places], indices=line)
    track = np.repeat(np.arange(len(starts)), [len(each) for each in starts])
    out: NDArray[np.object_] = shapely.multilinestrings(lines, indices=track)
    return out
