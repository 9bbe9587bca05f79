"""GeoParquet: fixes in streams of whole tracks, and layers of lines.

A file of fixes (定位点) has a row for each fix, and the rows of a track stand together:

=============== =====================================================================
``track``       text or integer: which outing
``time``        a timestamp; without a zone it is Chinese time, as everywhere
``geometry``    points, or instead of it ``lon`` and ``lat``
``segment``     optional integer: a change is a break
``accuracy_m``  optional number
=============== =====================================================================

Further columns are left unread.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from geo.errors import InvalidInput, Unreadable
from geo.readers.placing import choose_datum, place_geometry
from geo.readers.results import Limits
from geo.readers.texts import one_line

__all__ = ["FixFile", "Fixes", "describe_fixes", "is_parquet", "parquet_files", "read_fixes", "read_parquet_layer"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Bounds = tuple[float, float, float, float]

STORAGE = "EPSG:4490"
SUFFIXES = (".parquet", ".geoparquet")
_BATCH = 65_536
_BUFFER_BYTES = 1024**2
_LOCAL_OFFSET_S = 8 * 3600  # a time without a zone is Chinese time
_TO_SECONDS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


class Fixes(NamedTuple):
    """Fixes of tracks, one track after another.

    `names` and `starts` tell for each track how it is called and where it begins in the other arrays, which
    have shape (n,): `lon` and `lat` in EPSG:4490, NaN where a fix has no place; `time_s` seconds since 1970 in UTC.
    """

    names: tuple[str | int, ...]
    starts: Indices
    lon: Floats
    lat: Floats
    time_s: Floats
    accuracy_m: Floats
    segment: Indices

    def tracks(self) -> Iterator[tuple[str | int, tuple[npt.NDArray[Any], ...]]]:
        """Yield each track's name and its columns from `lon` to `segment`."""
        for name, begin, end in zip(self.names, self.starts, np.append(self.starts[1:], len(self.lon)), strict=True):
            yield name, tuple(column[begin:end] for column in self[2:])


@dataclass(frozen=True, slots=True)
class FixFile:
    """What the end of a file tells: fixes in each row group, and the places between which they lie, if known."""

    path: Path
    rows: tuple[int, ...]
    bounds: tuple[Bounds | None, ...]


def is_parquet(path: Path) -> bool:
    """Tell whether a path is to be read as GeoParquet: a folder, or a file called so."""
    return path.is_dir() or path.suffix.lower() in SUFFIXES


def parquet_files(path: Path) -> list[Path]:
    """Return the files of a folder in the order of their paths, or the file itself.

    Raises
    ------
    InvalidInput
        If the folder has none.
    """
    if not path.is_dir():
        return [path]
    found = [each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file()]
    # Programs that write such folders put their own notes beside, under names that begin like this.
    shown = sorted(each for each in found if not any(p[0] in "._" for p in each.relative_to(path).parts))
    if not shown:
        raise InvalidInput("the folder {folder} has no GeoParquet file (*.parquet)", folder=path.name or str(path))
    return shown


def describe_fixes(path: Path) -> FixFile:
    """Read the end of a file of fixes.

    Raises
    ------
    Unreadable
        If it is no Parquet file, or has not the columns.
    """
    with _opened(path) as file:
        columns = _Columns.of(file, path)
        metadata = file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        rows = tuple(int(group.num_rows) for group in groups)
        return FixFile(path, rows, tuple(_bounds(group, columns) for group in groups))


def read_fixes(
    path: Path, first: int, end: int, *, crs: str | None = None, slice_rows: int = 500_000
) -> Iterator[Fixes]:
    """Yield the fixes of the tracks that begin in some row groups of a file.

    Parameters
    ----------
    first, end : int
        Row groups ``first`` to ``end - 1``. A track that begins in one of them is read to
        its end; what belongs to a track that began before is passed over.
    crs : str, optional
        The datum, before what the file says: an EPSG code, ``gcj02`` or ``bd09``.
    slice_rows : int
        About how many fixes are held at once; more where one track has more.

    Raises
    ------
    Unreadable
        If the file is damaged.
    UnknownDatum
        If neither the file nor `crs` tells its datum.
    """
    with _opened(path) as file:
        columns = _Columns.of(file, path)
        place = choose_datum(crs, columns.crs, "", file=path.name).to_storage
        held: list[Fixes] = []
        for batch in _own_rows(file, columns, first, end):
            x, y = columns.places(batch)
            lon, lat, _ = place(np.where((x == 0) & (y == 0), np.nan, x), y)
            names, starts = _runs(batch)
            time_s, accuracy_m, segment = columns.others(batch)
            held.append(Fixes(names, starts, lon, lat, time_s, accuracy_m, segment))
            if sum(len(part.lon) for part in held) >= slice_rows:
                whole, held = _cut(held)
                if whole is not None:
                    yield whole
        if held:
            yield _joined(held)


