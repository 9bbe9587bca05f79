"""Tracks: one row per fix, in UTC, in EPSG:4490."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InvalidInput, TooLarge, Unreadable
from geo.readers.columns import FIELDS, PLACE
from geo.readers.dates import ZONED, parse_moments
from geo.readers.explosions import explode_lines
from geo.readers.fixes import Fixes
from geo.readers.headers import assign_columns, list_columns
from geo.readers.places import geometry_of_table
from geo.readers.placing import Placing, choose_datum, place_points, warn_of_shift_at
from geo.readers.results import Kind, Layer, Limits, Reading, Rejection
from geo.readers.sources import Source
from geo.readers.texts import one_line
from geo.readers.values import parse_numbers, read_values
from geo.text import Text

__all__ = ["tracks_of_fixes", "tracks_of_table"]

Array = npt.NDArray[np.float64]
GROUPS = ("track", "patrol", "person", "reach")


@dataclass(slots=True)
class _Fixes:
    """Fixes on their way, shape (n,): columns, coordinates as written, row numbers, faults by position."""

    frame: pd.DataFrame
    x: Array
    y: Array
    rows: npt.NDArray[np.int64]
    faults: dict[int, Text]
    warnings: list[Text]


def tracks_of_fixes(fixes: Fixes, source: Source, *, crs: str | None, limits: Limits) -> Reading:
    """Check the fixes of a GPX, KML or FIT file.

    Raises
    ------
    Unreadable
        If the file has no track.
    """
    if not len(fixes.lon):
        if fixes.other:
            raise Unreadable("{file} has no track, only routes, places or areas", file=source.name)
        raise Unreadable("{file} has no track", file=source.name)
    _check_count(len(fixes.lon), limits)
    placing = choose_datum(crs, None, fixes.defined, file=source.name)
    time, untimely = _times(fixes.time)
    frame = pd.DataFrame({"track": fixes.track, "segment": fixes.segment, "name": fixes.name, "time": time})
    accuracy = _numbers(fixes.accuracy_m)
    if np.isfinite(accuracy).any():
        frame["accuracy_m"] = accuracy
    rows = np.arange(1, len(frame) + 1)
    checked = _Fixes(frame, _numbers(fixes.lon), _numbers(fixes.lat), rows, untimely, [])
    reading = _finish(checked, placing, source, defined="" if crs else fixes.defined)
    if not reading.rejected:
        return reading
    # Nobody can mend what a receiver recorded, so a bad fix is left out and does not hold up the file.
    first = reading.rejected[0]
    message = "{count} fixes were left out; the first is number {row}: {reason}"
    left_out = Text(message, count=len(reading.rejected), row=first.row, reason=first.reason)
    return replace(reading, rejected=(), warnings=(left_out, *reading.warnings))


def tracks_of_table(
    layer: Layer, source: Source, *, crs: str | None, mapping: Mapping[str, str], limits: Limits
) -> Reading:
    """Check the fixes of a table, or of a layer of points or lines.

    Raises
    ------
    InvalidInput
        If it has no columns for the place.
    UnknownDatum
        If nobody says in which datum it is, and it is no logger's; see decision 0020.
    """
    layer, segments = explode_lines(layer)
    table = layer.frame.reset_index(drop=True)
    columns = [str(column) for column in table.columns]
    fields = FIELDS[Kind.tracks] + PLACE
    found = assign_columns(columns, fields, mapping, truncated=layer.truncated_names)
    _check_count(len(table), limits)
    faults = dict(layer.faults)
    x, y = _places(layer, table, found, faults)
    warnings = list(layer.warnings)
    defined = layer.defined
    if crs is None and layer.crs is None and not defined and _is_loggers(table, found):
        defined = "GPS"
        message = "read as WGS 84: columns longitude and latitude with times in UTC are a GNSS logger's; else say --crs"
        warnings.append(Text(message))
    placing = choose_datum(crs, layer.crs, defined, file=source.name)
    frame = _columns(table, found, faults)
    if segments is not None:
        frame["segment"] = segments
    checked = _Fixes(frame, x, y, layer.rows, faults, warnings)
    return _finish(checked, placing, source, defined="" if crs or layer.crs else layer.defined)


def _columns(table: pd.DataFrame, found: Mapping[str, str], faults: dict[int, Text]) -> pd.DataFrame:
    """Return time, accuracy and what says which fixes belong together."""
    frame = pd.DataFrame(index=table.index)
    named = {}
    for name in (*GROUPS, "name"):
        if name in found:
            named[name] = read_values(
                "text" if name in ("track", "name") else "code", table[found[name]], found[name]
            ).values
    keys = [named[name].fillna("") for name in GROUPS if name in named]
    if keys:
        frame["track"] = (
            pd.concat(keys, axis=1, keys=range(len(keys))).groupby(list(range(len(keys))), sort=False).ngroup()
        )
    else:
        frame["track"] = 0
    frame["track"] = frame["track"].astype("int64")
    frame["segment"] = frame["track"]
    for name, values in named.items():
        if name != "track":
            frame[name] = values
    frame["time"] = _table_times(table, found, faults)
    if "accuracy_m" in found:
        frame["accuracy_m"] = parse_numbers(table[found["accuracy_m"]])
    return frame


def _table_times(table: pd.DataFrame, found: Mapping[str, str], faults: dict[int, Text]) -> pd.Series:
    column = found.get("time") or found.get("day")
    if column is None:
        return pd.Series(pd.NaT, index=table.index, dtype="datetime64[us, UTC]")
    values = table[column]
    if "time" in found and "day" in found:
        texts = values.astype("str")
        if texts.str.fullmatch(r"\s*\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*").all():
            # The day stands in a column of its own.
            values = table[found["day"]].astype("str").str.partition(" ")[0] + " " + texts.str.strip()
    time, bad = parse_moments(values, epoch=True)
    for position in np.flatnonzero(bad):
        faults.setdefault(
            int(position),
            Text("{label}: {value} is no date", label=one_line(column), value=one_line(values.iloc[position])),
        )
    return time


def _places(
    layer: Layer, table: pd.DataFrame, found: Mapping[str, str], faults: dict[int, Text]
) -> tuple[Array, Array]:
    if layer.geometry is not None:
        points = shapely.get_type_id(layer.geometry) == 0
        for position in np.flatnonzero(~points):
            faults[int(position)] = Text("a fix needs a point")
        return shapely.get_x(layer.geometry), shapely.get_y(layer.geometry)
    if "wkt" not in found and "lon" in found and "lat" in found:
        x, y = parse_numbers(table[found["lon"]]), parse_numbers(table[found["lat"]])
        for position in np.flatnonzero(np.isnan(x) | np.isnan(y)):
            faults.setdefault(int(position), Text("it has no coordinates"))
        return x, y
    built = geometry_of_table(table, found)
    if built is None:
        raise InvalidInput(
            "no columns for the place among {columns}; name them with --map lon=COLUMN --map lat=COLUMN",
            columns=list_columns([str(column) for column in table.columns]),
        )
    geometry, bad = built
    faults |= bad
    for position in np.flatnonzero(shapely.is_missing(geometry)):
        faults.setdefault(int(position), Text("it has no coordinates"))
    return shapely.get_x(geometry), shapely.get_y(geometry)


def _is_loggers(table: pd.DataFrame, found: Mapping[str, str]) -> bool:
    """Tell a GNSS logger's table: English headers for the place, every time with a zone."""
    if not {"lon", "lat", "time"} <= found.keys():
        return False
    if found["lon"].casefold() not in ("longitude", "lon", "lng") or found["lat"].casefold() not in ("latitude", "lat"):
        return False
    times = table[found["time"]].astype("str").str.strip()
    return bool(times.str.contains(ZONED)[times != ""].all() and (times != "").any())


