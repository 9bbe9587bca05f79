"""Rows of one kind: fields found, values checked, geometry placed; the bad ones told apart."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InvalidInput
from geo.readers.columns import FIELDS, PLACE, Field
from geo.readers.dates import LOCAL
from geo.readers.headers import assign_columns, list_columns
from geo.readers.notes import skip_notes
from geo.readers.places import geometry_of_table
from geo.readers.placing import check_vertices, choose_datum, place_geometry, warn_of_shift
from geo.readers.quotas import settle_quotas
from geo.readers.results import Kind, Layer, Limits, Reading, Rejection
from geo.readers.shapes import SHAPES, check_shapes
from geo.readers.sources import Source
from geo.readers.texts import one_line
from geo.readers.values import clean_texts, read_values
from geo.text import Text
from geo.types import RegionCode

__all__ = ["STORAGE", "read_records"]

STORAGE = "EPSG:4490"
# Kinds whose code may stand for a name that the file does not have.
NAMELESS = {Kind.regions, Kind.cells, Kind.rivers, Kind.reaches, Kind.zones, Kind.sites}
# The column of region codes that tells a level where none is given. A cell's region is no help: groups lie in villages.
LEVEL_FROM = {Kind.regions: "code", Kind.cells: "code", Kind.reaches: "region", Kind.people: "region"}
# The type of a column that the file does not have, so that a frame always looks the same.
EMPTY = {"moment": "datetime64[us, UTC]", "number": "float64"}
Geometries = npt.NDArray[np.object_]
ORDER = (
    ("found_at", "closed_at", "it was closed ({end}) before it was found ({begin})"),
    ("valid_from", "valid_to", "it ends ({end}) before it begins ({begin})"),
)
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

    def warn(self, repairs: Mapping[int, Text]) -> None:
        """Tell of rows that were mended, unless they are rejected for another reason."""
        for position, words in repairs.items():
            if position not in self.faults:
                self.warnings.append(Text("row {row}: {words}", row=int(self.layer.rows[position]), words=words))


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
    rows.warnings += skip_notes(layer, kind)
    frame = _read_fields(rows, FIELDS[kind], found)
    code = ""
    if kind in SHAPES:
        geometry, code = _place(rows, found, source, crs, limits)
        shaped = check_shapes(kind, geometry)
        rows.reject(shaped.faults)
        rows.warn(shaped.repairs)
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shaped.geometry, crs=STORAGE), crs=STORAGE)
    if kind == Kind.responsibilities:
        frame, faults = settle_quotas(frame, found)
        rows.reject(faults)
    if kind == Kind.zones:
        # A polygon that does not call itself a draft is the gazetted one.
        frame["status"] = frame["status"].fillna("gazetted")
    if kind == Kind.sites:
        frame["facts"] = _facts(layer.frame, found)
    _check_order(rows, frame)
    rows.reject(_repeated(kind, frame, rows))
    return _reading(rows, frame, source, code)


def _check_order(rows: _Rows, frame: pd.DataFrame) -> None:
    """Reject rows in which something ends before it begins."""
    for begin, end, message in ORDER:
        if begin in frame and end in frame:
            both = frame[begin].notna() & frame[end].notna()
            pairs = {int(i): (frame[begin].iloc[i], frame[end].iloc[i]) for i in np.flatnonzero(both)}
            wrong = {i: pair for i, pair in pairs.items() if pair[1] < pair[0]}
            rows.reject({i: Text(message, begin=_local(first), end=_local(last)) for i, (first, last) in wrong.items()})


def _local(moment: Any) -> str:
    """Return a day, or a moment in Chinese time."""
    return f"{moment.tz_convert(LOCAL):%Y-%m-%d %H:%M:%S}" if isinstance(moment, pd.Timestamp) else str(moment)


def _read_fields(rows: _Rows, fields: tuple[Field, ...], found: dict[str, str]) -> pd.DataFrame:
    """Read all columns of the kind; derive the level from codes where no column tells it."""
    frame = pd.DataFrame(index=pd.RangeIndex(len(rows.layer.frame)))
    _fall_back(rows, found)
    labels = {}
    for field in fields:
        column = found.get(field.name)
        if column is None:
            if field.required and not (field.name == "level" and LEVEL_FROM.get(rows.kind) in found):
                raise _missing(field, rows.layer)
            frame[field.name] = pd.Series([None] * len(frame), dtype=EMPTY.get(field.reader, "object"))
            continue
        constant = column.startswith("=") and column not in rows.layer.frame.columns
        labels[field.name] = field.name if constant else column
        values = _constant(column, rows) if constant else rows.layer.frame[column]
        read = read_values(field.reader, values, labels[field.name])
        frame[field.name] = read.values
        rows.reject(read.faults)
    _derive_levels(rows, frame)
    _check_levels(rows, frame)
    for field in fields:
        if field.required:
            empty = np.flatnonzero(frame[field.name].isna().to_numpy(bool))
            label = labels.get(field.name, field.name)
            rows.reject({int(position): Text("{label} is empty", label=one_line(label)) for position in empty})
    return frame


def _derive_levels(rows: _Rows, frame: pd.DataFrame) -> None:
    """Fill empty levels from the region codes, whose length and zeros tell them."""
    source = LEVEL_FROM.get(rows.kind)
    if source is None or "level" not in frame:
        return
    message = "level is empty, and {code} is no region code that would tell it"
    for position in np.flatnonzero(frame["level"].isna() & frame[source].notna()):
        code = frame[source].iloc[position]
        try:
            frame.loc[position, "level"] = RegionCode(code).level.value
        except InvalidInput:
            rows.reject({int(position): Text(message, code=code)})


def _check_levels(rows: _Rows, frame: pd.DataFrame) -> None:
    """Reject regions whose level is not the one that their code tells."""
    if rows.kind != Kind.regions:
        return
    message = "level {level} contradicts the code {code}, which is that of a {found}"
    for position in np.flatnonzero(frame["level"].notna() & frame["code"].notna()):
        level, code = frame["level"].iloc[position], frame["code"].iloc[position]
        if (found := RegionCode(code).level) != level:
            rows.reject({int(position): Text(message, level=Text(level), code=code, found=Text(found.value))})


def _constant(value: str, rows: _Rows) -> pd.Series:
    """Return one value for all rows; ``=#`` numbers them."""
    count = len(rows.layer.frame)
    return pd.Series(rows.layer.rows.tolist() if value == "=#" else [value[1:]] * count, dtype=object)


