"""Workbooks looked over before they are loaded: the loader allocates whatever a sheet claims.

Two cells in opposite corners of a sheet make a table of 17 billion cells, and one long shared text can be
referred to a million times; either would end the process, not raise an error.
"""

import re
import zipfile
from io import BytesIO

from geo.errors import TooLarge, Unreadable
from geo.readers.markup import parse_events, to_utf8
from geo.readers.results import Limits

__all__ = ["check_workbook"]

# How nearly all programs write a cell; what they write otherwise is left to the parser.
OPENED = re.compile(rb"<c[\s/>]")
COLUMN = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"')
ROW = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
UNUSUAL = (b"<!", b":c ", b":c>", b":c/", b"\0", b" t='", b" t =")
SHARED = re.compile(rb"<(?:\w+:)?si[\s>](.*?)</(?:\w+:)?si>", re.DOTALL)
TAG = re.compile(rb"<[^>]*>")


def check_workbook(data: bytes, limits: Limits) -> None:
    """Refuse a workbook that is small as a file and immense as a table.

    Raises
    ------
    TooLarge
        If a sheet spans, or its texts amount to, more than the limits.
    Unreadable
        If it is damaged.
    """
    if not data.startswith(b"PK\x03\x04"):
        return  # the old .xls cannot span more than 65 536 × 256 cells
    with zipfile.ZipFile(BytesIO(data)) as book:
        names = book.namelist()
        if "content.xml" in names:
            _check_ods(book.read("content.xml"), limits)
        shared = book.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else b""
        lengths = [len(TAG.sub(b"", text)) for text in SHARED.findall(shared)]
        for name in names:
            # A workbook names its sheets' files itself, so every part may be one.
            part = b"" if name == "xl/sharedStrings.xml" else book.read(name)
            if part[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
                _check_sheet(part, lengths, limits)


class _SheetCells:
    """Find how far a sheet of an .xlsx reaches, and how often it refers to shared texts."""

    def __init__(self) -> None:
        self.row = self.column = 0
        self.rows: list[int] = []
        self.columns: set[int] = set()
        self.numbers: dict[str, int] = {}
        self.references = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c" or name.endswith(":c"):
            place = attributes.get("r", "")
            letters = place.rstrip("0123456789")
            if letters:
                self.column = self.number(letters)
                self.row = int(place[len(letters) :][:9] or 0)
            else:
                self.column += 1
            self.columns.add(self.column)
            if not self.rows or self.rows[-1] != self.row:
                self.rows.append(self.row)
            self.references += attributes.get("t") == "s"
        elif name == "row" or name.endswith(":row"):
            place = attributes.get("r", "")
            self.row = int(place[:9]) if place.isdecimal() else self.row + 1
            self.column = 0

    def number(self, letters: str) -> int:
        """Return a column's number: A is 1, XFD 16 384."""
        if letters not in self.numbers:
            number = 0
            for letter in letters[:4].upper():
                number = number * 26 + ord(letter) - 64
            self.numbers[letters] = number
        return self.numbers[letters]

    @property
    def span(self) -> int:
        """The cells of the table from the first to the last row and column."""
        if not self.columns:
            return 0
        return (max(self.columns) - min(self.columns) + 1) * (max(self.rows) - min(self.rows) + 1)


def _usual_cells(sheet: bytes) -> _SheetCells | None:
    """Find the same by pattern, many times faster; None when the sheet is not of the usual shape."""
    if any(sign in sheet for sign in UNUSUAL):
        return None
    columns, rows = COLUMN.findall(sheet), ROW.findall(sheet)
    if not len(columns) == len(rows) == len(OPENED.findall(sheet)):
        return None
    cells = _SheetCells()
    cells.columns = {cells.number(letters.decode()) for letters in set(columns)}
    cells.rows = [int(digits) for digits in set(rows)]
    cells.references = sheet.count(b't="s"')
    return cells


def _check_sheet(sheet: bytes, lengths: list[int], limits: Limits) -> None:
    sheet = to_utf8(sheet)
    cells = _usual_cells(sheet)
    if cells is None:
        cells = _SheetCells()
        parse_events(sheet, cells.start)
    _check_cells(cells.span, limits)
    if lengths and max(lengths) * cells.references > limits.max_unpacked_bytes:
        total = sum(lengths[at] for at in _references(sheet) if at < len(lengths))
        if total > limits.max_unpacked_bytes:
            limit_mib = limits.max_unpacked_bytes >> 20
            raise TooLarge("the workbook's texts amount to more than {limit_mib} MiB", limit_mib=limit_mib)


def _references(sheet: bytes) -> list[int]:
    """Return which shared text each cell refers to."""
    found: list[int] = []
    texts: list[str] = []
    shared = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        texts.clear()
        if name == "c" or name.endswith(":c"):
            shared[0] = attributes.get("t") == "s"

    def end(name: str) -> None:
        if (name == "v" or name.endswith(":v")) and shared[0]:
            text = "".join(texts).strip()
            found.append(int(text[:9]) if text.isdecimal() else 0)

    parse_events(sheet, start, end, texts.append)
    return found


def _check_cells(cells: int, limits: Limits) -> None:
    if cells > limits.max_cells:
        message = (
            "a sheet spans {cells} cells, more than the limit of {limit}; delete what lies far outside of the table"
        )
        raise TooLarge(message, cells=cells, limit=limits.max_cells)


class _OdsCells:
    """Count the cells of an ODS as they are once repetitions are written out."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.total = 0
        self.rows = 1
        self.width = 0  # up to the last cell of the row
        self.filled = 0  # up to its last cell that holds something

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "table-row":
            self.rows, self.width, self.filled = _repeated(attributes, "rows"), 0, 0
        elif local in ("table-cell", "covered-table-cell"):
            self.width += _repeated(attributes, "columns")
            if any(key.rpartition(":")[2] == "value-type" for key in attributes):
                self.filled = self.width
        elif local == "p":
            self.filled = self.width

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "table-row":
            self.total += self.rows * self.filled
            _check_cells(self.total, self.limits)


def _check_ods(content: bytes, limits: Limits) -> None:
    counter = _OdsCells(limits)
    parse_events(to_utf8(content), counter.start, counter.end)


def _repeated(attributes: dict[str, str], what: str) -> int:
    for key, value in attributes.items():
        if key.rpartition(":")[2] == f"number-{what}-repeated":
            if not value.isdigit():
                raise Unreadable("the workbook is damaged")
            return int(value[:9])
    return 1
