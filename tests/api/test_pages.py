"""What pages show, and what they do."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from openpyxl import load_workbook
from sqlalchemy import select

from geo.models import Audit, Patrol
from geo.types import Role
from reports.tables import Column, workbook
from tests.api.conftest import PASSWORD
from tests.api.town import REPORTER, REPORTER_PHONE, A

HTML = {"Accept": "text/html"}
ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "api" / "site"


def chinese(text: str) -> bool:
    return re.search("[\u4e00-\u9fff]", text) is not None


def sentences() -> set[str]:
    """Return what templates say with ``_('…')``, and every Chinese literal of the site's code."""
    found: set[str] = set()
    for path in SITE.rglob("*.html"):
        found |= set(re.findall(r"_\('([^']*)'\)", path.read_text(encoding="utf-8")))
    for path in SITE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        passed = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and isinstance(node.body[0], ast.Expr)
        }
        passed |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed
            if chinese(node.value)
        }
    return found


def test_every_sentence_of_the_site_has_its_english():
    with (ROOT / "api" / "locale" / "en.po").open("rb") as file:
        catalogue = {str(message.id): str(message.string) for message in read_po(file) if message.id}

    assert sorted(sentences() - set(catalogue)) == []
    assert sorted(set(catalogue) - sentences()) == []
    assert [said for said, english in catalogue.items() if not english or chinese(english)] == []


def test_templates_say_nothing_that_is_not_translated():
    left = {}
    for path in SITE.rglob("*.html"):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if found := re.findall("[\u4e00-\u9fff]+", text):
            left[path.name] = found

    # The seal beside the name, and the choice of the language in itself.
    assert left == {"shell.html": ["网"], "login.html": ["网"], "settings.html": ["中文"]}


def test_the_region_and_the_period_are_kept_by_every_link(client, bearer):
    page = client.get(f"/?region={A}&from=2024-03-01&to=2024-03-31", headers=bearer("office.town") | HTML).text

    for path in ("/issues", "/reaches", "/responsibility", "/objects", "/maps/coverage"):
        assert f'"{path}?region={A}&amp;from=2024-03-01&amp;to=2024-03-31' in page


def test_a_figure_opens_the_records_behind_it(client, bearer):
    page = client.get("/", headers=bearer("office.town") | HTML).text

    address, figure = re.search(r'<dt>逾期</dt><dd><a href="([^"]+)"[^>]*>(\d+)<', client_page(page)).groups()
    listed = client.get(address.replace("&amp;", "&"), headers=bearer("office.town") | HTML).text
    assert len(re.findall(r'<a href="/issues/[^"]+">', listed)) == int(figure) == 3


def client_page(page: str) -> str:
    return page.replace("Overdue", "逾期")


def test_names_that_look_like_markup_are_shown_as_they_are(client, bearer):
    page = client.get('/issues?q="><img src=x onerror=alert(1)>', headers=bearer("office.town") | HTML).text

    assert "<img src=x" not in page


