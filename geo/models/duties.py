"""How often a reach is to be patrolled, and when a patrol counts; both dated."""

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY, SMALLINT, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Days, Now, Region

__all__ = ["PatrolQuota", "PatrolRuleRow"]


class PatrolRuleRow(Base):
    """When a patrol counts in a region, on given days (巡河规则).

    It holds for the region and all inside it; the narrowest region wins, then
    the rule that names the level. Old days keep the rule of their day.
    """

    __tablename__ = "patrol_rule"
    __table_args__ = (
        CheckConstraint("level IN ('county', 'town', 'village')", name="level_known"),
        CheckConstraint("NOT isempty(valid)", name="some_day"),
        CheckConstraint(
            "min_minutes >= 0 AND min_distance_m >= 0 AND min_hours_since_last >= 0 AND min_stretch_m >= 0",
            name="thresholds_not_negative",
        ),
        CheckConstraint(
            "corridor_m > 0 AND max_speed_kmh > 0 AND max_gap_s > 0 AND max_gap_m > 0 AND max_accuracy_m > 0",
            name="limits_positive",
        ),
        CheckConstraint("cardinality(months) > 0 AND 1 <= ALL (months) AND 12 >= ALL (months)", name="months_known"),
        ExcludeConstraint(
            ("region_code", "="), (text("coalesce(level, '')"), "="), ("valid", "&&"),
            name="ex_patrol_rule_one_a_day", using="gist",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"))
    level: Mapped[str | None]
    valid: Mapped[Days]
    min_minutes: Mapped[float]
    min_distance_m: Mapped[float]
    min_hours_since_last: Mapped[float]
    months: Mapped[list[int]] = mapped_column(ARRAY(SMALLINT))
    corridor_m: Mapped[float]
    min_stretch_m: Mapped[float]
    max_speed_kmh: Mapped[float]
    max_gap_s: Mapped[float]
    max_gap_m: Mapped[float]
    max_accuracy_m: Mapped[float]
    note: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[Now]


class PatrolQuota(Base):
    """How often the holder of a responsibility for a reach must patrol it, on given days (应巡次数)."""

    __tablename__ = "patrol_quota"
    __table_args__ = (
        CheckConstraint("times > 0", name="some_patrol"),
        CheckConstraint("per IN ('week', 'ten_days', 'month', 'quarter')", name="per_known"),
        CheckConstraint("NOT isempty(valid)", name="some_day"),
        ExcludeConstraint(
            ("responsibility_id", "="), ("valid", "&&"), name="ex_patrol_quota_one_a_day", using="gist"
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    responsibility_id: Mapped[int] = mapped_column(ForeignKey("responsibility.id", ondelete="CASCADE"), index=True)
    times: Mapped[int]
    per: Mapped[str]
    valid: Mapped[Days]
