"""The demo's own plane: metres east and north of the middle of the township."""

from datetime import timedelta, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

__all__ = ["CENTRE", "CHINA", "PLANE", "Floats", "fractal_noise", "generator", "to_lon_lat", "to_plane"]

Floats = NDArray[np.float64]

CENTRE = (107.9, 29.8)
SEED = 20240101
# China has had one time and no summer time since 1992.
CHINA = timezone(timedelta(hours=8))

PLANE = CRS.from_proj4(f"+proj=tmerc +lat_0={CENTRE[1]} +lon_0={CENTRE[0]} +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m")
_DOWN = Transformer.from_crs(PLANE, CRS.from_epsg(4490), always_xy=True)
_UP = Transformer.from_crs(CRS.from_epsg(4490), PLANE, always_xy=True)


def generator(*stream: int) -> np.random.Generator:
    """Return the random numbers of one stream; no stream depends on how much another drew."""
    return np.random.default_rng([SEED, *stream])


def to_lon_lat(xy: Floats, digits: int = 7) -> Floats:
    """Return longitude and latitude (EPSG:4490) of points in the plane.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
        Metres.
    digits : int
        Decimals kept; 7 are a centimetre.

    Returns
    -------
    ndarray, shape (n, 2)
    """
    lon, lat = _DOWN.transform(xy[:, 0], xy[:, 1])
    return np.round(np.column_stack([lon, lat]), digits)


def to_plane(lon_lat: Floats) -> Floats:
    """Return the plane's metres of points in EPSG:4490, shape (n, 2)."""
    return np.column_stack(_UP.transform(lon_lat[:, 0], lon_lat[:, 1]))


def fractal_noise(x: Floats, y: Floats, wavelengths_m: tuple[float, ...], stream: int) -> Floats:
    """Return smooth noise in about -1 to 1 at the points `x`, `y`.

    Each wavelength adds a lattice of random values, interpolated smoothly and
    weighted by its share of the longest wavelength.
    """
    total: Any = np.zeros(np.broadcast(x, y).shape)
    weight_sum = 0.0
    for octave, wavelength_m in enumerate(wavelengths_m):
        weight = wavelength_m / wavelengths_m[0]
        total = total + weight * _lattice_noise(x / wavelength_m, y / wavelength_m, generator(stream, octave))
        weight_sum += weight
    return np.asarray(total / weight_sum * 1.6)


def _lattice_noise(u: Floats, v: Floats, random: np.random.Generator) -> Floats:
    """Interpolate a 128 × 128 lattice that repeats, at lattice coordinates `u`, `v`."""
    lattice = random.uniform(-1, 1, (128, 128))
    u, v = u + 60.37, v + 61.73
    i, j = np.floor(u).astype(int), np.floor(v).astype(int)
    s, t = u - i, v - j
    s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
    i, j, i1, j1 = i % 128, j % 128, (i + 1) % 128, (j + 1) % 128
    return np.asarray(
        lattice[i, j] * (1 - s) * (1 - t)
        + lattice[i1, j] * s * (1 - t)
        + lattice[i, j1] * (1 - s) * t
        + lattice[i1, j1] * s * t
    )
