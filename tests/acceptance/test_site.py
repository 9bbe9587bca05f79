"""The site as its people meet it: a real server, a real browser, nothing from outside."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from geo.database.engine import make_engine
from geo.services.accounts import create_account
from geo.services.imports import import_file
from geo.types import Role
from tests.acceptance.serving import serving, state_of
from tests.api.town import A, fill_town
from tests.browser import DESK, PHONE, watched
from tests.database_fixtures import administer
from tests.files import TOWN, write_table

USERNAME, PASSWORD = "huanbao", "seven plain words of a clerk"
EVIL = "<img src=x onerror=window.harm=1>"
DAYS = "from=2024-01-01&to=2024-12-31"
PAGES = (
    "/",
    "/issues",
    "/issues?view=map",
    "/issues/WEST-1",
    "/issues/WEST-2%2F%E7%94%B2",
    "/reaches",
    "/reaches?view=map",
    "/reaches/R1",
    "/patrols",
    "/patrols/1",
    "/rates",
    "/rates?by=month&definition=days",
    "/rules",
    "/reaches?view=recency",
    "/reaches?view=gaps",
    "/responsibility",
    "/responsibility?view=map",
    "/responsibility?lon=107.005&lat=29.002",
    "/objects",
    "/objects?of=zones",
    "/search?q=%E8%A5%BF",
    "/reports",
    "/settings",
)


def _fill(url: str, folder: Path) -> None:
    engine = make_engine(url)
    with Session(engine) as session:
        fill_town(session, folder)
        evil = write_table(
            folder / "evil.csv",
            "问题编号,问题类别,状态,发现时间,整改期限,经度,纬度,问题描述",
            f"EVIL-1,秸秆焚烧,整改中,2024-03-03 09:00,2024-03-10,107.003,29.003,{EVIL}",
        )
        assert import_file(session, "issues", evil, town=TOWN, crs="EPSG:4490").stored
        create_account(
            session, username=USERNAME, display_name="环保办", password=PASSWORD, role=Role.office, region_code=TOWN
        )
        session.commit()
    engine.dispose()


@pytest.fixture(scope="module")
def site(cluster, template, tmp_path_factory) -> Iterator[str]:
    """The address of a server of its own, on a town of two villages."""
    administer(cluster, f"CREATE DATABASE browsed TEMPLATE {template} STRATEGY file_copy")
    url = cluster.url_of("browsed")
    _fill(url, tmp_path_factory.mktemp("town"))
    try:
        with serving(url, today="2024-06-30") as address:
            yield address
    finally:
        administer(cluster, "DROP DATABASE IF EXISTS browsed WITH (FORCE)")


@pytest.fixture(scope="module")
def signed_in(site, browser) -> dict:
    """The state of a browser in which the office's clerk is signed in."""
    return state_of(browser, site, USERNAME, PASSWORD)


@contextmanager
def _desk(browser: Browser, state: dict) -> Iterator[Page]:
    with watched(browser, storage_state=state) as page:
        yield page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_whole_from_this_site_alone_and_fits_desk_and_phone(site, browser, signed_in, path):
    with _desk(browser, signed_in) as page:
        answer = page.goto(site + path)
        page.wait_for_load_state("networkidle")
        widths = {}
        for name, size in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(size)
            widths[name] = page.evaluate("document.documentElement.scrollWidth")

        assert answer.status == 200
        assert re.search("[\u4e00-\u9fff].*· 网格$", page.title())
        assert widths["desk"] <= DESK["width"]
        assert widths["phone"] <= PHONE["width"]


def test_a_clerk_signs_in_and_out_by_keyboard(site, browser):
    with watched(browser) as page:
        page.goto(f"{site}/reaches?{DAYS}")
        assert urlsplit(page.url).path == "/login"

        page.keyboard.type(USERNAME)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/reaches?{DAYS}")

        for _ in range(15):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('form')?.getAttribute('action')") == "/logout":
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/login*")
        page.goto(f"{site}/issues")

        assert urlsplit(page.url).path == "/login"


@pytest.mark.parametrize("path", ["/", "/issues", "/reaches", "/patrols", "/rates", "/rates?by=village"])
def test_links_keep_the_region_and_the_period(site, browser, signed_in, path):
    with _desk(browser, signed_in) as page:
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}region={A}&{DAYS}")

        addresses = page.eval_on_selector_all(
            ".wg-nav li a, main td a, main footer a", "links => links.map(link => link.href)"
        )

    assert len(addresses) >= 6
    asked = [parse_qs(urlsplit(address).query) for address in addresses]
    assert {tuple(query.get("region", ())) for query in asked} == {(A,)}
    assert {(*query.get("from", ()), *query.get("to", ())) for query in asked} == {("2024-01-01", "2024-12-31")}


@pytest.mark.parametrize("path", ["/issues", "/issues/EVIL-1", "/search?q=EVIL", "/maps/issues"])
def test_a_description_is_shown_and_never_run(site, browser, signed_in, path):
    with _desk(browser, signed_in) as page:
        page.goto(site + path)
        page.wait_for_load_state("networkidle")

        assert EVIL in page.content().replace("&lt;", "<").replace("&gt;", ">").replace("\\u003c", "<").replace(
            "\\u003e", ">"
        )
        assert page.evaluate("window.harm") is None
        assert page.locator("img[src=x]").count() == 0


def test_a_filter_changes_the_list_and_the_address_without_leaving_the_page(site, browser, signed_in):
    with _desk(browser, signed_in) as page:
        page.goto(f"{site}/issues?{DAYS}")
        page.evaluate("window.stayed = true")

        page.fill("#list [name=q]", "EAST")
        page.press("#list [name=q]", "Tab")
        page.wait_for_url("**/issues?*q=EAST*")
        page.wait_for_function("document.querySelectorAll('#list tbody tr').length === 1")

        assert page.locator("#list tbody tr").inner_text().startswith("EAST-1")
        assert page.evaluate("window.stayed") is True
        assert parse_qs(urlsplit(page.url).query)["from"] == ["2024-01-01"]
