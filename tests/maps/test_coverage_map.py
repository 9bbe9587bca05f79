"""The map of coverage in a browser: reaches, stretches, gaps, levels."""

import pandas as pd

from tests.maps import factories
from tests.maps.pages import a_page


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
