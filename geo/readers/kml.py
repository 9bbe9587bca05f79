"""KML and the document of a KMZ: placemarks, their data, and tracks with times."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from lxml import etree

from geo.errors import TooLarge, Unreadable
from geo.readers.fixes import Fixes
from geo.readers.markup import root_name, to_utf8
from geo.readers.results import Layer, Limits
from geo.readers.texts import one_line
from geo.text import Text

__all__ = ["read_kml_fixes", "read_kml_layer"]

SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack")


class _BadShape(Exception):
    """A geometry cannot be built; its argument says why."""


@dataclass(slots=True)
class _Piece:
    """One unbroken line of a track, before its numbers are checked."""

    track: int
    name: str | None
    places: list[tuple[str, str]]
    times: list[str | None]


def read_kml_layer(data: bytes, limits: Limits) -> Layer:
    """Return the placemarks of a KML document, their extended data as columns; WGS 84 by definition.

    Links to other documents are never followed.

    Raises
    ------
    Unreadable
        If the XML is damaged.
    """
    root = _parse(data)
    records: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    faults: dict[int, Text] = {}
    for placemark in _placemarks(root):
        if len(records) >= limits.max_rows:
            raise TooLarge("the file has more rows than the limit of {limit}", limit=limits.max_rows)
        try:
            shapes.append(_shape_of(placemark))
        except _BadShape as fault:
            faults[len(records)] = fault.args[0]
            shapes.append(None)
        records.append(_attributes(placemark))
    geometry = np.full(len(shapes), None, dtype=object)
    geometry[:] = shapes
    layer = Layer(pd.DataFrame(records, index=pd.RangeIndex(len(records))), geometry, defined="KML", faults=faults)
    if any(_local(element) == "NetworkLink" for element in root.iter()):
        layer.warnings.append(Text("links to other documents are not followed"))
    return layer


def read_kml_fixes(data: bytes) -> Fixes:
    """Return the tracks of a KML document: ``gx:Track`` with times, else its lines without.

    Raises
    ------
    Unreadable
        If the XML is damaged.
    """
    root = _parse(data)
    pieces: list[_Piece] = []
    other = 0
    for placemark in _placemarks(root):
        name = _child_text(placemark, "name")
        found = [element for element in placemark.iter() if _local(element) in ("Track", "LineString")]
        number = pieces[-1].track + 1 if pieces else 0
        pieces += [_piece(element, number, name) for element in found]
        other += not found
    if not pieces:
        pieces = _timed_points(root)
    timed = [piece for piece in pieces if any(piece.times)]
    if timed:
        # Apps draw a line of the same outing beside its track; without times it would count twice.
        other += len({piece.track for piece in pieces} - {piece.track for piece in timed})
    return _fixes([piece for piece in timed or pieces if piece.places], other)


def _parse(data: bytes) -> Any:
    """Parse with lxml after expat has seen that there is no document type."""
    text = to_utf8(data)
    root_name(text)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(text, parser)
    except etree.XMLSyntaxError as fault:
        line = fault.lineno or 1
        message = "the XML breaks off or is damaged at line {line}: {reason}"
        raise Unreadable(message, line=line, reason=one_line(fault.msg, 120)) from fault


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _placemarks(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if _local(element) == "Placemark")


def _child_text(element: Any, name: str) -> str | None:
    for child in element:
        if _local(child) == name:
            return "".join(child.itertext()).strip() or None
    return None


def _attributes(placemark: Any) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for child in placemark:
        name = _local(child)
        if name in ("name", "description", "address", "phoneNumber"):
            record[name] = "".join(child.itertext()).strip() or None
        elif name == "TimeStamp":
            record["time"] = _child_text(child, "when")
        elif name == "ExtendedData":
            record |= _extended(child)
    if placemark.get("id") is not None:
        record.setdefault("id", placemark.get("id"))
    return record


def _extended(element: Any) -> dict[str, str | None]:
    record = {}
    for item in element.iter():
        if item.get("name") is None:
            continue
        if _local(item) == "Data":
            record[item.get("name")] = _child_text(item, "value")
        elif _local(item) == "SimpleData":
            record[item.get("name")] = "".join(item.itertext()).strip() or None
    return record


def _shape_of(element: Any) -> shapely.Geometry | None:
    shapes = [_shape(child) for child in element if _local(child) in SHAPES]
    return shapes[0] if shapes else None


def _shape(element: Any) -> shapely.Geometry | None:
    match _local(element):
        case "Point":
            places = _coordinates(element)
            return shapely.Point(places[0]) if len(places) else None
        case "LineString" | "LinearRing":
            return _line(_coordinates(element))
        case "Polygon":
            return _polygon(element)
        case "Track":
            return _line(_numbers(_track(element)[0]))
        case "MultiTrack" | "MultiGeometry":
            return _collect([_shape(child) for child in element if _local(child) in SHAPES])
    return None


def _collect(shapes: list[shapely.Geometry | None]) -> shapely.Geometry | None:
    parts = [shape for shape in shapes if shape is not None]
    kinds = {part.geom_type for part in parts}
    multi = {"Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}
    if len(kinds) == 1 and (made := multi.get(kinds.pop())) is not None:
        return made(parts)
    return shapely.GeometryCollection(parts) if parts else None


def _polygon(element: Any) -> shapely.Geometry | None:
    shell, holes = None, []
    for boundary in element:
        rings = [ring for ring in boundary if _local(ring) == "LinearRing"]
        if not rings:
            continue
        places = _coordinates(rings[0])
        if len(places) and not np.array_equal(places[0], places[-1]):
            # Some programs leave out the last vertex, which repeats the first.
            places = np.vstack([places, places[:1]])
        if 0 < len(places) < 4:
            raise _BadShape(Text("its polygon has fewer than three corners"))
        if _local(boundary) == "outerBoundaryIs" and len(places):
            shell = places
        elif len(places):
            holes.append(places)
    return None if shell is None else shapely.Polygon(shell, holes)


def _line(places: np.ndarray) -> shapely.Geometry | None:
    if len(places) == 1:
        raise _BadShape(Text("its line has one vertex"))
    return shapely.LineString(places) if len(places) else None


def _coordinates(element: Any) -> np.ndarray:
    return _numbers(_pairs(_child_text(element, "coordinates") or ""))


def _pairs(text: str) -> list[tuple[str, str]]:
    """Split ``lon,lat,height lon,lat,height``; a blank after a comma is a common slip."""
    if ", " in text:
        text = ",".join(part.strip() for part in text.split(",")) if text.count(",") <= 2 else text
    pairs = []
    for item in text.split():
        lon, _, rest = item.partition(",")
        pairs.append((lon, rest.partition(",")[0]))
    return pairs


def _numbers(pairs: list[tuple[str, str]]) -> np.ndarray:
    try:
        return np.array([(float(lon), float(lat)) for lon, lat in pairs], float).reshape(-1, 2)
    except ValueError as fault:
        raise _BadShape(Text("its coordinates are no numbers")) from fault


def _track(element: Any) -> tuple[list[tuple[str, str]], list[str | None]]:
    """Return the coordinates and times of a ``gx:Track``, which pair by their order."""
    places, times = [], []
    for child in element:
        if _local(child) == "when":
            times.append((child.text or "").strip() or None)
        elif _local(child) == "coord":
            lon, lat = [*(child.text or "").split(), "", ""][:2]
            places.append((lon, lat))
    return places, [*times, *[None] * (len(places) - len(times))][: len(places)]


def _piece(element: Any, number: int, name: str | None) -> _Piece:
    if _local(element) == "Track":
        places, times = _track(element)
        return _Piece(number, name, places, times)
    places = _pairs(_child_text(element, "coordinates") or "")
    return _Piece(number, name, places, [None] * len(places))


def _timed_points(root: Any) -> list[_Piece]:
    """Gather points with a time stamp each, as some apps write a track."""
    piece = _Piece(0, None, [], [])
    for placemark in _placemarks(root):
        stamp = next((child for child in placemark if _local(child) == "TimeStamp"), None)
        point = next((child for child in placemark if _local(child) == "Point"), None)
        pairs = _pairs(_child_text(point, "coordinates") or "") if point is not None else []
        when = _child_text(stamp, "when") if stamp is not None else None
        if pairs and when:
            piece.places.append(pairs[0])
            piece.times.append(when)
    return [piece] if len(piece.places) > 1 else []


def _fixes(pieces: list[_Piece], other: int) -> Fixes:
    lengths = [len(piece.places) for piece in pieces]
    tracks = np.unique([piece.track for piece in pieces], return_inverse=True)[1] if pieces else np.empty(0)
    places = [place for piece in pieces for place in piece.places]
    return Fixes(
        lon=pd.Series([lon for lon, _ in places], dtype=object),
        lat=pd.Series([lat for _, lat in places], dtype=object),
        time=pd.Series([when for piece in pieces for when in piece.times], dtype=object),
        accuracy_m=pd.Series([None] * len(places), dtype=object),
        track=np.repeat(tracks, lengths).astype(np.int64),
        segment=np.repeat(np.arange(len(pieces)), lengths).astype(np.int64),
        name=np.repeat(np.array([piece.name for piece in pieces], object), lengths),
        defined="KML",
        other=other,
    )
