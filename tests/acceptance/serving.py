"""A server of its own for a test, as an office starts it, and a browser that is signed in to it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

__all__ = ["serving", "state_of"]


@contextmanager
def serving(database_url: str, *, today: str) -> Iterator[str]:
    """Serve a database's site in Chinese; give its address."""
    port = _free_port()
    environment = {
        **os.environ, "WANGGE_DATABASE_URL": database_url, "WANGGE_LANGUAGE": "zh", "WANGGE_TODAY": today,
    }  # fmt: skip
    wangge = Path(sys.executable).with_name("wangge")
    server = subprocess.Popen([wangge, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def state_of(browser: Browser, site: str, username: str, password: str) -> StorageState:
    """Return the state of a browser in which somebody is signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{site}/")
    state = context.storage_state()
    context.close()
    return state


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url + "/healthz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server does not answer")
