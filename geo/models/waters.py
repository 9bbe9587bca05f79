"""Rivers, the reaches that chiefs answer for, and water-source zones."""

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Region, geometry, town_column

__all__ = ["Reach", "River", "Zone"]


class River(Base):
    """A river (河流)."""

    __tablename__ = "river"
    __table_args__ = (
        UniqueConstraint("town", "code"),
        Index("ix_river_centreline", "centreline", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    town: Mapped[str] = town_column()
    name: Mapped[str]
    level: Mapped[str | None]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"), index=True)
    centreline: Mapped[WKBElement | None] = geometry("MULTILINESTRING", nullable=True)


class Reach(Base):
    """A stretch of one river that one chief answers for (河段).

    Measures run along the centreline from its start, in ground metres.
    """

    __tablename__ = "reach"
    __table_args__ = (
        UniqueConstraint("town", "code"),
        CheckConstraint("length_m > 0", name="has_length"),
        CheckConstraint("level IN ('county', 'town', 'village')", name="level_known"),
        Index("ix_reach_centreline", "centreline", postgresql_using="gist"),
        Index("ix_reach_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    town: Mapped[str] = town_column()
    name: Mapped[str]
    river_id: Mapped[int] = mapped_column(ForeignKey("river.id"), index=True)
    level: Mapped[str]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    length_m: Mapped[float]
    centreline: Mapped[WKBElement] = geometry("LINESTRING")


class Zone(Base):
    """A drinking-water source protection zone (水源保护区); it may overlap cells and other zones."""

    __tablename__ = "zone"
    __table_args__ = (
        UniqueConstraint("town", "code"),
        CheckConstraint("zone_class IN ('1', '2', 'quasi')", name="class_known"),
        CheckConstraint("status IN ('gazetted', 'draft')", name="status_known"),
        Index("ix_zone_boundary", "boundary", postgresql_using="gist"),
        Index("ix_zone_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    town: Mapped[str] = town_column()
    name: Mapped[str]
    zone_class: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="gazetted")
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    boundary: Mapped[WKBElement] = geometry("MULTIPOLYGON")
