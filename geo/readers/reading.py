"""The entrances of the readers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.errors import InvalidInput
from geo.readers.columns import FIELDS, PATROLS, PLACE, Field
from geo.readers.fit import read_fit_fixes
from geo.readers.fixes import Fixes
from geo.readers.geojson import read_geojson
from geo.readers.gpx import read_gpx_fixes, read_gpx_layer
from geo.readers.headers import assign_columns
from geo.readers.kml import read_kml_fixes, read_kml_layer
from geo.readers.patrol_lists import is_patrol_list, tracks_of_list
from geo.readers.places import geometry_of_table
from geo.readers.placing import check_vertices, choose_datum, place_geometry
from geo.readers.records import STORAGE, read_records
from geo.readers.results import Kind, Layer, Limits, Reading
from geo.readers.sources import Format, Source, open_source
from geo.readers.tables import read_csv, read_excel
from geo.readers.tracks import tracks_of_fixes, tracks_of_table
from geo.readers.vectors import read_geopackage, read_shapefile
from geo.text import Text

__all__ = ["read", "read_layer", "read_tracks"]

DEFAULT = Limits()

_TOLD = ("patrol", "person", "reach")


def read(
    kind: Kind | str,
    path: Path | str,
    *,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT,
) -> Reading:
    """Read a file as rows of a kind.

    Parameters
    ----------
    kind : Kind or str
        What the rows are.
    path : Path or str
        GeoJSON, GeoPackage, Shapefile (also zipped), KML, KMZ, GPX, FIT, CSV or Excel.
    crs : str, optional
        The datum: an EPSG code, ``gcj02`` or ``bd09``. It goes before what the file says.
    mapping : mapping of field to column, optional
        For headers that are not recognised. ``"=value"`` instead of a column gives all rows
        one value.

    Returns
    -------
    Reading
        With the good rows and the rejected ones.

    Raises
    ------
    Unreadable, TooLarge, InvalidInput
        If the file as a whole cannot be used.
    UnknownDatum
        If neither the file nor `crs` tells its datum.
    """
    if kind not in tuple(Kind):
        raise InvalidInput("there is no kind {kind}; the kinds are {kinds}", kind=kind, kinds=", ".join(Kind))
    kind = Kind(kind)
    if kind == Kind.tracks:
        return read_tracks(path, crs=crs, mapping=mapping, limits=limits)
    source = open_source(path, limits)
    mapping = mapping or {}
    layer = _layer(source, (*FIELDS[kind], *PLACE), mapping, limits, prefer=kind.value)
    return read_records(kind, layer, source, crs=crs, mapping=mapping, limits=limits)


def read_layer(path: Path | str, *, crs: str | None = None, limits: Limits = DEFAULT) -> gpd.GeoDataFrame:
    """Read a file's features as they are, with all attributes, in the file's order.

    Parameters
    ----------
    path, crs
        As for :func:`read`.

    Returns
    -------
    GeoDataFrame in EPSG:4490
        Features without geometry keep None. ``attrs["warnings"]`` is a tuple of Text,
        ``attrs["crs"]`` the datum that was read.

    Raises
    ------
    InvalidInput
        If the file cannot be used, or one of its features cannot; the first one is named.
    UnknownDatum
        If neither the file nor `crs` tells its datum.
    """
    source = open_source(path, limits)
    layer = _layer(source, PLACE, {}, limits)
    geometry, faults = layer.geometry, dict(layer.faults)
    if geometry is None:
        built = geometry_of_table(layer.frame, assign_columns([str(c) for c in layer.frame.columns], PLACE, {}))
        if built is None:
            raise InvalidInput(
                "{file} is a table without coordinates; it needs columns lon and lat, or wkt", file=source.name
            )
        geometry, bad = built
        faults |= bad
    check_vertices(geometry, limits)
    placing = choose_datum(crs, layer.crs, layer.defined, file=source.name)
    placed, nowhere = place_geometry(placing, geometry)
    faults = nowhere | faults
    if faults:
        first = min(faults)
        message = (
            "row {row} of {file}: {reason}"
            if len(faults) == 1
            else "row {row} of {file}: {reason} (and {more} more rows)"
        )
        raise InvalidInput(
            message, row=int(layer.rows[first]), file=source.name, reason=faults[first], more=len(faults) - 1
        )
    attributes = layer.frame.drop(columns=["geometry"], errors="ignore")
    frame = gpd.GeoDataFrame(attributes, geometry=gpd.GeoSeries(placed, crs=STORAGE), crs=STORAGE)
    frame.attrs.update(warnings=(*layer.warnings, *placing.warnings), crs=placing.code)
    return frame


def read_tracks(
    path: Path | str, *, crs: str | None = None, mapping: Mapping[str, str] | None = None, limits: Limits = DEFAULT
) -> Reading:
    """Read a file's fixes, one row each.

    Parameters
    ----------
    path, crs, mapping
        As for :func:`read`.

    Returns
    -------
    Reading
        With columns ``track`` (0-based), ``segment`` (a new number is a break), ``time``
        (UTC; NaT where the file has none), ``lon``, ``lat`` and, where the file has them,
        ``name``, ``patrol``, ``person``, ``reach``, ``accuracy_m``. A list of patrols, one row
        each, gives more columns; see :func:`geo.readers.patrol_lists.tracks_of_list`.

    Raises
    ------
    Unreadable, TooLarge, InvalidInput
        If the file as a whole cannot be used, or has no track.
    UnknownDatum
        If neither the file nor `crs` tells its datum.
    """
    source = open_source(path, limits)
    mapping = mapping or {}
    fixes = _fixes(source, limits)
    if fixes is not None:
        return _with_told(tracks_of_fixes(fixes, source, crs=crs, limits=limits), mapping)
    layer = _layer(source, (*FIELDS[Kind.tracks], *PLACE, *PATROLS), mapping, limits)
    if is_patrol_list(layer, mapping):
        return tracks_of_list(layer, source, crs=crs, mapping=mapping, limits=limits)
    return tracks_of_table(layer, source, crs=crs, mapping=mapping, limits=limits)


def _with_told(reading: Reading, mapping: Mapping[str, str]) -> Reading:
    """Add what a person says of all tracks of a file that has no columns; tell what cannot be meant for it."""
    warnings = list(reading.warnings)
    for name, value in mapping.items():
        if name in _TOLD and value.startswith("="):
            reading.frame[name] = pd.Series(value[1:], index=reading.frame.index, dtype=object)
        else:
            message = "the file has no columns, so --map {name}={value} means nothing for it; write {name}==VALUE"
            warnings.append(Text(message, name=name, value=value))
    return replace(reading, warnings=tuple(warnings))


def _fixes(source: Source, limits: Limits) -> Fixes | None:
    """Return the fixes of a format that has tracks of its own."""
    match source.format:
        case Format.gpx:
            return read_gpx_fixes(source.data, limits)
        case Format.kml:
            return read_kml_fixes(source.data)
        case Format.fit:
            return read_fit_fixes(source.data, limits)
        case _:
            return None


def _layer(
    source: Source, fields: Sequence[Field], mapping: Mapping[str, str], limits: Limits, *, prefer: str = ""
) -> Layer:
    match source.format:
        case Format.geojson:
            return read_geojson(source.data, limits)
        case Format.gpkg:
            return read_geopackage(source.data, limits, prefer=prefer)
        case Format.shapefile:
            return read_shapefile(source.data, source.parts, limits)
        case Format.kml:
            return read_kml_layer(source.data, limits)
        case Format.gpx:
            return read_gpx_layer(source.data, limits)
        case Format.fit:
            raise InvalidInput("{file} is a FIT file; it holds a track and nothing else", file=source.name)
        case Format.csv | Format.excel:
            read_table = read_csv if source.format == Format.csv else read_excel
            return read_table(source.data, fields, mapping, limits)
