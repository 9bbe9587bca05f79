"""Encodings of texts from Chinese offices: UTF-8, GB18030, or a byte-order mark."""

import codecs

from geo.errors import Unreadable

__all__ = ["decode", "guess_encoding", "one_line"]

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes) -> str:
    """Return the text of a file.

    Raises
    ------
    Unreadable
        If it is in none of the encodings that are known.

    Examples
    --------
    >>> decode("河段".encode("gbk"))
    '河段'
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    return _strictly(data, guess_encoding(data))


def guess_encoding(data: bytes) -> str:
    """Return ``utf-8`` or ``gb18030``, whichever the bytes are valid in; UTF-8 first.

    Text of a few Chinese characters in GBK is almost never valid UTF-8, while
    the reverse happens, so the order decides soundly.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        # A file cut in the middle of a character is still UTF-8.
        if fault.reason == "unexpected end of data" and fault.start >= len(data) - 3 and fault.start > 3:
            return "utf-8"
        return "gb18030"
    return "utf-8"


def one_line(value: object, limit: int = 60) -> str:
    r"""Return something of a file as it may stand in a sentence: short, in one line, nothing that steers a terminal.

    Examples
    --------
    >>> one_line("整改\n期限 ")
    '整改 期限'
    """
    text = "".join(sign if sign.isprintable() else " " for sign in str(value)[: 4 * limit])
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        raise Unreadable("the text is neither UTF-8 nor GB18030; save it as UTF-8") from fault
