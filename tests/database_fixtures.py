"""Real PostGIS for tests: one embedded cluster a run, a migrated template, a database or a rollback a test."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from geo.database.cluster import Cluster
from geo.database.engine import make_engine
from geo.database.migrate import upgrade

__all__ = ["administer", "child_environment", "cluster", "database_url", "engine", "session", "template"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private cluster in a folder that the server's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-", dir="/tmp"))
    folder.chmod(0o755)
    made = Cluster(folder / "home")
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a migrated, empty database to copy."""
    engine = make_engine(cluster.url)
    upgrade(engine)
    engine.dispose()
    return "wangge"


def administer(cluster: Cluster, statement: str) -> None:
    engine = create_engine(cluster.url_of("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _copy(cluster: Cluster, template: str) -> str:
    name = f"t{uuid.uuid4().hex[:12]}"
    administer(cluster, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return name


@pytest.fixture
def database_url(cluster: Cluster, template: str) -> Iterator[str]:
    """The address of a database of the test's own, for tests that commit or use several connections."""
    name = _copy(cluster, template)
    yield cluster.url_of(name)
    administer(cluster, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def engine(cluster: Cluster, template: str) -> Iterator[Engine]:
    """An engine on a database that tests leave as they found it."""
    name = _copy(cluster, template)
    made = make_engine(cluster.url_of(name))
    yield made
    made.dispose()
    administer(cluster, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work, commits included, is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
            yield made
        outer.rollback()


def child_environment(home: Path) -> dict[str, str]:
    """The environment for a command that a test starts with its own state folder."""
    return {**os.environ, "WANGGE_HOME": str(home), "WANGGE_LANGUAGE": "zh"}
