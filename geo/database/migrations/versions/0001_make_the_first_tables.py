"""Make the first tables."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# History only grows: a correction is a new row.
_REFUSE = """
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(length=15), nullable=True),
        sa.Column(
            "boundary",
            geoalchemy2.types.Geometry(geometry_type="MULTIPOLYGON", srid=4490, dimension=2, spatial_index=False),
            nullable=True,
        ),
        sa.CheckConstraint("code ~ '^[0-9]{12}([0-9]{2,3})?$'", name=op.f("ck_region_code_form")),
        sa.CheckConstraint("level IN ('county', 'town', 'village', 'group')", name=op.f("ck_region_level_known")),
        sa.ForeignKeyConstraint(["parent_code"], ["region.code"], name=op.f("fk_region_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index("ix_region_boundary", "region", ["boundary"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_region_code_prefix", "region", ["code"], unique=False, postgresql_ops={"code": "text_pattern_ops"}
    )
    op.create_index(op.f("ix_region_parent_code"), "region", ["parent_code"], unique=False)
    op.create_table(
        "grid_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column(
            "boundary",
            geoalchemy2.types.Geometry(geometry_type="MULTIPOLYGON", srid=4490, dimension=2, spatial_index=False),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("'(,)'::daterange"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("town"), "="),
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_grid_cell_one_version",
        ),
        sa.CheckConstraint("level IN ('county', 'town', 'village', 'group')", name=op.f("ck_grid_cell_level_known")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_grid_cell_some_day")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_grid_cell_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_cell")),
    )
    op.create_index("ix_grid_cell_boundary", "grid_cell", ["boundary"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_grid_cell_region_code",
        "grid_cell",
        ["region_code"],
        unique=False,
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_person_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("town", "code", name=op.f("uq_person_town_code")),
    )
    op.create_index(op.f("ix_person_name"), "person", ["name"], unique=False)
    op.create_index(op.f("ix_person_region_code"), "person", ["region_code"], unique=False)
    op.create_table(
        "river",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column(
            "centreline",
            geoalchemy2.types.Geometry(geometry_type="MULTILINESTRING", srid=4490, dimension=2, spatial_index=False),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_river_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_river")),
        sa.UniqueConstraint("town", "code", name=op.f("uq_river_town_code")),
    )
    op.create_index("ix_river_centreline", "river", ["centreline"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_river_region_code"), "river", ["region_code"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column(
            "place",
            geoalchemy2.types.Geometry(geometry_type="POINT", srid=4490, dimension=2, spatial_index=False),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_site_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("town", "code", name=op.f("uq_site_town_code")),
    )
    op.create_index(op.f("ix_site_kind"), "site", ["kind"], unique=False)
    op.create_index("ix_site_place", "site", ["place"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_site_region_code", "site", ["region_code"], unique=False, postgresql_ops={"region_code": "text_pattern_ops"}
    )
    op.create_table(
        "source_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_source_file_digest_form")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_source_file_region_code")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_source_file")),
    )
    op.create_index(op.f("ix_source_file_region_code"), "source_file", ["region_code"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone_class", sa.String(), nullable=False),
        sa.Column("status", sa.String(), server_default="gazetted", nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column(
            "boundary",
            geoalchemy2.types.Geometry(geometry_type="MULTIPOLYGON", srid=4490, dimension=2, spatial_index=False),
            nullable=False,
        ),
        sa.CheckConstraint("status IN ('gazetted', 'draft')", name=op.f("ck_zone_status_known")),
        sa.CheckConstraint("zone_class IN ('1', '2', 'quasi')", name=op.f("ck_zone_class_known")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_zone_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("town", "code", name=op.f("uq_zone_town_code")),
    )
    op.create_index("ix_zone_boundary", "zone", ["boundary"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_zone_region_code", "zone", ["region_code"], unique=False, postgresql_ops={"region_code": "text_pattern_ops"}
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'office', 'leader', 'warden', 'chief', 'viewer')", name=op.f("ck_account_role_known")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_account_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_person_id"), "account", ["person_id"], unique=False)
    op.create_index(op.f("ix_account_region_code"), "account", ["region_code"], unique=False)
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("place_status", sa.String(), server_default="unplaced", nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column(
            "place",
            geoalchemy2.types.Geometry(geometry_type="POINT", srid=4490, dimension=2, spatial_index=False),
            nullable=True,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reporter", sa.String(), nullable=True),
        sa.Column("reporter_phone", sa.String(), nullable=True),
        sa.Column("source_sha256", sa.String(), nullable=True),
        sa.CheckConstraint(
            "place_status IN ('assigned', 'border', 'outside', 'vacant', 'unplaced')",
            name=op.f("ck_issue_place_status_known"),
        ),
        sa.CheckConstraint(
            "state IN ('found', 'accepted', 'rejected', 'assigned', 'rectifying', 'submitted', 'returned', 'closed', 'look_back', 'stable', 'reopened', 'escalated')",
            name=op.f("ck_issue_state_known"),
        ),
        sa.CheckConstraint("closed_at IS NULL OR closed_at >= found_at", name=op.f("ck_issue_closed_after_found")),
        sa.ForeignKeyConstraint(["cell_id"], ["grid_cell.id"], name=op.f("fk_issue_cell_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_issue_region_code")),
        sa.ForeignKeyConstraint(["source_sha256"], ["source_file.sha256"], name=op.f("fk_issue_source_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("town", "number", name=op.f("uq_issue_town_number")),
    )
    op.create_index(op.f("ix_issue_category"), "issue", ["category"], unique=False)
    op.create_index(op.f("ix_issue_cell_id"), "issue", ["cell_id"], unique=False)
    op.create_index("ix_issue_found_at", "issue", ["found_at"], unique=False)
    op.create_index("ix_issue_place", "issue", ["place"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_issue_region_code",
        "issue",
        ["region_code"],
        unique=False,
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.create_index(op.f("ix_issue_source_sha256"), "issue", ["source_sha256"], unique=False)
    op.create_index("ix_issue_state_found_at", "issue", ["state", "found_at"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("title"), "="),
            (sa.column("region_code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_post_once",
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_post_some_day")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_post_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_person_id"), "post", ["person_id"], unique=False)
    op.create_index(op.f("ix_post_region_code"), "post", ["region_code"], unique=False)
    op.create_table(
        "reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("town", sa.String(length=9), sa.Computed("left(region_code, 9)", persisted=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("river_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column(
            "centreline",
            geoalchemy2.types.Geometry(geometry_type="LINESTRING", srid=4490, dimension=2, spatial_index=False),
            nullable=False,
        ),
        sa.CheckConstraint("level IN ('county', 'town', 'village')", name=op.f("ck_reach_level_known")),
        sa.CheckConstraint("length_m > 0", name=op.f("ck_reach_has_length")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_reach_region_code")),
        sa.ForeignKeyConstraint(["river_id"], ["river.id"], name=op.f("fk_reach_river_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach")),
        sa.UniqueConstraint("town", "code", name=op.f("uq_reach_town_code")),
    )
    op.create_index("ix_reach_centreline", "reach", ["centreline"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_reach_region_code",
        "reach",
        ["region_code"],
        unique=False,
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.create_index(op.f("ix_reach_river_id"), "reach", ["river_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_account_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_audit_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_account_id"), "audit", ["account_id"], unique=False)
    op.create_index("ix_audit_happened_at", "audit", ["happened_at"], unique=False)
    op.create_index(op.f("ix_audit_region_code"), "audit", ["region_code"], unique=False)
    op.create_table(
        "issue_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_issue_event_account_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_event_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_event")),
    )
    op.create_index(op.f("ix_issue_event_issue_id"), "issue_event", ["issue_id"], unique=False)
    op.create_table(
        "patrol",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reach_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("source_track", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_patrol_ends_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_patrol_person_id")),
        sa.ForeignKeyConstraint(["reach_id"], ["reach.id"], name=op.f("fk_patrol_reach_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_patrol_region_code")),
        sa.ForeignKeyConstraint(["source_sha256"], ["source_file.sha256"], name=op.f("fk_patrol_source_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_patrol_fingerprint")),
    )
    op.create_index(op.f("ix_patrol_person_id"), "patrol", ["person_id"], unique=False)
    op.create_index(op.f("ix_patrol_reach_id"), "patrol", ["reach_id"], unique=False)
    op.create_index(
        "ix_patrol_region_code",
        "patrol",
        ["region_code"],
        unique=False,
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.create_index(op.f("ix_patrol_source_sha256"), "patrol", ["source_sha256"], unique=False)
    op.create_index("ix_patrol_started_at", "patrol", ["started_at"], unique=False)
    op.create_table(
        "responsibility",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("reach_id", sa.Integer(), nullable=True),
        sa.Column("zone_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("region_code", sa.String(length=15), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("cell_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("role = 'lead' AND cell_id IS NOT NULL"),
            using="gist",
            name="ex_responsibility_one_lead_cell_id",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("reach_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("role = 'lead' AND reach_id IS NOT NULL"),
            using="gist",
            name="ex_responsibility_one_lead_reach_id",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("site_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("role = 'lead' AND site_id IS NOT NULL"),
            using="gist",
            name="ex_responsibility_one_lead_site_id",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("zone_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("role = 'lead' AND zone_id IS NOT NULL"),
            using="gist",
            name="ex_responsibility_one_lead_zone_id",
        ),
        sa.CheckConstraint("role IN ('lead', 'assist')", name=op.f("ck_responsibility_role_known")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_responsibility_some_day")),
        sa.CheckConstraint(
            "num_nonnulls(cell_id, reach_id, zone_id, site_id) = 1", name=op.f("ck_responsibility_one_target")
        ),
        sa.ForeignKeyConstraint(["cell_id"], ["grid_cell.id"], name=op.f("fk_responsibility_cell_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_responsibility_person_id")),
        sa.ForeignKeyConstraint(["reach_id"], ["reach.id"], name=op.f("fk_responsibility_reach_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_responsibility_region_code")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_responsibility_site_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_responsibility_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility")),
        sa.UniqueConstraint(
            "person_id",
            "role",
            "cell_id",
            "reach_id",
            "zone_id",
            "site_id",
            "valid",
            name="uq_responsibility_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_responsibility_cell_id"), "responsibility", ["cell_id"], unique=False)
    op.create_index(op.f("ix_responsibility_person_id"), "responsibility", ["person_id"], unique=False)
    op.create_index(op.f("ix_responsibility_reach_id"), "responsibility", ["reach_id"], unique=False)
    op.create_index(
        "ix_responsibility_region_code",
        "responsibility",
        ["region_code"],
        unique=False,
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.create_index(op.f("ix_responsibility_site_id"), "responsibility", ["site_id"], unique=False)
    op.create_index(op.f("ix_responsibility_zone_id"), "responsibility", ["zone_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('session', 'token')", name=op.f("ck_ticket_kind_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )
    op.create_index(op.f("ix_ticket_account_id"), "ticket", ["account_id"], unique=False)
    op.create_table(
        "covered_stretch",
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column("reach_id", sa.Integer(), nullable=False),
        sa.Column("corridor_m", sa.Double(), nullable=False),
        sa.Column("stretches", postgresql.NUMMULTIRANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(stretches)", name=op.f("ck_covered_stretch_some_metre")),
        sa.CheckConstraint("corridor_m > 0", name=op.f("ck_covered_stretch_corridor_positive")),
        sa.ForeignKeyConstraint(
            ["patrol_id"], ["patrol.id"], name=op.f("fk_covered_stretch_patrol_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reach_id"], ["reach.id"], name=op.f("fk_covered_stretch_reach_id")),
        sa.PrimaryKeyConstraint("patrol_id", "reach_id", "corridor_m", name=op.f("pk_covered_stretch")),
    )
    op.create_index(op.f("ix_covered_stretch_reach_id"), "covered_stretch", ["reach_id"], unique=False)
    op.create_table(
        "track",
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column(
            "path",
            geoalchemy2.types.Geometry(geometry_type="MULTILINESTRINGM", srid=4490, dimension=3, spatial_index=False),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_track_patrol_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("patrol_id", name=op.f("pk_track")),
    )
    op.create_index("ix_track_path", "track", ["path"], unique=False, postgresql_using="gist")
    op.execute(_REFUSE)
    for table in ("issue_event", "audit"):
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
        )
