"""The encoding of a shapefile's attributes: what it says, else what the bytes tell."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.readers.texts import guess_encoding
from geo.text import Text

__all__ = ["ColumnBytes", "encoding_of_dbf"]

# Language driver bytes of dBASE that name a code page; 0 and 0x57 ("the system's") say nothing.
LANGUAGE_DRIVERS = {
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x4F: "cp950",
    0x78: "cp950",
    0x4E: "cp949",
    0x79: "cp949",
    0x13: "cp932",
    0x7B: "cp932",
    0xC8: "cp1250",
    0xC9: "cp1251",
    0xCA: "cp1254",
    0xCB: "cp1253",
    0x03: "cp1252",
    0x58: "cp1252",
    0x59: "cp1252",
    0x01: "cp437",
    0x02: "cp850",
    0x64: "cp852",
    0x26: "cp866",
    0x65: "cp866",
    0x7C: "cp874",
    0x50: "cp874",
}
CODE_PAGES = {"936": "gb18030", "950": "cp950", "949": "cp949", "932": "cp932", "65001": "utf-8", "54936": "gb18030"}
GBK = {"gb2312", "gbk", "gb18030", "cp936"}
UNITS_CUT = 3  # a width that cuts a text cuts its last character at most by so many bytes


@dataclass(slots=True)
class ColumnBytes:
    """The bytes of a table's text columns, which GDAL delivered as Latin-1; each distinct text once."""

    codes: dict[str, npt.NDArray[np.intp]] = field(default_factory=dict)
    texts: dict[str, list[bytes]] = field(default_factory=dict)
    headers: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str]) -> "ColumnBytes":
        """Gather the bytes of a frame's columns and headers."""
        held = cls(headers=[_bytes(name) for name in frame.columns])
        for name in names:
            held.codes[name], distinct = pd.factorize(frame[name], use_na_sentinel=True)
            held.texts[name] = [_bytes(value) for value in distinct]
        return held

    def all(self) -> list[bytes]:
        """Return each distinct text that has more than ASCII in it."""
        values = {value for column in self.texts.values() for value in column}
        return [value for value in (*self.headers, *values) if not value.isascii()]

    def decoded(self, name: str, encoding: str) -> npt.NDArray[np.object_]:
        """Return a column's texts; None for nothing."""
        texts = [decode_cut(value, encoding) for value in self.texts[name]]
        return np.array([*texts, None], dtype=object)[self.codes[name]]

    def names(self, encoding: str) -> list[str]:
        """Return the headers, each with a name of its own."""
        names = [decode_cut(value, encoding) for value in self.headers]
        return [name if names.count(name) == 1 else f"{name}.{i + 1}" for i, name in enumerate(names)]


def encoding_of_dbf(held: ColumnBytes, *, cpg: bytes | None, dbf: bytes) -> tuple[str, Text | None]:
    """Decide an encoding: the ``.cpg`` file, the language driver byte, the bytes themselves.

    Whatever is declared must also fit; the bytes of Chinese in GBK with a ``.cpg``
    of UTF-8 are a common fault, and then the bytes are right.

    Returns
    -------
    encoding : str
        A codec's name.
    note : Text or None
        When a declaration was not followed.
    """
    texts = held.all()
    declared = _declared(cpg) or LANGUAGE_DRIVERS.get(dbf[29] if len(dbf) > 29 else 0)
    if declared is not None and all(fits(text, declared) for text in texts):
        return declared, None
    if not texts:
        return declared or "utf-8", None
    guessed = next((name for name in ("utf-8", "gb18030") if all(fits(text, name) for text in texts)), None)
    if guessed is None:
        guessed = declared or guess_encoding(b"\n".join(texts))
        return guessed, Text("some texts are not in {encoding}; their signs are replaced", encoding=guessed)
    if declared is not None:
        return guessed, Text(
            "the file declares {declared}, but its texts are {encoding}", declared=declared, encoding=guessed
        )
    return guessed, None


def fits(text: bytes, encoding: str) -> bool:
    """Tell whether bytes are valid, but for a last character that the column's width cut."""
    try:
        text.decode(encoding)
    except UnicodeDecodeError as fault:
        return fault.start > 0 and len(text) - fault.start <= UNITS_CUT and fault.end >= len(text)
    return True


def decode_cut(text: bytes, encoding: str) -> str:
    """Return a text without the half character that the column's width left at its end."""
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as fault:
        if fault.start > 0 and len(text) - fault.start <= UNITS_CUT and fault.end >= len(text):
            return text[: fault.start].decode(encoding)
        return text.decode(encoding, "replace")


def _bytes(value: object) -> bytes:
    return str(value).encode("latin-1", "replace").rstrip(b"\0 ")


def _declared(cpg: bytes | None) -> str | None:
    """Return the codec that a ``.cpg`` names, in any of the usual spellings."""
    if cpg is None:
        return None
    word = cpg[:40].decode("ascii", "ignore").strip().casefold().removeprefix("ansi").strip(" -_")
    word = CODE_PAGES.get(word, word)
    for name in (
        word,
        f"cp{word}",
        f"iso-8859-{word.removeprefix('8859').strip('-_')}",
        word.removeprefix("oem").strip(),
    ):
        try:
            codec = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        return "gb18030" if codec in GBK else codec
    return None
