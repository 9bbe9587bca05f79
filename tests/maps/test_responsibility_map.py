"""The map of responsibility in a browser: cells, chains, persons."""

from tests.maps import factories
from tests.maps.pages import a_page, pixel


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
