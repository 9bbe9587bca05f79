"""Cells from the raster: one planar graph of shared borders, smoothed, then closed to polygons.

Each border between two junctions is smoothed once and used by the cells on
both sides, so that the cells tile the township exactly.
"""

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import linemerge, polygonize

from data.frame import fractal_noise, to_lon_lat, to_plane
from data.growth import PIXEL_M, Labels, Raster
from data.valleys import resample, smooth

__all__ = ["cell_polygons", "union_of"]

_TOLERANCE_M = 8.0


def cell_polygons(labels: Labels, raster: Raster) -> list[Polygon]:
    """Return one polygon a label, in EPSG:4490, that share their vertices.

    Raises
    ------
    RuntimeError
        If smoothing made borders cross: then the raster must be changed.
    """
    arcs = [_soften(arc) for arc in _arcs(labels, raster)]
    faces = list(polygonize(arcs))
    polygons: dict[int, Polygon] = {}
    for face in faces:
        inner = face.representative_point()
        row, column = _pixel_of(inner.x, inner.y, raster)
        label = int(labels[row, column])
        if label < 0 or label in polygons:
            raise RuntimeError(f"the borders of cell {label} cross")
        polygons[label] = face
    if len(polygons) != labels.max() + 1 or not shapely.coverage_is_valid(list(polygons.values())):
        raise RuntimeError("the cells do not tile")
    return [polygons[label] for label in range(len(polygons))]


def _pixel_of(lon: float, lat: float, raster: Raster) -> tuple[int, int]:
    x, y = to_plane(np.array([[lon, lat]]))[0]
    return raster.pixel(float(x), float(y))


def _arcs(labels: Labels, raster: Raster) -> list[LineString]:
    """Return the borders between differing pixels, from junction to junction, on pixel corners."""
    rows, columns = np.nonzero(labels[:, 1:] != labels[:, :-1])
    upright = [((r, c + 1), (r + 1, c + 1)) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)]
    rows, columns = np.nonzero(labels[1:] != labels[:-1])
    level = [((r + 1, c), (r + 1, c + 1)) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)]
    merged = linemerge([LineString(edge) for edge in upright + level])
    return [_on_plane(arc, raster) for arc in sorted(merged.geoms, key=lambda arc: (arc.coords[0], arc.coords[-1]))]


def _on_plane(arc: LineString, raster: Raster) -> LineString:
    corners = np.array(arc.coords)
    return LineString(raster.corner(corners[:, 0], corners[:, 1]))


def _soften(arc: LineString) -> LineString:
    """Round off the pixels' steps, add the small wiggle of a surveyed border, thin, and go to degrees."""
    points = np.array(arc.coords)
    if len(points) > 3:
        dense = resample(points, PIXEL_M / 2)
        soft = smooth(dense, 2.6)
        soft[0], soft[-1] = dense[0], dense[-1]
        along = np.arange(len(soft)) * PIXEL_M / 2
        taper = np.minimum(1, np.minimum(along, along[::-1]) / 80)[:, None]
        wiggle = np.column_stack(
            [
                fractal_noise(soft[:, 0], soft[:, 1], (120.0, 55.0), 25),
                fractal_noise(soft[:, 0], soft[:, 1], (120.0, 55.0), 26),
            ]
        )
        points = np.array(LineString(soft + 14 * wiggle * taper).simplify(_TOLERANCE_M).coords)
    return LineString(to_lon_lat(points))


def union_of(polygons: list[Polygon]) -> Polygon:
    """Return the union of polygons of one coverage: the same vertices, inner borders gone."""
    joined = shapely.coverage_union_all(polygons)
    if joined.geom_type != "Polygon" or joined.interiors:
        raise RuntimeError("the cells of one region do not hang together")
    return joined
