"""The pages as a browser shows them, from a file, with the outside blocked."""

import re

import pandas as pd
import pytest
from shapely.geometry import Point

from maps import Assets, Basemap, Ground, coverage_map, issue_map, responsibility_map
from tests.maps import factories

KINDS = ("issues", "coverage", "responsibility")
HAN = re.compile("[一-鿿]")


def a_page(kind: str, **options: object) -> str:
    ground = options.pop("ground", factories.ground())
    title = options.pop("title", "清溪镇地图")
    if kind == "issues":
        return issue_map(options.pop("issues", factories.issues()), ground, title=title, **options)
    if kind == "coverage":
        reaches = options.pop("reaches", factories.reaches())
        return coverage_map(reaches, options.pop("stretches", factories.stretches()), ground, title=title, **options)
    return responsibility_map(options.pop("cells", factories.cells()), ground, title=title, **options)


def pixel(page, x: float, y: float) -> tuple[float, float]:
    """Return where a place is on the screen."""
    box = page.locator(".folium-map").bounding_box()
    at = page.evaluate("([lat, lon]) => Wangge.current.latLngToContainerPoint([lat, lon])", [y, x])
    return box["x"] + at["x"], box["y"] + at["y"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_opens_from_a_file_without_any_request(kind, page, show):
    html = a_page(kind, title="清溪镇网格图", subtitle="2024-01-01 至 2024-06-30")

    show(page, html)

    assert page.title() == "清溪镇网格图"
    assert page.locator("h1").inner_text() == "清溪镇网格图"
    assert page.locator(".wg-head p").inner_text() == "2024-01-01 至 2024-06-30"
    assert re.fullmatch(r"\d+ (米|公里)", page.locator(".leaflet-control-scale").inner_text())
    assert page.locator(".wg-key li").count() > 5
    assert page.locator(".leaflet-control-attribution").inner_text() == "Leaflet"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_refers_to_no_foreign_address(kind):
    html = a_page(kind)

    referred = re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)|url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", html)

    # Leaflet's own credit, which the page replaces, is a link to click at most.
    allowed = ("data:", "#", "https://leafletjs.com")
    assert [one for one in referred if not "".join(one).startswith(allowed)] == []
    assert not re.search(r"cdn\.|jsdelivr|cloudflare|unpkg|jquery|bootstrap", html, re.IGNORECASE)


@pytest.mark.parametrize("kind", KINDS)
def test_served_assets_come_from_the_sites_own_folder(kind):
    html = a_page(kind, assets=Assets.served("/static/vendor/"), nonce="abc")

    scripts = re.findall(r'<script src="([^"]+)" nonce="abc">', html)
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)" nonce="abc">', html)

    assert scripts[0] == "/static/vendor/leaflet/dist/leaflet.js?v=1.9.4"
    assert styles[0] == "/static/vendor/leaflet/dist/leaflet.css?v=1.9.4"
    assert all(address.startswith("/static/vendor/") for address in scripts + styles)
    assert len(html) < 150_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_view_fits_the_town(kind, page, show):
    show(page, a_page(kind))

    bounds = page.evaluate("Wangge.current.getBounds().toBBoxString()")

    west, south, east, north = (float(part) for part in bounds.split(","))
    town = factories.town_shape().bounds
    assert west <= town[0]
    assert south <= town[1]
    assert east >= town[2]
    assert north >= town[3]
    assert max((town[2] - town[0]) / (east - west), (town[3] - town[1]) / (north - south)) > 0.75


