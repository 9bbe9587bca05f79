"""The same for the pages: every one is declared here, and none shows a village another's records."""

import io
import zipfile

import pytest
from sqlalchemy import select

from geo.models import Issue, Patrol, Reach
from geo.services.rates import GROUPINGS
from geo.types import Role
from tests.api.test_scope import declared_by
from tests.api.town import B_SECRETS, B

PUBLIC, OWN, ONE = "public", "own account", "one record, asked below"
PAGES: dict[str, object] = {
    "GET /": ["/", "/?lang=en"],
    "GET /issues": ["/issues", "/issues?q=EAST", "/issues?state=found", "/issues?from=2024-01-01&to=2024-12-31"],
    "GET /issues/{number:path}": ONE,
    "GET /reaches": ["/reaches", "/reaches?from=2024-01-01&to=2024-12-31"],
    "GET /reaches/{code:path}": ONE,
    "GET /patrols": [
        "/patrols",
        "/patrols?from=2024-01-01&to=2024-12-31",
        "/patrols?state=doubtful",
        "/patrols?reach=R2",
    ],
    "GET /patrols/{patrol_id}": ONE,
    "POST /patrols/{patrol_id}/decision": ONE,
    "POST /patrols/{patrol_id}/answer": ONE,
    "GET /rates": [f"/rates?by={by}" for by in GROUPINGS],
    "GET /rules": ["/rules"],
    "POST /rules": ONE,
    "POST /rules/{rule_id}/end": ONE,
    "POST /quotas": ONE,
    "POST /quotas/{quota_id}/end": ONE,
    "GET /responsibility": ["/responsibility", "/responsibility?lon=107.015&lat=29.002"],
    "GET /responsible": ["/responsible?lon=107.015&lat=29.002", "/responsible?lon=107.01&lat=29.002"],
    "GET /objects": ["/objects", "/objects?what=zones", "/objects?view=zones"],
    "GET /search": ["/search?q=东", "/search?q=EAST", "/search?q=孙", "/search?q=R2"],
    "GET /reports": ["/reports"],
    "GET /reports/issues.xlsx": ["/reports/issues.xlsx?from=2024-01-01&to=2024-12-31"],
    "GET /reports/patrols.xlsx": ["/reports/patrols.xlsx?from=2024-01-01&to=2024-12-31"],
    "GET /reports/rates.xlsx": [f"/reports/rates.xlsx?by={by}" for by in ("post", "reach", "village")],
    "GET /reports/coverage.xlsx": ["/reports/coverage.xlsx?from=2024-01-01&to=2024-12-31"],
    "GET /reports/responsibility.xlsx": ["/reports/responsibility.xlsx"],
    "GET /settings": OWN,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "POST /logout": OWN,
    "POST /language": PUBLIC,
    "POST /issues/{number:path}/reporter": ONE,
}
ASKED = [url for urls in PAGES.values() if isinstance(urls, list) for url in urls]
WRITTEN = [secret for secret in B_SECRETS if not secret.startswith('"')]


def text_of(answer) -> str:
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as workbook:
        return "".join(workbook.read(name).decode() for name in workbook.namelist())


def shown(answer, url: str) -> list[str]:
    # What a person searched for stands in the search box again.
    asked = url.partition("q=")[2]
    return [secret for secret in WRITTEN if secret in text_of(answer) and secret not in asked and asked not in secret]


def test_every_page_is_declared(app):
    found = {route for route, module in declared_by(app).items() if module.startswith("api.site.")}

    assert {route for route in found if not route.startswith("POST /settings")} == set(PAGES)


@pytest.mark.parametrize("role", Role)
def test_no_page_shows_a_village_another(client, bearer, role):
    told = {}
    for url in ASKED:
        answer = client.get(url, headers=bearer(f"{role}.a") | {"Accept": "text/html"})
        assert answer.status_code in (200, 403), (url, answer.text[:300])
        if found := shown(answer, url):
            told[url] = found

    assert told == {}


def test_the_town_sees_both_on_its_pages(client, bearer):
    pages = [client.get(url, headers=bearer("office.town")) for url in ("/issues", "/reaches", "/responsibility")]

    assert all(shown(page, "") or "EAST" in page.text or "东" in page.text for page in pages)


@pytest.mark.parametrize("role", Role)
def test_a_record_of_another_village_is_not_there(client, bearer, site_session, role):
    issue = site_session.scalar(select(Issue.number).where(Issue.region_code.like(f"{B}%")))
    patrol = site_session.scalar(select(Patrol.id).where(Patrol.region_code.like(f"{B}%")))
    reach = site_session.scalar(select(Reach.code).where(Reach.region_code.like(f"{B}%")))

    for url in (f"/issues/{issue}", f"/patrols/{patrol}", f"/reaches/{reach}"):
        answer = client.get(url, headers=bearer(f"{role}.a") | {"Accept": "text/html"})
        assert answer.status_code == 404, url
        assert "孙五丑" not in answer.text


@pytest.mark.parametrize("role", Role)
def test_nothing_of_another_village_is_changed_from_a_page(client, bearer, site_session, role):
    patrol = site_session.scalar(select(Patrol.id).where(Patrol.region_code.like(f"{B}%")))
    header = bearer(f"{role}.a") | {"Accept": "text/html"}
    day = {"valid_from": "2024-01-01", "last_day": "2024-12-31"}

    asked = (
        (f"/patrols/{patrol}/decision", {"verdict": "rejected", "note": "x"}),
        (f"/patrols/{patrol}/answer", {"note": "x"}),
        ("/rules", {"place": B, "min_minutes": "1", **day}),
        ("/rules/1/end", day),
        ("/quotas", {"reach": "R2", "times": "2", "per": "month", **day}),
        ("/quotas/1/end", day),
    )
    answers = {url: client.post(url, data=form, headers=header) for url, form in asked}

    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code not in (403, 404)} == {}
    assert [url for url, answer in answers.items() if shown(answer, "")] == []


@pytest.mark.parametrize("role", Role)
def test_a_reporter_of_another_village_is_not_opened(client, bearer, site_session, role):
    issue = site_session.scalar(select(Issue.number).where(Issue.region_code.like(f"{B}%")))

    answer = client.post(f"/issues/{issue}/reporter", headers=bearer(f"{role}.a") | {"Accept": "text/html"})

    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("url", ["/", "/issues", "/settings", "/reports/issues.xlsx"])
def test_nobody_is_sent_to_sign_in(client, url):
    answer = client.get(url, headers={"Accept": "text/html"}, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")
