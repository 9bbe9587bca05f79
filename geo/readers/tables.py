"""CSV and Excel: encodings, separators, titles above the header, cached values only."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import TooLarge, Unreadable
from geo.readers.columns import Field
from geo.readers.headers import count_known, list_columns
from geo.readers.results import Layer, Limits
from geo.readers.texts import decode, one_line
from geo.readers.workbooks import check_workbook
from geo.text import Text

__all__ = ["read_csv", "read_excel"]

SEPARATORS = ",\t;|，"
HEADER_WITHIN_ROWS = 30
# Columns named #1, #2 … say that the table has no header.
NUMBERED = re.compile(r"#\d+")
NO_HEADER = -1
QUOTED = re.compile(r'"[^"]*(?:"|$)')
SAMPLE_CHARACTERS = 64 * 1024


def read_csv(data: bytes, fields: Sequence[Field], mapping: Mapping[str, str], limits: Limits) -> Layer:
    """Return the rows of a text table; every value is a string, empty where there is none.

    Raises
    ------
    Unreadable
        If the encoding is unknown or the quotes do not pair.
    TooLarge
        If it has too many rows.
    """
    text = decode(data).replace("\0", "")
    if not text.strip():
        raise Unreadable("the table is empty")
    sample = text[:SAMPLE_CHARACTERS]
    separator = _separator_of_header(sample, fields, mapping) or _separator(sample)
    head = _sample_rows(sample, separator)
    header = _header_row(head, fields, mapping)
    width = max(len(row) for row in head)
    cells = _parse(text, separator, width, limits)
    return _layer(cells, header)


def read_excel(data: bytes, fields: Sequence[Field], mapping: Mapping[str, str], limits: Limits) -> Layer:
    """Return the rows of the sheet whose header is known best; formulas give their cached values.

    Raises
    ------
    Unreadable
        If the workbook is damaged or has a password.
    TooLarge
        If it has too many rows.
    """
    check_workbook(data, limits)
    sheets = _sheets(data)
    scores: list[tuple[int, str, int]] = []
    for name, cells in sheets.items():
        if len(cells) > limits.max_rows:
            raise TooLarge(
                "the sheet has {count} rows, more than the limit of {limit}", count=len(cells), limit=limits.max_rows
            )
        if len(cells):
            head = [[_shown(cell) for cell in row] for row in cells.head(HEADER_WITHIN_ROWS).itertuples(index=False)]
            position = _header_row(head, fields, mapping)
            known = 0 if position == NO_HEADER else count_known(head[position], fields, mapping)
            scores.append((known, name, position))
    if not scores:
        raise Unreadable("the workbook is empty")
    best = max(scores, key=lambda score: score[0])
    layer = _layer(sheets[best[1]], best[2])
    others = [name for score, name, _ in scores if name != best[1] and score >= max(2, best[0] - 1)]
    if others:
        message = "only the sheet {sheet} was read; the others ({others}) have to be imported as files of their own"
        layer.warnings.append(Text(message, sheet=one_line(best[1]), others=list_columns(others)))
    return layer


def _sheets(data: bytes) -> dict[str, pd.DataFrame]:
    try:
        sheets: dict[str, pd.DataFrame] = pd.read_excel(
            io.BytesIO(data), sheet_name=None, header=None, dtype=object, engine="calamine"
        )
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as fault:  # a panic of calamine is no Exception, and no fault of a reader may pass
        if "assword" in str(fault) or "ncrypt" in str(fault):
            raise Unreadable("the workbook has a password; save it without one") from fault
        raise Unreadable("the workbook is damaged") from fault
    return sheets


def _separator_of_header(sample: str, fields: Sequence[Field], mapping: Mapping[str, str]) -> str:
    """Return the separator by which most headers are known; an empty word when two would do, or none.

    A track in a cell may have more commas in each line than the table has columns.
    """
    known = {}
    for separator in SEPARATORS:
        head = _sample_rows(sample, separator) if separator in sample else []
        known[separator] = max((count_known(row, fields, mapping) for row in head), default=0)
    first, second = sorted(known, key=lambda separator: known[separator], reverse=True)[:2]
    return first if known[first] > max(known[second], 1) else ""


def _separator(sample: str) -> str:
    """Return the separator that most lines have, in the same number."""
    # What stands in quotes holds no separators: a track in a cell has more commas than the table.
    plain = QUOTED.sub('""', sample)
    lines = [line for line in plain.splitlines()[:50] if line.strip()]
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        counts = [count for line in lines if (count := line.count(separator))]
        if counts:
            usual = max(set(counts), key=counts.count)
            score = counts.count(usual) / len(lines) * min(usual, 20)
            if score > best_score * 1.0001:
                best, best_score = separator, score
    return best


def _sample_rows(sample: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) >= HEADER_WITHIN_ROWS:
                break
    except csv.Error as fault:
        raise Unreadable("the table is damaged: {reason}", reason=one_line(fault, 120)) from fault
    return rows


def _header_row(rows: Sequence[Sequence[str]], fields: Sequence[Field], mapping: Mapping[str, str]) -> int:
    """Return the position of the header: the row with most known headers, else the first full one."""
    columns = [column for column in mapping.values() if not column.startswith("=")]
    if columns and all(NUMBERED.fullmatch(column) for column in columns):
        return NO_HEADER
    scores = [count_known(row, fields, mapping) for row in rows]
    best = max(scores)
    if best:
        return scores.index(best)
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    return filled.index(max(filled))


def _parse(text: str, separator: str, width: int, limits: Limits) -> pd.DataFrame:
    options: dict[str, Any] = {
        "sep": separator,
        "header": None,
        "names": range(width),
        "dtype": str,
        "keep_default_na": False,
        "na_filter": False,
        "skip_blank_lines": False,
        "nrows": limits.max_rows + HEADER_WITHIN_ROWS + 1,
    }
    try:
        cells = pd.read_csv(io.StringIO(text), engine="c", **options)
    except (pd.errors.ParserError, ValueError, OverflowError):
        cells = _parse_slowly(text, separator)
    if not isinstance(cells.index, pd.RangeIndex):
        # The first rows are longer than the sample's: pandas took their beginning for an index.
        cells = _parse_slowly(text, separator)
    if len(cells) > limits.max_rows + HEADER_WITHIN_ROWS:
        raise TooLarge("the table has more rows than the limit of {limit}", limit=limits.max_rows)
    return cells


def _parse_slowly(text: str, separator: str) -> pd.DataFrame:
    """Parse rows of uneven lengths, each padded to the longest."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as fault:
        raise Unreadable("the table is damaged: {reason}", reason=one_line(fault, 120)) from fault
    width = max(len(row) for row in rows)
    if width > 16_384:
        raise Unreadable("the table has {count} columns; is it a table?", count=width)
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=str)


