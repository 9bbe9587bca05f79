"""Grid cells: their versions, and frames of those valid on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geo.models import GridCell
from geo.store.scoping import Scope, inside

__all__ = ["OpenVersion", "all_cells", "close_version", "open_versions"]


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """The version of a cell that is valid until further notice."""

    id: int
    code: str
    boundary_hex: str
    first_day: date | None


def open_versions(session: Session, codes: Sequence[str], scope: Scope) -> dict[str, OpenVersion]:
    """Return the open versions of a town's cells by code."""
    rows = session.execute(
        select(
            GridCell.id,
            GridCell.code,
            func.upper(func.encode(func.ST_AsEWKB(GridCell.boundary), "hex")),
            func.lower(GridCell.valid),
        ).where(GridCell.code.in_(codes), func.upper_inf(GridCell.valid), inside(GridCell.region_code, scope))
    ).all()
    return {row[1]: OpenVersion(*row) for row in rows}


def close_version(session: Session, cell_id: int, end_day: date) -> None:
    """Let a version end before `end_day`."""
    ended = func.daterange(func.lower(GridCell.valid), end_day)
    session.execute(update(GridCell).where(GridCell.id == cell_id).values(valid=ended))


def all_cells(session: Session, scope: Scope) -> gpd.GeoDataFrame:
    """Return every version of the cells in scope.

    Returns
    -------
    GeoDataFrame in EPSG:4490
        With ``id``, ``code``, ``name``, ``level``, ``region``, ``first_day`` and ``end_day``
        (exclusive), both None when open.
    """
    rows = session.execute(
        select(
            GridCell.id, GridCell.code, GridCell.name, GridCell.level, GridCell.region_code,
            func.lower(GridCell.valid), func.upper(GridCell.valid), GridCell.boundary,
        )
        .where(inside(GridCell.region_code, scope))
        .order_by(GridCell.code, GridCell.id)
    ).all()  # fmt: skip
    names = ["id", "code", "name", "level", "region", "first_day", "end_day"]
    columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    return gpd.GeoDataFrame(columns, geometry=[to_shape(row[7]) for row in rows], crs="EPSG:4490")
