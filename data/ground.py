"""The ground of the township in memory: regions, cells, rivers, reaches, zones."""

from dataclasses import dataclass

import shapely
from shapely import LineString, Polygon

from data.borders import cell_polygons, union_of
from data.frame import Floats, to_lon_lat, to_plane
from data.growth import grow_groups, grow_villages, make_raster
from data.places import VILLAGES
from data.valleys import rivers_in_plane
from data.waters import Reach, Zone, clip_rivers, cut_reaches, draw_zones, town_reaches

__all__ = ["Ground", "Group", "grow_ground", "in_degrees", "in_plane"]

NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Group:
    """A villagers' group (村民小组): its village's position, its settlement in the plane, its polygon in degrees."""

    code: str
    name: str
    village: int
    centre: Floats
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that does not move. Polygons of groups, villages and town in degrees, the rest in the plane."""

    town: Polygon
    villages: list[Polygon]
    groups: list[Group]
    rivers: dict[str, LineString]
    reaches: list[Reach]
    zones: list[Zone]


def in_degrees(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry of the plane in EPSG:4490, to the centimetre."""
    return shapely.transform(geometry, to_lon_lat)


def in_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry of EPSG:4490 in the plane."""
    return shapely.transform(geometry, to_plane)


def grow_ground() -> Ground:
    """Grow the township from the names and positions of `data.places`."""
    winding = rivers_in_plane()
    raster = make_raster(winding)
    labels, settled = grow_groups(raster, grow_villages(raster))
    polygons = cell_polygons(labels, raster)
    groups: list[Group] = []
    for village, centre in settled:
        number = sum(group.village == village for group in groups)
        plan = VILLAGES[village]
        name = f"{plan.name}{NUMERALS[number]}组"
        groups.append(Group(f"{plan.code}{number + 1:02d}", name, village, centre, polygons[len(groups)]))
    villages = [union_of([g.polygon for g in groups if g.village == k]) for k in range(len(VILLAGES))]
    town = union_of(polygons)
    plane_villages, plane_town = [in_plane(village) for village in villages], in_plane(town)
    rivers = clip_rivers(winding, plane_town)
    reaches = [*cut_reaches(rivers, plane_villages), *town_reaches(rivers)]
    return Ground(town, villages, groups, rivers, reaches, draw_zones(rivers, plane_villages, plane_town))
