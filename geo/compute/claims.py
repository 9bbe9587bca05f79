"""Which cells claim a place: those that it lies in, and those on whose border it lies."""

from typing import NamedTuple

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray

from geo.compute.areas import METRES_PER_DEGREE
from geo.errors import WrongCRS

__all__ = ["BORDER_M", "Claims", "border_width", "claims", "require_one_crs"]

BORDER_M = 1e-6
"""A place nearer to a border than this lies on it: computed places never hit one exactly."""

Indices = NDArray[np.int64]
Points = NDArray[np.float64]


class Claims(NamedTuple):
    """Pairs of a place and a cell; `on_border` tells which lie on the cell's border."""

    place: Indices
    cell: Indices
    on_border: NDArray[np.bool_]


def claims(places: Points, cells: NDArray[np.object_], width: float) -> Claims:
    """Return every pair of a place and a cell that claims it, ordered by place and cell.

    Parameters
    ----------
    places : ndarray of float, shape (n, 2)
        Those with a coordinate that is not a number are in no cell.
    cells : ndarray of Polygon or MultiPolygon, shape (m,)
        In the plane of the places. None and empty ones claim nothing.
    width : float
        How near to a border a place lies on it, in units of the plane.

    Returns
    -------
    Claims
    """
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    if not len(known):
        return Claims(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))
    # A tree of the places is asked for each cell, because only what asks is prepared.
    tree = shapely.STRtree(shapely.points(places[known]))
    within_cell, within_place = tree.query(cells, predicate="intersects")
    border_cell, border_place = tree.query(shapely.boundary(cells), predicate="dwithin", distance=width)
    count = len(cells)
    inside = known[within_place].astype(np.int64) * count + within_cell
    border = known[border_place].astype(np.int64) * count + border_cell
    keys = np.union1d(inside, border)
    return Claims(keys // count, keys % count, np.isin(keys, border))


def border_width(series: GeoSeries, width_m: float = BORDER_M) -> float:
    """Return `width_m` in units of the series' plane, rather too small than too large."""
    return width_m / METRES_PER_DEGREE if series.crs.is_geographic else width_m


def require_one_crs(first: GeoSeries, second: GeoSeries) -> None:
    """Refuse two series that do not share one coordinate reference system.

    Raises
    ------
    WrongCRS
        If one has none, or the two differ.
    """
    if first.crs is None or second.crs is None or first.crs != second.crs:
        raise WrongCRS(
            "both layers must be in one reference system, but they are in {first} and {second}",
            first=_named(first),
            second=_named(second),
        )


def _named(series: GeoSeries) -> str:
    if series.crs is None:
        return "?"
    authority = series.crs.to_authority()
    return ":".join(authority) if authority else str(series.crs.name)
