"""Regions: looking them up, and making those that a code implies."""

import geopandas as gpd
import pandas as pd
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.models import RegionRow
from geo.store.scoping import Scope, inside
from geo.types import RegionCode

__all__ = ["ensure_region", "region_frame", "region_names", "regions_exist"]


def ensure_region(session: Session, code: RegionCode) -> None:
    """Make a region, and those above it, under its code as a name if it is not there yet."""
    lineage = [code]
    while (parent := lineage[-1].parent) is not None:
        lineage.append(parent)
    for each in reversed(lineage):
        values = {"code": str(each), "name": str(each), "level": str(each.level), "parent_code": each.parent}
        session.execute(insert(RegionRow).values(values).on_conflict_do_nothing())


def region_names(session: Session, scope: Scope) -> pd.DataFrame:
    """Return ``code``, ``name``, ``level`` and ``parent_code`` of the regions in scope, by code."""
    rows = session.execute(
        select(RegionRow.code, RegionRow.name, RegionRow.level, RegionRow.parent_code)
        .where(inside(RegionRow.code, scope))
        .order_by(RegionRow.code)
    ).all()
    return pd.DataFrame(rows, columns=["code", "name", "level", "parent_code"])


def region_frame(session: Session, scope: Scope) -> gpd.GeoDataFrame:
    """Return the regions in scope that have a boundary: ``code``, ``name``, ``level``, geometry in EPSG:4490."""
    rows = session.execute(
        select(RegionRow.code, RegionRow.name, RegionRow.level, RegionRow.boundary)
        .where(inside(RegionRow.code, scope), RegionRow.boundary.is_not(None))
        .order_by(func.length(RegionRow.code), RegionRow.code)
    ).all()
    return gpd.GeoDataFrame(
        {"code": [r.code for r in rows], "name": [r.name for r in rows], "level": [r.level for r in rows]},
        geometry=[to_shape(r.boundary) for r in rows],
        crs="EPSG:4490",
    )


def regions_exist(session: Session, codes: set[str]) -> set[str]:
    """Return those of `codes` that exist."""
    return set(session.scalars(select(RegionRow.code).where(RegionRow.code.in_(codes))))
