"""People, their posts, and what they answer for on which days."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Days, Region, town_column

__all__ = ["Person", "Post", "Responsibility"]

_ONE_TARGET = "num_nonnulls(cell_id, reach_id, zone_id, site_id) = 1"


class Person(Base):
    """Someone who holds a post (责任人). The phone number is personal data."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("town", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    town: Mapped[str] = town_column()
    name: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str | None]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"), index=True)


class Post(Base):
    """A post that a person holds on given days (职务)."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("NOT isempty(valid)", name="some_day"),
        ExcludeConstraint(
            ("person_id", "="), ("title", "="), ("region_code", "="), ("valid", "&&"),
            name="ex_post_once", using="gist",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str]
    level: Mapped[str]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"), index=True)
    valid: Mapped[Days]


class Responsibility(Base):
    """That a person answers for one cell, reach, zone or site on given days (责任).

    Two leads for one target on one day are impossible in the database itself.
    """

    __tablename__ = "responsibility"
    __table_args__ = (
        CheckConstraint("role IN ('lead', 'assist')", name="role_known"),
        CheckConstraint("NOT isempty(valid)", name="some_day"),
        CheckConstraint(_ONE_TARGET, name="one_target"),
        *(
            ExcludeConstraint(
                (column, "="), ("valid", "&&"),
                where=f"role = 'lead' AND {column} IS NOT NULL",
                name=f"ex_responsibility_one_lead_{column}", using="gist",
            )
            for column in ("cell_id", "reach_id", "zone_id", "site_id")
        ),
        UniqueConstraint(
            "person_id", "role", "cell_id", "reach_id", "zone_id", "site_id", "valid",
            name="uq_responsibility_once", postgresql_nulls_not_distinct=True,
        ),
        Index("ix_responsibility_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    cell_id: Mapped[int | None] = mapped_column(ForeignKey("grid_cell.id"), index=True)
    reach_id: Mapped[int | None] = mapped_column(ForeignKey("reach.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    valid: Mapped[Days]
