"""Values as a page carries them: compact, rounded, and safe inside a script element."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput

__all__ = [
    "area_text",
    "data_tag",
    "date_text",
    "length_text",
    "lines",
    "polygons",
    "safe_link",
    "script_json",
    "share_text",
    "text_of",
]

_DECIMALS = 6  # A tenth of a metre: finer than any boundary is known.
_HIDDEN = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(value: Any) -> str:
    r"""Return JSON that can stand inside any script element.

    Examples
    --------
    >>> print(script_json({"名": "</script>"}))
    {"名":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, hidden in _HIDDEN.items():
        text = text.replace(character, hidden)
    return text


def data_tag(name: str, value: Any) -> str:
    """Return a data block: JSON that no browser runs, and so needs no nonce."""
    return f'<script type="application/json" id="{name}">{script_json(value)}</script>'


def text_of(value: Any) -> str:
    """Return a cell of a frame as text; nothing for a missing value."""
    return "" if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)) else str(value)


def date_text(value: Any) -> str:
    """Return a day as 2024-06-05; nothing for a missing one."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return f"{pd.Timestamp(value):%Y-%m-%d}"


def length_text(length_m: float | None) -> str:
    """Return a length: metres under 1 km, kilometres with two decimals above.

    Examples
    --------
    >>> length_text(850.4), length_text(12345), length_text(None)
    ('850 m', '12.35 km', '')
    """
    if length_m is None or pd.isna(length_m):
        return ""
    # 999.6 m must not become "1000 m" beside "1.00 km".
    return f"{length_m:.0f} m" if round(length_m) < 1000 else f"{length_m / 1000:.2f} km"


def area_text(area_m2: float, mu: str) -> str:
    """Return an area in m² or km², with the Chinese mu (亩, 1/15 ha) beside it.

    Examples
    --------
    >>> area_text(2_500_000, "亩")
    '2.50 km²（3750 亩）'
    """
    metric = f"{area_m2:.0f} m²" if area_m2 < 100_000 else f"{area_m2 / 1e6:.2f} km²"
    count = f"{area_m2 * 15 / 10_000:.0f} {mu}"
    return f"{metric}（{count}）" if mu == "亩" else f"{metric} ({count})"


def share_text(share: float | None) -> str:
    """Return a share in percent; a dash when there is none, which is not 0.

    Examples
    --------
    >>> share_text(1.1397849), share_text(None)
    ('113.98 %', '—')
    """
    return "—" if share is None or pd.isna(share) else f"{share * 100:.2f} %"


def safe_link(address: str) -> str:
    """Return `address` if it is relative or http(s).

    Raises
    ------
    InvalidInput
        For any other scheme, such as ``javascript:``.
    """
    if urlsplit(address.strip()).scheme.casefold() not in {"", "http", "https"}:
        raise InvalidInput("a record's address must be relative or http(s): {address}", address=address)
    return address.strip()


def lines(geometry: BaseGeometry | None) -> list[list[list[float]]]:
    """Return the lines of a geometry as lists of ``[lat, lon]``."""
    return [_points(part) for part in _parts(geometry, "LineString")]


def polygons(geometry: BaseGeometry | None) -> list[list[list[list[float]]]]:
    """Return the polygons of a geometry: for each its rings, each a list of ``[lat, lon]``."""
    return [
        [_points(part.exterior), *(_points(ring) for ring in part.interiors)] for part in _parts(geometry, "Polygon")
    ]


def _parts(geometry: BaseGeometry | None, kind: str) -> Iterator[Any]:
    if geometry is None or geometry.is_empty:
        return
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == kind:
            yield part
        elif hasattr(part, "geoms"):
            yield from _parts(part, kind)


def _points(line: BaseGeometry) -> list[list[float]]:
    coordinates = shapely.get_coordinates(line)[:, ::-1].round(_DECIMALS)
    points: list[list[float]] = coordinates.tolist()
    return points
