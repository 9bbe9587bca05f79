"""The maps with a time slider in a browser: what is drawn on a day, and how one gets there."""

import io
import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geo.compute.recency import last_walked
from geo.errors import InvalidInput
from maps import Assets, Ground, gap_map, gap_png, recency_map, recency_png
from maps.palette import GAP, RECENCY
from maps.stretches import recency_step
from tests.maps import factories

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
HAN = re.compile("[一-鿿]")
DAYS = (0, 1, 30, 100, 182, 300, 365)


def walks(count: int = 300, seed: int = 3) -> pd.DataFrame:
    """Return walks of a year on every reach but the fourth; some lie on one another."""
    random = np.random.default_rng(seed)
    reaches = factories.reaches()
    lengths = dict(zip(reaches["id"], reaches["length_m"], strict=True))
    ids = random.choice([11, 12, 13, 15], count)
    ends = np.sort(random.uniform(0, 1, (count, 2)), axis=1) * np.array([lengths[id_] for id_ in ids])[:, None]
    days = [FIRST + timedelta(days=int(n)) for n in random.integers(0, 366, count)]
    return pd.DataFrame({"id": ids, "day": days, "start_m": ends[:, 0], "end_m": ends[:, 1]})


def a_map(draw=recency_map, **options: object) -> str:
    frames = (options.pop("reaches", factories.reaches()), options.pop("walks", walks()))
    period = {"first_day": FIRST, "last_day": LAST}
    ground = options.pop("ground", factories.ground())
    return draw(*frames, ground, **{"title": "清溪镇巡河时间图", **period, **options})


def go_to(page, day: int) -> None:
    page.evaluate("day => Wangge.recency.show(day)", day)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def slide_to(page, day: int) -> None:
    """Move the slider as a hand does: its own event, nothing of the script."""
    page.evaluate(
        """day => { const input = document.getElementById('wg-day'); input.value = day;
            input.dispatchEvent(new Event('input', { bubbles: true })); }""",
        day,
    )
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def drawn(page) -> dict[str, int]:
    """Return how many points each colour is drawn with."""
    return page.evaluate(
        """() => { const found = {};
            for (const path of document.querySelectorAll('.leaflet-wg-lines-pane path')) {
                const points = (path.getAttribute('d') || '').split(/[ML]/).length - 1;
                if (points > 1) found[path.getAttribute('stroke')] = (found[path.getAttribute('stroke')] || 0) + points;
            } return found; }"""
    )


def test_the_page_opens_from_a_file_and_stands_at_the_last_day(page, show):
    show(page, a_map(subtitle="2024-01-01 至 2024-12-31"))

    assert page.locator("#wg-date").inner_text() == "2024-12-31"
    assert page.locator("#wg-day").get_attribute("aria-valuetext") == "2024-12-31"
    assert {RECENCY[0].colour, GAP} <= set(drawn(page))


def test_moving_the_slider_changes_what_is_drawn(page, show):
    show(page, a_map())
    at_the_end = drawn(page)

    slide_to(page, 3)

    early = drawn(page)
    assert page.locator("#wg-date").inner_text() == "2024-01-04"
    assert early[GAP] > at_the_end[GAP]
    assert set(early) < {GAP, RECENCY[0].colour, "#d9e8ee", "#f5c542"}


@pytest.mark.parametrize("seed", [3, 4])
def test_every_day_shows_the_last_days_that_python_computes(page, show, seed):
    rows = walks(seed=seed)
    show(page, a_map(walks=rows))
    numbers = page.evaluate("Wangge.recency.reaches.map(one => one.reach.name)")
    names = dict(zip(factories.reaches()["name"], factories.reaches()["id"], strict=True))

    for day in DAYS:
        as_of = FIRST + timedelta(days=day)
        for number, name in enumerate(numbers):
            of_reach = rows[(rows["id"] == names[name]) & (rows["day"] <= as_of)]
            expected = last_walked(of_reach[["start_m", "end_m", "day"]].itertuples(index=False, name=None))
            told = page.evaluate("([number, day]) => Wangge.recency.stateOf(number, day)", [number, day])
            found = [(s / 10, e / 10, FIRST + timedelta(days=last)) for s, e, last in told if last is not None]
            assert _days_at(_places(expected), found) == _days_at(_places(expected), expected), (name, day)


