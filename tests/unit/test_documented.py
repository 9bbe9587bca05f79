"""What a user meets is described: settings, commands, errors, words, links."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from api.cli import app
from api.errors import STATUS
from api.settings import Settings
from geo import errors
from geo.errors import WanggeError
from geo.models import Base

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ERRORS = [getattr(errors, name) for name in errors.__all__]
READMES = ("README.md", "README.zh-CN.md")
GUIDES = (*READMES, "docs/guide.zh-CN.md", "docs/commands.md", "docs/import.zh-CN.md", "docs/architecture.md")
# Answered by the launcher itself, in bash.
LAUNCHER_ONLY = {"test"}


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield each command by its full name, ``db start`` for one in a group."""
    if hasattr(group, "commands"):
        for name, command in group.commands.items():
            yield from _commands(command, (*path, name))
    else:
        yield " ".join(path), group


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _sections() -> dict[str, str]:
    """Return what docs/commands.md says under each heading, by command."""
    found: dict[str, str] = {}
    for section in re.split(r"^## ", (DOCS / "commands.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        for name in heading.split(", "):
            found[name.strip()] = body
    return found


def _invocations(document: str) -> Iterator[list[str]]:
    """Yield the words after ``./wangge`` in a document's code blocks and code words."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in (*re.findall(r"```\w*\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == "./wangge":
                yield words[1:]


def _named(words: list[str]) -> str:
    return next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in COMMANDS), words[0] if words else "")


def test_every_setting_is_described():
    text = (DOCS / "settings.md").read_text(encoding="utf-8")

    missing = [name for name in Settings.model_fields if f"| `WANGGE_{name.upper()}` |" not in text]

    assert missing == []


def test_settings_that_are_described_exist():
    text = (DOCS / "settings.md").read_text(encoding="utf-8")

    described = set(re.findall(r"^\| `WANGGE_(\w+)`", text, re.MULTILINE))

    assert described == {name.upper() for name in Settings.model_fields}


def test_every_command_has_a_section():
    assert set(_sections()) - LAUNCHER_ONLY == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_described_in_its_section(name):
    section = _sections().get(name, "")
    options = {word for option in COMMANDS[name].params for word in (*option.opts, *option.secondary_opts)}

    missing = [word for word in options if word.startswith("-") and not re.search(rf"{word}(?![\w-])", section)]

    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_options_that_are_described_exist(name):
    headings = [heading for heading, body in _sections().items() if body == _sections()[name]]
    known = {word for each in headings for option in COMMANDS[each].params for word in option.opts}
    known |= {word for each in headings for option in COMMANDS[each].params for word in option.secondary_opts}

    described = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", _sections()[name]))

    assert described <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_both_languages(name):
    helps = [COMMANDS[name].help, *(getattr(option, "help", None) for option in COMMANDS[name].params)]

    silent = [words for words in helps if not words or not re.search(r"[\u4e00-\u9fff]", words)]

    assert silent == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_a_sentence_and_a_status(error):
    assert (error.__doc__ or "").strip().endswith(".")
    assert error is WanggeError or any(parent in STATUS for parent in error.__mro__)


def test_every_table_is_in_the_glossary():
    words = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(Base.metadata.tables) - {"alembic_version"} <= words


def test_the_glossary_points_to_files_that_exist():
    rows = re.findall(r"^\| .* \| ([^|]+) \|$", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)

    places = {place for row in rows for place in re.findall(r"`([\w/]+\.py)`", row)}

    assert places
    assert sorted(place for place in places if not (ROOT / place).exists()) == []


@pytest.mark.parametrize("document", GUIDES)
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]

    broken = [link for link in links if link and not ((ROOT / document).parent / link).exists()]

    assert broken == []


@pytest.mark.parametrize("document", GUIDES)
def test_commands_that_are_shown_exist(document):
    names = {_named(words) for words in _invocations(document)} - LAUNCHER_ONLY

    assert names <= set(COMMANDS) | {"COMMAND", "命令"}


@pytest.mark.parametrize("document", GUIDES)
def test_options_that_are_shown_exist(document):
    for words in _invocations(document):
        command = COMMANDS.get(_named(words))
        if command is None:
            continue
        known = {each for option in command.params for each in (*option.opts, *option.secondary_opts)} | {"--help"}
        shown = {word.strip("[]") for word in words if re.match(r"\[?--?[a-z]", word)}
        assert shown <= known, " ".join(words)
