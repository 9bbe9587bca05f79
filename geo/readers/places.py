"""Places in a table's cells: two columns, one cell with both, or WKT."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.readers.texts import one_line
from geo.readers.values import clean_texts, parse_numbers
from geo.text import Text

__all__ = ["geometry_of_table"]

Built = tuple[npt.NDArray[np.object_], dict[int, Text]]
PAIR = r"^\s*([^,，;；\s]+)\s*[,，;；\s]\s*([^,，;；\s]+)\s*$"
HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


def geometry_of_table(frame: pd.DataFrame, found: Mapping[str, str]) -> Built | None:
    """Build geometry from a table's columns: WKT, else longitude and latitude, else both in one cell.

    Parameters
    ----------
    frame : DataFrame, shape (n, …)
    found : mapping of field to column
        As :func:`geo.readers.headers.assign_columns` gives it.

    Returns
    -------
    geometry, faults or None
        None when there are no such columns. Coordinates are still in the file's own datum; a
        row that gives none has None.
    """
    frame = frame.reset_index(drop=True)
    if "wkt" in found:
        return _from_wkt(frame[found["wkt"]])
    if "lon" in found and "lat" in found:
        return _from_pair(clean_texts(frame[found["lon"]]), clean_texts(frame[found["lat"]]))
    if "place" in found:
        texts = clean_texts(frame[found["place"]]).fillna("").astype("str")
        pairs = texts.str.strip("()（）[] ").str.extract(PAIR).astype(object)
        pairs = pairs.where(pairs.notna(), None)
        broken = np.flatnonzero(pairs[0].isna() & (texts != ""))
        geometry, faults = _from_pair(pairs[0], pairs[1])
        message = "{value} is no pair of coordinates"
        return geometry, faults | {int(i): Text(message, value=one_line(texts.iloc[i])) for i in broken}
    return None


def _from_pair(first: pd.Series, second: pd.Series) -> Built:
    x, y = parse_numbers(first), parse_numbers(second)
    geometry = np.full(len(x), None, dtype=object)
    there = first.notna().to_numpy(bool) | second.notna().to_numpy(bool)
    good = ~(np.isnan(x) | np.isnan(y))
    geometry[good] = shapely.points(x[good], y[good])
    faults = {}
    for position in np.flatnonzero(there & ~good):
        values = f"{first.iloc[position]}, {second.iloc[position]}"
        faults[int(position)] = Text("{value} is no pair of coordinates", value=one_line(values))
    return geometry, faults


def _from_wkt(values: pd.Series) -> Built:
    texts = clean_texts(values)
    geometry = np.full(len(texts), None, dtype=object)
    faults = {}
    for position, text in enumerate(texts):
        if text is None:
            continue
        plain = text.partition(";")[2] if text.upper().startswith("SRID=") else text
        try:
            hexadecimal = plain[:2] in ("00", "01") and HEXADECIMAL.issuperset(plain)
            geometry[position] = shapely.from_wkb(plain) if hexadecimal else shapely.from_wkt(plain)
        except (shapely.GEOSException, ValueError, TypeError):
            faults[position] = Text("{value} is no WKT", value=one_line(text, 40))
    return geometry, faults
