"""What every table shares: naming of constraints, geometry and time types."""

from datetime import datetime
from typing import Annotated, Any

from geoalchemy2 import Geometry
from sqlalchemy import Computed, DateTime, MetaData, String, func
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, Range
from sqlalchemy.orm import DeclarativeBase, mapped_column

__all__ = ["SRID", "Base", "Code", "Days", "Facts", "Instant", "Now", "Region", "geometry", "town_column"]

SRID = 4490

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)


def geometry(kind: str, *, dimension: int = 2, nullable: bool = False) -> Any:
    """Return a column of geometries in EPSG:4490, longitude first.

    Indexes are named in each table, so that migrations can see them. A type
    of its own for each column: GeoAlchemy keeps nullability on the type.
    """
    return mapped_column(Geometry(kind, srid=SRID, dimension=dimension, spatial_index=False), nullable=nullable)


def town_column() -> Any:
    """Return the column that tells a record's town by nine digits.

    Two towns of one county may both have a cell ``1``, so codes are unique within a town.
    """
    return mapped_column(String(9), Computed("left(region_code, 9)", persisted=True))


Code = Annotated[str, mapped_column(String(64))]
Region = Annotated[str, mapped_column(String(15))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Now = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Days = Annotated[Range[Any], mapped_column(DATERANGE)]
Facts = Annotated[dict[str, Any], mapped_column(JSONB, server_default="{}")]
