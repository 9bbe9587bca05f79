"""Charts as plain SVG: each a few rectangles in per cent, its words beside it in the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Bar", "Months", "bars_of", "columns_of"]

_MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """A rate as a bar: per cent of the widest one, and where the whole (100 %) stands."""

    width: float
    whole: float


def bars_of(rates: Sequence[float | None]) -> list[Bar | None]:
    """Return a bar for each rate on one scale, which always reaches 100 %; None where there is no rate.

    Examples
    --------
    >>> bars_of([2.0, None, 0.5])
    [Bar(width=100.0, whole=50.0), None, Bar(width=25.0, whole=50.0)]
    """
    widest = max([1.0, *(rate for rate in rates if rate is not None)])
    return [None if rate is None else Bar(100 * rate / widest, 100 / widest) for rate in rates]


@dataclass(frozen=True, slots=True)
class Months:
    """A month's columns: heights in per cent of the highest of all months."""

    month: str
    done: int
    due: int | None
    done_height: float
    due_height: float


def columns_of(table: Sequence[dict[str, Any]]) -> list[Months]:
    """Return the columns of a table of months; nothing for more than three years."""
    if not 1 < len(table) <= _MOST_MONTHS:
        return []
    highest = max([1, *(max(row["done"], row["due"] or 0) for row in table)])
    return [
        Months(
            row["month"], row["done"], row["due"], 100 * row["done"] / highest, 100 * (row["due"] or 0) / highest
        )
        for row in table
    ]  # fmt: skip
