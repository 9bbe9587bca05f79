"""Every sentence that a person may see has its Chinese, with the same facts in it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from geo import errors
from geo.errors import WanggeError

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "api" / "locale" / "zh.po"
SPOKEN = {name for name in errors.__all__ if issubclass(getattr(errors, name), WanggeError)}
SPOKEN |= {"Text", "say", "tell", "progress", "say_table"}
# Names under which sentences wait until they are said.
# Names out of file formats stay as they are.
FORMAL = {"EPSG:4326", "EPSG:4490", "MultiGeometry", "MultiTrack", "Track", "bd09", "gcj02", "gps_accuracy"}
FORMAL |= {"position_lat", "position_long", "timestamp"}
WAITING = {"message", "labels", "_STATUS", "_REASONS", "NAMES", "SHAPES", "_HEADINGS"}


def _literals(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value.strip():
            yield child.value


def _is_in_f_string(node: ast.AST) -> bool:
    return any(isinstance(child, ast.JoinedStr) for child in ast.walk(node))


def _spoken(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SPOKEN and not _is_in_f_string(node.args[0]) and not isinstance(node.args[0], ast.Call):
                yield from _literals(node.args[0])
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") in WAITING for t in node.targets):
            value = node.value
            yield from _literals(ast.List(value.values) if isinstance(value, ast.Dict) else value)


def sentences() -> set[str]:
    found = {(getattr(errors, name).__doc__ or "").splitlines()[0] for name in errors.__all__}
    for root in ("geo", "api", "maps", "data"):
        for path in (ROOT / root).rglob("*.py"):
            found |= set(_spoken(ast.parse(path.read_text(encoding="utf-8"))))
    return {sentence for sentence in found if not _is_chinese(sentence)} - FORMAL


def _is_chinese(sentence: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in sentence) and not sentence.startswith("feature")


def _facts(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="zh") if message.id}


def test_every_sentence_has_its_chinese(catalogue):
    assert sorted(sentences() - set(catalogue)) == []


def test_a_translation_tells_the_same_facts(catalogue):
    for sentence, chinese in catalogue.items():
        assert chinese.strip(), sentence
        assert _facts(chinese) == _facts(sentence), sentence
