"""The division of reaches among the cells that they run through."""

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from pandas import DataFrame

from geo.compute.claims import border_width, claims, require_one_crs
from geo.compute.segments import Floats, Indices, Segments, segments_of

__all__ = ["split_by_cells"]


def split_by_cells(reaches: GeoSeries, cells: GeoSeries) -> DataFrame:
    """Divide each reach among the cells that it runs through.

    Parameters
    ----------
    reaches : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees (EPSG:4490; measures are then ground metres) or in a CRS
        with metre axes.
    cells : GeoSeries of Polygon or MultiPolygon, shape (m,)
        In the same CRS; must not overlap.

    Returns
    -------
    DataFrame with columns ``reach``, ``cell``, ``start_m``, ``end_m``
        Positions in `reaches` and `cells`, and measures; ordered along each
        reach. What lies outside all cells has no row. The pieces of a reach
        inside the cells' union add up to its length.

    Raises
    ------
    WrongCRS
        If the two are in different systems.

    Notes
    -----
    A piece that runs along a common border belongs to the cell on its left;
    one that runs along the outer border, to the only cell beside it. Where
    cells overlap against the rule, the first one counts.

    Examples
    --------
    >>> reaches = GeoSeries.from_wkt(["LINESTRING(0 5, 40 5)"], crs=4549)
    >>> cells = GeoSeries.from_wkt(
    ...     ["POLYGON((10 0, 30 0, 30 9, 10 9, 10 0))", "POLYGON((0 0, 10 0, 10 9, 0 9, 0 0))"], crs=4549
    ... )
    >>> split_by_cells(reaches, cells).values.tolist()
    [[0.0, 1.0, 0.0, 10.0], [0.0, 0.0, 10.0, 30.0]]
    """
    require_one_crs(reaches, cells)
    shapes = np.asarray(cells.array, dtype=object)
    segments = segments_of(reaches)
    width = border_width(cells)
    segment, share = _cuts(segments, shapes, width)
    # Every segment from cut to cut; a cut right beside another adds nothing.
    fresh = np.diff(segment, prepend=-1).astype(bool) | (np.diff(share, prepend=0) * segments.extent[segment] > width)
    segment, share = segment[fresh], share[fresh]
    until = np.ones_like(share)
    again = np.flatnonzero(segment[1:] == segment[:-1])
    until[again] = share[again + 1]
    cell = _cell_of_pieces(segments, segment, (share + until) / 2, shapes, width)
    return _runs(segments, segment, share, until, cell)


def _cuts(segments: Segments, shapes: NDArray[np.object_], width: float) -> tuple[Indices, Floats]:
    """Return where segments meet borders, as shares of the segment, with each segment's start.

    Too many cuts do no harm, since pieces in one cell are joined again.
    """
    edge_start, edge_end = _border_edges(shapes)
    count = len(segments.line)
    if not count or not len(edge_start):
        return np.arange(count), np.zeros(count)
    tree = shapely.STRtree(_two_point_lines(edge_start, edge_end))
    segment, edge = tree.query(_two_point_lines(segments.start, segments.end), predicate="dwithin", distance=width)
    origin = segments.start[segment]
    along, across = segments.end[segment] - origin, edge_end[edge] - edge_start[edge]
    span = np.hypot(*along.T)
    offset = edge_start[edge] - origin
    turn = _cross(along, across)
    # Near a zero turn the quotient is noise, but then the edge's ends do the cutting.
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = _cross(offset, across) / turn
    found = [(segment, crossing)]
    for end in (edge_start[edge], edge_end[edge]):
        beside = np.abs(_cross(end - origin, along)) <= 2 * width * span
        found.append((segment[beside], ((end - origin) * along).sum(axis=1)[beside] / span[beside] ** 2))
    met = np.concatenate([np.arange(count), *(where for where, _ in found)])
    share = np.concatenate([np.zeros(count), *(at for _, at in found)])
    # A cut at the very end would leave a piece without length, and a cell that is only touched.
    kept = (share >= 0) & ((share == 0) | ((1 - share) * segments.extent[met] > width))
    order = np.lexsort((share[kept], met[kept]))
    return met[kept][order], share[kept][order]


def _cell_of_pieces(
    segments: Segments, segment: Indices, share: Floats, shapes: NDArray[np.object_], width: float
) -> Indices:
    """Return the cell of the piece around each place on a segment; -1 outside all."""
    places = segments.at(segment, share)
    found = claims(places, shapes, width)
    cell = _first(found.place, found.cell, len(places))
    doubtful = np.unique(found.place[found.on_border])
    along = (segments.end - segments.start)[segment[doubtful]]
    left = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    cell[doubtful] = -1
    for side in (left, -left):
        beside = claims(places[doubtful] + 10 * width * side, shapes, width)
        cells_beside = _first(beside.place, beside.cell, len(doubtful))
        cell[doubtful] = np.where(cell[doubtful] < 0, cells_beside, cell[doubtful])
    return cell


def _first(place: Indices, cell: Indices, count: int) -> Indices:
    first = np.full(count, -1, dtype=np.int64)
    where, at = np.unique(place, return_index=True)
    first[where] = cell[at]
    return first


def _runs(segments: Segments, segment: Indices, share: Floats, until: Floats, cell: Indices) -> DataFrame:
    """Join pieces that follow one another in one cell."""
    reach = segments.line[segment]
    start_m = segments.start_m[segment] + share * segments.length_m[segment]
    end_m = segments.start_m[segment] + until * segments.length_m[segment]
    end_m[until == 1] = segments.end_m[segment[until == 1]]
    begins = np.diff(reach, prepend=-1).astype(bool) | np.diff(cell, prepend=-2).astype(bool)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(reach)) - 1 if len(first) else first
    runs = DataFrame({"reach": reach[first], "cell": cell[first], "start_m": start_m[first], "end_m": end_m[last]})
    return runs[runs["cell"] >= 0].reset_index(drop=True)


def _border_edges(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    rings = shapely.get_rings(shapely.get_parts(shapes[~shapely.is_missing(shapes)]))
    coords, ring_of = shapely.get_coordinates(rings, return_index=True)
    together = ring_of[1:] == ring_of[:-1]
    return coords[:-1][together], coords[1:][together]


def _two_point_lines(start: Floats, end: Floats) -> NDArray[np.object_]:
    lines: NDArray[np.object_] = shapely.linestrings(np.stack([start, end], axis=1))
    return lines


def _cross(first: Floats, second: Floats) -> Floats:
    product: Floats = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return product
