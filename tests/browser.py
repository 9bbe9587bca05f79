"""A headless Chromium that fails the test when a page asks for anything outside.

A plugin of ``tests/conftest.py``: imported into two ``conftest.py`` the
fixtures would be two browsers, and one thread can drive but one.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("needs Chromium (apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page on an office screen."""
    with watched(browser) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A fresh page on a phone."""
    with watched(browser, viewport=PHONE, has_touch=True) as opened:
        yield opened


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a page; at the end, fail for outside requests, console errors and dialogs."""
    faults: list[str] = []
    context = browser.new_context(**{"viewport": DESK, "locale": "zh-CN", **options})

    def decide(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in {"file", "data", "blob", "about"} or address.hostname in {"127.0.0.1", "localhost"}:
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", decide)
    opened = context.new_page()
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    try:
        yield opened
    finally:
        context.close()
    assert faults == []
