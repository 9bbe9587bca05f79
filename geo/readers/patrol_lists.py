"""Lists of patrols as river-chief apps export them: one row each, the track in a cell (巡河记录表)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import TooLarge, Unreadable
from geo.readers.columns import FIELDS, PATROLS, PLACE
from geo.readers.dates import parse_moments
from geo.readers.durations import length_unit_m, parse_duration_s, parse_length_m, time_unit_s
from geo.readers.headers import assign_columns
from geo.readers.notes import skip_notes
from geo.readers.placing import Placing, choose_datum, place_points
from geo.readers.results import Kind, Layer, Limits, Reading, Rejection
from geo.readers.sources import Source
from geo.readers.texts import one_line
from geo.readers.track_texts import CellTrack, read_cell_track
from geo.readers.values import clean_texts, read_values
from geo.text import Text

__all__ = ["is_patrol_list", "tracks_of_list"]

Array = npt.NDArray[np.float64]
GROUPS = ("patrol", "person", "reach")
# No patrol is longer; whatever claims more is a slip of the unit or of the finger.
MAX_CLAIMED_M = 1_000_000.0
MAX_DURATION_S = 7 * 86_400.0
CLOCKS_DIFFER = pd.Timedelta(minutes=5)
CLOCK = r"\d{1,2}[:：]\d{1,2}(?:[:：]\d{1,2})?"


def is_patrol_list(layer: Layer, mapping: Mapping[str, str]) -> bool:
    """Tell a list of patrols from a table of fixes: it says when a patrol began, not when a fix was taken."""
    own = {field.name for field in PATROLS} - {field.name for field in FIELDS[Kind.tracks] + PLACE}
    if mapping.keys() & own:
        return True
    if layer.geometry is not None:
        return False
    columns = [str(column) for column in layer.frame.columns]
    fields = {field.name for field in PATROLS}
    found = assign_columns(columns, PATROLS, {name: to for name, to in mapping.items() if name in fields})
    fixes = assign_columns(columns, FIELDS[Kind.tracks] + PLACE, {})
    if {"lon", "lat", "time"} <= fixes.keys():
        return False
    return "started_at" in found or {"ended_at", "duration_s"} <= found.keys()


@dataclass(slots=True)
class _Patrols:
    """The rows of a list on their way; every array has shape (n,)."""

    frame: pd.DataFrame
    faults: dict[int, Text]
    warnings: list[Text]
    tracks: list[CellTrack | None]
    times: pd.Series = field(default_factory=lambda: pd.Series(dtype="datetime64[us, UTC]"))

    def reject(self, position: int, reason: Text) -> None:
        """Keep the first reason of each row."""
        self.faults.setdefault(position, reason)


def tracks_of_list(
    layer: Layer, source: Source, *, crs: str | None, mapping: Mapping[str, str], limits: Limits
) -> Reading:
    """Check the patrols of a list and take their tracks apart into fixes.

    Returns
    -------
    Reading
        A row for each fix with, beside the usual columns, the same in all rows of a track: ``claimed_m``
        (the mileage that the app claims, NaN if it does not), ``timed`` (False where the times of the fixes
        are spread between start and end by distance), ``started_at`` and ``ended_at`` (as claimed, UTC) and
        ``no_track``: such a patrol has one row, at its start, without a place.

    Raises
    ------
    InvalidInput
        If a column is missing.
    UnknownDatum
        If it has tracks and nobody says in which datum.
    Unreadable
        If no row can be used.
    """
    notes = skip_notes(layer, Kind.tracks)
    table = layer.frame.reset_index(drop=True)
    found = assign_columns([str(column) for column in table.columns], PATROLS, mapping)
    patrols = _read(table, found, layer)
    patrols.warnings[:0] = notes
    code = _place(patrols, source, crs, limits) if any(patrols.tracks) else ""
    frame = _fixes(patrols, layer.rows)
    rejected = tuple(Rejection(int(layer.rows[at]), reason) for at, reason in sorted(patrols.faults.items()))
    if frame.empty:
        message = "{file} has no usable patrol; the first of {count}: {reason}"
        reason = rejected[0].reason if rejected else Text("there is none")
        raise Unreadable(message, file=source.name, count=len(table), reason=reason)
    return Reading(Kind.tracks, source.name, source.sha256, code, frame, rejected, tuple(patrols.warnings))


def _read(table: pd.DataFrame, found: dict[str, str], layer: Layer) -> _Patrols:
    """Read the columns; check times and mileage; parse the tracks."""
    patrols = _Patrols(pd.DataFrame(index=table.index), dict(layer.faults), list(layer.warnings), [])
    for name in GROUPS:
        if name in found:
            read = read_values("code", _values(table, found[name]), found[name])
            patrols.frame[name] = read.values
            for position, reason in read.faults.items():
                patrols.reject(position, reason)
    _read_mileage(patrols, table, found)
    texts = clean_texts(_values(table, found["path"])) if "path" in found else pd.Series([None] * len(table))
    claimed = patrols.frame["claimed_m"].to_numpy()
    for position, text in enumerate(texts):
        track = None if text in (None, "[]", "{}") else read_cell_track(str(text), float(claimed[position]))
        if isinstance(track, Text):
            patrols.reject(position, Text("{label}: {reason}", label=one_line(found["path"]), reason=track))
            track = None
        patrols.tracks.append(track)
    _read_times(patrols, table, found)
    return patrols


def _values(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column, or one value for all rows."""
    if column.startswith("=") and column not in table.columns:
        return pd.Series([column[1:]] * len(table), index=table.index, dtype=object)
    return table[column]


