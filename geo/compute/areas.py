"""Areas in ground metres of shapes whose edges are straight in degrees."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

__all__ = ["AXIS_M", "INVERSE_FLATTENING", "METRES_PER_DEGREE", "ground_area_m2", "ground_scale"]

AXIS_M = 6378137.0
INVERSE_FLATTENING = 298.257222101
_FLATTENING = 1 / INVERSE_FLATTENING
_ECCENTRICITY2 = _FLATTENING * (2 - _FLATTENING)
_ECCENTRICITY = _ECCENTRICITY2**0.5

METRES_PER_DEGREE = 111_319.49
"""Length of a degree on the equator: a cautious (large) bound for turning metres into degrees."""


def ground_area_m2(polygons: ArrayLike) -> NDArray[np.float64]:
    """Return the area of each polygon on the CGCS2000 ellipsoid.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, shape (n,)
        In EPSG:4490, longitude first. Other geometries and None count as 0.

    Returns
    -------
    ndarray of float, shape (n,)
        In m².

    Notes
    -----
    The area up to a latitude is an integral in closed form, S(φ), so a
    polygon's area is ∮ S(φ) dλ along its edges, each taken as straight in
    degrees: as it was stored. Cutting such a polygon therefore gives pieces
    that add up to it, and a hair-thin piece keeps its true area. With geodesics
    for edges neither holds: a point on an edge of 10 km can lie 1 m beside it.

    Examples
    --------
    >>> whole, left, right = shapely.box([106, 106, 106.4], 30, [107, 106.4, 107], 31)
    >>> area = ground_area_m2([whole, left, right])
    >>> bool(np.isclose(area[0], area[1] + area[2], rtol=1e-12))
    True
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    oriented = shapely.orient_polygons(shapes)
    polygonal = np.isin(shapely.get_type_id(oriented), (3, 6))
    parts, part_of = shapely.get_parts(np.where(polygonal, oriented, None), return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    coords, coord_of = shapely.get_coordinates(rings, return_index=True)
    if not len(coords):
        return np.zeros(len(shapes))
    inside_ring = coord_of[1:] == coord_of[:-1]
    edge_of = part_of[ring_of[coord_of[1:][inside_ring]]]
    lon = np.radians(coords[:, 0])
    # Measured from the middle latitude, S stays small and loses no digits.
    height = _strip(coords[:, 1], float(coords[:, 1].mean()))
    start, end = coords[:-1, 1][inside_ring], coords[1:, 1][inside_ring]
    middle = _strip((start + end) / 2, float(coords[:, 1].mean()))
    mean_height = (height[:-1][inside_ring] + 4 * middle + height[1:][inside_ring]) / 6
    pieces = -mean_height * np.diff(lon)[inside_ring]
    return np.abs(np.bincount(edge_of, weights=pieces, minlength=len(shapes)))


def _strip(lat: NDArray[np.float64], origin: float) -> NDArray[np.float64]:
    """Return the ellipsoid's area between two latitudes, per radian of longitude."""

    def from_equator(degrees: Any) -> Any:
        sine = np.sin(np.radians(degrees))
        return sine / (1 - _ECCENTRICITY2 * sine**2) + np.arctanh(_ECCENTRICITY * sine) / _ECCENTRICITY

    factor = AXIS_M**2 * (1 - _ECCENTRICITY2) / 2
    strip: NDArray[np.float64] = factor * (from_equator(lat) - from_equator(origin))
    return strip


def ground_scale(lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metres per degree of longitude and of latitude at a latitude.

    Parameters
    ----------
    lat : array of float, shape (n,)
        Latitudes in degrees.

    Returns
    -------
    pair of ndarray of float, shape (n,)

    Examples
    --------
    >>> [round(float(scale)) for scale in ground_scale(30.0)]
    [96486, 110852]
    """
    sine = np.sin(np.radians(lat))
    root = np.sqrt(1 - _ECCENTRICITY2 * sine**2)
    east = AXIS_M * np.sqrt(1 - sine**2) / root
    north = AXIS_M * (1 - _ECCENTRICITY2) / root**3
    return np.radians(east), np.radians(north)
