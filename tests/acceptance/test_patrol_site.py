"""Patrols, rates and rules as an office meets them: a real server, a real browser, nothing from outside."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from geo.database.engine import make_engine
from tests.acceptance.serving import serving, state_of
from tests.api.patrolled import DOUBTED, fill_patrolled
from tests.browser import DESK, PHONE, watched
from tests.database_fixtures import administer

PASSWORD = "seven plain words of a clerk"
DAYS = "from=2024-01-01&to=2024-12-31"


@pytest.fixture(scope="module")
def site(cluster, template, tmp_path_factory) -> Iterator[str]:
    """The address of a server of its own, on a town with patrols of every state."""
    administer(cluster, f"CREATE DATABASE walked_site TEMPLATE {template} STRATEGY file_copy")
    url = cluster.url_of("walked_site")
    engine = make_engine(url)
    with Session(engine) as session:
        fill_patrolled(session, tmp_path_factory.mktemp("patrolled"), PASSWORD)
        session.commit()
    engine.dispose()
    try:
        with serving(url, today="2024-06-30") as address:
            yield address
    finally:
        administer(cluster, "DROP DATABASE IF EXISTS walked_site WITH (FORCE)")


@pytest.fixture(scope="module")
def office(site, browser) -> dict:
    """A browser in which the office is signed in."""
    return state_of(browser, site, "office", PASSWORD)


@pytest.fixture
def desk(browser, office):
    """A page at the office's desk; outside requests and script errors fail the test."""
    with watched(browser, storage_state=office) as page:
        yield page


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/patrols",
        "/patrols?state=doubtful",
        "/patrols/{doubted}",
        "/rates?by=month",
        "/rates?by=reach",
        "/rules",
        "/reaches/R1",
    ],
)
def test_every_page_of_patrols_fits_desk_and_phone(site, desk, path):
    desk.goto(f"{site}/patrols?state=doubtful&{DAYS}")
    doubted = urlsplit(desk.get_by_role("link", name=DOUBTED).get_attribute("href")).path.rpartition("/")[2]
    path = path.format(doubted=doubted)

    widths = {}
    for name, size in (("desk", DESK), ("phone", PHONE)):
        desk.set_viewport_size(size)
        desk.goto(f"{site}{path}")
        desk.wait_for_load_state("networkidle")
        widths[name] = desk.evaluate("document.documentElement.scrollWidth")

    assert widths["desk"] <= DESK["width"]
    assert widths["phone"] <= PHONE["width"]


def test_the_choice_of_a_group_changes_the_table_without_leaving_the_page(site, desk):
    desk.goto(f"{site}/rates?{DAYS}")
    desk.evaluate("window.stayed = true")

    desk.select_option("#list [name=by]", "month")
    desk.wait_for_selector("#list tbody tr:nth-child(12)")

    assert desk.evaluate("window.stayed") is True
    assert parse_qs(urlsplit(desk.url).query)["by"] == ["month"]
    assert parse_qs(urlsplit(desk.url).query)["from"] == ["2024-01-01"]


def test_a_chart_has_its_figures_in_words_beside_it(site, desk):
    desk.goto(f"{site}/rates?{DAYS}&by=month")

    months = desk.locator(".wg-months li").all_inner_texts()

    figures = [month.split() for month in months]
    assert [name for _, name in figures] == [f"{month}月" for month in range(1, 13)]
    assert {name: figure for figure, name in figures if not figure.startswith("0/")} == {"3月": "2/2", "5月": "1/2"}


def test_on_paper_rates_stay_a_table_and_say_their_definition(site, desk):
    desk.goto(f"{site}/rates?{DAYS}&by=reach")
    desk.set_viewport_size({"width": 718, "height": 1000})
    desk.emulate_media(media="print")

    assert desk.locator("thead").evaluate("head => getComputedStyle(head).display") == "table-header-group"
    assert desk.get_by_text("口径：有效巡河次数 ÷ 应巡次数").is_visible()
    assert desk.locator(".wg-nav").is_hidden()
    assert desk.locator(".wg-tabs").is_hidden()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 718


def test_a_clerk_decides_by_keyboard_and_the_rate_changes(site, desk):
    desk.goto(f"{site}/rates?{DAYS}&by=reach")
    before = desk.locator("tbody tr").first.locator("[data-label=巡河率]").inner_text()
    desk.goto(f"{site}/?{DAYS}")
    desk.locator("dt:has-text('待核轨迹') + dd a").focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/patrols?*state=doubtful*")
    desk.get_by_role("link", name=DOUBTED).focus()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#decide")

    desk.get_by_role("link", name="核查后作出决定").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    desk.keyboard.type("问过本人，确在河边")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.textContent") == "认定有效"
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".wg-timeline")

    assert "问过本人，确在河边" in desk.locator(".wg-timeline").inner_text()
    assert desk.locator("h1 .wg-verdict").inner_text() == "有效"
    desk.goto(f"{site}/rates?{DAYS}&by=reach")
    after = desk.locator("tbody tr").first.locator("[data-label=巡河率]").inner_text()
    assert (before, after) == ("8.33 %", "12.50 %")


def test_a_rule_is_set_in_its_form(site, desk):
    desk.goto(f"{site}/rules")

    desk.get_by_text("新增或修改规则").click()
    desk.fill("[name=valid_from] >> nth=0", "2024-09-01")
    desk.fill("[name=min_minutes]", "20")
    desk.get_by_role("button", name="保存规则").click()
    desk.wait_for_load_state("networkidle")

    table = desk.locator("table").first.inner_text()
    assert "2024-09-01 起" in table
    assert "不少于 20 分钟，不少于 300 m" in table
    assert "2024-01-01 至 2024-08-31" in table