def _read_mileage(patrols: _Patrols, table: pd.DataFrame, found: Mapping[str, str]) -> None:
    claimed = np.full(len(table), np.nan)
    patrols.frame["claimed_m"] = claimed
    if (column := found.get("claimed_m")) is None:
        return
    unit_m, unknown = length_unit_m(column), 0
    for position, text in enumerate(clean_texts(_values(table, column))):
        if text is None:
            continue
        length_m = parse_length_m(text, unit_m)
        if length_m is None:
            unknown += 1
        elif 0 <= length_m <= MAX_CLAIMED_M:
            claimed[position] = length_m
        else:
            reason = Text("{label}: {value} is no length of a patrol", label=one_line(column), value=one_line(text))
            patrols.reject(position, reason)
    patrols.frame["claimed_m"] = claimed
    if unknown:
        message = "{label} does not tell its unit, so it was not read; head it {label}(km) or {label}(m)"
        patrols.warnings.append(Text(message, label=one_line(column)))


def _read_times(patrols: _Patrols, table: pd.DataFrame, found: Mapping[str, str]) -> None:
    """Read start and end, the end also from the duration, both also from the fixes."""
    start, end = (_moments(patrols, table, found, name) for name in ("started_at", "ended_at"))
    if (column := found.get("duration_s")) is not None:
        texts, unit_s = clean_texts(_values(table, column)), time_unit_s(column)
        seconds = pd.Series([np.nan if text is None else parse_duration_s(text, unit_s) for text in texts])
        bad = texts.notna() & ~((seconds >= 0) & (seconds <= MAX_DURATION_S))
        for at in np.flatnonzero(bad):
            value = one_line(texts.iloc[at])
            patrols.reject(int(at), Text("{label}: {value} is no duration", label=one_line(column), value=value))
        span = pd.to_timedelta(seconds.where(~bad), unit="s")
        end = end.fillna(start + span)
        start = start.fillna(end - span)
    first, last = _read_fix_times(patrols)
    _warn_of_other_times(patrols, start, end, first, last)
    start, end = start.fillna(first), end.fillna(last)
    for position in range(len(table)):
        began, ended = start.iloc[position], end.iloc[position]
        if pd.isna(began):
            patrols.reject(position, Text("it has no start"))
        elif pd.isna(ended):
            patrols.reject(position, Text("it has neither an end nor a duration"))
        elif ended < began:
            patrols.reject(position, Text("it ends before it begins"))
        elif (ended - began).total_seconds() > MAX_DURATION_S:
            patrols.reject(position, Text("it lasts longer than a week"))
    patrols.frame["started_at"], patrols.frame["ended_at"] = start, end


