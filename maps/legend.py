"""The legend under a picture, and how wide its words are (图例)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextToPath

from maps.fonts import font
from maps.palette import INK

__all__ = ["ROW_IN", "Key", "LegendRow", "draw_legend", "flow", "text_width_pt", "wrap"]

ROW_IN = 0.225
_SIZE_PT = 8.5
_TEXT = TextToPath()


@dataclass(frozen=True)
class Key:
    """One entry of the legend: a line, a box or a marker, and its words."""

    text: str
    line: dict[str, Any] | None = None
    box: dict[str, Any] | None = None
    glyph: str = ""


LegendRow = list[tuple[float, Key, bool]]


def draw_legend(axes: Axes, rows: Sequence[LegendRow], height_in: float) -> None:
    """Draw the rows from the top of axes that measure inches."""
    for number, row in enumerate(rows):
        y = height_in - 0.05 - ROW_IN * (number + 0.5)
        for x, key, heading in row:
            start = x if heading else x + _swatch(axes, key, x, y)
            axes.text(
                start,
                y,
                key.text,
                va="center_baseline",
                color=INK,
                fontproperties=font(_SIZE_PT, bold=heading),
                parse_math=False,
            )


def flow(legend: Sequence[tuple[str, Sequence[Key]]], width_in: float) -> list[LegendRow]:
    """Return the legend's rows: each entry with its place from the left, and whether it is a heading."""
    rows: list[LegendRow] = []
    for heading, keys in legend:
        indent = text_width_pt(heading, _SIZE_PT, bold=True) / 72 + 0.14 if heading else 0.0
        row: LegendRow = [(0.0, Key(heading), True)] if heading else []
        x = indent
        for key in keys:
            swatch = (
                0.31
                if key.box
                else 0.22
                if key.glyph or (key.line and "marker" in key.line)
                else 0.41
                if key.line
                else 0
            )
            need = swatch + text_width_pt(key.text, _SIZE_PT) / 72
            if x + need > width_in and x > indent:
                rows.append(row)
                row, x = [], indent
            row.append((x, key, False))
            x += need + 0.2
        rows.append(row)
    return rows


def wrap(words: str, size_pt: float, width_in: float, *, bold: bool = False) -> list[str]:
    """Break text into rows that fit, between words in Latin script, anywhere in Chinese."""
    rows, row = [], ""
    for piece in re.findall(r"[!-~]+|\s+|.", words):
        if row and text_width_pt(row + piece, size_pt, bold=bold) > width_in * 72:
            rows.append(row.strip())
            row = piece.lstrip()
        else:
            row += piece
    return [*rows, row.strip()] if row.strip() else rows


def text_width_pt(words: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a row of words is, in points."""
    if not words:
        return 0.0
    width: float = _TEXT.get_text_width_height_descent(words, font(size_pt, bold=bold), ismath=False)[0]
    return float(width)


def _swatch(axes: Axes, key: Key, x: float, y: float) -> float:
    if key.box is not None:
        axes.add_patch(Rectangle((x, y - 0.065), 0.24, 0.13, **{"edgecolor": "#8d95a1", "linewidth": 0.7, **key.box}))
        return 0.31
    if key.line is not None and "marker" in key.line:
        axes.add_line(Line2D([x + 0.1], [y], linestyle="none", **key.line))
        return 0.22
    if key.line is not None:
        axes.add_line(Line2D([x, x + 0.34], [y, y], **key.line))
        return 0.41
    if key.glyph:
        axes.add_patch(Rectangle((x, y - 0.075), 0.16, 0.15, facecolor="white", edgecolor="#8d95a1", linewidth=0.7))
        axes.text(
            x + 0.08,
            y,
            key.glyph,
            ha="center",
            va="center_baseline",
            fontproperties=font(7.5, bold=True),
            color=INK,
            parse_math=False,
        )
        return 0.22
    return 0.0
