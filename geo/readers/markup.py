"""XML without its dangers: no document types, no entities, no network."""

import re
from collections.abc import Callable
from xml.parsers import expat

from geo.errors import Unreadable
from geo.readers.texts import decode, guess_encoding

__all__ = ["parse_events", "root_name", "to_utf8"]

DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")


class _Found(Exception):
    """The root's name is known."""


def to_utf8(data: bytes) -> bytes:
    """Return a document's bytes in UTF-8, whatever it declares.

    Raises
    ------
    Unreadable
        If it is not in the encoding that it declares.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return _declared_utf8(decode(data).encode())
    declared = DECLARATION.match(data[:512])
    name = declared[1].decode().lower() if declared else "utf-8"
    if name in ("utf-8", "utf8", "us-ascii", "ascii"):
        # Some apps declare UTF-8 and write names in GBK.
        return data if data.isascii() or guess_encoding(data) == "utf-8" else _guessed(data)
    # GB2312 and GBK are parts of GB18030, and files that declare the lesser often hold the greater.
    codec = "gb18030" if name in ("gb2312", "gbk", "gb18030", "cp936", "x-gbk") else name
    try:
        return _declared_utf8(data.decode(codec).encode())
    except (LookupError, UnicodeError) as fault:
        raise Unreadable("the file is not in the encoding that it declares: {encoding}", encoding=name) from fault


def _guessed(data: bytes) -> bytes:
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError:
        return data  # expat tells the line


def _declared_utf8(data: bytes) -> bytes:
    """Let a document declare what it has become."""
    declared = DECLARATION.match(data[:512])
    return data if declared is None else data[: declared.start(1)] + b"utf-8" + data[declared.end(1) :]


def parse_events(
    data: bytes,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Run through a document, calling back at each element.

    Parameters
    ----------
    data : bytes
        In UTF-8.
    start, end, text : callable, optional
        As expat's handlers; names keep their prefixes. Without any, the document is only checked.

    Raises
    ------
    Unreadable
        If the document is not well formed, or has a document type (which
        neither GPX nor KML needs, and entity bombs do).
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    if start is not None:
        parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        raise Unreadable(
            "the XML breaks off or is damaged at line {line}: {reason}",
            line=fault.lineno,
            reason=expat.ErrorString(fault.code),
        ) from fault


def root_name(data: bytes) -> str:
    """Return the name of a document's root element, without its prefix."""
    names: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        names.append(name.rpartition(":")[2])
        raise _Found

    try:
        parse_events(to_utf8(data), start)
    except _Found:
        return names[0]
    raise Unreadable("the XML has no element")  # pragma: no cover - expat finds that before


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("the file declares XML entities or a document type, which no map file needs; it is not opened")