def _warn_of_other_times(
    patrols: _Patrols, start: pd.Series, end: pd.Series, first: pd.Series, last: pd.Series
) -> None:
    """Say where a track was recorded at another time than its row claims: what counts is the track's own."""
    apart = (last < start - CLOCKS_DIFFER) | (first > end + CLOCKS_DIFFER)
    if apart.any():
        message = "in {count} rows the track was recorded at another time than the row says; the track's times count"
        patrols.warnings.append(Text(message, count=int(apart.sum())))


def _moments(patrols: _Patrols, table: pd.DataFrame, found: Mapping[str, str], name: str) -> pd.Series:
    column = found.get(name)
    if column is None:
        return pd.Series(pd.NaT, index=table.index, dtype="datetime64[us, UTC]")
    values = pd.Series([_plain(value) for value in _values(table, column)], dtype=object)
    if "day" in found:
        # A clock alone means that the day stands in a column of its own.
        texts = values.fillna("").astype("str").str.strip()
        clock = texts.str.fullmatch(CLOCK)
        day = pd.Series([_plain(value) for value in table[found["day"]]], dtype=object).fillna("").astype("str")
        values = values.where(~clock, day.str.replace(r"[T ]\d\d:.*$", "", regex=True) + " " + texts)
    moments, bad = parse_moments(values, epoch=True)
    for position in np.flatnonzero(bad):
        value = one_line(values.iloc[position])
        patrols.reject(int(position), Text("{label}: {value} is no date", label=one_line(column), value=value))
    return moments


def _plain(value: object) -> object:
    """Return a cell without what people write where nothing is to say."""
    return None if isinstance(value, str) and value.strip() in ("", "-", "--", "/", "—") else value


def _read_fix_times(patrols: _Patrols) -> tuple[pd.Series, pd.Series]:
    """Parse the times of all fixes at once; return each patrol's first and last, NaT where one is missing."""
    counts = [0 if track is None else len(track.x) for track in patrols.tracks]
    texts = pd.Series([time for track in patrols.tracks if track is not None for time in track.times], dtype=object)
    owner = np.repeat(np.arange(len(counts)), counts)
    moments, _ = parse_moments(texts, epoch=True)
    complete = moments.notna().groupby(owner).all().reindex(range(len(counts)), fill_value=False)
    patrols.frame["timed"] = complete.to_numpy(bool)
    patrols.times = moments
    grouped = moments.groupby(owner)
    first, last = (series.reindex(range(len(counts))).where(complete) for series in (grouped.min(), grouped.max()))
    return first, last


def _place(patrols: _Patrols, source: Source, crs: str | None, limits: Limits) -> str:
    """Put all fixes into EPSG:4490, longitude first."""
    count = sum(len(track.x) for track in patrols.tracks if track is not None)
    if count > limits.max_rows:
        raise TooLarge("the file has {count} rows, more than the limit of {limit}", count=count, limit=limits.max_rows)
    placing = choose_datum(crs, None, "", file=source.name)
    patrols.warnings += placing.warnings
    orders = [None if track is None else _order(placing, track) for track in patrols.tracks]
    known = {order for order in orders if order}
    usual = known.pop() if len(known) == 1 else ""
    for position, (track, order) in enumerate(zip(patrols.tracks, orders, strict=True)):
        if track is None:
            continue
        if not (order or usual):
            message = (
                "its track does not tell whether longitude or latitude goes first;"
                " say --crs EPSG:4490 if it is in China, or write it as LINESTRING (lon lat, …)"
            )
            patrols.reject(position, Text(message))
        if (order or usual) == "latitude first":
            track.x, track.y = track.y, track.x
        track.x, track.y, faults = place_points(placing, track.x, track.y)
        if len(faults) * 2 > len(track.x):
            patrols.reject(position, faults[min(faults)])
    return placing.code


