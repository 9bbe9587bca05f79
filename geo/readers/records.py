"""Rows of one kind: fields found, values checked, geometry placed; the bad ones told apart."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import InvalidInput, TooLarge
from geo.readers.headers import FIELDS, PLACE, Field, assign_columns
from geo.readers.placing import Placing, choose_datum, lies_in_mainland, place_geometry, place_points
from geo.readers.results import Kind, Layer, Limits, Reading, Rejection
from geo.readers.shapes import SHAPES, check_shapes
from geo.readers.sources import Source
from geo.readers.values import clean_texts, parse_numbers, read_values
from geo.text import Text
from geo.types import RegionCode

__all__ = ["STORAGE", "geometry_of_table", "read_records"]

STORAGE = "EPSG:4490"
# Fields that must have a value in each row, beside those that must have a column.
NAMELESS = {Kind.regions, Kind.cells, Kind.rivers, Kind.reaches, Kind.zones, Kind.sites}
# The column of region codes that tells a level where none is given. A cell's region is no help: groups lie in villages.
LEVEL_FROM = {Kind.regions: "code", Kind.cells: "code", Kind.reaches: "region", Kind.people: "region"}
# What makes two rows the same thing twice.
KEYS: dict[Kind, tuple[str, ...]] = {
    Kind.people: ("code", "title", "region", "valid_from"),
    Kind.responsibilities: ("person", "target_kind", "target", "role", "valid_from"),
    Kind.issues: ("number",),
}


class _Rows:
    """The rows of a file while they are being checked; positions count from 0."""

    def __init__(self, kind: Kind, layer: Layer) -> None:
        self.kind = kind
        self.layer = layer
        self.faults: dict[int, Text] = dict(layer.faults)
        self.warnings: list[Text] = list(layer.warnings)

    def reject(self, faults: Mapping[int, Text]) -> None:
        """Keep the first reason of each row."""
        for position, reason in faults.items():
            self.faults.setdefault(position, reason)


def read_records(
    kind: Kind, layer: Layer, source: Source, *, crs: str | None, mapping: Mapping[str, str], limits: Limits
) -> Reading:
    """Check a layer's rows as rows of a kind.

    Raises
    ------
    InvalidInput
        If a column is missing that the kind needs.
    UnknownDatum
        If the file has coordinates and nobody says in which datum.
    """
    rows = _Rows(kind, layer)
    fields = FIELDS[kind] + (PLACE if kind in SHAPES else ())
    columns = [str(column) for column in layer.frame.columns]
    found = assign_columns(columns, fields, mapping, truncated=layer.truncated_names)
    frame = _fields(rows, FIELDS[kind], found)
    code = ""
    if kind in SHAPES:
        geometry, code = _place(rows, found, source, crs, limits)
        shaped = check_shapes(kind, geometry)
        rows.reject(shaped.faults)
        _warn_of_repairs(rows, shaped.repairs)
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shaped.geometry, crs=STORAGE), crs=STORAGE)
    if kind == Kind.sites:
        frame["facts"] = _facts(layer.frame, found)
    rows.reject(_repeated(kind, frame, rows))
    return _reading(rows, frame, source, code)


def _fields(rows: _Rows, fields: tuple[Field, ...], found: dict[str, str]) -> pd.DataFrame:
    """Read all columns of the kind; derive the level from codes where no column tells it."""
    frame = pd.DataFrame(index=pd.RangeIndex(len(rows.layer.frame)))
    _fall_back(rows, found)
    for field in fields:
        column = found.get(field.name)
        label = field.name if column is None or column.startswith("=") else column
        if column is not None:
            constant = column.startswith("=") and column not in rows.layer.frame.columns
            values = _constant(column, len(frame)) if constant else rows.layer.frame[column]
            read = read_values(field.reader, values, label)
            frame[field.name] = read.values
            rows.reject(read.faults)
        elif field.reader == "level" and LEVEL_FROM.get(rows.kind) in found:
            frame["level"] = None
        elif field.required:
            raise _missing(field, rows.layer)
    _derive_levels(rows, frame)
    for field in fields:
        if field.required:
            label = found.get(field.name, field.name)
            empty = frame[field.name].isna().to_numpy(bool)
            rows.reject({int(i): Text("{label} is empty", label=label) for i in np.flatnonzero(empty)})
    return frame


def _derive_levels(rows: _Rows, frame: pd.DataFrame) -> None:
    """Fill empty levels from the region codes, whose length and zeros tell them."""
    source = LEVEL_FROM.get(rows.kind)
    if source not in frame or "level" not in frame:
        return
    empty = frame["level"].isna() & frame[source].notna()
    for position in np.flatnonzero(empty):
        try:
            frame.loc[position, "level"] = str(RegionCode(frame[source].iloc[position]).level)
        except InvalidInput:
            rows.reject(
                {
                    int(position): Text(
                        "level is empty, and {code} is no region code that would tell it",
                        code=frame[source].iloc[position],
                    )
                }
            )


def _constant(value: str, count: int) -> pd.Series:
    return pd.Series([value[1:]] * count, dtype=object)


def _missing(field: Field, layer: Layer) -> InvalidInput:
    return InvalidInput(
        "no column for {field} among {columns}; name it with --map {field}=COLUMN, or give all rows one value with --map {field}==VALUE",
        field=field.name,
        columns=", ".join(str(column) for column in layer.frame.columns[:20]) or "-",
    )


def _fall_back(rows: _Rows, found: dict[str, str]) -> None:
    """Let a name stand for a missing code of a person, and a code for a missing name of a thing."""
    if rows.kind == Kind.people and "code" not in found and "name" in found:
        found["code"] = found["name"]
        rows.warnings.append(Text("there is no column of codes: people are told apart by their names"))
    if rows.kind in NAMELESS and "name" not in found and "code" in found:
        found["name"] = found["code"]
        rows.warnings.append(Text("there is no column of names: the codes stand for them"))


def _place(
    rows: _Rows, found: dict[str, str], source: Source, crs: str | None, limits: Limits
) -> tuple[np.ndarray, str]:
    layer = rows.layer
    geometry = layer.geometry
    if geometry is None or not (~shapely.is_missing(geometry)).any():
        table = geometry_of_table(layer.frame, found)
        if table is None:
            if SHAPES[rows.kind][1] and geometry is None:
                raise InvalidInput(
                    "no columns for the place; name them with --map lon=COLUMN --map lat=COLUMN, or a column of WKT with --map wkt=COLUMN"
                )
            return np.full(len(layer.frame), None, object) if geometry is None else geometry, ""
        geometry, faults = table
        rows.reject(faults)
    placing = choose_datum(crs, layer.crs, layer.defined, file=source.name)
    placed, faults = _placed(rows.kind, placing, geometry, limits)
    rows.reject(faults)
    rows.warnings += placing.warnings
    _warn_of_shift(rows, placing, placed, crs)
    return placed, placing.code


def _placed(kind: Kind, placing: Placing, geometry: np.ndarray, limits: Limits) -> tuple[np.ndarray, dict[int, Text]]:
    vertices = int(shapely.get_num_coordinates(geometry).sum())
    if vertices > limits.max_vertices:
        raise TooLarge(
            "the file has {count} vertices, more than the limit of {limit}", count=vertices, limit=limits.max_vertices
        )
    if SHAPES[kind][0] != "point" or not (shapely.get_type_id(geometry) <= 0).all():
        return place_geometry(placing, geometry)
    x, y = shapely.get_x(geometry), shapely.get_y(geometry)
    lon, lat, faults = place_points(placing, x, y)
    placed = np.full(len(geometry), None, dtype=object)
    good = np.isfinite(lon)
    placed[good] = shapely.points(lon[good], lat[good])
    infinite = ~np.isfinite(x) & ~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)
    faults.update({int(i): Text("its coordinates are no numbers") for i in np.flatnonzero(infinite)})
    return placed, faults


def geometry_of_table(frame: pd.DataFrame, found: Mapping[str, str]) -> tuple[np.ndarray, dict[int, Text]] | None:
    """Build geometry from a table's columns: WKT, else longitude and latitude, else both in one cell.

    Returns
    -------
    geometry, faults or None
        None when there are no such columns. Coordinates are still in the file's own datum.
    """
    if "wkt" in found:
        return _from_wkt(frame[found["wkt"]])
    if "lon" in found and "lat" in found:
        return _from_pair(clean_texts(frame[found["lon"]]), clean_texts(frame[found["lat"]]))
    if "place" in found:
        texts = clean_texts(frame[found["place"]]).fillna("")
        pairs = texts.str.strip("()（）[] ").str.extract(r"^\s*([^,，;；\s]+)\s*[,，;；\s]\s*([^,，;；\s]+)\s*$")
        pairs = pairs.where(pairs.notna(), None)
        broken = {
            int(i): Text("{value} is no pair of coordinates", value=texts.iloc[i][:60])
            for i in np.flatnonzero(pairs[0].isna() & (texts != ""))
        }
        geometry, faults = _from_pair(pairs[0], pairs[1])
        return geometry, faults | broken
    return None


def _from_pair(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, dict[int, Text]]:
    x, y = parse_numbers(first), parse_numbers(second)
    geometry = np.full(len(x), None, dtype=object)
    there = first.notna().to_numpy(bool) | second.notna().to_numpy(bool)
    good = ~(np.isnan(x) | np.isnan(y))
    geometry[good] = shapely.points(x[good], y[good])
    faults = {}
    for position in np.flatnonzero(there & ~good):
        values = f"{first.iloc[position]}, {second.iloc[position]}"
        faults[int(position)] = Text("{value} is no pair of coordinates", value=values[:60])
    return geometry, faults


def _from_wkt(values: pd.Series) -> tuple[np.ndarray, dict[int, Text]]:
    texts = clean_texts(values)
    geometry = np.full(len(texts), None, dtype=object)
    faults = {}
    for position, text in enumerate(texts):
        if text is None:
            continue
        try:
            plain = text.partition(";")[2] if text.upper().startswith("SRID=") else text
            hexadecimal = plain[:2] in ("00", "01") and all(c in "0123456789abcdefABCDEF" for c in plain[:20])
            geometry[position] = shapely.from_wkb(plain) if hexadecimal else shapely.from_wkt(plain)
        except (shapely.GEOSException, ValueError, TypeError):
            faults[position] = Text("{value} is no WKT", value=text[:40])
    return geometry, faults


def _facts(frame: pd.DataFrame, found: Mapping[str, str]) -> pd.Series:
    """Gather all columns that mean nothing to the system."""
    others = {str(column): clean_texts(frame[column]) for column in frame.columns if str(column) not in found.values()}
    records: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    for name, values in others.items():
        for record, value in zip(records, values, strict=True):
            if value is not None:
                record[name] = value
    return pd.Series(records, dtype=object)


def _repeated(kind: Kind, frame: pd.DataFrame, rows: _Rows) -> dict[int, Text]:
    key = [name for name in KEYS.get(kind, ("code",)) if name in frame.columns]
    if not key:
        return {}
    good = frame.loc[[position for position in range(len(frame)) if position not in rows.faults], key]
    good = good[good[key[0]].notna()]
    values = good.astype("object").where(good.notna(), "")
    first = values.groupby(key, sort=False).cumcount()
    originals = values.assign(_at=values.index).groupby(key, sort=False)["_at"].transform("first")
    message = "{value} stands in row {row} already"
    return {
        int(i): Text(message, value=str(values.loc[i, key[0]]), row=int(rows.layer.rows[originals[i]]))
        for i in values.index[first > 0]
    }


def _warn_of_repairs(rows: _Rows, repairs: Mapping[int, Text]) -> None:
    for position, words in repairs.items():
        if position not in rows.faults:
            rows.warnings.append(Text("row {row}: {words}", row=int(rows.layer.rows[position]), words=words))


def _warn_of_shift(rows: _Rows, placing: Placing, placed: np.ndarray, crs: str | None) -> None:
    """GeoJSON, GPX and KML are WGS 84 by definition; Chinese map apps write GCJ-02 into them all the same."""
    if crs is not None or rows.layer.crs is not None or not rows.layer.defined:
        return
    coordinates = shapely.get_coordinates(placed)[:1000]
    if len(coordinates) and lies_in_mainland(coordinates[:, 0], coordinates[:, 1]):
        message = (
            "read as WGS 84, as {format} defines; if it comes from a Chinese map app, say --crs gcj02 or --crs bd09"
        )
        rows.warnings.append(Text(message, format=rows.layer.defined))


def _reading(rows: _Rows, frame: pd.DataFrame, source: Source, code: str) -> Reading:
    keep = np.ones(len(frame), bool)
    keep[list(rows.faults)] = False
    numbers = rows.layer.rows
    frame.index = pd.Index(numbers, name="row")
    rejected = tuple(Rejection(int(numbers[position]), reason) for position, reason in sorted(rows.faults.items()))
    return Reading(rows.kind, source.name, source.sha256, code, frame[keep], rejected, tuple(rows.warnings))
