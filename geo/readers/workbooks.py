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

CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"')
SHARED = re.compile(rb"<(?:\w+:)?si[\s>](.*?)</(?:\w+:)?si>", re.DOTALL)
REFERENCE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\bt="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})</')
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
            return
        shared = book.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else b""
        lengths = [len(TAG.sub(b"", text)) for text in SHARED.findall(shared)]
        for name in names:
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                _check_sheet(book.read(name), lengths, limits)


def _check_sheet(sheet: bytes, lengths: list[int], limits: Limits) -> None:
    columns: set[bytes] = set()
    first_row, last_row = 2**31, 0
    for letters, digits in CELL.findall(sheet):
        columns.add(letters)
        row = int(digits)
        first_row, last_row = min(first_row, row), max(last_row, row)
    if columns:
        numbers = [_number(letters) for letters in columns]
        _check_cells((max(numbers) - min(numbers) + 1) * (last_row - first_row + 1), limits)
    if lengths and max(lengths) * sheet.count(b't="s"') > limits.max_unpacked_bytes:
        total = sum(lengths[int(at)] for at in REFERENCE.findall(sheet) if int(at) < len(lengths))
        if total > limits.max_unpacked_bytes:
            raise TooLarge(
                "the workbook's texts amount to more than {limit_mib} MiB", limit_mib=limits.max_unpacked_bytes >> 20
            )


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


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