def read_parquet_layer(path: Path, *, crs: str | None = None, limits: Limits, bare: bool = False) -> gpd.GeoDataFrame:
    """Read a GeoParquet file's features, as :func:`geo.readers.read_layer` reads other formats.

    Parameters
    ----------
    bare : bool
        Whether to leave all but the geometry unread.
    """
    with _opened(path) as file:
        described = _geo(file.schema_arrow)
        if file.metadata.num_rows > limits.max_rows:
            message = "the file has {count} rows, more than the limit of {limit}"
            raise Unreadable(message, count=file.metadata.num_rows, limit=limits.max_rows)
        if not described:
            raise Unreadable(
                "{file} is Parquet, but not GeoParquet: it does not say where its geometry is", file=path.name
            )
        frame = gpd.read_parquet(path, columns=[described["primary_column"]] if bare else None)
    placing = choose_datum(crs, frame.crs, "", file=path.name)
    placed, faults = place_geometry(placing, np.asarray(frame.geometry.array, dtype=object).copy())
    if faults:
        row = min(faults)
        raise InvalidInput("row {row} of {file}: {reason}", row=row + 1, file=path.name, reason=faults[row])
    attributes = frame.drop(columns=[frame.geometry.name]).reset_index(drop=True)
    layer = gpd.GeoDataFrame(attributes, geometry=gpd.GeoSeries(placed, crs=STORAGE), crs=STORAGE)
    layer.attrs.update(warnings=tuple(placing.warnings), crs=placing.code)
    return layer


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file, and say in one line what is wrong with it."""
    try:
        # A buffer instead of whole columns: a row group may be as large as the file.
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            yield file
    except FileNotFoundError as fault:
        raise Unreadable("{file} cannot be opened: {reason}", file=path.name, reason="No such file") from fault
    except (pa.ArrowException, OSError) as fault:
        reason = one_line(str(fault).replace(str(path), path.name), 200)
        raise Unreadable("{file} is no readable Parquet file: {reason}", file=path.name, reason=reason) from fault


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a file of fixes has what."""

    names: tuple[str, ...]
    geometry: str | None
    crs: pyproj.CRS | None
    has: frozenset[str]

    @classmethod
    def of(cls, file: pq.ParquetFile, path: Path) -> "_Columns":
        """Look for the columns; see the module's description."""
        schema = file.schema_arrow
        described = _geo(schema)
        geometry = described.get("primary_column")
        needed = ["track", "time", geometry] if geometry else ["track", "time", "lon", "lat"]
        for name in needed:
            if name not in schema.names:
                raise Unreadable(
                    "{file} has no column {column}; a file of fixes has track, time and geometry (or lon and lat)",
                    file=path.name,
                    column=name,
                )
        if not pa.types.is_timestamp(schema.field("time").type):
            raise Unreadable("the column {column} of {file} is no timestamp", column="time", file=path.name)
        has = frozenset({"segment", "accuracy_m"} & set(schema.names))
        return cls((*needed, *sorted(has)), geometry, _crs_of(described), has)

    @property
    def leaves(self) -> tuple[str, str]:
        """Where the file's own statistics keep the least and the greatest coordinates."""
        return ("lon", "lat") if self.geometry is None else (f"{self.geometry}.x", f"{self.geometry}.y")

    def places(self, batch: pa.RecordBatch) -> tuple[Floats, Floats]:
        """Return east and north as they stand in the file."""
        if self.geometry is None:
            return _numbers(batch.column("lon")), _numbers(batch.column("lat"))
        points = batch.column(self.geometry)
        if pa.types.is_struct(points.type):
            return _numbers(pc.struct_field(points, "x")), _numbers(pc.struct_field(points, "y"))
        shapes = shapely.from_wkb(points.to_numpy(zero_copy_only=False))
        return np.asarray(shapely.get_x(shapes)), np.asarray(shapely.get_y(shapes))

    def others(self, batch: pa.RecordBatch) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
        """Return times in seconds, accuracies in metres, and segments."""
        count = batch.num_rows
        accuracy_m = _numbers(batch.column("accuracy_m")) if "accuracy_m" in self.has else np.full(count, np.nan)
        if "segment" not in self.has:
            return _seconds(batch.column("time")), accuracy_m, np.zeros(count, np.int64)
        segment = pc.fill_null(batch.column("segment").cast(pa.int64()), 0)
        return _seconds(batch.column("time")), accuracy_m, segment.to_numpy(zero_copy_only=False)


