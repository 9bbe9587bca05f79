"""A site with patrols of every state; each test that changes something has a copy of its own."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from geo.database.engine import make_engine
from tests.api.conftest import PASSWORD
from tests.api.patrolled import HTML, fill_patrolled
from tests.database_fixtures import administer


@pytest.fixture(scope="package")
def filled(cluster, template, tmp_path_factory, quick_hashes) -> Iterator[str]:
    """The name of a filled database that tests copy."""
    administer(cluster, f"CREATE DATABASE patrolled TEMPLATE {template} STRATEGY file_copy")
    engine = make_engine(cluster.url_of("patrolled"))
    with Session(engine) as session:
        fill_patrolled(session, tmp_path_factory.mktemp("patrolled"), PASSWORD)
        session.commit()
    engine.dispose()
    yield "patrolled"
    administer(cluster, "DROP DATABASE IF EXISTS patrolled WITH (FORCE)")


@pytest.fixture(scope="package")
def kept(cluster, filled) -> Iterator[Engine]:
    """A copy for the tests that change nothing."""
    yield from copied(cluster, filled, "patrolled_kept")


@pytest.fixture
def changed(cluster, filled) -> Iterator[Engine]:
    """A copy for one test that changes something."""
    yield from copied(cluster, filled, "patrolled_changed")


def copied(cluster, filled: str, name: str) -> Iterator[Engine]:
    administer(cluster, f"CREATE DATABASE {name} TEMPLATE {filled} STRATEGY file_copy")
    made = make_engine(cluster.url_of(name))
    yield made
    made.dispose()
    administer(cluster, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def signing_in(engine: Engine) -> Iterator[Callable[[str], TestClient]]:
    app = create_app(Settings(database_url="unused", language="zh", _env_file=None), engine)
    with TestClient(app, follow_redirects=False, headers=HTML) as client:

        def sign_in(username: str) -> TestClient:
            client.cookies.clear()
            assert client.post("/api/v1/session", json={"username": username, "password": PASSWORD}).status_code == 204
            return client

        yield sign_in


@pytest.fixture
def as_account(kept):
    """Sign in to look: ``as_account("office")``."""
    yield from signing_in(kept)


@pytest.fixture
def as_changer(changed):
    """Sign in to change something."""
    yield from signing_in(changed)


@pytest.fixture
def look(kept) -> Iterator[Session]:
    """A look into the database behind the site; ids are the same in every copy."""
    with Session(kept) as made:
        yield made
