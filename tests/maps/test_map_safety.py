"""Hostile data and strict policies, in Chromium."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geo.errors import InvalidInput
from maps import Assets, Ground, coverage_map, issue_map, responsibility_map
from tests.maps import factories

NODE_MODULES = Path(__file__).parents[2] / "node_modules"
POLICY = "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:"
HOSTILE = (
    '<img src=x onerror="window.__hurt=1;alert(1)">',
    "</script><script>window.__hurt=1</script>",
    "'\"`--><svg onload=window.__hurt=1>${window.__hurt=1}{{ 7*7 }}{% raw %}\u2028\u2029\\",
)


def hostile_pages(evil: str, **options: object) -> dict[str, str]:
    """Return the three pages with `evil` in every field that comes from data."""
    ground = factories.ground()
    ground.regions["name"] = evil
    ground.rivers["name"] = evil
    ground.zones["name"] = evil
    issues = factories.issues(1, number=evil, category=evil, state=evil, village=evil, description=evil, overdue=True)
    reaches = factories.reaches().assign(name=evil, code=evil, level=evil, river=evil, chief=evil)
    cells = factories.cells()
    link = {"level": evil, "cell": evil, "name": evil, "lead": evil, "assists": [evil]}
    cells = cells.assign(name=evil, code=evil, village=evil, lead=evil, assists=evil, chain=[[link]] * len(cells))
    named = {"title": evil, "subtitle": evil, **options}
    return {
        "issues": issue_map(issues, ground, record_url=lambda _: f"/x?{evil}", **named),
        "coverage": coverage_map(reaches, factories.stretches(), ground, **named),
        "responsibility": responsibility_map(cells, ground, **named),
    }


@contextmanager
def serving(pages: dict[str, str], policy: str) -> Iterator[str]:
    """Serve pages and node_modules with a policy; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path.startswith("/static/vendor/"):
                body = (NODE_MODULES / path.removeprefix("/static/vendor/")).read_bytes()
                kind = "text/css" if path.endswith(".css") else "text/javascript"
            else:
                body = pages.get(path.strip("/"), "").encode()
                kind = "text/html; charset=utf-8"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.05))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def open_everything(page, kind: str) -> None:
    """Open a popup and a tooltip of the map."""
    if kind == "issues":
        page.locator(".wg-pin").hover()
        page.locator(".wg-pin").click()
    elif kind == "coverage":
        page.locator("[data-reach]").first.click()
    else:
        page.evaluate("Wangge.responsibility.cells.at(-1).openPopup().openTooltip()")
    page.wait_for_selector(".leaflet-popup .wg-facts")


@pytest.mark.parametrize("kind", ["issues", "coverage", "responsibility"])
@pytest.mark.parametrize("evil", HOSTILE, ids=["img", "script", "mixed"])
def test_hostile_text_is_only_ever_text(kind, evil, page, show):
    # With a nonce the page brings no policy of its own, which would hide a leak.
    html = hostile_pages(evil, nonce="n")[kind]
    assert "Content-Security-Policy" not in html

    show(page, html)
    open_everything(page, kind)

    shown = evil.replace("\u2028", "").replace("\u2029", "").split("{{")[0]
    assert page.evaluate("window.__hurt") is None
    assert page.locator(".wg-facts img, .wg-label img, h1 img, .wg-panel img").count() == 0
    assert shown in page.locator("h1").text_content()
    assert shown in page.locator(".leaflet-popup .wg-facts").text_content()
    assert "49" not in page.locator("h1").text_content()


@pytest.mark.parametrize("kind", ["issues", "coverage", "responsibility"])
def test_a_page_works_under_a_strict_policy(kind, page):
    nonce = "Zm9vYmFy"
    options = {"assets": Assets.served("/static/vendor"), "nonce": nonce}
    pages = hostile_pages("清溪镇", **options)

    with serving(pages, POLICY.format(nonce=nonce)) as address:
        page.goto(f"{address}/{kind}")
        page.wait_for_selector("body[data-ready=true]")
        open_everything(page, kind)
        page.locator("#wg-layers input").first.uncheck()
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(400)

        assert page.locator(".leaflet-pane").count() > 5
        assert page.evaluate("getComputedStyle(document.querySelector('.leaflet-pane')).position") == "absolute"


def test_an_offline_page_forbids_itself_every_request(page, show):
    show(page, issue_map(factories.issues(1), Ground.empty(), title="离线"))

    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")

    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "img-src data:;" in policy


def test_no_markup_carries_styles_or_handlers_of_its_own():
    for html in hostile_pages("村", nonce="n").values():
        body = html.split("<body", 1)[1].split('<script type="application/json"')[0]
        assert " style=" not in body
        assert " onclick=" not in body


def test_a_record_address_must_be_relative_or_http():
    with pytest.raises(InvalidInput, match="relative or http"):
        issue_map(factories.issues(1), Ground.empty(), title="x", record_url=lambda _: "javascript:alert(1)")