def _layer(cells: pd.DataFrame, header: int) -> Layer:
    """Return the rows below the header, without empty rows and without empty nameless columns."""
    titles = [""] * len(cells.columns) if header == NO_HEADER else [_shown(cell) for cell in cells.iloc[header]]
    body = cells.iloc[header + 1 :].reset_index(drop=True).set_axis(_unique(titles), axis=1)
    filled = _filled(body)
    columns = np.array([bool(title) for title in titles], bool) | filled.any(axis=0)
    keep = filled.any(axis=1)
    rows = np.arange(1, len(body) + 1)
    return Layer(body.loc[keep, columns].reset_index(drop=True), rows=rows[keep])


def _filled(body: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which cells hold something, shape (rows, columns)."""
    filled = np.zeros(body.shape, bool)
    for position, name in enumerate(body.columns):
        column = body[name]
        filled[:, position] = (column.notna() & (column.astype("str").str.strip() != "")).to_numpy(bool)
    return filled


def _shown(cell: Any) -> str:
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    return str(cell).strip()


def _unique(names: Sequence[str]) -> list[str]:
    """Return headers of which each has a name of its own: repeated ones are numbered."""
    taken: set[str] = set()
    result = []
    for position, name in enumerate(names):
        own, count = name or f"#{position + 1}", 1
        while own in taken:
            count += 1
            own = f"{name}.{count}"
        taken.add(own)
        result.append(own)
    return result
