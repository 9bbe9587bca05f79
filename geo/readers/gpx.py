"""GPX 1.0 and 1.1: tracks with their segments, routes, waypoints."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from geo.errors import TooLarge
from geo.readers.fixes import Fixes
from geo.readers.markup import parse_events, to_utf8
from geo.readers.quick_gpx import read_usual_gpx
from geo.readers.results import Layer, Limits
from geo.text import Text

__all__ = ["read_gpx_fixes", "read_gpx_layer"]

# No element of GPX itself says how exact a fix is in metres (hdop has no unit); these extensions do.
ACCURACY = {"accuracy", "hacc", "horizontalaccuracy", "h_accuracy", "horizontal_accuracy", "precision"}


@dataclass(slots=True)
class _Line:
    """A track's segment or a route: the range of its points."""

    kind: str
    number: int
    name: str | None
    first: int
    last: int


@dataclass(slots=True)
class _Document:
    lat: list[str | None] = field(default_factory=list)
    lon: list[str | None] = field(default_factory=list)
    times: dict[int, str] = field(default_factory=dict)
    accuracies: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)
    waypoints: list[int] = field(default_factory=list)


class _Parser:
    """Expat's handlers for GPX; one object per file, its methods called per element."""

    def __init__(self) -> None:
        self.found = _Document()
        self.locals: dict[str, str] = {}
        self.text: list[str] = []
        self.inside = 0  # depth below <extensions>, where names have other meanings
        self.in_point = False
        self.kind = ""
        self.number = {"trk": -1, "rte": -1}
        self.name: str | None = None
        self.opened = 0
        self.lines_of_parent = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self.locals.get(name)
        if local is None:
            local = self.locals[name] = name.rpartition(":")[2]
        self.text.clear()
        if self.inside:
            self.inside += 1
        elif local in ("trkpt", "rtept", "wpt"):
            self.in_point = True
            self.found.lat.append(attributes.get("lat"))
            self.found.lon.append(attributes.get("lon"))
            if local == "wpt":
                self.found.waypoints.append(len(self.found.lat) - 1)
        elif local == "extensions":
            self.inside = 1
        elif local in ("trk", "rte"):
            self.kind, self.name = local, None
            self.number[local] += 1
            self.opened, self.lines_of_parent = len(self.found.lat), len(self.found.lines)
        elif local == "trkseg":
            self.opened = len(self.found.lat)

    def end(self, name: str) -> None:
        local = self.locals[name]
        if self.inside:
            self.inside -= 1
            if self.in_point and local.lower() in ACCURACY:
                self.found.accuracies[len(self.found.lat) - 1] = "".join(self.text)
        elif local == "time":
            if self.in_point:
                self.found.times[len(self.found.lat) - 1] = "".join(self.text)
        elif local in ("trkpt", "rtept", "wpt"):
            self.in_point = False
        elif local == "name":
            self._end_name()
        elif local in ("trkseg", "rte"):
            self._end_line()
        elif local == "trk":
            for line in self.found.lines[self.lines_of_parent :]:
                line.name = self.name
            self.kind = ""

    def _end_name(self) -> None:
        text = "".join(self.text).strip()
        if self.in_point:
            self.found.names[len(self.found.lat) - 1] = text
        elif self.kind:
            self.name = text or None

    def _end_line(self) -> None:
        line = _Line(self.kind, self.number.get(self.kind, 0), self.name, self.opened, len(self.found.lat))
        self.found.lines.append(line)


def _parse(data: bytes) -> _Document:
    parser = _Parser()
    parse_events(data, parser.start, parser.end, parser.text.append)
    return parser.found


def read_gpx_fixes(data: bytes, limits: Limits) -> Fixes:
    """Return the track points of a GPX file; its routes and waypoints are no tracks.

    Raises
    ------
    Unreadable
        If the XML is damaged.
    TooLarge
        If it has more points than the limit.
    """
    data = to_utf8(data)
    _check_count(data, limits)
    usual = read_usual_gpx(data)
    if usual is not None:
        return usual
    found = _parse(data)
    tracks = [line for line in found.lines if line.kind == "trk"]
    lengths = [line.last - line.first for line in tracks]
    which = np.concatenate([np.arange(line.first, line.last) for line in tracks]) if tracks else np.empty(0, np.int64)
    which = which.astype(np.int64)
    numbers = np.repeat([line.number for line in tracks], lengths).astype(np.int64)
    names = np.repeat(np.array([line.name for line in tracks], object), lengths)
    return Fixes(
        lon=pd.Series(found.lon, dtype=object).take(which).reset_index(drop=True),
        lat=pd.Series(found.lat, dtype=object).take(which).reset_index(drop=True),
        time=pd.Series([found.times.get(int(i)) for i in which], dtype=object),
        accuracy_m=pd.Series([found.accuracies.get(int(i)) for i in which], dtype=object),
        track=numbers,
        segment=np.repeat(np.arange(len(tracks)), lengths).astype(np.int64),
        name=names,
        defined="GPX",
        other=len(found.waypoints) + sum(line.kind == "rte" for line in found.lines),
    )


def read_gpx_layer(data: bytes, limits: Limits) -> Layer:
    """Return tracks and routes as lines, waypoints as points; WGS 84 by definition.

    Raises
    ------
    Unreadable
        If the XML is damaged.
    TooLarge
        If it has more points than the limit.
    """
    data = to_utf8(data)
    _check_count(data, limits)
    found = _parse(data)
    lon = pd.to_numeric(pd.Series(found.lon, dtype=object), errors="coerce").to_numpy(float)
    lat = pd.to_numeric(pd.Series(found.lat, dtype=object), errors="coerce").to_numpy(float)
    places = np.column_stack([lon, lat])
    known = np.isfinite(places).all(axis=1)
    records: list[tuple[str, str | None]] = []
    shapes: list[shapely.Geometry | None] = []
    faults: dict[int, Text] = {}
    for (kind, _number), lines in _by_parent(found.lines).items():
        parts = [slice(line.first, line.last) for line in lines if line.last - line.first > 1]
        if not all(known[part].all() for part in parts):
            faults[len(records)] = Text("its coordinates are no numbers")
            parts = []
        records.append(("track" if kind == "trk" else "route", lines[0].name))
        made = [shapely.LineString(places[part]) for part in parts]
        shapes.append(None if not made else made[0] if len(made) == 1 else shapely.MultiLineString(made))
    for point in found.waypoints:
        if not known[point]:
            faults[len(records)] = Text("its coordinates are no numbers")
        records.append(("waypoint", found.names.get(point)))
        shapes.append(shapely.Point(places[point]) if known[point] else None)
    frame = pd.DataFrame(records, columns=["type", "name"], dtype=object)
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return Layer(frame, geometry, defined="GPX", faults=faults)


def _check_count(data: bytes, limits: Limits) -> None:
    """Refuse more points than the limit before any is parsed."""
    count = sum(data.count(tag) for tag in (b"trkpt ", b"rtept ", b"<wpt "))
    if count > limits.max_rows:
        raise TooLarge("the file has {count} rows, more than the limit of {limit}", count=count, limit=limits.max_rows)


def _by_parent(lines: list[_Line]) -> dict[tuple[str, int], list[_Line]]:
    parents: dict[tuple[str, int], list[_Line]] = {}
    for line in lines:
        parents.setdefault((line.kind, line.number), []).append(line)
    return parents