def _order(placing: Placing, track: CellTrack) -> str:
    """Tell which coordinate goes first; an empty word when both could."""
    if track.ordered:
        return "longitude first"
    straight = int((~placing.to_storage(track.x, track.y)[2]).sum())
    swapped = int((~placing.to_storage(track.y, track.x)[2]).sum())
    if straight == swapped and straight:
        return ""
    return "latitude first" if swapped > straight else "longitude first"


def _fixes(patrols: _Patrols, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return a row for each fix of the good patrols, and one for each patrol without a track."""
    good = [position for position in range(len(patrols.frame)) if position not in patrols.faults]
    moments, starts = patrols.times, np.cumsum([0, *map(_count, patrols.tracks)])
    pieces: list[pd.DataFrame] = []
    lost = 0
    for number, position in enumerate(good):
        track, row = patrols.tracks[position], patrols.frame.iloc[position]
        if track is None:
            piece = pd.DataFrame({"time": [row["started_at"]], "lon": [np.nan], "lat": [np.nan], "part": [0]})
        else:
            time = (
                moments.iloc[starts[position] : starts[position + 1]].array
                if row["timed"]
                else _spread(track, row["started_at"], row["ended_at"]).array
            )
            piece = pd.DataFrame({"time": time, "lon": track.x, "lat": track.y, "part": track.part})
            lost += int(piece["lon"].isna().sum())
            piece = piece[piece["lon"].notna()]
        pieces.append(piece.assign(number=number, position=position))
    if not pieces:
        return pd.DataFrame()
    return _finish(patrols, pd.concat(pieces, ignore_index=True), rows, lost)


def _finish(patrols: _Patrols, fixes: pd.DataFrame, rows: npt.NDArray[np.int64], lost: int) -> pd.DataFrame:
    position = fixes["position"].to_numpy()
    constant = patrols.frame.iloc[position].reset_index(drop=True)
    frame = pd.DataFrame({"track": fixes["number"].astype("int64")})
    frame["segment"] = fixes.groupby(["number", "part"], sort=False).ngroup().astype("int64")
    for name in GROUPS:
        if name in constant:
            frame[name] = constant[name]
    frame["time"] = fixes["time"].dt.as_unit("us")
    frame["lon"], frame["lat"] = fixes["lon"].astype(float), fixes["lat"].astype(float)
    frame["claimed_m"] = constant["claimed_m"]
    frame["no_track"] = frame["lon"].isna()
    frame["timed"] = constant["timed"] | frame["no_track"]
    frame["started_at"], frame["ended_at"] = (constant[name].dt.as_unit("us") for name in ("started_at", "ended_at"))
    frame.index = pd.Index(rows[position], name="row")
    each = frame.drop_duplicates("track")
    if untimed := int((~each["timed"]).sum()):
        message = "{count} of {all} tracks have no times: they are spread evenly between start and end"
        patrols.warnings.append(Text(message, count=untimed, all=len(each)))
    if without := int(each["no_track"].sum()):
        patrols.warnings.append(Text("{count} of {all} patrols have no track", count=without, all=len(each)))
    if lost:
        patrols.warnings.append(Text("{count} fixes were left out, being no places", count=lost))
    return frame


def _count(track: CellTrack | None) -> int:
    return 0 if track is None else len(track.x)


def _spread(track: CellTrack, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    """Return a time for each fix, as if the walk had been of one speed."""
    lon, lat = pd.Series(track.x).ffill().bfill(), pd.Series(track.y).ffill().bfill()
    east = lon.diff().fillna(0) * np.cos(np.radians(lat))
    way = np.hypot(east, lat.diff().fillna(0)).cumsum().to_numpy()
    share = way / way[-1] if way[-1] > 0 else np.linspace(0, 1, len(way)) if len(way) > 1 else np.zeros(len(way))
    return pd.Series(start + pd.to_timedelta((share * (end - start).total_seconds() * 1e6).round(), unit="us"))
