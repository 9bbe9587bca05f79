"""Zip archives, read in memory: nothing is written under a name that an archive chose."""

import contextlib
import stat
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from geo.errors import TooLarge, Unreadable
from geo.readers.results import Limits
from geo.readers.texts import one_line

__all__ = ["SPREADSHEET", "members_of", "unpack"]

SPREADSHEET: list[zipfile.ZipInfo] = []
DATA = (
    ".shp",
    ".gpkg",
    ".geojson",
    ".json",
    ".kml",
    ".gpx",
    ".fit",
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".xlsm",
    ".ods",
)
NESTED = (".zip", ".kmz", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz")
CHUNK_BYTES = 1024**2

# What zipfile raises on damaged members; a wrong offset is a ValueError.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
# Small members may be packed as well as they like: only what grows large can harm.
RATIO_FROM_BYTES = 16 * 1024**2


def members_of(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the members worth reading, or `SPREADSHEET` when the archive is an Excel or ODS file.

    Raises
    ------
    Unreadable
        If the archive is damaged, encrypted, or has members outside of itself.
    TooLarge
        If it unpacks to more than the limits allow.
    """
    archive = _archive(data)
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > limits.max_members:
        raise TooLarge("the archive has {count} members, more than {limit}", count=len(infos), limit=limits.max_members)
    for info in infos:
        _check_member(info)
    names = {info.filename for info in infos}
    if len(names) < len(infos):
        # Two readers might take two different ones for the same.
        raise Unreadable("the archive has two members of one name")
    total = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    _check_size(total, packed, limits)
    if "[Content_Types].xml" in names or _is_ods(archive, names):
        if "xl/workbook.bin" in names:
            raise Unreadable("a binary workbook (.xlsb) is not read; save it as .xlsx")
        if not names & {"xl/workbook.xml", "content.xml"}:
            raise Unreadable("the file is an Office document, but no workbook")
        _count(archive, infos, limits)
        return SPREADSHEET
    return [info for info in infos if not _is_litter(info.filename)]


def unpack(
    data: bytes, members: list[zipfile.ZipInfo], companions: tuple[str, ...], limits: Limits
) -> tuple[str, bytes, dict[str, bytes]]:
    """Unpack the one data file of an archive, with the companions that lie beside it.

    Returns
    -------
    name, data, parts : str, bytes, dict of str to bytes
        The member's name, its bytes, and its companions by lower-case suffix.
    """
    archive = _archive(data)
    chosen = _choose(members)
    stem = PurePosixPath(chosen.filename).with_suffix("")
    parts = {}
    if _suffix(chosen) == ".shp":
        for info in members:
            if _suffix(info) in companions and PurePosixPath(info.filename).with_suffix("") == stem and info.file_size:
                parts[_suffix(info)] = _read(archive, info, limits)
    content = _read(archive, chosen, limits)
    if content.startswith(b"PK\x03\x04"):
        raise Unreadable("the archive holds another archive; unpack it and give the file inside")
    if not content:
        raise Unreadable("{file} is empty", file=_shown(chosen))
    return chosen.filename, content, parts


def _archive(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError) as fault:
        raise Unreadable("the archive is damaged") from fault


def _choose(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    candidates = [info for info in members if _suffix(info) in DATA]
    suffixes = {_suffix(info) for info in candidates}
    for preferred in (".shp", ".gpkg", ".geojson", ".kml"):
        # Beside a layer, a text is its read-me, and of a KMZ's documents the first in the root counts.
        if preferred in suffixes:
            candidates = [info for info in candidates if _suffix(info) in (".shp", ".gpkg", ".geojson", ".kml", ".gpx")]
            break
    kml = [info for info in candidates if info.filename.lower() == "doc.kml"]
    if kml:
        return kml[0]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = ", ".join(sorted(_shown(info) for info in candidates)[:6])
        raise Unreadable("the archive holds several layers ({names}); give them one by one", names=names)
    if any(_suffix(info) in NESTED for info in members):
        raise Unreadable("the archive holds another archive; unpack it and give the file inside")
    raise Unreadable("the archive holds no file of a known format")


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in info.orig_filename:
        raise Unreadable("the archive has a member outside of itself: {name}", name=_shown(info))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise Unreadable("the archive has a link in it: {name}", name=_shown(info))
    if info.flag_bits & 1:
        raise Unreadable("the archive has a password; unpack it first")


def _check_size(unpacked: int, packed: int, limits: Limits) -> None:
    if unpacked > limits.max_unpacked_bytes:
        raise TooLarge(
            "the archive unpacks to more than the limit of {limit_mib} MiB",
            limit_mib=limits.max_unpacked_bytes // 1024**2,
        )
    if unpacked > RATIO_FROM_BYTES and unpacked > limits.max_ratio * packed:
        raise TooLarge(
            "the archive unpacks to over {ratio} times its size, as no honest file does", ratio=limits.max_ratio
        )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Unpack one member, counting real bytes: the size in the directory may lie."""
    if info.file_size > limits.max_unpacked_bytes:
        _check_size(info.file_size, 1, limits)
    content = bytearray()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                content += chunk
                _check_size(len(content), max(1, info.compress_size), limits)
    except _DAMAGE as fault:
        raise Unreadable("the archive is damaged at {name}", name=_shown(info)) from fault
    return bytes(content)


def _count(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Unpack everything once and keep nothing: the workbook's reader does not count."""
    total = 0
    for info in infos:
        try:
            with archive.open(info) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    total += len(chunk)
                    _check_size(total, max(1, sum(i.compress_size for i in infos)), limits)
        except _DAMAGE as fault:
            raise Unreadable("the archive is damaged at {name}", name=_shown(info)) from fault


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if "mimetype" not in names or archive.getinfo("mimetype").file_size > 200:
        return False
    try:
        return archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet")
    except _DAMAGE:
        return False


def _suffix(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename).suffix.lower()


def _is_litter(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or path.name.startswith((".", "~$")) or path.name.lower() == "thumbs.db"


def _shown(info: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese Windows writes GBK names without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return one_line(name, 80)
