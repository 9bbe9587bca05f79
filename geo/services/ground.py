"""The township's own ground under every map (底图)."""

from dataclasses import dataclass

import geopandas as gpd
from sqlalchemy.orm import Session

from geo.store.regions import region_frame
from geo.store.scoping import Scope
from geo.store.waters import river_frame, zone_frame

__all__ = ["GroundFrames", "ground"]


@dataclass(frozen=True, slots=True)
class GroundFrames:
    """Regions, rivers and zones in scope, in EPSG:4490."""

    regions: gpd.GeoDataFrame
    rivers: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame


def ground(session: Session, scope: Scope) -> GroundFrames:
    """Return what a map of the scope stands on; a village sees the rivers inside it."""
    regions = region_frame(session, scope)
    rivers = river_frame(session, _town_of(scope))
    if scope.region is not None and not regions.empty:
        rivers = gpd.clip(rivers, regions.geometry.union_all()) if not rivers.empty else rivers
    return GroundFrames(regions, rivers, zone_frame(session, scope))


def _town_of(scope: Scope) -> Scope:
    # A river belongs to its town; whoever sees a village sees the river where it flows through it.
    if scope.region is None or scope.region[6:9] == "000":
        return scope
    return Scope.of(scope.region[:9] + "000")
