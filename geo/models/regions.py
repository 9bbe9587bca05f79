"""Regions and the grid cells that parties answer for."""

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Days, Region, geometry, town_column

__all__ = ["GridCell", "RegionRow"]

_LEVELS = "level IN ('county', 'town', 'village', 'group')"


class RegionRow(Base):
    """An administrative region (行政区划): county, town, village or villagers' group."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{12}([0-9]{2,3})?$'", name="code_form"),
        CheckConstraint(_LEVELS, name="level_known"),
        Index("ix_region_boundary", "boundary", postgresql_using="gist"),
        Index("ix_region_code_prefix", "code", postgresql_ops={"code": "text_pattern_ops"}),
    )

    code: Mapped[Region] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    parent_code: Mapped[Region | None] = mapped_column(ForeignKey("region.code"), index=True)
    boundary: Mapped[WKBElement | None] = geometry("MULTIPOLYGON", nullable=True)


class GridCell(Base):
    """The polygon that one party answers for (网格), in the version that is valid on given days."""

    __tablename__ = "grid_cell"
    __table_args__ = (
        CheckConstraint(_LEVELS, name="level_known"),
        CheckConstraint("NOT isempty(valid)", name="some_day"),
        ExcludeConstraint(("town", "="), ("code", "="), ("valid", "&&"), name="ex_grid_cell_one_version", using="gist"),
        Index("ix_grid_cell_boundary", "boundary", postgresql_using="gist"),
        Index("ix_grid_cell_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    name: Mapped[str]
    level: Mapped[str]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    town: Mapped[str] = town_column()
    boundary: Mapped[WKBElement] = geometry("MULTIPOLYGON")
    valid: Mapped[Days] = mapped_column(server_default=text("'(,)'::daterange"))
