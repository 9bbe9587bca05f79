"""How much of a track lies near any reach (偏离河段)."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.compute.areas import METRES_PER_DEGREE, ground_scale
from geo.compute.corridors import find_stretches
from geo.compute.lines import Pieces, ReachLines, pieces_of
from geo.compute.measured import step_lengths_m
from geo.compute.tracks import CleanedTrack

__all__ = ["near_shares"]

Floats = NDArray[np.float64]
Places = NDArray[np.complex128]

_TILE = 0.25  # degrees: within so much ground one plane is true to a thousandth, which is enough for a share


def near_shares(tracks: Sequence[CleanedTrack], reaches: gpd.GeoSeries, *, within_m: float) -> Floats:
    """Return the share of each track's length that lies within a distance of any reach.

    Parameters
    ----------
    tracks : sequence of CleanedTrack, length k
    reaches : GeoSeries of LineString or MultiLineString
        In EPSG:4490.
    within_m : float

    Returns
    -------
    ndarray of float, shape (k,)
        0 to 1; NaN for a track without length.

    Notes
    -----
    Coverage with the roles exchanged: the tracks are what is covered, by the reaches. Ground around
    each track's first fix is taken as flat, so that a track of more than some 50 km is judged roughly.
    """
    share = np.full(len(tracks), np.nan)
    tile = np.array([np.floor([t.lon[0] / _TILE, t.lat[0] / _TILE]) if t.kept else (np.nan, np.nan) for t in tracks])
    lines = np.asarray(reaches.array, dtype=object)
    for corner in np.unique(tile[~np.isnan(tile).any(axis=1)], axis=0) if len(tracks) else ():
        at = np.flatnonzero((tile == corner).all(axis=1))
        share[at] = _shares([tracks[k] for k in at.tolist()], lines, within_m)
    return share


def _shares(tracks: list[CleanedTrack], reaches: NDArray[np.object_], within_m: float) -> Floats:
    count = np.array([track.kept for track in tracks])
    lon, lat = (np.concatenate([getattr(track, name) for track in tracks]) for name in ("lon", "lat"))
    middle = (lat.min() + lat.max()) / 2
    east_m, north_m = (float(each[0]) for each in ground_scale([middle]))
    origin = complex(lon[0], middle)

    def flat(places: Places) -> Places:
        away = places - origin
        return away.real * east_m + 1j * (away.imag * north_m)

    track = np.repeat(np.arange(len(tracks)), count)
    begins = np.zeros(len(lon), dtype=bool)
    for since, one in zip((np.cumsum(count) - count).tolist(), tracks, strict=True):
        begins[since + one.piece_starts] = True
    place = flat(lon + 1j * lat)
    # Only within a piece does a step lead from one fix to the next.
    step_m = np.append(0.0, step_lengths_m(lon, lat))
    step_m[begins] = 0.0
    total = np.bincount(track, weights=step_m, minlength=len(tracks))
    measure_m = np.cumsum(step_m)
    first = np.flatnonzero(begins)
    end = np.append(first[1:], len(lon))
    long = end - first > 1
    steps = ReachLines(place, measure_m, first[long], end[long], track[first[long]])
    span = within_m / METRES_PER_DEGREE * max(METRES_PER_DEGREE / max(east_m, 1.0), 1.01)
    window = shapely.box(lon.min() - span, lat.min() - span, lon.max() + span, lat.max() + span)
    near = reaches[shapely.intersects(shapely.envelope(reaches), window)]
    pieces = pieces_of(near)
    if not len(pieces.first) or not total.any():
        return np.where(total > 0, 0.0, np.nan)
    found, start_m, end_m = find_stretches(steps, Pieces(flat(pieces.vertex), *pieces[1:]), within_m)
    with np.errstate(invalid="ignore"):
        near_m: Floats = np.bincount(found, weights=end_m - start_m, minlength=len(tracks)) / total
    return np.minimum(near_m, 1.0)
