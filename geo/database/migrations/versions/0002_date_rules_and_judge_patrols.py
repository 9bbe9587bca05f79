"""Date the rules and quotas of patrols, and keep what is thought of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_THRESHOLDS = (
    "min_minutes", "min_distance_m", "min_hours_since_last", "corridor_m", "min_stretch_m",
    "max_speed_kmh", "max_gap_s", "max_gap_m", "max_accuracy_m",
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    op.add_column("patrol", sa.Column("claimed_m", sa.Double(), nullable=True))
    op.add_column("patrol", sa.Column("timed", sa.Boolean(), server_default="true", nullable=False))
    _make_rules()
    _make_quotas()
    _make_verdicts()


def _made_at(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _make_rules() -> None:
    op.create_table(
        "patrol_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in _THRESHOLDS[:3]),
        sa.Column("months", postgresql.ARRAY(sa.SMALLINT()), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in _THRESHOLDS[3:]),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        _made_at("made_at"),
        sa.CheckConstraint("level IN ('county', 'town', 'village')", name=op.f("ck_patrol_rule_level_known")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_patrol_rule_some_day")),
        sa.CheckConstraint(
            "min_minutes >= 0 AND min_distance_m >= 0 AND min_hours_since_last >= 0 AND min_stretch_m >= 0",
            name=op.f("ck_patrol_rule_thresholds_not_negative"),
        ),
        sa.CheckConstraint(
            "corridor_m > 0 AND max_speed_kmh > 0 AND max_gap_s > 0 AND max_gap_m > 0 AND max_accuracy_m > 0",
            name=op.f("ck_patrol_rule_limits_positive"),
        ),
        sa.CheckConstraint(
            "cardinality(months) > 0 AND 1 <= ALL (months) AND 12 >= ALL (months)",
            name=op.f("ck_patrol_rule_months_known"),
        ),
        postgresql.ExcludeConstraint(
            ("region_code", "="), (sa.text("coalesce(level, '')"), "="), ("valid", "&&"),
            name=op.f("ex_patrol_rule_one_a_day"), using="gist",
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_patrol_rule_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_rule")),
    )  # fmt: skip


def _make_quotas() -> None:
    op.create_table(
        "patrol_quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responsibility_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("per", sa.String(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_patrol_quota_some_patrol")),
        sa.CheckConstraint("per IN ('week', 'ten_days', 'month', 'quarter')", name=op.f("ck_patrol_quota_per_known")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_patrol_quota_some_day")),
        postgresql.ExcludeConstraint(
            ("responsibility_id", "="), ("valid", "&&"), name=op.f("ex_patrol_quota_one_a_day"), using="gist"
        ),
        sa.ForeignKeyConstraint(
            ["responsibility_id"], ["responsibility.id"],
            name=op.f("fk_patrol_quota_responsibility_id"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_quota")),
    )  # fmt: skip
    op.create_index(op.f("ix_patrol_quota_responsibility_id"), "patrol_quota", ["responsibility_id"], unique=False)


def _make_verdicts() -> None:
    op.create_table(
        "patrol_check",
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default="[]", nullable=False),
        _made_at("checked_at"),
        sa.CheckConstraint("verdict IN ('valid', 'doubtful', 'rejected')", name=op.f("ck_patrol_check_verdict_known")),
        sa.ForeignKeyConstraint(
            ["patrol_id"], ["patrol.id"], name=op.f("fk_patrol_check_patrol_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("patrol_id", name=op.f("pk_patrol_check")),
    )
    op.create_index(
        "ix_patrol_check_verdict", "patrol_check", ["verdict"], unique=False,
        postgresql_where=sa.text("verdict <> 'valid'"),
    )  # fmt: skip
    op.create_table(
        "patrol_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        _made_at("made_at"),
        sa.CheckConstraint("kind IN ('decision', 'answer')", name=op.f("ck_patrol_opinion_kind_known")),
        sa.CheckConstraint(
            "(kind = 'decision') = (verdict IS NOT NULL)", name=op.f("ck_patrol_opinion_decisions_decide")
        ),
        sa.CheckConstraint("verdict IN ('valid', 'rejected')", name=op.f("ck_patrol_opinion_verdict_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_patrol_opinion_account_id")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_patrol_opinion_patrol_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_opinion")),
    )
    op.create_index(op.f("ix_patrol_opinion_patrol_id"), "patrol_opinion", ["patrol_id"], unique=False)
    op.execute(
        "CREATE TRIGGER patrol_opinion_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON patrol_opinion "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
    )