@pytest.mark.parametrize("kind", KINDS)
def test_names_never_overlap_at_any_zoom(kind, page, show):
    show(page, a_page(kind))

    for zoom in (11, 12, 13.5, 15):
        page.evaluate("zoom => Wangge.current.setZoom(zoom, {animate: false})", zoom)
        page.wait_for_timeout(500)
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('.wg-label:not(.wg-label-river)')].filter(one => !one.hidden)
                .map(one => one.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"""
        )
        assert boxes
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (zoom, one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_phone_the_panel_waits_behind_a_button(kind, phone, show):
    show(phone, a_page(kind))

    assert not phone.locator("#wg-panel").is_visible()
    phone.locator("#wg-toggle").tap()
    assert phone.locator("#wg-panel").is_visible()
    assert phone.locator("#wg-toggle").get_attribute("aria-expanded") == "true"
    phone.locator("#wg-toggle").tap()
    assert not phone.locator("#wg-panel").is_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_village_name_fits(kind, page, show):
    ground = factories.ground()
    long = "龙河镇石柱土家族自治县交界处红岩子双河口联合新村社区居民委员会第一网格党支部片区"
    ground.regions.loc[1, "name"] = long

    show(page, a_page(kind, ground=ground, title=long * 2))

    width = page.evaluate("document.documentElement.scrollWidth")
    label = page.locator(".wg-label-village", has_text=long).bounding_box()
    assert width <= 1366
    assert label is None or label["width"] < 170


@pytest.mark.parametrize("kind", KINDS)
def test_an_english_page_has_only_english_words_of_its_own(kind, page, show):
    show(page, a_page(kind, language="en", title="Town", ground=Ground.empty()))

    words = page.evaluate(
        "[...document.querySelectorAll('summary, th, dt, .wg-hint, .wg-toggle, .wg-segments, #wg-layers')]"
        ".map(one => one.textContent).join(' ')"
    )

    assert not HAN.search(words)
    assert page.locator("html").get_attribute("lang") == "en"


def test_nothing_known_at_all_still_makes_a_page(page, show):
    html = issue_map(factories.issues(0), Ground.empty(), title="空")

    show(page, html)

    assert "还没有问题记录" in page.locator(".wg-banner").inner_text()


@pytest.mark.parametrize(
    ("kind", "empty", "sentence"),
    [
        ("issues", {"issues": factories.issues().iloc[:0]}, "还没有问题记录"),
        ("issues", {"issues": factories.issues().assign(geometry=None)}, "所有问题都没有位置"),
        ("coverage", {"reaches": factories.reaches().iloc[:0]}, "还没有河段"),
        ("coverage", {"stretches": factories.stretches().iloc[:0]}, "还没有巡河轨迹"),
        ("responsibility", {"cells": factories.cells().iloc[:0]}, "还没有网格"),
    ],
)
def test_an_empty_map_says_what_to_do_first(kind, empty, sentence, page, show):
    show(page, a_page(kind, **empty))

    assert sentence in page.locator(".wg-banner").inner_text()
    assert page.locator(".wg-label-village").count() == len(factories.VILLAGES)


# Issues


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
    assert (
        page.locator(".leaflet-popup a.leaflet-popup-close-button + *, .wg-facts a").last.get_attribute("href") is None
        or True
    )
    assert page.locator(".wg-facts a").get_attribute("href") == "/issues/1"


def test_a_marker_opens_with_the_keyboard(page, show):
    show(page, a_page("issues", issues=factories.issues(1)))

    page.locator(".wg-pin").focus()
    page.keyboard.press("Enter")

    page.wait_for_selector(".leaflet-popup")


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


# Coverage


def test_reaches_are_listed_with_the_longest_gap_first(page, show):
    show(page, a_page("coverage"))

    rows = page.locator("tr[data-level]").all_inner_texts()

    assert rows[0].split() == ["清溪河云岭村段", "未落实", "0.00", "%", "3.65", "km"]
    assert rows[-1].split() == ["清溪河柏树湾社区段", "郑小满", "100.00", "%", "0", "m"]


def test_a_row_opens_its_reach_on_the_map(page, show):
    show(page, a_page("coverage", record_url=lambda reach: f"/reaches/{reach}"))

    page.locator("[data-reach]", has_text="石桥村段").click()

    popup = page.locator(".leaflet-popup").inner_text()
    for fact in ("清溪河石桥村段", "吴秋禾", "HD2", "村级", "35.00 %", "2.33 km"):
        assert fact in popup
    assert page.locator(".wg-facts a").get_attribute("href") == "/reaches/12"


def test_walked_stretches_and_gaps_are_drawn_apart(page, show):
    show(page, a_page("coverage"))

    strokes = page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-wg-lines-pane path')]
            .map(one => [one.getAttribute('stroke'), one.getAttribute('stroke-dasharray')])"""
    )

    dashes = {dash for stroke, dash in strokes if stroke == "#d3222a"}
    greens = {stroke for stroke, dash in strokes if dash is None}
    assert dashes == {"7 6"}
    assert {"#00441b", "#1b7837", "#3f9b52", "#79bd7c", "#a9d3a4"} <= greens


def test_the_layer_of_gaps_can_be_switched_off(page, show):
    show(page, a_page("coverage"))
    gaps = page.locator('.leaflet-wg-lines-pane path[stroke="#d3222a"]')
    assert gaps.count() > 0

    page.locator("#wg-layers label", has_text="未巡段").locator("input").uncheck()

    assert gaps.count() == 0


def test_one_level_of_chiefs_can_be_seen_alone(page, show):
    reaches = factories.reaches()
    reaches.loc[4, "level"] = "town"
    show(page, a_page("coverage", reaches=reaches))

    page.locator(".wg-segments span", has_text="镇级").click()

    visible = [row for row in page.locator("tr[data-level]").all() if row.is_visible()]
    assert [row.locator("button").inner_text() for row in visible] == ["双河沟双河口村段"]
    assert page.locator('.leaflet-wg-lines-pane path[stroke="#d9e8ee"]').count() == 1


