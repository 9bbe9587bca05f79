"""The site as a process of its own, and accounts from the console."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.api.town import A
from tests.conftest import ROOT


@pytest.fixture
def command(site_engine):
    """Run the command line on the tests' database."""
    environment = os.environ | {
        "WANGGE_DATABASE_URL": site_engine.url.render_as_string(hide_password=False),
        "WANGGE_LANGUAGE": "en",
    }

    def run(*words: str, **options) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from api.cli import main; main()", *words],
            cwd=ROOT, env=environment, text=True, capture_output=True, timeout=60, check=False, **options,
        )  # fmt: skip

    run.environment = environment
    return run


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_site_says_where_it_is_answers_and_stops_when_asked(command, free_port):
    site = subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(free_port)],
        cwd=ROOT, env=command.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        line = site.stdout.readline()
        assert f"http://127.0.0.1:{free_port}/" in line
        assert json.loads(_fetch(f"http://127.0.0.1:{free_port}/healthz")) == {"status": "ok"}
    finally:
        site.send_signal(signal.SIGTERM)
        _, errors = site.communicate(timeout=30)
    assert "Traceback" not in errors


def _fetch(url: str) -> bytes:
    for _ in range(50):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


def test_a_taken_port_is_one_clear_line(command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = command("serve", "--port", str(port))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(port) in done.stderr


def test_accounts_are_kept_from_the_console(command, as_account):
    added = command("user", "add", "console.one", "--role", "office", "--region", A, "--name", "控制台")
    password = added.stdout.strip().rsplit(" ", 1)[-1]
    listed = json.loads(command("user", "list", "--json").stdout)

    assert added.returncode == 0, added.stderr
    assert next(each["display_name"] for each in listed if each["username"] == "console.one") == "控制台"
    assert "password" not in json.dumps(listed)
    assert as_account("console.one", password).get("/api/v1/me").status_code == 200

    assert command("user", "disable", "console.one").returncode == 0
    again = command("user", "add", "console.one", "--role", "office", "--region", A)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)


def test_a_password_is_read_from_standard_input_and_not_shown(command, as_account):
    secret = "read from standard input"

    added = command("user", "add", "console.two", "--role", "viewer", "--region", A, "--password-stdin", input=secret)

    assert added.returncode == 0, added.stderr
    assert secret not in added.stdout
    assert as_account("console.two", secret).get("/api/v1/me").status_code == 200