def _places(stretches) -> np.ndarray:
    """Return places every metre and a half, but for those within the rounding of an edge."""
    edges = np.array([-9.0, *(edge for start, end, _ in stretches for edge in (start, end))])
    places = np.arange(0.77, 5000, 1.5)
    return places[np.abs(places[:, None] - edges).min(axis=1) > 0.2]


def _days_at(places: np.ndarray, stretches) -> list[date | None]:
    days = np.full(len(places), None)
    for start, end, day in stretches:
        days[(places >= start) & (places < end)] = day
    return days.tolist()


def test_each_step_is_drawn_in_its_colour(page, show):
    rows = pd.DataFrame({"id": [11], "day": [FIRST + timedelta(days=10)], "start_m": [100.0], "end_m": [900.0]})
    show(page, a_map(walks=rows))

    for age in (0, 7, 8, 30, 31, 90, 91, 180, 181):
        go_to(page, 10 + age)
        step = RECENCY[recency_step(FIRST + timedelta(days=10), FIRST + timedelta(days=10 + age))]
        assert set(drawn(page)) - {GAP, "#d9e8ee"} == {step.colour}, age


def test_before_the_first_walk_everything_is_a_gap(page, show):
    rows = pd.DataFrame({"id": [11], "day": [FIRST + timedelta(days=10)], "start_m": [100.0], "end_m": [900.0]})
    show(page, a_map(walks=rows))

    go_to(page, 9)

    assert set(drawn(page)) == {GAP, "#d9e8ee"}
    assert page.locator("[data-figure=covered]").inner_text() == "0 m"


def test_a_day_can_be_chosen_with_the_keyboard(page, show):
    show(page, a_map())

    page.locator("#wg-day").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    assert page.locator("#wg-date").inner_text() == "2024-01-03"
    assert page.locator("#wg-day").get_attribute("aria-valuetext") == "2024-01-03"


def test_play_runs_through_the_days_and_pause_stops(page, show):
    show(page, a_map())
    play = page.locator("#wg-play")
    assert play.get_attribute("aria-label") == "播放"

    play.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => Wangge.recency.now.day > 5 && Wangge.recency.now.day < 365")
    assert (play.get_attribute("aria-pressed"), play.get_attribute("aria-label")) == ("true", "暂停")
    page.keyboard.press("Enter")

    stopped = page.evaluate("Wangge.recency.now.day")
    page.wait_for_timeout(300)
    assert page.evaluate("Wangge.recency.now.day") == stopped
    assert play.get_attribute("aria-pressed") == "false"


def test_the_list_and_the_sums_follow_the_day(page, show):
    rows = pd.DataFrame(
        {"id": [13, 13], "day": [date(2024, 2, 1), date(2024, 5, 1)], "start_m": [0.0, 500.0], "end_m": [500.0, 9e3]}
    )
    show(page, a_map(walks=rows))
    row = page.locator("tr", has_text="柏树湾社区段")

    go_to(page, (date(2024, 3, 1) - FIRST).days)
    assert page.locator("[data-figure=covered]").inner_text() == "500 m"
    go_to(page, 365)

    assert row.locator("[data-share]").inner_text() == "100.00 %"
    assert row.locator("[data-gap]").inner_text() == "0 m"


def test_a_click_tells_when_this_place_was_last_walked(page, show):
    rows = pd.DataFrame(
        {"id": [12, 12], "day": [date(2024, 2, 1), date(2024, 5, 1)], "start_m": [0.0, 0.0], "end_m": [9e3, 9e3]}
    )
    show(page, a_map(walks=rows, record_url=lambda reach: f"/reaches/{reach}", day=date(2024, 3, 1)))

    page.locator("[data-reach]", has_text="石桥村段").click()

    popup = page.locator(".leaflet-popup").inner_text()
    for fact in ("清溪河石桥村段", "吴秋禾", "2024-02-01"):
        assert fact in popup
    assert "2024-05-01" not in popup
    assert page.locator(".wg-facts a").get_attribute("href") == "/reaches/12"


