"""What the tests of maps share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page


@pytest.fixture
def show(tmp_path: Path) -> Callable[[Page, str], Page]:
    """Return what opens a page's text from a file, without any server."""

    def opened(window: Page, html: str) -> Page:
        file = tmp_path / "地图.html"
        file.write_text(html, encoding="utf-8")
        window.goto(file.as_uri())
        window.wait_for_selector("body[data-ready=true]")
        return window

    return opened
