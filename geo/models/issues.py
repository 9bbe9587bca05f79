"""Issues and their history, which only grows."""

from datetime import date

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Facts, Instant, Now, Region, geometry, town_column
from geo.types import IssueState

__all__ = ["Issue", "IssueEvent"]

_STATES = ", ".join(f"'{state}'" for state in IssueState)


class Issue(Base):
    """Something found that must be put right (问题).

    ``state`` mirrors the last event that moved it. The reporter's name and
    number are personal data.
    """

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint("closed_at IS NULL OR closed_at >= found_at", name="closed_after_found"),
        CheckConstraint(
            "place_status IN ('assigned', 'border', 'outside', 'vacant', 'unplaced')", name="place_status_known"
        ),
        UniqueConstraint("town", "number"),
        Index("ix_issue_place", "place", postgresql_using="gist"),
        Index("ix_issue_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
        Index("ix_issue_state_found_at", "state", "found_at"),
        Index("ix_issue_found_at", "found_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[Code]
    town: Mapped[str] = town_column()
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    cell_id: Mapped[int | None] = mapped_column(ForeignKey("grid_cell.id"), index=True)
    place_status: Mapped[str] = mapped_column(server_default="unplaced")
    category: Mapped[str] = mapped_column(index=True)
    source: Mapped[str | None]
    severity: Mapped[str | None]
    state: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    place: Mapped[WKBElement | None] = geometry("POINT", nullable=True)
    found_at: Mapped[Instant]
    due_on: Mapped[date | None]
    closed_at: Mapped[Instant | None]
    reporter: Mapped[str | None]
    reporter_phone: Mapped[str | None]
    source_sha256: Mapped[str | None] = mapped_column(ForeignKey("source_file.sha256"), index=True)


class IssueEvent(Base):
    """One step in the life of an issue (办理记录). The database refuses to change or delete it."""

    __tablename__ = "issue_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    happened_at: Mapped[Instant]
    recorded_at: Mapped[Now]
    kind: Mapped[str]
    state: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[Facts]