def test_gaps_depend_on_the_days_allowed(page, show):
    rows = pd.DataFrame({"id": [13], "day": [date(2024, 6, 1)], "start_m": [0.0], "end_m": [9e3]})
    show(page, a_map(gap_map, walks=rows, day=date(2024, 6, 21)))
    row = page.locator("tr", has_text="柏树湾社区段")
    assert row.locator("[data-gap]").inner_text() == "0 m"

    page.locator(".wg-segments span", has_text="7 天内").click()
    assert row.locator("[data-share]").inner_text() == "0.00 %"

    page.locator(".wg-segments span", has_text="全期").click()
    assert row.locator("[data-share]").inner_text() == "100.00 %"


def test_short_gaps_can_be_left_out(page, show):
    rows = pd.DataFrame({"id": [13, 13], "day": [LAST] * 2, "start_m": [0.0, 550.0], "end_m": [500.0, 9e3]})
    show(page, a_map(gap_map, walks=rows, min_gap_m=60))

    assert page.locator("tr", has_text="柏树湾社区段").locator("[data-gap]").inner_text() == "0 m"
    assert "60 m" in page.locator("#wg-panel").inner_text()


def test_one_level_can_be_seen_alone(page, show):
    reaches = factories.reaches()
    reaches.loc[4, "level"] = "town"
    show(page, a_map(reaches=reaches))

    page.locator(".wg-segments span", has_text="镇级").click()

    assert page.locator("[data-figure=count]").inner_text() == "1"
    assert page.locator('.leaflet-wg-lines-pane path[stroke="#d9e8ee"]').count() == 1


def test_on_a_phone_the_slider_stays_under_the_map(phone, show):
    show(phone, a_map())
    slider, whole = phone.locator("#wg-day").bounding_box(), phone.locator(".folium-map").bounding_box()

    assert slider["y"] >= whole["y"] + whole["height"]
    assert slider["width"] > 300
    assert phone.locator("#wg-play").bounding_box()["height"] >= 40
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator("#wg-toggle").tap()
    assert phone.locator("#wg-day").is_visible()


@pytest.mark.parametrize("draw", [recency_map, gap_map])
def test_an_english_page_has_only_english_words_of_its_own(draw, page, show):
    show(page, a_map(draw, language="en", title="Town", ground=Ground.empty()))

    words = page.evaluate(
        """[...document.querySelectorAll('summary, th, dt, .wg-hint, .wg-segments, #wg-months, [aria-label]')]
            .map(one => one.getAttribute('aria-label') || one.textContent).join(' ')"""
    )

    assert not HAN.search(words)


@pytest.mark.parametrize(
    ("empty", "sentence"),
    [({"reaches": factories.reaches().iloc[:0]}, "还没有河段"), ({"walks": walks().iloc[:0]}, "还没有巡河轨迹")],
)
def test_an_empty_map_says_what_to_do_first(empty, sentence, page, show):
    show(page, a_map(**empty))

    assert sentence in page.locator(".wg-banner").inner_text()


def test_a_reach_without_a_line_stays_in_the_list(page, show):
    reaches = factories.reaches()
    reaches.loc[0, "geometry"] = None

    show(page, a_map(reaches=reaches))

    assert page.locator("tr[data-level]").count() == 5


def test_a_served_page_carries_its_nonce_and_no_foreign_address():
    html = a_map(assets=Assets.served("/static/vendor/"), nonce="abc")

    assert "<script>" not in html
    assert "<style>" not in html
    assert 'style="' not in html.split("<body")[1]
    assert not re.search(r"cdn\.|jsdelivr|cloudflare|unpkg|jquery|bootstrap", html, re.IGNORECASE)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidInput, match="ends before it begins"):
        a_map(first_day=LAST, last_day=FIRST)


def test_a_picture_shows_one_day():
    frames = (factories.reaches(), walks(), factories.ground())
    early, late = (
        _red(recency_png(*frames, first_day=FIRST, day=day, title="图")) for day in (FIRST + timedelta(days=2), LAST)
    )

    assert early > late > 0


def test_a_picture_of_gaps_asks_for_the_last_days_only():
    frames = (factories.reaches(), walks(), factories.ground())
    week, year = (_red(gap_png(*frames, first_day=FIRST, day=LAST, within_days=days, title="图")) for days in (7, 0))

    assert week > year


def _red(png: bytes) -> int:
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    wanted = [int(GAP[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(picture - wanted).max(axis=2) <= 2).sum())
