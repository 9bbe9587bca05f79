"""Points that are watched: enterprises, farms, plants, bins."""

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Facts, Region, geometry, town_column

__all__ = ["Site"]


class Site(Base):
    """A watched point (点位): enterprise, livestock farm, sewage plant, sorting point."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("town", "code"),
        Index("ix_site_place", "place", postgresql_using="gist"),
        Index("ix_site_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    town: Mapped[str] = town_column()
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    place: Mapped[WKBElement] = geometry("POINT")
    facts: Mapped[Facts]
