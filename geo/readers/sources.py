"""Files as they come: checked for size, recognised by content, unpacked when zipped."""

import hashlib
import os
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from geo.errors import TooLarge, Unreadable
from geo.readers.archives import SPREADSHEET, members_of, unpack
from geo.readers.markup import root_name
from geo.readers.results import Limits
from geo.readers.texts import one_line

__all__ = ["FORMATS", "Format", "Source", "open_source"]

FORMATS = "GeoJSON, GeoPackage, Shapefile (also zipped), KML, KMZ, GPX, FIT, CSV, Excel"
# A shapefile is several files; the others are worth nothing by themselves.
COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
PARTS = (*COMPANIONS, ".sbn", ".sbx", ".qix", ".qpj", ".atx")
TEXT_TABLES = (".csv", ".txt", ".tsv")


class Format(StrEnum):
    """How a file is written."""

    geojson = "GeoJSON"
    gpkg = "GeoPackage"
    shapefile = "Shapefile"
    kml = "KML"
    gpx = "GPX"
    fit = "FIT"
    csv = "CSV"
    excel = "Excel"


@dataclass(frozen=True, slots=True)
class Source:
    """A file in memory.

    Attributes
    ----------
    name : str
        The file's own name, also when the data lay inside an archive.
    data : bytes
        The data file; for a shapefile its ``.shp``.
    sha256 : str
        Of the file as it was given; for a shapefile of all its parts.
    parts : dict of str to bytes
        A shapefile's companions by lower-case suffix.
    """

    name: str
    data: bytes
    sha256: str
    format: Format
    parts: dict[str, bytes] = field(default_factory=dict)


def open_source(path: Path | str, limits: Limits) -> Source:
    """Read a file and find out what it is.

    Raises
    ------
    Unreadable
        If there is no such regular file, or its content is of no known format.
    TooLarge
        If it, or what is packed in it, exceeds the limits.
    """
    path = Path(path)
    name = _shown(path)
    data = _bytes_of(path, limits)
    suffix = path.suffix.lower()
    digest = hashlib.sha256(data)
    parts: dict[str, bytes] = {}
    if suffix in PARTS and not data.startswith(b"PK\x03\x04"):
        raise Unreadable(
            "{file} is only one part of a shapefile; give the .shp file, with .shx and .dbf beside it",
            file=_shown(path),
        )
    if data.startswith(b"PK\x03\x04"):
        members = members_of(data, limits)
        if members == SPREADSHEET:
            return Source(name, data, digest.hexdigest(), Format.excel)
        inner, data, parts = unpack(data, members, COMPANIONS, limits)
        suffix = Path(inner).suffix.lower()
    elif suffix == ".shp":
        parts = _companions(path, limits)
        for _, part in sorted(parts.items()):
            digest.update(part)
    return Source(name, data, digest.hexdigest(), _recognise(data, suffix), parts)


def _bytes_of(path: Path, limits: Limits) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("{file} is not an ordinary file", file=_shown(path))
        if status.st_size > limits.max_bytes:
            raise TooLarge(
                "{file} has {size_mib} MiB, more than the limit of {limit_mib} MiB; split it",
                file=_shown(path),
                size_mib=status.st_size // 1024**2,
                limit_mib=limits.max_bytes // 1024**2,
            )
        with path.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the name
        reason = os.strerror(fault.errno) if isinstance(fault, OSError) and fault.errno else "not a file name"
        raise Unreadable("{file} cannot be opened: {reason}", file=_shown(path), reason=reason) from fault
    if not data:
        raise Unreadable("{file} is empty", file=_shown(path))
    return data


def _shown(path: Path) -> str:
    return one_line(path.name or path, 120)


def _companions(path: Path, limits: Limits) -> dict[str, bytes]:
    parts = {}
    for suffix in COMPANIONS:
        for spelling in (suffix, suffix.upper(), suffix.capitalize()):
            beside = path.with_suffix(spelling)
            if beside.is_file() and beside.stat().st_size:
                parts[suffix] = _bytes_of(beside, limits)
                break
    return parts


def _recognise(data: bytes, suffix: str) -> Format:
    """Tell the format by the content; the suffix decides only among plain texts."""
    if data.startswith(b"SQLite format 3\0"):
        return Format.gpkg
    if data[8:12] == b".FIT":
        return Format.fit
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Format.excel
    if suffix == ".shp":
        if data.startswith(b"\0\0\x27\x0a"):
            return Format.shapefile
        raise Unreadable("the .shp file is damaged: it does not begin as a shapefile does")
    return _recognise_text(data, suffix)


def _recognise_text(data: bytes, suffix: str) -> Format:
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return _recognise_xml(data, suffix)
    if suffix in TEXT_TABLES:
        return Format.csv
    if head.startswith((b"{", b"[", b"\x1e")) and suffix not in (".gpx", ".kml"):
        return Format.geojson
    raise Unreadable("the content is of no known format; the formats are {formats}", formats=FORMATS)


def _recognise_xml(data: bytes, suffix: str) -> Format:
    root = root_name(data)
    if root == "gpx":
        return Format.gpx
    if root == "kml" or (root in ("Document", "Folder", "Placemark") and suffix == ".kml"):
        return Format.kml
    raise Unreadable("the file is XML, but neither GPX nor KML; its root is <{root}>", root=one_line(root, 40))
