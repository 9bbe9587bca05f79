"""The pages as a browser shows them, from a file, with the outside blocked."""

import re

import pytest

from maps import Assets, Basemap, Ground, issue_map
from tests.maps import factories
from tests.maps.pages import a_page

KINDS = ("issues", "coverage", "responsibility")
HAN = re.compile("[一-鿿]")


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


def test_a_basemap_is_asked_for_only_when_set(page, show):
    plain = a_page("issues")
    local = a_page("issues", basemap=Basemap.tiles("tiles/{z}/{x}/{y}.png", "县自然资源局"))

    show(page, plain)

    assert "tileLayer(" not in plain.split("Wangge.map(")[-1]
    assert "tiles/{z}/{x}/{y}.png" in local
    assert "img-src data: 'self' file:;" in local.replace("&#x27;", "'").replace("&#39;", "'")
