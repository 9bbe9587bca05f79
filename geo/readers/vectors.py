"""GeoPackage and Shapefile through GDAL, kept on a short lead.

The file is copied to a private folder under a name of our own, after its content was
recognised: so GDAL never sees a name that it would take for a network address or a
virtual file system, nor a content that would make it choose another driver.
"""

import re
import sqlite3
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geo.errors import TooLarge, Unreadable, WanggeError
from geo.readers.encodings import ColumnBytes, encoding_of_dbf
from geo.readers.results import Layer, Limits
from geo.readers.texts import one_line
from geo.text import Text

__all__ = ["read_geopackage", "read_shapefile"]

# Warnings are caught for the whole process, so one file at a time.
ONE_AT_A_TIME = threading.Lock()
CONFIGURATION = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "SHAPE_RESTORE_SHX": "YES",
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
    "OGR_SQLITE_LOAD_EXTENSIONS": None,
}
# Tables with rows of their own; every other module of SQLite might reach for files.
HARMLESS_MODULES = ("rtree", "fts3", "fts4", "fts5")


def read_geopackage(data: bytes, limits: Limits, *, prefer: str = "") -> Layer:
    """Return the features of a GeoPackage's one layer.

    Parameters
    ----------
    prefer : str
        The layer to take when there are several.

    Raises
    ------
    Unreadable
        If it is damaged, or has several layers and none of that name.
    """
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        path = Path(folder) / "layer.gpkg"
        path.write_bytes(data)
        name = _only_layer(path, prefer)
        return _read(path, "GPKG", limits, layer=name)