def test_signing_in_leads_to_the_page_that_was_wanted(client):
    form = {"username": "office.town", "password": PASSWORD, "next": "/issues?all=1"}

    answer = client.post("/login", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/issues?all=1")
    assert client.get("/issues").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_leads_to_no_other_site(client, elsewhere):
    form = {"username": "office.town", "password": PASSWORD, "next": elsewhere}

    assert client.post("/login", data=form).headers["location"] == "/"


def test_a_wrong_password_is_said_beside_the_form(client):
    answer = client.post("/login", data={"username": "office.town", "password": "wrong"}, headers=HTML)

    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "wrong" not in answer.text.split('role="alert"')[0]


def test_a_page_that_is_not_there_says_so_in_the_readers_language(client):
    answer = client.get("/nothing?lang=zh", headers=HTML)

    assert answer.status_code == 404
    assert "回到总览" in answer.text


def test_the_number_of_an_issue_leads_to_it(client, bearer):
    answer = client.get("/search", params={"q": "WEST-2/甲"}, headers=bearer("office.town") | HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/issues/WEST-2%2F%E7%94%B2")


def test_an_exported_ledger_holds_what_the_list_shows(client, bearer, tmp_path):
    answer = client.get("/reports/issues.xlsx?all=1&q=EAST", headers=bearer("office.town"))
    (tmp_path / "issues.xlsx").write_bytes(answer.content)

    sheet = load_workbook(tmp_path / "issues.xlsx").active

    assert [sheet.cell(row, 1).value for row in range(4, sheet.max_row + 1)] == ["EAST-1"]


def test_a_cell_that_begins_like_a_formula_stays_text(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(workbook("表", "", [Column("描述")], [["=1+1"], ["http://x.example"]]))

    sheet = load_workbook(tmp_path / "t.xlsx").active

    assert (sheet["A4"].value, sheet["A4"].data_type) == ("=1+1", "s")
    assert sheet["A5"].hyperlink is None


@pytest.mark.parametrize("old", ["wrong", PASSWORD])
def test_two_different_new_passwords_are_refused(as_account, old):
    form = {"old": old, "new": "ten plain words", "again": "other plain words"}

    answer = as_account("viewer.town").post("/settings/password", data=form, headers=HTML)

    assert answer.status_code == 422
    assert as_account("viewer.town").get("/api/v1/me").status_code == 200


def test_a_token_is_shown_once(as_account):
    client = as_account("warden.town")

    made = client.post("/settings/tokens", data={"label": "QGIS", "days": 30}).text

    token = re.search(r'wg-secret">([^<]+)<', made)[1]
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()["username"] == "warden.town"
    assert token not in client.get("/settings").text


def test_an_administrator_makes_and_closes_an_account(as_account):
    client = as_account("admin.town")
    made = client.post("/settings/accounts", data={"username": "by.page", "role": "viewer", "place": A}).text
    password = re.search(r'wg-secret">([^<]+)<', made)[1]
    id_ = re.search(r'accounts/(\d+)/disable"><button[^>]+by\.page', made)[1]

    assert as_account("by.page", password).get("/").status_code == 200
    as_account("admin.town").post(f"/settings/accounts/{id_}/disable")

    assert client.post("/api/v1/session", json={"username": "by.page", "password": password}).status_code == 401


@pytest.mark.parametrize("role", Role)
def test_single_records_have_their_pages(client, bearer, site_session, role):
    patrol = site_session.scalar(select(Patrol.id).where(Patrol.number == "XH-WEST"))
    for url in (f"/patrols/{patrol}", "/issues/WEST-1", "/issues/WEST-2%2F甲", "/reaches/R1"):
        answer = client.get(url, headers=bearer(f"{role}.a") | HTML)

        assert answer.status_code == 200


@pytest.mark.parametrize("role", Role)
def test_a_track_is_drawn_for_supervisors_only(client, bearer, site_session, role):
    patrol = site_session.scalar(select(Patrol.id).where(Patrol.number == "XH-WEST"))

    page = client.get(f"/patrols/{patrol}", headers=bearer(f"{role}.a") | HTML).text

    assert ('class="wg-track"' in page) == (role in ("admin", "office", "leader"))


@pytest.mark.parametrize("role", Role)
def test_the_reporter_is_opened_by_the_office_alone_and_that_is_recorded(client, bearer, site_session, role):
    def views() -> int:
        return len(site_session.scalars(select(Audit.id).where(Audit.action == "reporter view")).all())

    before = views()
    page = client.get("/issues/WEST-1", headers=bearer(f"{role}.a") | HTML).text
    opened = client.post("/issues/WEST-1/reporter", headers=bearer(f"{role}.a"))

    may = role in ("admin", "office")
    assert REPORTER not in page
    assert REPORTER_PHONE not in page
    assert (opened.status_code, REPORTER in opened.text) == ((200, True) if may else (403, False))
    assert views() - before == int(may)
    assert client.post("/issues/EAST-1/reporter", headers=bearer(f"{role}.a")).status_code in (403, 404)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.admin])
def test_only_administrators_change_accounts(client, bearer, role):
    header = bearer(f"{role}.town")

    answers = [
        client.post(f"/settings/accounts{more}", data={"username": "xx", "role": "admin", "place": A}, headers=header)
        for more in ("", "/1/password", "/1/disable")
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