def _geo(schema: pa.Schema) -> dict[str, Any]:
    """Return what GeoParquet's own note says of the file; nothing where there is none."""
    note = (schema.metadata or {}).get(b"geo")
    try:
        described = json.loads(note) if note else {}
        return described if described and described["columns"][described["primary_column"]] is not None else {}
    except (ValueError, KeyError, TypeError) as fault:
        raise Unreadable("the file's own description of its geometry is damaged") from fault


def _crs_of(described: dict[str, Any]) -> pyproj.CRS | None:
    if not described:
        return None
    column = described["columns"][described["primary_column"]]
    if "crs" not in column:
        return pyproj.CRS.from_user_input("OGC:CRS84")  # as the format defines it
    return None if column["crs"] is None else pyproj.CRS.from_user_input(column["crs"])


def _bounds(group: Any, columns: _Columns) -> Bounds | None:
    """Return the least and greatest coordinates of a row group from its statistics."""
    found = {}
    for position in range(group.num_columns):
        column = group.column(position)
        if column.path_in_schema in columns.leaves:
            if column.statistics is None or not column.statistics.has_min_max:
                return None
            found[column.path_in_schema] = float(column.statistics.min), float(column.statistics.max)
    if len(found) < len(columns.leaves):
        return None
    (west, east), (south, north) = (found[leaf] for leaf in columns.leaves)
    return west, south, east, north


def _own_rows(file: pq.ParquetFile, columns: _Columns, first: int, end: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the tracks that begin in row groups `first` to `end - 1`."""
    count = file.metadata.num_row_groups
    names = list(columns.names)
    # One thread: there is a process for each core already.
    before = file.read_row_group(first - 1, columns=["track"]).column("track")[-1].as_py() if first else None
    waiting = first > 0
    last: Any = None
    for batch in file.iter_batches(
        _BATCH, row_groups=list(range(first, min(end, count))), columns=names, use_threads=False
    ):
        if waiting:
            batch = batch.slice(_run(batch, before))  # noqa: PLW2901 - what is left of it
            waiting = not batch.num_rows
        if batch.num_rows:
            last = batch.column("track")[-1].as_py()
            yield batch
    if waiting or end >= count or last is None:
        return
    for batch in file.iter_batches(_BATCH, row_groups=list(range(end, count)), columns=names, use_threads=False):
        rest = _run(batch, last)
        if rest:
            yield batch.slice(0, rest)
        if rest < batch.num_rows:
            return


def _run(batch: pa.RecordBatch, name: Any) -> int:
    """Return how many of the first rows belong to track `name`."""
    names, starts = _runs(batch)
    if names[0] != name:
        return 0
    return int(starts[1]) if len(starts) > 1 else batch.num_rows


def _runs(batch: pa.RecordBatch) -> tuple[tuple[str | int, ...], Indices]:
    """Return the name and the first row of each track."""
    column = batch.column("track")
    if column.null_count:
        raise Unreadable("the column {column} has {count} empty rows", column="track", count=column.null_count)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = column.indices.to_numpy(zero_copy_only=False)
    starts = np.append(0, np.flatnonzero(codes[1:] != codes[:-1]) + 1).astype(np.int64)
    return tuple(column.dictionary.take(pa.array(codes[starts])).to_pylist()), starts


def _numbers(column: pa.Array) -> Floats:
    numbers: Floats = pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False)
    return numbers


def _seconds(column: pa.Array) -> Floats:
    unit, zone = column.type.unit, column.type.tz
    known = column.is_valid().to_numpy(zero_copy_only=False)
    whole = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    return np.where(known, whole / _TO_SECONDS[unit] - (_LOCAL_OFFSET_S if zone is None else 0), np.nan)


def _joined(parts: list[Fixes]) -> Fixes:
    names: list[str | int] = []
    starts: list[int] = []
    rows = 0
    for part in parts:
        # A track that goes on in the next part begins in the first one only.
        on = int(bool(names) and names[-1] == part.names[0])
        names += part.names[on:]
        starts += (part.starts[on:] + rows).tolist()
        rows += len(part.lon)
    columns: Iterator[Any] = (np.concatenate(column) for column in zip(*(part[2:] for part in parts), strict=True))
    return Fixes(tuple(names), np.array(starts, np.int64), *columns)


def _cut(held: list[Fixes]) -> tuple[Fixes | None, list[Fixes]]:
    """Divide what is held where the last track begins, so that it can be read to its end."""
    together = _joined(held)
    if len(together.names) == 1:
        return None, [together]
    at = int(together.starts[-1])
    columns: tuple[Any, ...] = together[2:]
    whole = Fixes(together.names[:-1], together.starts[:-1], *(column[:at] for column in columns))
    # A copy, so that what was read before can be let go.
    return whole, [Fixes(together.names[-1:], np.zeros(1, np.int64), *(column[at:].copy() for column in columns))]