def read_shapefile(data: bytes, parts: dict[str, bytes], limits: Limits) -> Layer:
    """Return the features of a shapefile, its text in the encoding that it turns out to be in.

    Parameters
    ----------
    data : bytes
        The ``.shp``.
    parts : dict of str to bytes
        ``.shx``, ``.dbf``, ``.prj``, ``.cpg``, as far as there are any.

    Raises
    ------
    Unreadable
        If it is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        path = Path(folder) / "layer.shp"
        path.write_bytes(data)
        for suffix in (".shx", ".dbf"):
            if suffix in parts:
                path.with_suffix(suffix).write_bytes(parts[suffix])
        # As Latin-1 every byte survives, so that the true encoding can be found afterwards.
        layer = _read(path, "ESRI Shapefile", limits, encoding="ISO-8859-1")
    if ".dbf" not in parts:
        layer.warnings.append(Text("there is no .dbf file: the features have no attributes"))
    if ".prj" in parts:
        _add_crs(layer, parts[".prj"].decode("utf-8", "replace"))
    _decode(layer, parts)
    layer.truncated_names = True
    return layer


def _only_layer(path: Path, prefer: str) -> str:
    """Return the name of the layer to read; look with SQLite itself before GDAL does."""
    try:
        with sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True) as connection:
            modules = connection.execute("SELECT sql FROM sqlite_master WHERE sql LIKE 'create virtual%'").fetchall()
            layers = connection.execute(
                "SELECT table_name, data_type FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
            ).fetchall()
        connection.close()
    except (sqlite3.Error, UnicodeError) as fault:
        raise Unreadable("the GeoPackage is damaged, or an SQLite file of another kind") from fault
    for (sql,) in modules:
        module = str(sql).casefold().partition(" using ")[2].strip()
        if not module.startswith(HARMLESS_MODULES):
            raise Unreadable("the GeoPackage has a virtual table, which may read other files; it is not opened")
    names = [str(name) for name, kind in layers if kind == "features"] or [str(name) for name, _ in layers]
    if not names:
        raise Unreadable("the GeoPackage has no layer")
    if len(names) > 1 and prefer not in names:
        message = "the GeoPackage has several layers ({names}); save the one to be read as a file of its own"
        raise Unreadable(message, names=", ".join(names[:10]))
    return prefer if prefer in names else names[0]


def _read(path: Path, driver: str, limits: Limits, **options: Any) -> Layer:
    with ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pyogrio.set_gdal_config_options(CONFIGURATION)
        try:
            info = pyogrio.read_info(path, **options)
            if info["driver"] != driver:
                raise Unreadable("the content is not what the file's name says")
            if info["features"] > limits.max_rows:
                raise TooLarge(
                    "the file has {count} rows, more than the limit of {limit}",
                    count=info["features"],
                    limit=limits.max_rows,
                )
            meta, _, wkb, columns = pyogrio.raw.read(path, **options)
        except WanggeError:
            raise
        except Exception as fault:  # damaged bytes make pyogrio fail in many ways, even in its own code
            raise Unreadable("the file is damaged: {reason}", reason=_line(fault, path)) from fault
    frame = pd.DataFrame({str(name): values for name, values in zip(meta["fields"], columns, strict=True)})
    count = len(columns[0]) if len(columns) else (0 if wkb is None else len(wkb))
    frame = frame.set_axis(pd.RangeIndex(count)) if len(frame.columns) else pd.DataFrame(index=pd.RangeIndex(count))
    geometry, faults = _geometries(wkb, count)
    layer = Layer(frame, geometry, faults=faults)
    if meta["crs"]:
        _add_crs(layer, meta["crs"])
    layer.warnings += [Text("GDAL: {words}", words=words) for words in dict.fromkeys(_said(caught, path))]
    return layer


def _geometries(wkb: npt.NDArray[np.object_] | None, count: int) -> tuple[npt.NDArray[np.object_], dict[int, Text]]:
    geometry = np.full(count, None, dtype=object)
    if wkb is None:
        return geometry, {}
    geometry[:] = shapely.from_wkb(wkb, on_invalid="ignore")
    given = np.array([value is not None for value in wkb], bool)
    lost = np.flatnonzero(given & shapely.is_missing(geometry))
    return geometry, {int(position): Text("its geometry is damaged") for position in lost}


def _add_crs(layer: Layer, text: str) -> None:
    """Add what a file says of its CRS: a code, or WKT as GDAL and ESRI write it."""
    code = re.fullmatch(r"(EPSG|ESRI|OGC):(\w+)", text.strip(), re.IGNORECASE)
    try:
        crs = pyproj.CRS.from_authority(code[1].upper(), code[2]) if code else pyproj.CRS.from_wkt(text.strip())
    except CRSError:
        layer.warnings.append(Text("what the file says of its CRS is not understood"))
        return
    # Only what names a datum counts: a GeoPackage calls a missing CRS an "undefined" one.
    if (crs.is_geographic or crs.is_projected) and "undefined" not in crs.name.casefold():
        # The code's own definition also knows where the CRS applies.
        known = crs.to_epsg()
        layer.crs = pyproj.CRS.from_epsg(known) if known else crs


def _decode(layer: Layer, parts: dict[str, bytes]) -> None:
    """Turn Latin-1 back to bytes and read these as they were meant."""
    frame = layer.frame
    texts = [name for name in frame.columns if frame[name].dtype == object or frame[name].dtype == "str"]
    held = ColumnBytes.of(frame, texts)
    encoding, note = encoding_of_dbf(held, cpg=parts.get(".cpg"), dbf=parts.get(".dbf", b""))
    if note is not None:
        layer.warnings.append(note)
    for name in texts:
        frame[name] = pd.Series(held.decoded(name, encoding), index=frame.index, dtype=object)
    frame.columns = pd.Index(held.names(encoding))


def _said(caught: list[warnings.WarningMessage], path: Path) -> list[str]:
    """Return what GDAL warned of, without what is dealt with: heights, measures, a missing index or CRS."""
    words = [_line(warning.message, path) for warning in caught]
    return [word for word in words if not any(part in word.lower() for part in (".shx", "crs", "measured"))]


def _line(fault: BaseException | Warning | str, path: Path) -> str:
    """Return one line without the private folder's name."""
    return one_line(str(fault).replace(str(path.parent) + "/", ""), 200)