def _missing(field: Field, layer: Layer) -> InvalidInput:
    return InvalidInput(
        "no column for {field} among {columns}; name it with --map {field}=COLUMN,"
        " or give all rows one value with --map {field}==VALUE",
        field=field.name,
        columns=list_columns([str(column) for column in layer.frame.columns]),
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
    rows: _Rows, found: Mapping[str, str], source: Source, crs: str | None, limits: Limits
) -> tuple[Geometries, str]:
    """Return the rows' geometry in EPSG:4490, and the datum's code; an empty code when the file has no places."""
    layer = rows.layer
    geometry = layer.geometry
    if geometry is None or shapely.is_missing(geometry).all():
        built = geometry_of_table(layer.frame, found)
        if built is None and geometry is None and SHAPES[rows.kind][1]:
            raise InvalidInput(
                "no columns for the place among {columns}; name them with --map lon=COLUMN --map lat=COLUMN,"
                " or a column of WKT with --map wkt=COLUMN",
                columns=list_columns([str(column) for column in layer.frame.columns]),
            )
        if built is None:
            return np.full(len(layer.frame), None, object), ""
        geometry, faults = built
        rows.reject(faults)
    check_vertices(geometry, limits)
    placing = choose_datum(crs, layer.crs, layer.defined, file=source.name)
    points = SHAPES[rows.kind][0] == "point"
    placed, faults = place_geometry(placing, geometry, zero_is_bad=points)
    rows.reject(faults)
    rows.warnings += placing.warnings
    if crs is None and layer.crs is None and (warning := warn_of_shift(layer.defined, placed)) is not None:
        rows.warnings.append(warning)
    return placed, placing.code


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
        int(i): Text(message, value=one_line(values.loc[i, key[0]]), row=int(rows.layer.rows[originals[i]]))
        for i in values.index[first > 0]
    }


def _reading(rows: _Rows, frame: pd.DataFrame, source: Source, code: str) -> Reading:
    keep = np.ones(len(frame), bool)
    keep[list(rows.faults)] = False
    numbers = rows.layer.rows
    frame.index = pd.Index(numbers, name="row")
    rejected = tuple(Rejection(int(numbers[position]), reason) for position, reason in sorted(rows.faults.items()))
    return Reading(rows.kind, source.name, source.sha256, code, frame[keep], rejected, tuple(rows.warnings))
