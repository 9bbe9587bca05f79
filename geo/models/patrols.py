"""Patrols, their cleaned tracks, the stretches of reaches that they covered, and what is thought of them."""

from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, NUMMULTIRANGE
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Code, Facts, Instant, Now, Region, geometry

__all__ = ["CoveredStretch", "Patrol", "PatrolCheck", "PatrolOpinion", "SourceFile", "Track"]


class SourceFile(Base):
    """An uploaded file as it came (原始文件), kept by its SHA-256."""

    __tablename__ = "source_file"
    __table_args__ = (CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="digest_form"),)

    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    size_bytes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    region_code: Mapped[Region | None] = mapped_column(ForeignKey("region.code"), index=True)
    imported_at: Mapped[Now]


class Patrol(Base):
    """One outing along a river (巡河)."""

    __tablename__ = "patrol"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        UniqueConstraint("fingerprint"),
        Index("ix_patrol_region_code", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
        Index("ix_patrol_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[Code]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    level: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    reach_id: Mapped[int | None] = mapped_column(ForeignKey("reach.id"), index=True)
    started_at: Mapped[Instant]
    ended_at: Mapped[Instant]
    length_m: Mapped[float]
    duration_s: Mapped[float]
    # The mileage that the recording app claims; what counts is length_m, measured on the kept track.
    claimed_m: Mapped[float | None]
    # Whether the file had a time for each fix; if not, they were spread between start and end.
    timed: Mapped[bool] = mapped_column(server_default="true")
    fixes: Mapped[int]
    kept: Mapped[int]
    dropped: Mapped[Facts]
    source_sha256: Mapped[str] = mapped_column(ForeignKey("source_file.sha256"), index=True)
    source_track: Mapped[int]
    # The digest of the fixes themselves, so that one outing in two files is one patrol.
    fingerprint: Mapped[str]


class Track(Base):
    """The kept line of a patrol (轨迹): one part for each piece, measured in epoch seconds."""

    __tablename__ = "track"
    __table_args__ = (Index("ix_track_path", "path", postgresql_using="gist"),)

    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[WKBElement | None] = geometry("MULTILINESTRINGM", dimension=3, nullable=True)


class CoveredStretch(Base):
    """What one patrol covered of one reach (已巡段), in metres along it.

    At the corridor of the patrol's rule of its day, which ``corridor_m`` tells.
    """

    __tablename__ = "covered_stretch"
    __table_args__ = (
        CheckConstraint("corridor_m > 0", name="corridor_positive"),
        CheckConstraint("NOT isempty(stretches)", name="some_metre"),
    )

    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id", ondelete="CASCADE"), primary_key=True)
    reach_id: Mapped[int] = mapped_column(ForeignKey("reach.id"), primary_key=True, index=True)
    corridor_m: Mapped[float] = mapped_column(primary_key=True)
    stretches: Mapped[MultiRange[object]] = mapped_column(NUMMULTIRANGE)


class PatrolCheck(Base):
    """What the computed check of a patrol's record found (轨迹核查): a verdict with its reasons."""

    __tablename__ = "patrol_check"
    __table_args__ = (
        CheckConstraint("verdict IN ('valid', 'doubtful', 'rejected')", name="verdict_known"),
        Index("ix_patrol_check_verdict", "verdict", postgresql_where=text("verdict <> 'valid'")),
    )

    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id", ondelete="CASCADE"), primary_key=True)
    verdict: Mapped[str]
    # A list of {"reason": code, …}: what else is in it is the evidence.
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    checked_at: Mapped[Now]


class PatrolOpinion(Base):
    """What a person decided about a patrol, or the patroller answered (核查意见).

    The database refuses to change or delete it: another opinion is another row.
    """

    __tablename__ = "patrol_opinion"
    __table_args__ = (
        CheckConstraint("kind IN ('decision', 'answer')", name="kind_known"),
        CheckConstraint("(kind = 'decision') = (verdict IS NOT NULL)", name="decisions_decide"),
        CheckConstraint("verdict IN ('valid', 'rejected')", name="verdict_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    kind: Mapped[str]
    verdict: Mapped[str | None]
    note: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[Now]
