"""Small files of every format, made for the tests of the readers."""

import io
import json
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import xlsxwriter

SQUARE = shapely.box(107.50, 29.80, 107.51, 29.81)
BOW_TIE = shapely.Polygon([(107.5, 29.8), (107.51, 29.81), (107.51, 29.8), (107.5, 29.81)])
FIT_EPOCH_S = 631_065_600


def feature(geometry, **properties):
    shape = None if geometry is None else geometry if isinstance(geometry, dict) else shapely.geometry.mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": shape}


def geojson(path: Path, *features, **members) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}), encoding="utf-8")
    return path


def text(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


def workbook(path: Path, **sheets) -> Path:
    """Write each sheet's rows; a tuple ``("=1+1", 2)`` is a formula with its cached value."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.write_formula(i, j, cell[0], None, cell[1])
                    elif cell is not None:
                        sheet.write(i, j, cell)
    return path


def archive(path: Path, **members: bytes) -> Path:
    return zipped(path, members)


def zipped(path: Path, members: dict) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return path


def shapefile(
    path: Path, geometry, encoding: str = "gbk", crs: object = "EPSG:4490", language: int = 0, **columns
) -> Path:
    """Write a shapefile whose names and texts are cut, in an encoding that nothing declares but the language byte."""
    gpd.GeoDataFrame({"i": range(len(geometry))}, geometry=geometry, crs=crs or 4490).to_file(path, engine="pyogrio")
    path.with_suffix(".cpg").unlink()
    if crs is None:
        path.with_suffix(".prj").unlink(missing_ok=True)
    path.with_suffix(".dbf").write_bytes(dbf(columns, encoding, language))
    return path


def dbf(columns: dict, encoding: str, language: int = 0, width: int = 20) -> bytes:
    fields = b"".join(struct.pack("<11sc4xB15x", name.encode(encoding)[:10], b"C", width) for name in columns)
    rows = list(zip(*columns.values(), strict=True))
    body = b"".join(b" " + b"".join(value.encode(encoding)[:width].ljust(width) for value in row) for row in rows)
    size = 32 + len(fields) + 1
    header = struct.pack("<B3BIHH17xB2x", 3, 126, 1, 1, len(rows), size, 1 + width * len(columns), language)
    return header + fields + b"\r" + body + b"\x1a"


def geopackage(path: Path, geometry, crs: object = "EPSG:4490", layer: str = "layer", **columns) -> Path:
    gpd.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(path, layer=layer, engine="pyogrio")
    return path


def gpx(path: Path, *segments, version: str = "1.1", extra: str = "") -> Path:
    """Write one track; each segment is a list of (lon, lat, time)."""
    namespace = f"http://www.topografix.com/GPX/{version.replace('.', '/')}"
    body = "".join("<trkseg>" + "".join(map(_point, segment)) + "</trkseg>" for segment in segments)
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><gpx version="{version}" creator="test" xmlns="{namespace}">'
        f"<metadata><time>2020-01-01T00:00:00Z</time></metadata>{extra}<trk><name>巡河</name>{body}</trk></gpx>",
        encoding="utf-8",
    )
    return path


def _point(fix) -> str:
    lon, lat, time = fix
    return f'<trkpt lat="{lat}" lon="{lon}">' + (f"<time>{time}</time>" if time else "") + "</trkpt>"


def fit(path: Path, fixes, *, accuracy_m: int = 5) -> Path:
    """Write a FIT file with one record for each (lon, lat, seconds since 1970)."""
    fields = ((253, 4, 0x86), (0, 4, 0x85), (1, 4, 0x85), (31, 1, 0x02))
    body = struct.pack("<BBBHB", 0x40, 0, 0, 20, len(fields)) + b"".join(
        struct.pack("<BBB", *field) for field in fields
    )
    for lon, lat, seconds in fixes:
        semicircles = (round(degrees * 2**31 / 180) for degrees in (lat, lon))
        body += struct.pack("<BIiiB", 0, seconds - FIT_EPOCH_S, *semicircles, accuracy_m)
    header = struct.pack("<BBHI4s", 14, 0x10, 2132, len(body), b".FIT")
    header += struct.pack("<H", _fit_crc(header))
    path.write_bytes(header + body + struct.pack("<H", _fit_crc(header + body)))
    return path


def _fit_crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def ods(path: Path, rows) -> Path:
    """Write a spreadsheet as LibreOffice does, with the least that makes one."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="表">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        path,
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b'<?xml version="1.0"?><manifest/>',
        },
    )


def bytes_of_zip(members: dict) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return stream.getvalue()


def walk(count: int = 5, start: int = 1_717_549_200):
    """Return fixes of a walk: (lon, lat, seconds since 1970)."""
    return [(107.5 + 1e-4 * i, 29.8 + 5e-5 * i, start + 5 * i) for i in range(count)]


def iso(seconds: int) -> str:
    return str(np.datetime64(seconds, "s")) + "Z"
