"""Nobody reads a byte of another village: every route is declared here, and every scoped one is asked."""

import json
import math
from urllib.parse import quote

import pytest
from sqlalchemy import select

from geo.models import Issue, Patrol
from geo.types import Role
from tests.api.town import B_SECRETS, B

PLACE = (107.015, 29.002)


def tile(z: int) -> str:
    n = 2**z
    x = int((PLACE[0] + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(PLACE[1]))) / math.pi) / 2 * n)
    return f"/tiles/issues/{z}/{x}/{y}"


BOTH = ("", "?f=geojson")

# What a route answers: to anybody; only on the asker's own account; or records in the account's region,
# with the addresses that the test asks for.
PUBLIC, OWN = "public", "own account"
ROUTES: dict[str, object] = {
    "GET /healthz": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /favicon.ico": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "HEAD /openapi.json": PUBLIC,
    "POST /api/v1/session": PUBLIC,
    "DELETE /api/v1/session": OWN,
    "GET /api/v1/me": OWN,
    "PUT /api/v1/me/password": OWN,
    "GET /api/v1/tokens": OWN,
    "POST /api/v1/tokens": OWN,
    "DELETE /api/v1/tokens/{token_id}": OWN,
    "GET /api/v1/accounts": [""],
    "POST /api/v1/accounts": "tested in test_accounts",
    "PATCH /api/v1/accounts/{account_id}": "tested in test_accounts",
    "GET /api/v1/regions": BOTH,
    "GET /api/v1/cells": BOTH,
    "GET /api/v1/rivers": BOTH,
    "GET /api/v1/reaches": (*BOTH, "?code=R2"),
    "GET /api/v1/zones": BOTH,
    "GET /api/v1/sites": BOTH,
    "GET /api/v1/people": (*BOTH, "?q=孙"),
    "GET /api/v1/responsibilities": BOTH,
    "GET /api/v1/patrols": ("", "?from=2024-01-01&to=2024-12-31", "?state=valid", "?post=村支书"),
    "GET /api/v1/patrols/{patrol_id}": "asked by number below",
    "GET /api/v1/patrols/{patrol_id}/verdict": "asked by number below",
    "POST /api/v1/patrols/{patrol_id}/decision": "tested in test_verdicts",
    "POST /api/v1/patrols/{patrol_id}/answer": "tested in test_verdicts",
    "GET /api/v1/verdicts/waiting": "tested in test_verdicts",
    "GET /api/v1/rates": ("?by=reach", "?by=village&definition=persons"),
    "GET /api/v1/reports/patrols": "counts, without a name",
    "GET /api/v1/rules": "thresholds, without a name",
    "POST /api/v1/rules": "tested in test_duties",
    "POST /api/v1/rules/{rule_id}/end": "tested in test_duties",
    "GET /api/v1/quotas": "tested in test_duties",
    "POST /api/v1/quotas": "tested in test_duties",
    "POST /api/v1/quotas/{quota_id}/end": "tested in test_duties",
    "GET /api/v1/coverage": BOTH,
    "GET /api/v1/walks": (*BOTH, "?corridors=true"),
    "GET /api/v1/issues": (*BOTH, "?q=EAST", "?bbox=107.01,29,107.02,29.01"),
    "GET /api/v1/issues/{number:path}": "asked by number below",
    "GET /api/v1/responsible": (f"?lon={PLACE[0]}&lat={PLACE[1]}", "?lon=107.01&lat=29.005"),
    "GET /api/v1/responsible/counts": "counts, without a name",
    "GET /api/v1/maps/{kind}.png": "the frames of the pages, as pixels",
    "GET /maps/{kind}": (
        "issues",
        "coverage",
        "responsibility",
        "issues?lang=zh",
        "coverage?level=village",
        "recency",
        "gaps",
    ),
    "GET /tiles/issues/{z}/{x}/{y}": [tile(z) for z in (0, 6, 10, 13, 16)],
}


def addresses(key: str) -> list[str]:
    path = key.removeprefix("GET ")
    if path.startswith("/tiles/"):
        return list(ROUTES[key])
    return [path.replace("{kind}", "") + more for more in ROUTES[key]]


ASKED = [url for key, how in ROUTES.items() if not isinstance(how, str) for url in addresses(key)]
# Rivers are the town's; the accounts of the test are named without a village.
WITHOUT_SECRETS = ("/api/v1/rivers", "/api/v1/accounts")


def secrets_in(body: bytes) -> list[str]:
    forms = {
        secret: {secret.encode(), json.dumps(secret).strip('"').encode(), quote(secret).encode()}
        for secret in B_SECRETS
    }
    return [secret for secret, written in forms.items() if any(form in body for form in written)]


def declared_by(app) -> dict[str, str]:
    """Return every route and the module that it comes from."""
    return {
        f"{method} {route.path}": getattr(getattr(route, "endpoint", None), "__module__", "")
        for route in each_route(app.routes)
        if not route.path.startswith("/static/")
        for method in getattr(route, "methods", None) or ["ANY"]
    }


def each_route(routes):
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from [route] if included is None else each_route(included.routes)


def test_every_route_is_declared(app):
    # The pages are declared and asked in their own test.
    found = {
        route for route, module in declared_by(app).items() if not module.startswith(("api.site.", "api.routes.pages"))
    }

    assert found == set(ROUTES)


@pytest.mark.parametrize("role", Role)
def test_a_village_reads_nothing_of_another(client, bearer, role):
    told = {}
    for url in ASKED:
        answer = client.get(url, headers=bearer(f"{role}.a"))
        allowed = (200, 204, 403) if "accounts" in url else (200, 204)
        assert answer.status_code in allowed, (url, answer.text[:300])
        if found := secrets_in(answer.content):
            told[url] = found

    assert told == {}


@pytest.mark.parametrize("url", [url for url in ASKED if not url.startswith(WITHOUT_SECRETS)])
def test_the_town_reads_of_both(client, bearer, url):
    answer = client.get(url, headers=bearer("office.town"))

    assert answer.status_code == 200
    assert secrets_in(answer.content), "a test that would find nothing anywhere proves nothing"


@pytest.mark.parametrize("url", ASKED)
def test_nobody_reads_nothing(client, url):
    assert client.get(url).status_code == 401


@pytest.mark.parametrize("url", [url for url in ASKED if not url.startswith("/api/v1/accounts")])
def test_a_region_outside_is_not_there(client, bearer, url):
    answer = client.get(url, params={"region": B}, headers=bearer("viewer.a"))

    if "?" not in url:
        assert answer.status_code == 404
    assert not {"东村", "孙五丑", "东边"} & set(secrets_in(answer.content))


@pytest.mark.parametrize("role", Role)
def test_records_of_another_village_are_not_there(client, bearer, site_session, role):
    patrol = site_session.scalar(select(Patrol.id).where(Patrol.number == "XH-EAST"))
    assert site_session.scalar(select(Issue.id).where(Issue.number == "EAST-1"))

    answers = [
        client.get(url, headers=bearer(f"{role}.a"))
        for url in (f"/api/v1/patrols/{patrol}", f"/api/v1/patrols/{patrol}/verdict", "/api/v1/issues/EAST-1")
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not any({"东村", "孙五丑", "东边"} & set(secrets_in(answer.content)) for answer in answers)


@pytest.mark.parametrize("kind", ["issues", "coverage", "recency", "gaps", "responsibility"])
def test_a_picture_is_a_png(client, bearer, kind):
    answer = client.get(f"/api/v1/maps/{kind}.png?width=600", headers=bearer("viewer.a"))

    assert answer.content.startswith(b"\x89PNG")
