"""Geometry of each kind: the right type, valid, lines in one piece."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.readers.results import Kind
from geo.text import Text

__all__ = ["SHAPES", "Shaped", "check_shapes"]

Geometries = npt.NDArray[np.object_]
POINT, LINE, AREA = "point", "line", "polygon"
# What a kind's geometry is, and whether a row may lack it.
SHAPES: dict[Kind, tuple[str, bool]] = {
    Kind.regions: (AREA, False),
    Kind.cells: (AREA, True),
    Kind.rivers: (LINE, False),
    Kind.reaches: (LINE, True),
    Kind.zones: (AREA, True),
    Kind.sites: (POINT, True),
    Kind.issues: (POINT, False),
}
TYPES = {POINT: (0, 4), LINE: (1, 5), AREA: (3, 6)}
NAMES = {
    0: "point",
    1: "line",
    2: "ring",
    3: "polygon",
    4: "multipoint",
    5: "multiline",
    6: "multipolygon",
    7: "collection",
}
# A repair that changes more than this is no repair: nobody knows what was meant.
MAX_AREA_CHANGE = 0.01
GEOD = pyproj.Geod(ellps="GRS80")


@dataclass(slots=True)
class Shaped:
    """Checked geometries, shape (n,), with the reasons of the bad and words on the repaired."""

    geometry: Geometries
    faults: dict[int, Text] = field(default_factory=dict)
    repairs: dict[int, Text] = field(default_factory=dict)


def check_shapes(kind: Kind, geometry: Geometries) -> Shaped:
    """Check geometries in degrees as their kind demands.

    Parameters
    ----------
    geometry : ndarray of shapely geometries or None, shape (n,)

    Returns
    -------
    Shaped
        Cells must be valid as they are: a repair would change areas silently. Regions and
        zones are repaired when the area stays within 1 %. Reaches come out as one line each.
    """
    shape, required = SHAPES[kind]
    shaped = Shaped(geometry.copy())
    _unwrap(shaped.geometry)
    _check_type(shaped, shape, required)
    if shape == AREA:
        _check_areas(shaped, repair=kind != Kind.cells)
    elif shape == LINE:
        _check_lines(shaped, join=kind == Kind.reaches)
    elif shape == POINT:
        _check_points(shaped)
    for position in shaped.faults:
        shaped.geometry[position] = None
    return shaped


def _unwrap(geometry: Geometries) -> None:
    """Take the one geometry out of a collection of one."""
    for position in np.flatnonzero(shapely.get_type_id(geometry) == 7):
        parts = [part for part in shapely.get_parts(geometry[position]) if not part.is_empty]
        kinds = {part.geom_type.removeprefix("Multi") for part in parts}
        if len(parts) == 1:
            geometry[position] = parts[0]
        elif kinds == {"Polygon"}:
            geometry[position] = shapely.MultiPolygon(list(shapely.get_parts(parts)))
        elif kinds == {"LineString"}:
            geometry[position] = shapely.MultiLineString(list(shapely.get_parts(parts)))


def _check_type(shaped: Shaped, shape: str, required: bool) -> None:
    types = shapely.get_type_id(shaped.geometry)
    for position in np.flatnonzero(types == 2):
        shaped.geometry[position] = shapely.LineString(shaped.geometry[position].coords)
        types[position] = 1
    missing = types == -1
    for position in np.flatnonzero(~missing & ~np.isin(types, TYPES[shape])):
        message = "it needs a {needed}, but has a {found}"
        shaped.faults[int(position)] = Text(
            message, needed=Text(shape), found=Text(NAMES.get(int(types[position]), "geometry"))
        )
    if required:
        for position in np.flatnonzero(missing):
            shaped.faults.setdefault(int(position), Text("it has no geometry; it needs a {needed}", needed=Text(shape)))


def _check_areas(shaped: Shaped, *, repair: bool) -> None:
    for position in np.flatnonzero(~_valid(shaped.geometry)):
        index = int(position)
        if index in shaped.faults:
            continue
        polygon = shaped.geometry[index]
        defect, place = _defect(polygon)
        if not repair:
            message = "its boundary is invalid: {defect} at {place}; mend it in the drawing"
            shaped.faults[index] = Text(message, defect=defect, place=place)
            continue
        mended = _polygons_of(shapely.make_valid(polygon, method="structure", keep_collapsed=False))
        before, after = _area_m2(polygon), _area_m2(mended)
        if mended.is_empty or abs(after - before) > MAX_AREA_CHANGE * max(before, after):
            message = (
                "its boundary is invalid: {defect} at {place}; mending it would change its area"
                " from {before} to {after} m²"
            )
            shaped.faults[index] = Text(message, defect=defect, place=place, before=round(before), after=round(after))
        else:
            shaped.geometry[index] = mended
            message = "{defect} at {place} was mended; area before {before} m², after {after} m²"
            shaped.repairs[index] = Text(message, defect=defect, place=place, before=round(before), after=round(after))
    empty = ~shapely.is_missing(shaped.geometry) & (shapely.area(shaped.geometry) == 0)
    for position in np.flatnonzero(empty):
        shaped.faults.setdefault(int(position), Text("its area is nothing"))


def _valid(geometry: Geometries) -> npt.NDArray[np.bool_]:
    return np.asarray(shapely.is_missing(geometry) | shapely.is_valid(geometry))


def _defect(geometry: shapely.Geometry) -> tuple[Text, str]:
    """Return what is wrong and where, as ``longitude, latitude``."""
    reason, _, place = shapely.is_valid_reason(geometry).partition("[")
    lon, _, lat = place.rstrip("]").partition(" ")
    try:
        return Text(reason.strip().lower()), f"{float(lon):.7f}, {float(lat):.7f}"
    except ValueError:
        return Text(reason.strip().lower()), "?"


def _polygons_of(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(shapely.get_parts(parts)))


def _area_m2(geometry: shapely.Geometry) -> float:
    """Return the ground area, rings taken as they run, so that it is told of invalid ones too."""
    total = 0.0
    for polygon in shapely.get_parts(geometry):
        shell = abs(GEOD.polygon_area_perimeter(*np.array(polygon.exterior.coords)[:, :2].T)[0])
        holes = sum(abs(GEOD.polygon_area_perimeter(*np.array(ring.coords)[:, :2].T)[0]) for ring in polygon.interiors)
        total += shell - holes
    return abs(total)


def _check_lines(shaped: Shaped, *, join: bool) -> None:
    there = ~shapely.is_missing(shaped.geometry)
    for position in np.flatnonzero(there & (shapely.length(shaped.geometry) == 0)):
        shaped.faults.setdefault(int(position), Text("its length is nothing"))
    if not join:
        return
    for position in np.flatnonzero(shapely.get_type_id(shaped.geometry) == 5):
        index = int(position)
        if index in shaped.faults:
            continue
        joined = _join(shaped.geometry[index])
        if joined is None:
            parts = len(shapely.get_parts(shaped.geometry[index]))
            message = "its {parts} parts do not join into one line; draw the gap, or make a reach of each part"
            shaped.faults[index] = Text(message, parts=parts)
        else:
            shaped.geometry[index] = joined


def _join(line: shapely.MultiLineString) -> shapely.LineString | None:
    """Join parts that touch at their ends; the line runs as its first part does."""
    merged = shapely.line_merge(line, directed=True)
    if merged.geom_type == "LineString":
        return merged
    merged = shapely.line_merge(line)
    if merged.geom_type != "LineString":
        return None
    first = next(part for part in line.geoms if part.length)
    start, second = (merged.project(shapely.Point(first.coords[i])) for i in (0, 1))
    return merged if start <= second else shapely.reverse(merged)


def _check_points(shaped: Shaped) -> None:
    for position in np.flatnonzero(shapely.get_type_id(shaped.geometry) == 4):
        parts = shapely.get_parts(shaped.geometry[position])
        if len(parts) == 1:
            shaped.geometry[position] = parts[0]
        else:
            shaped.faults[int(position)] = Text("it has {parts} points where one is needed", parts=len(parts))
