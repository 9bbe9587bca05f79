"""The map of issues in a browser: markers, filters, clusters."""

import pytest
from playwright.sync_api import expect
from shapely.geometry import Point

from tests.maps import factories
from tests.maps.pages import a_page


def test_unticking_a_layer_takes_its_markers_away(page, show):
    show(page, a_page("issues"))
    page.wait_for_selector(".wg-pin, .wg-cluster")

    page.locator("#wg-layers label", has_text="问题点").locator("input").uncheck()

    assert page.locator(".wg-pin, .wg-cluster").count() == 0
    page.locator("#wg-layers label", has_text="问题点").locator("input").check()
    page.wait_for_selector(".wg-pin, .wg-cluster")


def test_the_heat_map_can_be_switched_on(page, show):
    show(page, a_page("issues"))
    assert page.locator("canvas.leaflet-heatmap-layer").count() == 0

    page.locator("#wg-layers label", has_text="热力图").locator("input").check()

    page.wait_for_selector("canvas.leaflet-heatmap-layer")


def test_the_clusters_count_every_located_issue_once(page, show):
    show(page, a_page("issues", issues=factories.issues(60)))
    page.wait_for_selector(".wg-cluster")

    numbers = page.locator(".wg-cluster svg > text:first-of-type").all_text_contents()

    assert sum(map(int, numbers)) + page.locator(".wg-pin").count() == 59
    assert "1 件没有位置" in page.locator("#wg-panel").inner_text()


def test_filters_leave_what_is_ticked(page, show):
    issues = factories.issues(60)
    located = issues[~issues.geometry.isna()]
    show(page, a_page("issues", issues=issues))
    shown = page.locator("#wg-shown")
    assert shown.inner_text() == "当前显示 59 / 59"

    page.locator("label", has_text="已销号").locator("input").uncheck()
    closed = int((located["state"] == "closed").sum())
    assert shown.inner_text() == f"当前显示 {59 - closed} / 59"

    page.locator("#wg-overdue").check()
    assert shown.inner_text() == f"当前显示 {int(located['overdue'].sum())} / 59"

    page.locator("[data-check=none]").click()
    assert shown.inner_text() == "当前显示 0 / 59 · 没有符合筛选条件的问题"


def test_a_marker_tells_all_facts_and_links_to_its_record(page, show):
    one = factories.issues(1, number="清环〔2024〕1号", category="livestock", state="rectifying", overdue=True)
    show(page, a_page("issues", issues=one, record_url=lambda number: f"/issues/{number}"))

    page.locator(".wg-pin").click()

    popup = page.locator(".leaflet-popup").inner_text()
    for fact in ("畜禽养殖污染", "清环〔2024〕1号", "整改中", "逾期", "粪污"):
        assert fact in popup
    assert page.locator(".wg-facts a").get_attribute("href") == "/issues/1"


def test_a_marker_opens_with_the_keyboard(page, show):
    show(page, a_page("issues", issues=factories.issues(1)))

    page.locator(".wg-pin").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".leaflet-popup")).to_be_visible()
    assert "清环" in page.locator(".leaflet-popup").inner_text()


def test_an_overdue_issue_has_a_red_outline_and_a_mark(page, show):
    show(page, a_page("issues", issues=factories.issues(1, overdue=True)))

    marker = page.locator(".wg-pin").inner_html()

    assert marker.count("#d3222a") == 2
    assert ">!<" in marker


def test_a_towns_own_category_is_shown_as_written(page, show):
    show(page, a_page("issues", issues=factories.issues(1, category="油烟扰民")))

    assert page.locator(".wg-pin").inner_text() == "油"
    assert "油烟扰民" in page.locator("#wg-panel").inner_text()


def test_ten_thousand_issues_open_as_clusters(page, show):
    html = a_page("issues", issues=factories.issues(10_000))

    show(page, html)
    page.wait_for_selector(".wg-cluster")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.wg-cluster svg > text:first-of-type')]
            .reduce((sum, one) => sum + Number(one.textContent), 0)
            + document.querySelectorAll('.wg-pin').length === 9999"""
    )

    assert len(html.encode()) < 10_000 * 300 + 400_000
    assert page.locator(".wg-pin, .wg-cluster").count() < 400


def test_a_misplaced_issue_does_not_move_the_first_view(page, show):
    issues = factories.issues(20)
    issues.loc[0, "geometry"] = Point(0, 0)

    show(page, a_page("issues", issues=issues))

    centre = page.evaluate("Wangge.current.getCenter()")
    assert centre["lng"] == pytest.approx(factories.CENTRE[0], abs=0.02)


def test_unfinished_issues_can_be_seen_alone(page, show):
    issues = factories.issues(60)
    located = issues[~issues.geometry.isna()]
    show(page, a_page("issues", issues=issues))

    page.locator("[data-states=open]").click()

    unfinished = int((~located["state"].isin(["closed", "look_back"])).sum())
    assert page.locator("#wg-shown").inner_text() == f"当前显示 {unfinished} / 59"
