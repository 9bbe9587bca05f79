"""Every sentence that a person may see has its Chinese, with the same facts in it."""

import ast
import string
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path

from babel.messages.pofile import read_po

from api.i18n import translate
from geo import errors
from geo.compute.plans import Per
from geo.errors import WanggeError
from geo.text import Text
from geo.types import Level, Role

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "api" / "locale" / "zh.po"
SOURCES = [path for root in ("geo", "api", "maps", "data") for path in sorted((ROOT / root).rglob("*.py"))]
# What is called with a sentence first: the commands' voice and the error classes, which are found by their names.
SPEAKERS = {"Text", "say", "tell", "progress", "say_table", "_remarks"}
# Sentences that wait under a name until they are told.
TABLES = {
    ("geo/compute/topology.py", "_REASONS"),
    ("geo/readers/records.py", "ORDER"),
    ("geo/readers/shapes.py", "NAMES"),
    ("api/cli/responsible.py", "_STATUS"),
}
# Words that are put together while the program runs.
COMPOSED = {
    *(word.value for word in (*Level, *Per, *Role)),
    *(
        "Point",
        "LineString",
        "LinearRing",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    ),
    *("rivers", "reaches", "cells", "zones", "sites", "people", "geometry"),
    # What GEOS says of an invalid shape, in small letters.
    *("self-intersection", "ring self-intersection", "hole lies outside shell", "holes are nested", "nested shells"),
    *("interior is disconnected", "duplicate rings", "too few points in geometry component", "invalid coordinate"),
    *(HTTPStatus(code).phrase for code in (400, 401, 403, 404, 405, 409, 429, 500, 503)),
    # Python 3.13 says these two in other words than 3.11 does.
    *("Content Too Large", "Request Entity Too Large", "Unprocessable Content", "Unprocessable Entity"),
}


def _sentences_of(node: ast.AST) -> Iterator[str]:
    """Yield the literals that an expression may come to: not those it compares or looks up."""
    match node:
        case ast.Constant(value=str(words)) if words.strip():
            yield words
        case ast.IfExp(body=body, orelse=orelse):
            yield from _sentences_of(body)
            yield from _sentences_of(orelse)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from _sentences_of(part)


def _spoken(path: Path, speakers: set[str]) -> Iterator[str]:
    place = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in speakers:
                yield from _sentences_of(first)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == "message":
                yield from _sentences_of(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (place, name) in TABLES:
                # The keys of ORDER are columns, and have no space in them.
                yield from (words for words in _sentences_of(value) if name != "ORDER" or " " in words)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.AST() as value) if (place, name) in TABLES:
                yield from _sentences_of(value)


def _error_classes() -> dict[str, str]:
    """Return the class names of errors in all modules, with the first line of each docstring."""
    found = {name: str(getattr(errors, name).__doc__).splitlines()[0] for name in errors.__all__}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") in found for base in node.bases):
                found[node.name] = (ast.get_docstring(node) or "").splitlines()[0]
    return found


@cache
def sentences() -> frozenset[str]:
    """Return every English sentence and word that the catalogue has to know."""
    classes = _error_classes()
    found = set(classes.values()) | COMPOSED
    for path in SOURCES:
        found |= set(_spoken(path, SPEAKERS | set(classes)))
    return frozenset(sentence for sentence in found if not _begins_in_chinese(sentence))


def _begins_in_chinese(sentence: str) -> bool:
    # Pages are written in Chinese, and translated the other way.
    return any("\u4e00" <= sign <= "\u9fff" for sign in sentence[:10])


@cache
def catalogue() -> dict[str, str]:
    """Return the Chinese of each template."""
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="zh") if message.id}


def _facts(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_every_sentence_has_its_chinese():
    missing = sorted(sentences() - set(catalogue()))

    assert missing == []


def test_every_entry_is_still_said_by_the_program():
    left_over = sorted(set(catalogue()) - sentences())

    assert left_over == []


def test_a_translation_tells_the_same_facts():
    differing = [sentence for sentence, chinese in catalogue().items() if _facts(chinese) != _facts(sentence)]

    assert differing == []


def test_no_translation_is_empty_or_left_in_english():
    same = [sentence for sentence, chinese in catalogue().items() if not chinese.strip() or chinese == sentence]

    assert same == []


def test_entries_stand_in_the_order_of_their_sentences():
    written = list(catalogue())

    assert written == sorted(written)


def test_a_sentence_inside_a_sentence_is_translated_too():
    sentence = Text("it has no geometry; it needs a {needed}", needed=Text("polygon"))

    told = translate(Text("row {row}: {words}", row=3, words=sentence), "zh")

    assert told == "第 3 行：没有图形，需要面"


def test_the_default_sentence_of_an_error_is_translated():
    error: WanggeError = errors.NotFound()

    assert translate(error.text, "zh") == "没有这条记录。"
