"""Rivers, reaches and zones as frames."""

import geopandas as gpd
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Reach, River, Zone
from geo.store.scoping import Scope, inside

__all__ = ["reach_frame", "river_frame", "zone_frame"]


def reach_frame(session: Session, scope: Scope, *, level: str | None = None) -> gpd.GeoDataFrame:
    """Return reaches: ``id``, ``code``, ``name``, ``level``, ``region``, ``river``, ``length_m``, line in EPSG:4490."""
    query = (
        select(
            Reach.id,
            Reach.code,
            Reach.name,
            Reach.level,
            Reach.region_code,
            River.name,
            Reach.length_m,
            Reach.centreline,
        )
        .join(River, River.id == Reach.river_id)
        .where(inside(Reach.region_code, scope))
        .order_by(Reach.code, Reach.id)
    )
    if level:
        query = query.where(Reach.level == level)
    rows = session.execute(query).all()
    names = ["id", "code", "name", "level", "region", "river", "length_m"]
    columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    return gpd.GeoDataFrame(columns, geometry=[to_shape(row[7]) for row in rows], crs="EPSG:4490")


def river_frame(session: Session, scope: Scope) -> gpd.GeoDataFrame:
    """Return rivers that have a line: ``code``, ``name``, line in EPSG:4490."""
    rows = session.execute(
        select(River.code, River.name, River.centreline)
        .where(inside(River.region_code, scope), River.centreline.is_not(None))
        .order_by(River.code)
    ).all()
    return gpd.GeoDataFrame(
        {"code": [r[0] for r in rows], "name": [r[1] for r in rows]},
        geometry=[to_shape(r[2]) for r in rows if r[2] is not None],
        crs="EPSG:4490",
    )


def zone_frame(session: Session, scope: Scope) -> gpd.GeoDataFrame:
    """Return zones: ``code``, ``name``, ``zone_class``, ``status``, ``region``, polygon in EPSG:4490."""
    rows = session.execute(
        select(Zone.code, Zone.name, Zone.zone_class, Zone.status, Zone.region_code, Zone.boundary)
        .where(inside(Zone.region_code, scope))
        .order_by(Zone.code)
    ).all()
    names = ["code", "name", "zone_class", "status", "region"]
    columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    return gpd.GeoDataFrame(columns, geometry=[to_shape(row[5]) for row in rows], crs="EPSG:4490")
