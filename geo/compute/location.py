"""Where places, lines and areas lie among cells (按区域定责)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from pandas import DataFrame

from geo.compute.areas import ground_area_m2
from geo.compute.claims import BORDER_M, Claims, border_width, claims, require_one_crs
from geo.compute.pieces import Shapes
from geo.compute.segments import Floats
from geo.compute.splits import split_by_cells
from geo.crs import require_degrees, require_metres

__all__ = ["STATUSES", "locate", "shared_areas", "shared_lengths", "split_areas_by_cells"]

STATUSES = ("assigned", "border", "outside")

_MANY = 20_000


def locate(points: GeoSeries, cells: GeoSeries, *, border_m: float = BORDER_M) -> DataFrame:
    """Tell in which cell each point lies.

    Parameters
    ----------
    points : GeoSeries of Point, shape (n,)
        In any CRS. Missing and empty ones, and whatever is no point, lie outside.
    cells : GeoSeries of Polygon or MultiPolygon, shape (m,)
        In the same CRS.
    border_m : float
        A point nearer to a border than this lies on it.

    Returns
    -------
    DataFrame with columns ``cell``, ``status``, ``candidates``
        A row per point, with its index. ``cell`` is a position in `cells`, and
        -1 unless ``status`` is "assigned". A point on a border, or in several
        cells that overlap against the rule, is "border"; ``candidates`` are
        then the positions of all cells that claim it, else empty.

    Raises
    ------
    WrongCRS
        If the two are in different systems.

    Notes
    -----
    Broken cells are repaired first (``make_valid`` by structure). Many points
    are looked up in a grid of the cells, most of whose boxes lie in one cell.

    Examples
    --------
    >>> cells = GeoSeries([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)], crs=4549)
    >>> found = locate(GeoSeries.from_xy([5, 10, 50], [5, 5, 5], crs=4549), cells)
    >>> found["cell"].tolist(), found["status"].tolist(), found["candidates"].tolist()
    ([0, -1, -1], ['assigned', 'border', 'outside'], [(), (0, 1), ()])
    """
    require_one_crs(points, cells)
    shapes, width = _valid(cells), border_width(cells, border_m)
    geometries = np.array(points.array, dtype=object)
    geometries[shapely.is_empty(geometries)] = None
    places = np.column_stack([shapely.get_x(geometries), shapely.get_y(geometries)])
    if len(places) < _MANY:
        return _located(claims(places, shapes, width), points.index)
    return _located_by_grid(places, shapes, width, points.index)


def _located_by_grid(places: Floats, shapes: Shapes, width: float, index: pd.Index) -> DataFrame:
    """Do the same with a grid, and ask only for the doubtful places who claims them."""
    # Compiled code takes half a second to load, which a few places are not worth.
    from geo.compute.cell_grids import UNCERTAIN, CellGrid  # noqa: PLC0415 - see above

    grid = CellGrid.of(shapes, width, boxes=int(np.clip(len(places) // 2, 10_000, 1_000_000)))
    if grid is None:
        return _located(claims(places, shapes, width), index)
    answer = grid.locate(places)
    doubtful = np.flatnonzero(answer == UNCERTAIN)
    found = claims(places[doubtful], shapes, width)
    sure = np.flatnonzero(answer >= 0)
    place = np.concatenate([sure, doubtful[found.place]])
    order = np.argsort(place, kind="stable")
    joined = Claims(
        place[order],
        np.concatenate([answer[sure], found.cell])[order],
        np.concatenate([np.zeros(len(sure), dtype=bool), found.on_border])[order],
    )
    return _located(joined, index)


def _located(found: Claims, index: pd.Index) -> DataFrame:
    count = len(index)
    claimed = np.bincount(found.place, minlength=count)
    doubtful = (np.bincount(found.place, weights=found.on_border, minlength=count) > 0) | (claimed > 1)
    cell = np.full(count, -1, dtype=np.int64)
    sure = ~doubtful[found.place]
    cell[found.place[sure]] = found.cell[sure]
    status = np.where(doubtful, 1, np.where(claimed == 1, 0, 2)).astype(np.int8)
    candidates: Shapes = np.empty(count, dtype=object)
    candidates.fill(())
    for place in np.flatnonzero(doubtful):
        mine = slice(*np.searchsorted(found.place, [place, place + 1]))
        candidates[place] = tuple(found.cell[mine].tolist())
    return DataFrame(
        {"cell": cell, "status": pd.Categorical.from_codes(status, categories=STATUSES), "candidates": candidates},
        index=index,
    )


def shared_lengths(reaches: GeoSeries, cells: GeoSeries) -> DataFrame:
    """Return how much of each reach lies in each cell.

    Parameters
    ----------
    reaches : GeoSeries of LineString or MultiLineString, shape (n,)
        In a projected CRS with metre axes.
    cells : GeoSeries of Polygon or MultiPolygon, shape (m,)
        In the same CRS; must not overlap.

    Returns
    -------
    DataFrame with columns ``reach``, ``cell``, ``length_m``
        A row per pair that shares more than a point, as positions. For a reach
        inside the cells' union, its lengths add up to its own.

    Raises
    ------
    WrongCRS
        If either is in degrees, or the two differ.

    Notes
    -----
    A piece that runs along a common border belongs to the cell on its left,
    so that it is counted once. For reaches in degrees, add up the measures of
    :func:`geo.compute.reaches.split_by_cells`.

    Examples
    --------
    >>> reaches = GeoSeries.from_wkt(["LINESTRING(0 5, 30 5)"], crs=4549)
    >>> cells = GeoSeries([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)], crs=4549)
    >>> shared_lengths(reaches, cells)["length_m"].tolist()
    [10.0, 20.0]
    """
    require_metres(reaches, cells)
    pieces = split_by_cells(reaches, cells)
    pieces["length_m"] = pieces["end_m"] - pieces["start_m"]
    return pieces.groupby(["reach", "cell"], as_index=False)["length_m"].sum()


def shared_areas(polygons: GeoSeries, cells: GeoSeries) -> DataFrame:
    """Return how much of each polygon lies in each cell.

    Parameters
    ----------
    polygons : GeoSeries of Polygon or MultiPolygon, shape (n,)
        In a projected CRS with metre axes.
    cells : GeoSeries of Polygon or MultiPolygon, shape (m,)
        In the same CRS; must not overlap.

    Returns
    -------
    DataFrame with columns ``polygon``, ``cell``, ``area_m2``
        A row per pair that shares more than a line, as positions. For a
        polygon inside the cells' union, its areas add up to its own.

    Raises
    ------
    WrongCRS
        If either is in degrees, or the two differ.

    Notes
    -----
    Broken polygons are repaired first (``make_valid`` by structure).

    Examples
    --------
    >>> zones = GeoSeries([shapely.box(5, 0, 20, 10)], crs=4549)
    >>> cells = GeoSeries([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)], crs=4549)
    >>> shared_areas(zones, cells)["area_m2"].tolist()
    [50.0, 100.0]
    """
    require_metres(polygons, cells)
    return _shared(polygons, cells, shapely.area)


def split_areas_by_cells(polygons: GeoSeries, cells: GeoSeries) -> DataFrame:
    """Return how much ground of each polygon lies in each cell, for what is stored in degrees.

    Parameters
    ----------
    polygons, cells : GeoSeries of Polygon or MultiPolygon
        In degrees (EPSG:4490); otherwise as for :func:`shared_areas`.

    Returns
    -------
    DataFrame with columns ``polygon``, ``cell``, ``area_m2``
        As from :func:`shared_areas`, in ground m² on the ellipsoid.

    Raises
    ------
    WrongCRS
        If either is not in degrees, or the two differ.

    Examples
    --------
    >>> zones = GeoSeries([shapely.box(107.005, 29.9, 107.02, 29.91)], crs=4490)
    >>> cells = GeoSeries(
    ...     [shapely.box(107, 29.9, 107.01, 29.91), shapely.box(107.01, 29.9, 107.03, 29.91)], crs=4490
    ... )
    >>> split_areas_by_cells(zones, cells)["area_m2"].round(-2).tolist()
    [535300.0, 1070600.0]
    """
    require_degrees(polygons, cells)
    return _shared(polygons, cells, lambda shapes: ground_area_m2(_polygonal(shapes)))


def _shared(polygons: GeoSeries, cells: GeoSeries, measure: Callable[[Shapes], Floats]) -> DataFrame:
    shapes, grounds = _valid(polygons), _valid(cells)
    polygon, cell = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    areas = measure(shapely.intersection(shapes[polygon], grounds[cell]))
    shared = areas > 0
    pairs = DataFrame({"polygon": polygon[shared], "cell": cell[shared], "area_m2": areas[shared]})
    return pairs.sort_values(["polygon", "cell"], ignore_index=True)


def _polygonal(shapes: Shapes) -> Shapes:
    """Leave out the lines and points along which shapes only touch."""
    mixed = shapely.get_type_id(shapes) == 7
    shapes[mixed] = [
        shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
        for shape in shapes[mixed]
    ]
    return shapes


def _valid(series: GeoSeries) -> Shapes:
    shapes: Shapes = shapely.force_2d(np.asarray(series.array, dtype=object))
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes
