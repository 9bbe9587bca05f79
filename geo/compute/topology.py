"""Whether cells are a partition: no gap, no overlap, nothing outside (无遗漏、无死角)."""

import re
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.compute.areas import METRES_PER_DEGREE
from geo.compute.defects import CellReport, Gap, InvalidCell, Outside, Overlap, Sliver
from geo.compute.pieces import NOISE_M, Piece, Place, Shapes, connected_pieces
from geo.crs import require_degrees
from geo.errors import InvalidInput
from geo.text import Text

__all__ = ["NOISE_M", "CellReport", "check_cells", "name_cells", "region_of"]

_POLYGON, _MULTIPOLYGON = 3, 6


def check_cells(
    cells: GeoSeries | GeoDataFrame, within: BaseGeometry | None = None, tolerance_m2: float = 0.0
) -> CellReport:
    """List every gap, overlap, invalid cell and piece outside.

    Parameters
    ----------
    cells : GeoSeries or GeoDataFrame of Polygon or MultiPolygon, shape (n,)
        In degrees (EPSG:4490), all of one level. Named by their column ``id``
        or ``code``, else by their position.
    within : Polygon or MultiPolygon, optional
        The region that they should fill, in degrees. Without it only the holes
        that cells enclose are gaps, and nothing is outside.
    tolerance_m2 : float
        A connected piece smaller than this is a sliver: listed apart, and no
        obstacle to being complete.

    Returns
    -------
    CellReport
        Areas in ground m²; places lie within the defects.

    Raises
    ------
    WrongCRS
        If the cells are not in degrees.
    InvalidInput
        If there are no cells, if one is not a polygon, or if `within` is none.

    Notes
    -----
    A piece that is nowhere wider than `NOISE_M` is no defect: neighbours may
    have different vertices along one border. A cell whose border is broken is
    listed, and checked further as ``make_valid`` (by structure) repairs it. Of
    empty or missing geometry nothing but that is said.

    Examples
    --------
    >>> cells = GeoSeries.from_wkt(
    ...     ["POLYGON((0 0, 2 0, 2 1, 0 1, 0 0))", "POLYGON((1 0, 3 0, 3 1, 1 1, 1 0))"], crs=4490
    ... )
    >>> [overlap.cells for overlap in check_cells(cells).overlaps]
    [(0, 1)]
    """
    names = name_cells(cells)
    shapes, invalid = _sound_shapes(cells, names)
    region = None if within is None else _sound_region(within)
    # A valid coverage has no overlaps, and its union needs no overlay; it may still have holes.
    neat = bool(shapely.coverage_is_valid(shapes))
    union = shapely.coverage_union_all(shapes) if neat else shapely.union_all(shapes)
    overlaps, overlap_slivers = ((), ()) if neat else _overlaps(shapes, names, tolerance_m2)
    gaps, gap_slivers = _gaps(union, region, shapes, names, tolerance_m2)
    outside, outside_slivers = ((), ()) if region is None else _outside(shapes, region, names, tolerance_m2)
    slivers = sorted((*overlap_slivers, *gap_slivers, *outside_slivers), key=_largest_first)
    return CellReport(len(names), invalid, overlaps, gaps, outside, tuple(slivers))


def region_of(layer: GeoSeries | GeoDataFrame) -> BaseGeometry:
    """Return the one region that all polygons of a layer make up.

    Parameters
    ----------
    layer : GeoSeries or GeoDataFrame of Polygon or MultiPolygon, shape (n,)
        Broken ones are repaired; missing ones are left out.

    Raises
    ------
    InvalidInput
        If one is not a polygon, or there are none.
    """
    shapes: Shapes = shapely.force_2d(np.asarray(layer.geometry.array, dtype=object))
    shapes = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    _require_polygons(shapes, np.ones(len(shapes), dtype=bool))
    return _sound_region(shapely.union_all(_repaired(shapes)))


def name_cells(cells: GeoSeries | GeoDataFrame) -> list[Hashable]:
    """Return how each cell is called: its ``id``, else its ``code``, else its position.

    Parameters
    ----------
    cells : GeoSeries or GeoDataFrame, shape (n,)
        A column's name may be written in capitals. A cell whose name is
        missing is called by its position.

    Returns
    -------
    list of str or int, length n

    Examples
    --------
    >>> name_cells(GeoDataFrame({"CODE": ["a", None]}, geometry=[None, None]))
    ['a', 1]
    """
    positions: list[Hashable] = list(range(len(cells)))
    if not isinstance(cells, GeoDataFrame):
        return positions
    columns = {str(column).casefold(): column for column in reversed(cells.columns)}
    column = columns.get("id", columns.get("code"))
    if column is None:
        return positions
    values = cells[column].astype(object)
    return [
        position if missing else _plain_value(value)
        for position, value, missing in zip(positions, values, values.isna(), strict=True)
    ]


def _plain_value(value: Any) -> Hashable:
    """Return a whole number as int: a missing value beside it made the column float."""
    number: Hashable = value.item() if isinstance(value, np.generic) else value
    return int(number) if isinstance(number, float) and number.is_integer() else number


# GEOS's words for what is wrong, and ours.
_REASONS = {
    "Self-intersection": "its border crosses itself",
    "Ring Self-intersection": "its border touches itself",
    "Hole lies outside shell": "a hole lies outside it",
    "Holes are nested": "a hole lies in another hole",
    "Nested shells": "a part lies in another part",
    "Interior is disconnected": "its holes cut it in two",
    "Duplicate Rings": "a ring occurs twice",
    "Too few points in geometry component": "a ring has too few points",
    "Invalid Coordinate": "a coordinate is not a number",
}
_MISSING = Text("it has no geometry")
_EMPTY = Text("its geometry is empty")


def _sound_shapes(cells: GeoSeries | GeoDataFrame, names: list[Hashable]) -> tuple[Shapes, tuple[InvalidCell, ...]]:
    """Return polygons fit for overlay (empty where there is none), and what was wrong with them."""
    series = cells.geometry
    require_degrees(series)
    if not len(series):
        raise InvalidInput("the layer has no cells")
    shapes: Shapes = shapely.force_2d(np.asarray(series.array, dtype=object))
    missing, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    _require_polygons(shapes, ~missing & ~empty)
    broken = ~missing & ~empty & ~shapely.is_valid(shapes)
    invalid = [
        InvalidCell(name, *_reason(shape, is_missing=bool(gone)))
        for name, shape, gone, bad in zip(names, shapes, missing, missing | empty | broken, strict=True)
        if bad
    ]
    sound = shapes.copy()
    sound[missing] = shapely.Polygon()
    sound[broken] = _repaired(shapes[broken])
    return sound, tuple(invalid)


def _require_polygons(shapes: Shapes, present: NDArray[np.bool_]) -> None:
    wrong = present & ~np.isin(shapely.get_type_id(shapes), (_POLYGON, _MULTIPOLYGON))
    if not wrong.any():
        return
    row = int(np.flatnonzero(wrong)[0])
    if np.isin(shapely.get_type_id(shapes[wrong]), (1, 2, 5)).all():
        raise InvalidInput(
            "feature {row} is a line, not a polygon; "
            "close boundary lines into polygons first (in QGIS: Processing › Polygonize, 线转多边形)",
            row=row + 1,
        )
    raise InvalidInput("feature {row} is a {kind}, not a polygon", row=row + 1, kind=Text(shapes[row].geom_type))


def _repaired(shapes: Shapes) -> Shapes:
    repaired: Shapes = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    return repaired


def _reason(shape: BaseGeometry | None, *, is_missing: bool) -> tuple[Text, Place | None]:
    if is_missing:
        return _MISSING, None
    said = shapely.is_valid_reason(shape)
    match = re.fullmatch(r"(.+?)\[(\S+) (\S+)\]", said)
    if match is None:
        return (_EMPTY, None) if shapely.is_empty(shape) else (Text(_REASONS.get(said, said)), None)
    place = float(match[2]), float(match[3])
    return Text(_REASONS.get(match[1], match[1])), place if np.isfinite(place).all() else None


def _sound_region(within: BaseGeometry) -> BaseGeometry:
    region = shapely.force_2d(within)
    if not region.is_valid:
        region = shapely.make_valid(region, method="structure", keep_collapsed=False)
    if region.is_empty or region.geom_type not in {"Polygon", "MultiPolygon"}:
        raise InvalidInput("the region that the cells should fill has no polygon")
    return region


def _overlaps(
    shapes: Shapes, names: list[Hashable], tolerance_m2: float
) -> tuple[tuple[Overlap, ...], tuple[Sliver, ...]]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    pieces = connected_pieces(shapely.intersection(shapes[first], shapes[second]))

    def pair(piece: Piece) -> tuple[Hashable, Hashable]:
        return names[first[piece.owner]], names[second[piece.owner]]

    found, slivers = _by_owner(pieces, tolerance_m2)
    overlaps = [Overlap(pair(group[0]), _total(group), group[0].place, len(group), _joined(group)) for group in found]
    return tuple(sorted(overlaps, key=_largest_first)), _slivers("overlap", slivers, pair)


def _gaps(
    union: BaseGeometry, region: BaseGeometry | None, shapes: Shapes, names: list[Hashable], tolerance_m2: float
) -> tuple[tuple[Gap, ...], tuple[Sliver, ...]]:
    if region is None:
        # Everything around the cells; the part that reaches the frame is the open country outside.
        west, south, east, north = union.bounds if not union.is_empty else (0, 0, 0, 0)
        frame = shapely.box(west - 1, south - 1, east + 1, north + 1)
        pieces = [piece for piece in connected_pieces([frame - union]) if piece.shape.bounds[0] >= west - 0.5]
    else:
        pieces = connected_pieces([region - union])
    beside = _neighbours([piece.shape for piece in pieces], shapes)
    named = {id(piece): tuple(names[cell] for cell in along) for piece, along in zip(pieces, beside, strict=True)}
    gaps = [
        Gap(piece.area_m2, piece.place, named[id(piece)], piece.shape)
        for piece in pieces
        if piece.area_m2 >= tolerance_m2
    ]
    small = [piece for piece in pieces if piece.area_m2 < tolerance_m2]
    return tuple(sorted(gaps, key=_largest_first)), _slivers("gap", small, lambda piece: named[id(piece)])


def _outside(
    shapes: Shapes, region: BaseGeometry, names: list[Hashable], tolerance_m2: float
) -> tuple[tuple[Outside, ...], tuple[Sliver, ...]]:
    shapely.prepare(region)
    doubtful = np.flatnonzero(~shapely.covers(region, shapes) & ~shapely.is_empty(shapes))
    pieces = connected_pieces(shapely.difference(shapes[doubtful], region))

    def cell(piece: Piece) -> Hashable:
        return names[int(doubtful[piece.owner])]

    found, slivers = _by_owner(pieces, tolerance_m2)
    outside = [Outside(cell(group[0]), _total(group), group[0].place, len(group), _joined(group)) for group in found]
    return tuple(sorted(outside, key=_largest_first)), _slivers("outside", slivers, lambda piece: (cell(piece),))


def _largest_first(defect: Any) -> float:
    return -float(defect.area_m2)


def _total(group: list[Piece]) -> float:
    return sum(piece.area_m2 for piece in group)


def _joined(group: list[Piece]) -> BaseGeometry:
    return group[0].shape if len(group) == 1 else shapely.MultiPolygon([piece.shape for piece in group])


def _by_owner(pieces: list[Piece], tolerance_m2: float) -> tuple[list[list[Piece]], list[Piece]]:
    """Return the pieces of each owner, largest first, and apart from them those below the tolerance."""
    groups: dict[int, list[Piece]] = {}
    for piece in sorted(pieces, key=_largest_first):
        if piece.area_m2 >= tolerance_m2:
            groups.setdefault(piece.owner, []).append(piece)
    return list(groups.values()), [piece for piece in pieces if piece.area_m2 < tolerance_m2]


def _slivers(kind: str, pieces: list[Piece], cells: Callable[[Piece], tuple[Hashable, ...]]) -> tuple[Sliver, ...]:
    return tuple(Sliver(kind, cells(piece), piece.area_m2, piece.place, piece.shape) for piece in pieces)


def _neighbours(gaps: list[BaseGeometry], shapes: Shapes) -> list[list[int]]:
    """Return which cells run along each gap's border; those that only touch a corner do not."""
    rings, gap_of = shapely.get_rings(np.asarray(gaps, dtype=object), return_index=True)
    coords, ring_of = shapely.get_coordinates(rings, return_index=True)
    together = ring_of[1:] == ring_of[:-1]
    middles = shapely.points(((coords[1:] + coords[:-1]) / 2)[together])
    reach = 2 * NOISE_M / METRES_PER_DEGREE
    edge, cell = shapely.STRtree(shapes).query(middles, predicate="dwithin", distance=reach)
    gap_of_edge = gap_of[ring_of[1:][together]]
    pairs = np.unique(np.column_stack([gap_of_edge[edge], cell]), axis=0) if len(edge) else np.empty((0, 2), int)
    return [pairs[pairs[:, 0] == gap, 1].tolist() for gap in range(len(gaps))]
