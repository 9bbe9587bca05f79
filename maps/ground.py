"""The township's own ground: what a map without a basemap stands on (底图)."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import STORAGE, require_degrees
from geo.vocabulary import ZONE_CLASSES
from maps.encoding import lines, polygons, text_of
from maps.labels import Words
from maps.palette import ZONES

__all__ = ["Ground", "check_degrees", "encode_ground", "label_places", "view_bounds"]

# More points than this are thinned to two metres, which no screen shows.
_MOST_POINTS = 40_000
_TWO_METRES = 2e-5
_LABEL_PRIORITY = {"town": 1, "village": 2, "group": 5}


@dataclass(frozen=True)
class Ground:
    """Boundaries, rivers and zones under every map, in EPSG:4490.

    Parameters
    ----------
    regions : GeoDataFrame
        ``code, name, level, geometry``; rows without geometry are left out.
    rivers : GeoDataFrame
        ``name, geometry``.
    zones : GeoDataFrame, optional
        ``name, zone_class, geometry``.

    Raises
    ------
    WrongCRS
        If one is not in degrees.
    """

    regions: gpd.GeoDataFrame
    rivers: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        """Refuse coordinates in metres, which would be drawn in the sea off Africa."""
        frames = (self.regions, self.rivers) if self.zones is None else (self.regions, self.rivers, self.zones)
        for frame in frames:
            check_degrees(frame)

    @classmethod
    def empty(cls) -> "Ground":
        """Return a ground on which nothing is known."""
        return cls(
            gpd.GeoDataFrame({"code": [], "name": [], "level": []}, geometry=[], crs=STORAGE),
            gpd.GeoDataFrame({"name": []}, geometry=[], crs=STORAGE),
        )

    def level(self, level: str) -> gpd.GeoDataFrame:
        """Return the regions of one level that have a shape."""
        return _drawn(self.regions[self.regions["level"] == level])

    @property
    def outline(self) -> BaseGeometry | None:
        """The town's area: its own polygon, or what its villages cover."""
        for level in ("town", "village", "county", "group"):
            shapes = self.level(level).geometry
            if len(shapes):
                return shapely.union_all(shapely.make_valid(shapes.to_numpy()))
        return None


def check_degrees(frame: gpd.GeoDataFrame) -> None:
    """Refuse a frame whose shapes are not in degrees; one without shapes has nothing to refuse.

    Raises
    ------
    WrongCRS
        If the frame declares no reference system, or a projected one.
    """
    shapes = frame.geometry
    if not shapes.isna().all():
        require_degrees(shapes)


def encode_ground(ground: Ground, words: Words) -> dict[str, Any]:
    """Return the ground as the page's script draws it."""
    zones = _drawn(ground.zones) if ground.zones is not None else None
    rivers = _drawn(ground.rivers)
    borders = [
        [level, polygons(shape)]
        for level in ("group", "village", "town", "county")
        for shape in _thinned(ground.level(level).geometry.to_numpy())
    ]
    if ground.outline is not None and not len(ground.level("town")):
        borders.append(["town", polygons(ground.outline)])
    return {
        "borders": borders,
        "rivers": [
            [text_of(name), lines(shape)]
            for name, shape in zip(rivers["name"], _thinned(rivers.geometry.to_numpy()), strict=True)
        ],
        "zones": []
        if zones is None
        else [
            [
                text_of(row["name"]),
                ZONES.get(str(row["zone_class"]), ZONES["quasi"]),
                words.term(ZONE_CLASSES, str(row["zone_class"])),
                polygons(row["geometry"]),
            ]
            for row in zones.to_dict("records")
        ],
        "labels": _labels(ground),
    }


def label_places(shape: BaseGeometry) -> list[tuple[float, float]]:
    """Return places for a polygon's name, ``(x, y)``, the best first.

    The first is the middle of the largest circle inside; the others lie on
    horizontal cuts through the polygon, so that a name can give way.
    """
    part = max(getattr(shape, "geoms", [shape]), key=lambda polygon: polygon.area)
    if part.geom_type != "Polygon" or part.is_empty:
        return []
    west, south, east, north = part.bounds
    tolerance = max(east - west, north - south) / 100
    best = shapely.get_coordinates(shapely.maximum_inscribed_circle(part, tolerance=tolerance))[0]
    places = [(float(best[0]), float(best[1]))]
    for fraction in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82):
        y = south + fraction * (north - south)
        cut = part.intersection(shapely.LineString([(west, y), (east, y)]))
        if cut.length > 0:
            widest = max(getattr(cut, "geoms", [cut]), key=lambda piece: piece.length)
            for along in (0.5, 0.35, 0.65):
                place = widest.interpolate(along, normalized=True)
                places.append((place.x, place.y))
    return places


def view_bounds(ground: Ground, data: BaseGeometry | None = None) -> tuple[float, float, float, float] | None:
    """Return the first view ``(west, south, east, north)``; None when there is nothing to see.

    The ground, unless the data fill less than a quarter of its width and
    height: then the data. A single misplaced point never moves the view off
    the ground.
    """
    outline = ground.outline
    if data is None or data.is_empty:
        return None if outline is None else _bounds(outline)
    if outline is None:
        return _bounds(data)
    inside = shapely.clip_by_rect(data, *outline.bounds)
    if inside.is_empty:
        return _bounds(outline)
    whole, part = np.asarray(outline.bounds), np.asarray(inside.bounds)
    size, part_size = whole[2:] - whole[:2], part[2:] - part[:2]
    if (part_size > size / 4).any() or part_size.max() == 0:
        return _bounds(outline)
    west, south, east, north = (part + np.array([-1, -1, 1, 1]) * 0.15 * part_size.max()).tolist()
    return west, south, east, north


def _bounds(shape: BaseGeometry) -> tuple[float, float, float, float]:
    west, south, east, north = shape.bounds
    return float(west), float(south), float(east), float(north)


def _thinned(shapes: NDArray[Any]) -> NDArray[Any]:
    if shapely.get_num_coordinates(shapes).sum() <= _MOST_POINTS:
        return shapes
    if (shapely.get_dimensions(shapes) == 2).all():
        # Neighbours lose the same points, so that no gap opens between them.
        return np.asarray(shapely.coverage_simplify(shapely.make_valid(shapes), _TWO_METRES))
    return np.asarray(shapely.simplify(shapes, _TWO_METRES))


def _drawn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[~(frame.geometry.isna() | frame.geometry.is_empty)]


def _labels(ground: Ground) -> list[dict[str, Any]]:
    # A town's own name stands in the title; on the map it would only be in the way.
    named = [level for level in ("town", "village") if len(ground.level(level)) > 1 or level == "village"]
    labels = []
    for level in named:
        for name, shape in zip(ground.level(level)["name"], ground.level(level).geometry, strict=True):
            places = [[round(y, 6), round(x, 6)] for x, y in label_places(shape)]
            if places and not pd.isna(name):
                labels.append({"text": str(name), "kind": level, "rank": _LABEL_PRIORITY[level], "at": places})
    zones = [] if ground.zones is None else _drawn(ground.zones).to_dict("records")
    return labels + [_zone_label(zone["name"], zone["geometry"]) for zone in zones if text_of(zone["name"])]


def _zone_label(name: str, shape: BaseGeometry) -> dict[str, Any]:
    west, south, east, north = (round(value, 6) for value in shape.bounds)
    places = [[round(y, 6), round(x, 6)] for x, y in label_places(shape)]
    return {"text": str(name), "kind": "zone", "rank": 4, "at": places, "within": [[south, west], [north, east]]}
