import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.database.cluster import Cluster
from geo.database.engine import make_engine
from geo.database.migrate import current_revision, head_revision, upgrade
from geo.models import Base
from tests.database_fixtures import administer

_CONSTRAINTS = text(
    """
    SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
    ORDER BY 1
    """
)
_INDEXES = text(
    "SELECT indexname, indexdef FROM pg_indexes "
    "WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1"
)
_ALEMBIC = "alembic_version"


def _named(engine: Engine, query) -> dict[str, str]:
    with engine.connect() as connection:
        return {
            name: definition
            for name, definition in connection.execute(query)
            if _ALEMBIC not in name and "spatial_ref_sys" not in name
        }


def test_migrations_from_empty_make_the_tables_of_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: not (kind == "table" and name == "spatial_ref_sys"),
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    assert current_revision(engine) == head_revision()


def test_migrations_make_the_same_constraints_and_indexes_as_the_models(cluster: Cluster, engine):
    """Alembic does not compare checks and exclusions, so they are compared by their definitions."""
    administer(cluster, "CREATE DATABASE from_models")
    direct = make_engine(cluster.url_of("from_models"))
    with direct.begin() as connection:
        connection.execute(text("CREATE EXTENSION postgis"))
        connection.execute(text("CREATE EXTENSION btree_gist"))
        Base.metadata.create_all(connection)

    constraints, indexes = _named(direct, _CONSTRAINTS), _named(direct, _INDEXES)
    direct.dispose()
    administer(cluster, "DROP DATABASE from_models WITH (FORCE)")

    assert _named(engine, _CONSTRAINTS) == constraints
    assert _named(engine, _INDEXES) == indexes
    assert any("EXCLUDE" in definition for definition in constraints.values())


def test_upgrading_twice_changes_nothing(database_url):
    engine = make_engine(database_url)

    upgrade(engine)

    assert current_revision(engine) == head_revision()
    engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_database_refuses_to_change_history(session: Session, statement):
    session.execute(text("INSERT INTO audit (action) VALUES ('import tracks')"))

    with pytest.raises(IntegrityError, match="only grows"):
        session.execute(text(statement))


def test_the_database_refuses_to_rewrite_an_issues_history(session: Session):
    with pytest.raises(IntegrityError, match="issue_event only grows"):
        session.execute(text("DELETE FROM issue_event"))
