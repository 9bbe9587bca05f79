import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import STATUS, status_of
from api.settings import Settings
from geo import errors
from geo.database.engine import make_engine

MEMBERS = {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("POST", "/api/v1/issues", 405),
        ("GET", "/api/v1/issues?limit=0", 422),
        ("GET", "/api/v1/issues?limit=1001", 422),
        ("GET", "/api/v1/issues?cursor=%00", 422),
        ("GET", "/api/v1/issues?cursor=bnVsbA", 422),
        ("GET", "/api/v1/regions?cursor=WzFd", 422),
        ("GET", "/api/v1/issues?bbox=1,2,3", 422),
        ("GET", "/api/v1/issues?bbox=nan,nan,nan,nan", 422),
        ("GET", "/api/v1/issues?from=2024-02-30", 422),
        ("GET", "/api/v1/issues?from=9999-12-31", 422),
        ("GET", "/api/v1/issues?from=2024-05-01&to=2024-04-01", 422),
        ("GET", "/api/v1/issues?region=abc", 422),
        ("GET", "/api/v1/issues?q=%00", 422),
        ("GET", "/api/v1/issues/none", 404),
        ("GET", "/api/v1/patrols/999999", 404),
        ("GET", "/api/v1/patrols/99999999999999999999", 422),
        ("GET", "/api/v1/responsible?lon=nan&lat=1", 422),
        ("GET", "/api/v1/responsible?lon=1", 422),
        ("GET", "/maps/other", 422),
        ("GET", "/tiles/issues/1/2/0", 422),
        ("GET", "/tiles/issues/99999999999/0/0", 422),
        ("GET", "/tiles/issues/22/-1/0", 422),
    ],
)
def test_a_refusal_is_a_problem_document(client, bearer, method, url, status):
    answer = client.request(method, url, headers=bearer("office.town"))

    document = answer.json()
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(document) >= MEMBERS
    assert document["status"] == status
    assert "\n" not in document["detail"]


def test_a_method_that_is_not_answered_names_those_that_are(client):
    assert "GET" in client.post("/healthz").headers["allow"]


def test_what_was_sent_is_not_echoed(client):
    answer = client.post("/api/v1/session", json={"username": "x" * 200, "password": "my secret"})

    assert answer.status_code == 422
    assert "my secret" not in answer.text


def test_messages_are_in_the_readers_language(client):
    english = client.get("/api/v1/me?lang=en").json()
    chinese = client.get("/api/v1/me?lang=zh").json()

    assert english["detail"] == "sign in first"
    assert chinese["status"] == 401


def test_a_browser_gets_a_page_outside_the_interface(client):
    page = client.get("/nothing", headers={"Accept": "text/html,*/*"})
    document = client.get("/api/v1/nothing", headers={"Accept": "text/html,*/*"})

    assert page.headers["content-type"].startswith("text/html")
    assert document.headers["content-type"] == "application/problem+json"


def test_a_browser_that_is_nobodys_is_led_to_the_login(client):
    answer = client.get("/maps/issues?from=2024-01-01", headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fmaps%2Fissues%3Ffrom%3D2024-01-01"


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name != "WanggeError"])
def test_every_error_has_a_status(name):
    assert status_of(getattr(errors, name)()) in STATUS.values()


def test_a_database_that_is_away_is_said_to_be(cluster):
    gone = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    app = create_app(Settings(language="en", _env_file=None), gone)

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["title"]) == (503, "Service Unavailable")


def test_a_commit_that_fails_is_no_success(client, bearer, site_engine):
    header = bearer("office.town")

    def fail(connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("the connection broke"))

    event.listen(site_engine, "commit", fail)
    try:
        answer = client.post("/api/v1/tokens", json={"label": "never stored"}, headers=header)
    finally:
        event.remove(site_engine, "commit", fail)

    assert answer.status_code == 503
    assert "never stored" not in client.get("/api/v1/tokens", headers=header).text


def test_an_unforeseen_error_tells_nothing_of_the_inside(app, site_engine):
    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("a secret of the inside")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/breaks")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "inside" not in answer.text


def test_a_body_without_end_is_refused(client):
    answer = client.post("/api/v1/session", content=b"{" + b" " * 2**21, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["detail"]) == (413, "what was sent is too large")


def test_a_body_that_never_says_its_size_is_refused_too(client):
    parts = (b"[" * 2**16 for _ in range(64))

    answer = client.post("/api/v1/session", content=parts, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 413)


def test_waiting_in_vain_for_a_connection_is_said(site_engine):
    narrow = create_engine(site_engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    app = create_app(Settings(language="en", _env_file=None), narrow)

    with narrow.connect(), TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/healthz")
    narrow.dispose()

    assert answer.status_code == 503
