"""Points that are watched: enterprises, farms, plants, bins."""

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Facts, Region, geometry

__all__ = ["Site"]


class Site(Base):
    """A watched point (点位): enterprise, livestock farm, sewage plant, sorting point."""

    __tablename__ = "site"
    __table_args__ = (
        Index("ix_site_place", "place", postgresql_using="gist"),
        Index("ix_site_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    place: Mapped[WKBElement] = geometry("POINT")
    facts: Mapped[Facts]