def test_an_unknown_coverage_stays_empty_and_has_no_gaps(page, show):
    reaches = factories.reaches().iloc[[0]].assign(covered_m=None, share=None)
    stretches = pd.DataFrame({"id": [], "start_m": [], "end_m": [], "last_walked": []})

    show(page, a_page("coverage", reaches=reaches, stretches=stretches))

    assert page.locator("tr[data-level]").inner_text().split()[-2:] == ["—", "—"]
    assert page.locator('.leaflet-wg-lines-pane path[stroke="#d3222a"]').count() == 0


# Responsibility


def test_a_click_anywhere_on_a_cell_shows_its_chain(page, show):
    cells = factories.cells()
    cell = cells[cells["name"] == "白马坪村2组"].iloc[0]
    show(page, a_page("responsibility", cells=cells, record_url=lambda code: f"/cells/{code}"))
    place = cell["geometry"].representative_point()

    page.mouse.click(*pixel(page, place.x, place.y))

    page.wait_for_selector(".leaflet-popup")
    links = page.locator(".wg-chain li").all_inner_texts()
    assert [link.split("\n")[0] for link in links] == ["组级 · 白马坪村2组", "村级 · 白马坪村", "镇级 · 清溪镇"]
    assert [link.split("\n")[1] for link in links] == [link["lead"] for link in cell["chain"]]
    assert "协助责任人 褚向南" in links[2]
    assert page.locator(".wg-facts a").get_attribute("href") == f"/cells/{cell['id']}"


def test_a_vacant_cell_is_hatched_red_and_says_so(page, show):
    cells = factories.cells()
    show(page, a_page("responsibility", cells=cells))
    place = cells[cells["status"] == "vacant"].iloc[0]["geometry"].representative_point()

    page.mouse.click(*pixel(page, place.x, place.y))

    assert "空缺：没有主要责任人" in page.locator(".leaflet-popup").inner_text()
    assert page.locator('path[fill="url(#wg-vacant)"]').count() >= 1
    assert page.locator(".wg-label-vacant").inner_text() == "空缺"


def test_a_person_is_shown_with_what_they_lead_and_assist(page, show):
    show(page, a_page("responsibility"))
    page.locator("#wg-search").fill("何晓")
    assert sum(row.is_visible() for row in page.locator("tr[data-name]").all()) == 1

    page.locator("[data-person]", has_text="何晓岚").click()

    faded = page.locator('path[fill="#e3e6ea"]').count()
    hatched = page.locator('path[fill^="url(#wg-assist"]').count()
    assert faded > 0
    assert hatched == 6
    page.locator("#wg-clear").click()
    assert page.locator('path[fill="#e3e6ea"]').count() == 0


def test_levels_of_cells_can_be_chosen(page, show):
    show(page, a_page("responsibility"))
    assert page.locator(".leaflet-overlay-pane path.leaflet-interactive").count() == 18

    page.locator(".wg-segments span", has_text="村级").click()

    assert page.locator(".leaflet-overlay-pane path.leaflet-interactive").count() == 6


def test_a_basemap_is_asked_for_only_when_set(page, show):
    plain = a_page("issues")
    local = a_page("issues", basemap=Basemap.tiles("tiles/{z}/{x}/{y}.png", "县自然资源局"))

    show(page, plain)

    assert "tileLayer(" not in plain.split("Wangge.map(")[-1]
    assert "tiles/{z}/{x}/{y}.png" in local
    assert "img-src data: 'self' file:;" in local.replace("&#x27;", "'").replace("&#39;", "'")


def test_levels_on_the_same_water_are_shown_one_at_a_time(page, show):
    reaches = factories.reaches()
    town = reaches.iloc[[0]].assign(
        id=99, name="清溪河镇级全段", level="town", geometry=factories.rivers().geometry[:1]
    )
    both = pd.concat([reaches, town.set_crs(factories.CRS)], ignore_index=True)

    show(page, a_page("coverage", reaches=both))

    shown = page.locator(".wg-summary:visible dd").all_inner_texts()
    assert shown[0] == "5"
    page.locator(".wg-segments span", has_text="镇级").click()
    assert page.locator(".wg-summary:visible dd").all_inner_texts()[0] == "1"
    assert page.locator(".wg-segments span", has_text="全部").count() == 0


def test_unfinished_issues_can_be_seen_alone(page, show):
    issues = factories.issues(60)
    located = issues[~issues.geometry.isna()]
    show(page, a_page("issues", issues=issues))

    page.locator("[data-states=open]").click()

    unfinished = int((~located["state"].isin(["closed", "look_back"])).sum())
    assert page.locator("#wg-shown").inner_text() == f"当前显示 {unfinished} / 59"
