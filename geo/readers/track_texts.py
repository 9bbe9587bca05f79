"""Tracks written into one cell of a table (一格里的轨迹): pairs, JSON, WKT, GeoJSON, encoded polylines."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.readers.texts import one_line
from geo.text import Text

__all__ = ["CellTrack", "read_cell_track"]

Array = npt.NDArray[np.float64]
# Excel keeps no more signs in a cell and cuts silently.
EXCEL_CELL = 32_767
LON_KEYS = ("lng", "lon", "longitude", "x", "经度", "jd")
LAT_KEYS = ("lat", "latitude", "y", "纬度", "wd")
TIME_KEYS = ("time", "t", "timestamp", "ts", "datetime", "loctime", "gpstime", "locatetime", "createtime", "时间")
LIST_KEYS = ("points", "path", "track", "coordinates", "data", "geometry", "features", "geometries")
WKT = re.compile(r"^(?:SRID=\d+;)?\s*((?:MULTI)?(?:LINESTRING|POINT)\b.*)$", re.IGNORECASE | re.DOTALL)
POLYLINE = re.compile(r"[?-~]{4,}")
# Where a polyline lies if it is of China.
CHINA = (72.0, 138.0, 2.0, 56.0)


class _NoTrack(Exception):
    """The text is no track; its argument says why."""


@dataclass(slots=True)
class CellTrack:
    """The fixes of one cell, shape (n,).

    Attributes
    ----------
    x, y : ndarray of float
        As written, in the file's own datum.
    times : list of str
        Empty texts where a fix has none.
    part : ndarray of int
        A new number is a break.
    ordered : bool
        Whether it is known that longitude stands in `x`.
    """

    x: Array
    y: Array
    times: list[str] = field(default_factory=list)
    part: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    ordered: bool = False

    def __post_init__(self) -> None:
        """Fill in what a way of writing has not."""
        if not self.times:
            self.times = [""] * len(self.x)
        if len(self.part) != len(self.x):
            self.part = np.zeros(len(self.x), np.int64)


def read_cell_track(text: str, claimed_m: float = float("nan")) -> CellTrack | Text:
    """Read the track in a cell, or say why there is none.

    Parameters
    ----------
    text : str
        In any of the ways that river-chief apps write.
    claimed_m : float
        The mileage beside it, which helps to tell a polyline's precision.

    Examples
    --------
    >>> read_cell_track("107.5,29.8;107.6,29.9").x.tolist()
    [107.5, 107.6]
    """
    text = text.strip()
    if len(text) == EXCEL_CELL:
        return Text("the track was cut at {limit} signs, as Excel does; export it as CSV", limit=EXCEL_CELL)
    try:
        track = _read(text, claimed_m)
    except (_NoTrack, ValueError, TypeError, RecursionError, shapely.GEOSException):
        return Text("{value} is no track", value=one_line(text, 40))
    return track if len(track.x) else Text("the track is empty")


def _read(text: str, claimed_m: float) -> CellTrack:
    if text[:1] in ("[", "{"):
        try:
            value = json.loads(text)
        except ValueError:
            # Both signs may begin a polyline too: `{` does at 29.8 degrees north.
            if POLYLINE.fullmatch(text) is None:
                raise
            return _from_polyline(text, claimed_m)
        return _from_json(value)
    if (found := WKT.match(text)) is not None:
        return _from_shape(shapely.from_wkt(found[1]))
    numbers = not re.search(r"[A-SU-Ya-su-y_`~@^]", text)
    if numbers and re.search(r"\d[\s,，;；|]", text):
        return _from_pairs(text)
    if POLYLINE.fullmatch(text):
        return _from_polyline(text, claimed_m)
    raise _NoTrack


def _from_shape(shape: Any) -> CellTrack:
    if shape is None or shape.geom_type not in ("LineString", "MultiLineString", "Point", "MultiPoint"):
        raise _NoTrack
    if shape.geom_type == "MultiPoint":
        shape = shapely.LineString(shapely.get_coordinates(shape)) if len(shape.geoms) > 1 else shape.geoms[0]
    places, part = shapely.get_coordinates(shapely.get_parts([shape]), return_index=True)
    return CellTrack(places[:, 0], places[:, 1], part=part.astype(np.int64), ordered=True)


def _from_json(value: Any) -> CellTrack:
    if isinstance(value, dict):
        return _from_object(value)
    if not isinstance(value, list) or not value:
        raise _NoTrack
    if all(isinstance(item, dict) for item in value):
        return _from_objects(value)
    if all(isinstance(item, str) for item in value):
        return _from_pairs(";".join(value))
    if all(isinstance(item, list) and item and isinstance(item[0], list | dict) for item in value):
        return _joined([_from_json(item) for item in value])
    return _from_rows([[str(cell) for cell in item] for item in value if item is not None])


def _from_object(value: dict[str, Any]) -> CellTrack:
    if value.get("type") in ("LineString", "MultiLineString", "Point", "MultiPoint"):
        track = _from_json(value["coordinates"] if value["type"] != "Point" else [value["coordinates"]])
        track.ordered = True
        return track
    for name in LIST_KEYS:
        if value.get(name):
            return _from_json(value[name])
    raise _NoTrack


def _from_objects(items: list[dict[str, Any]]) -> CellTrack:
    folded = [{str(key).casefold().replace("_", ""): value for key, value in item.items()} for item in items]
    lon, lat, time = (_key(folded[0], keys) for keys in (LON_KEYS, LAT_KEYS, TIME_KEYS))
    if lon is None or lat is None:
        return _joined([_from_object(item) for item in items])
    x = np.array([float(item[lon]) if lon in item else np.nan for item in folded], float)
    y = np.array([float(item[lat]) if lat in item else np.nan for item in folded], float)
    times = [] if time is None else ["" if item.get(time) is None else str(item[time]) for item in folded]
    return CellTrack(x, y, times, ordered=True)


def _key(item: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if key in item), None)


def _joined(tracks: list[CellTrack]) -> CellTrack:
    return CellTrack(
        np.concatenate([track.x for track in tracks]),
        np.concatenate([track.y for track in tracks]),
        [time for track in tracks for time in track.times],
        np.repeat(np.arange(len(tracks)), [len(track.x) for track in tracks]).astype(np.int64),
        all(track.ordered for track in tracks),
    )


def _from_pairs(text: str) -> CellTrack:
    """Read ``lon,lat;lon,lat``, ``lon lat,lon lat``, ``lon,lat lon,lat``, or a flat list of numbers."""
    text = text.replace("，", ",").replace("；", ";").strip(" ;,|\n\r\t")
    parts = [part.strip(" ,") for part in re.split(r"[;|\n]+", text) if part.strip(" ,\r\t")]
    if len(parts) == 1:
        parts = _split_again(parts[0])
    return _from_rows([[cell.strip() for cell in _cells(part)] for part in parts])


def _cells(part: str) -> list[str]:
    # A time may hold a blank, so that commas go first.
    return part.split(",") if "," in part else part.split(maxsplit=2)


def _split_again(text: str) -> list[str]:
    by_comma = [item.strip() for item in text.split(",")]
    if len(by_comma) > 1 and all(len(item.split()) >= 2 for item in by_comma):
        return by_comma
    by_blank = text.split()
    if len(by_blank) > 1 and all("," in item for item in by_blank):
        return by_blank
    flat = re.split(r"[,\s]+", text)
    if len(flat) % 2:
        raise _NoTrack
    return [",".join(flat[at : at + 2]) for at in range(0, len(flat), 2)]


def _from_rows(rows: list[list[str]]) -> CellTrack:
    if any(len(row) < 2 for row in rows):
        raise _NoTrack
    places = np.array([[float(row[0]), float(row[1])] for row in rows], float)
    return CellTrack(places[:, 0], places[:, 1], [_time(row[2:]) for row in rows])


def _time(cells: list[str]) -> str:
    """Return the value that is a time: a third number may be a height, a speed or an accuracy."""
    for cell in cells:
        text = cell.strip("'\" ")
        if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text) or re.match(r"\d{4}[-/年]", text):
            return text
    return ""


def _from_polyline(text: str, claimed_m: float) -> CellTrack:
    """Decode Google's format, of latitudes first; 5 digits, or 6 where that fits better."""
    steps, value, shift = [], 0, 0
    for sign in text:
        bits = ord(sign) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
        elif shift > 35:
            raise _NoTrack
    if shift or len(steps) % 2 or len(steps) < 2:
        raise _NoTrack
    lat, lon = np.array(steps, float).reshape(-1, 2).cumsum(axis=0).T
    choices = [scale for scale in (1e5, 1e6) if np.abs(lat / scale).max() <= 90 and np.abs(lon / scale).max() <= 180]
    west, east, south, north = CHINA
    fitting = [
        scale
        for scale in choices
        if west < (lon / scale).min() <= (lon / scale).max() < east
        and south < (lat / scale).min() <= (lat / scale).max() < north
    ]
    if not choices:
        raise _NoTrack
    best = min(fitting or choices, key=lambda scale: _misfit(lon / scale, lat / scale, claimed_m))
    return CellTrack(lon / best, lat / best, ordered=True)


def _misfit(lon: Array, lat: Array, claimed_m: float) -> float:
    """Return how far a track's length is from the mileage, as a factor's logarithm; 0 when nothing is known."""
    if not claimed_m > 0 or len(lon) < 2:
        return 0.0
    east = np.diff(lon) * np.cos(np.radians(lat[:-1]))
    length_m = 111_195.0 * float(np.hypot(east, np.diff(lat)).sum())
    return abs(float(np.log(max(length_m, 1.0) / claimed_m)))