def _times(values: pd.Series) -> tuple[pd.Series, dict[int, Text]]:
    """Read times that are UTC when they do not say otherwise."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values, {}
    text = values.fillna("").astype("str").str.strip()
    zoned = text.str.endswith("Z")
    if not zoned.all():
        zoned |= (text == "") | text.str.contains(ZONED)
        text = text.where(zoned, text + "Z")
    time, bad = parse_moments(text)
    message = "{value} is no time"
    return time, {int(i): Text(message, value=one_line(text.iloc[i])) for i in np.flatnonzero(bad)}


def _numbers(values: pd.Series) -> Array:
    numbers: Array = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    return numbers


def _check_count(count: int, limits: Limits) -> None:
    if count > limits.max_rows:
        raise TooLarge("the file has {count} rows, more than the limit of {limit}", count=count, limit=limits.max_rows)


def _finish(fixes: _Fixes, placing: Placing, source: Source, *, defined: str) -> Reading:
    """Place the fixes, take out the bad ones, number what is left."""
    frame, faults = fixes.frame, fixes.faults
    lon, lat, nowhere = place_points(placing, fixes.x, fixes.y)
    faults = nowhere | faults
    frame["lon"], frame["lat"] = lon, lat
    keep = np.ones(len(frame), bool)
    keep[list(faults)] = False
    frame.index = pd.Index(fixes.rows, name="row")
    rejected = tuple(Rejection(int(fixes.rows[position]), reason) for position, reason in sorted(faults.items()))
    if not keep.any():
        message = "{file} has no usable fix; the first of {count}: {reason}"
        reason = rejected[0].reason if rejected else Text("there is none")
        raise Unreadable(message, file=source.name, count=len(frame), reason=reason)
    good = frame if keep.all() else frame[keep].copy()
    warnings = [*fixes.warnings, *placing.warnings]
    if good["time"].isna().any():
        message = "{count} of {all} fixes have no time"
        warnings.append(Text(message, count=int(good["time"].isna().sum()), all=len(good)))
    if (warning := warn_of_shift_at(defined, lon[keep][:1000], lat[keep][:1000])) is not None:
        warnings.append(warning)
    return Reading(Kind.tracks, source.name, source.sha256, placing.code, good, rejected, tuple(warnings))
