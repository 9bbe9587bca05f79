"""GeoJSON as RFC 7946 has it, the older form with a ``crs`` member, and one feature a line."""

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geo.errors import TooLarge, UnknownDatum, Unreadable
from geo.readers.results import Layer, Limits
from geo.readers.texts import decode, one_line
from geo.text import Text

__all__ = ["read_geojson"]

GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}
CODE = re.compile(r"(?:urn:(?:x-)?ogc:def:crs:)?(EPSG|OGC|ESRI):(?:[\w.]*:)?(\w+)", re.IGNORECASE)


def read_geojson(data: bytes, limits: Limits) -> Layer:
    """Return the features of a GeoJSON text.

    Raises
    ------
    Unreadable
        If it is no GeoJSON.
    UnknownDatum
        If it names a CRS that is not known.
    """
    document = _parse(decode(data))
    features = _features(document)
    if len(features) > limits.max_rows:
        raise TooLarge(
            "the file has {count} rows, more than the limit of {limit}", count=len(features), limit=limits.max_rows
        )
    records, shapes, faults = [], [], {}
    for position, feature in enumerate(features):
        if not isinstance(feature, dict):
            faults[position] = Text("it is no GeoJSON feature")
            feature = {}  # noqa: PLW2901 - the row stays, so that the next keep their numbers
        records.append(_attributes(feature))
        shapes.append(feature.get("geometry"))
    geometry, bad = _geometries(shapes)
    faults.update({position: reason for position, reason in bad.items() if position not in faults})
    crs = _declared(document) if isinstance(document, dict) else None
    frame = pd.DataFrame(records, index=pd.RangeIndex(len(features)))
    return Layer(frame, geometry, crs=crs, defined="GeoJSON", faults=faults)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as fault:
        raise Unreadable("the JSON is nested too deeply") from fault
    except ValueError as fault:
        lines = [line.strip("\x1e \t\r") for line in text.split("\n")]
        lines = [line for line in lines if line]
        if len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines):
            return _parse("[" + ",".join(lines) + "]")
        where = fault.lineno if isinstance(fault, json.JSONDecodeError) else 1
        raise Unreadable("the JSON breaks off or is damaged at line {line}", line=where) from fault


def _features(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise Unreadable("the GeoJSON collection has no list of features")
        return features
    if kind == "Feature":
        return [document]
    if kind in GEOMETRIES:
        return [{"type": "Feature", "geometry": document, "properties": {}}]
    if kind == "Topology":
        raise Unreadable("the file is TopoJSON; save it as GeoJSON")
    raise Unreadable("the JSON is no GeoJSON: it has no features")


def _attributes(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    record = {}
    for name, value in (properties if isinstance(properties, dict) else {}).items():
        nested = isinstance(value, dict | list)
        record[str(name)] = json.dumps(value, ensure_ascii=False) if nested else value
    if "id" in feature and "id" not in record and not isinstance(feature["id"], dict | list):
        record["id"] = feature["id"]
    return record


def _geometries(shapes: list[Any]) -> tuple[np.ndarray, dict[int, Text]]:
    """Build all geometries at once; only when that fails, one by one, to find the culprits."""
    geometry = np.full(len(shapes), None, dtype=object)
    faults: dict[int, Text] = {}
    texts: dict[int, str] = {}
    for position, shape in enumerate(shapes):
        if isinstance(shape, dict) and shape.get("type") in GEOMETRIES:
            texts[position] = json.dumps(shape)
        elif shape is not None:
            faults[position] = Text("its geometry is of no known type")
    where = np.fromiter(texts, dtype=np.int64, count=len(texts))
    try:
        geometry[where] = shapely.from_geojson(list(texts.values()))
    except shapely.GEOSException:
        for position, text in texts.items():
            try:
                geometry[position] = shapely.from_geojson(text)
            except shapely.GEOSException as fault:
                faults[position] = Text("its geometry is damaged: {reason}", reason=one_line(fault, 120))
    return geometry, faults


def _declared(document: dict[str, Any]) -> pyproj.CRS | None:
    member = document.get("crs")
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    # Only codes: PROJ would open files that a longer definition names.
    found = CODE.fullmatch(name.strip()) if isinstance(name, str) else None
    try:
        if found is None:
            raise CRSError("not a code")
        return pyproj.CRS.from_authority(found[1].upper(), found[2].upper())
    except CRSError as fault:
        raise UnknownDatum(
            "the file's own crs member is not understood: {name}; say --crs", name=one_line(name, 80)
        ) from fault
