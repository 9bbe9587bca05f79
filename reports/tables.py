"""Tables as Excel files that an office opens, prints and sends on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

__all__ = ["Column", "workbook"]

_HEAD_ROW = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its width in characters, and the Excel format of its figures."""

    heading: str
    width: float = 12
    figures: str = ""


def workbook(title: str, note: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an ``.xlsx`` file with one sheet.

    Parameters
    ----------
    note : str
        Region, period, cut-off and definition, which stand beside the figures.
    rows : iterable
        Values in the order of `columns`: text, figures, days and naive times; None is empty.

    Notes
    -----
    Text is written as text: a cell that begins with ``=`` stays one, and no address becomes a link.
    """
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31])
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        sheet.write_string(0, 0, title, book.add_format(base | {"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, note, book.add_format(base | {"font_color": "#6b7280"}))
        head = book.add_format(base | {"bold": True, "bg_color": "#eef2f6", "border": 1, "text_wrap": True})
        formats = [book.add_format(base | {"border": 1, "num_format": column.figures}) for column in columns]
        days = book.add_format(base | {"border": 1, "num_format": "yyyy-mm-dd"})
        times = book.add_format(base | {"border": 1, "num_format": "yyyy-mm-dd hh:mm"})
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            sheet.write_string(_HEAD_ROW, index, column.heading, head)
        last = _HEAD_ROW
        for last, row in enumerate(rows, _HEAD_ROW + 1):
            for index, value in enumerate(row):
                _write(sheet, last, index, value, formats[index], days, times)
        sheet.freeze_panes(_HEAD_ROW + 1, 0)
        sheet.autofilter(_HEAD_ROW, 0, max(last, _HEAD_ROW + 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD_ROW)
    return target.getvalue()


def _write(sheet: Any, row: int, index: int, value: Any, plain: Any, days: Any, times: Any) -> None:
    match value:
        case None:
            sheet.write_blank(row, index, None, plain)
        case datetime():
            sheet.write_datetime(row, index, value, times)
        case date():
            sheet.write_datetime(row, index, value, days)
        case bool() | str():
            sheet.write_string(row, index, str(value), plain)
        case _:
            sheet.write_number(row, index, value, plain)
