"""The site on a database of its own, with the town of two villages."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from geo.database.engine import make_engine
from geo.models import Account
from geo.services import accounts
from geo.services.accounts import create_account, make_token
from geo.types import Role
from tests.api.town import A, fill_town
from tests.database_fixtures import administer
from tests.files import TOWN

PASSWORD = "seven plain words of a clerk"


@pytest.fixture(scope="package", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash passwords as ever, but cheaply: tests sign in a hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        yield


@pytest.fixture(scope="module")
def site_engine(quick_hashes, cluster, template, tmp_path_factory) -> Iterator[Engine]:
    """A filled database that the tests of a module share."""
    administer(cluster, f"CREATE DATABASE site_tests TEMPLATE {template} STRATEGY file_copy")
    engine = make_engine(cluster.url_of("site_tests"))
    with Session(engine) as session:
        fill_town(session, tmp_path_factory.mktemp("town"))
        for role in Role:
            for name, region in (("a", A), ("town", TOWN)):
                create_account(
                    session, username=f"{role}.{name}", display_name=f"{role} {name}", password=PASSWORD,
                    role=role, region_code=region,
                )  # fmt: skip
        session.commit()
    yield engine
    engine.dispose()
    administer(cluster, "DROP DATABASE IF EXISTS site_tests WITH (FORCE)")


@pytest.fixture
def site_session(site_engine) -> Iterator[Session]:
    """A look into the database behind the site."""
    with Session(site_engine) as made:
        yield made


@pytest.fixture(scope="module")
def bearer(site_engine):
    """Return the header of an account's token: ``bearer("office.town")``."""
    tokens: dict[str, str] = {}

    def header(username: str) -> dict[str, str]:
        if username not in tokens:
            with Session(site_engine) as session:
                account = session.scalar(select(Account).where(Account.username == username))
                tokens[username] = make_token(session, account.id, "test", 1)
                session.commit()
        return {"Authorization": f"Bearer {tokens[username]}"}

    return header


@pytest.fixture
def app(site_engine):
    """The application, its limit on attempts fresh."""
    return create_app(Settings(database_url="unused", language="en", _env_file=None), site_engine)


@pytest.fixture
def client(app) -> Iterator[TestClient]:
    """Nobody, asking."""
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def as_account(client):
    """Sign the client in and return it: ``as_account("office.town")``."""

    def sign_in(username: str, password: str = PASSWORD) -> TestClient:
        client.cookies.clear()
        answer = client.post("/api/v1/session", json={"username": username, "password": password})
        assert answer.status_code == 204, answer.text
        return client

    return sign_in
