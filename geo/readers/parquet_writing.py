"""Write GeoParquet as :mod:`geo.readers.parquet` reads it."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from geo.readers.parquet import STORAGE, Fixes

__all__ = ["write_fixes"]

_GROUP_ROWS = 250_000


def write_fixes(path: Path, fixes: Fixes) -> None:
    """Write fixes of whole tracks into a file, and its folders where they are missing.

    The points are written as GeoParquet's `point`, whose coordinates have statistics of their
    own, so that a reader can tell from the end of the file where its tracks lie.
    """
    count = np.diff(np.append(fixes.starts, len(fixes.lon)))
    names = pa.array(fixes.names if len(fixes.names) else [], pa.int64() if _are_numbers(fixes) else pa.string())
    track = pa.DictionaryArray.from_arrays(pa.array(np.repeat(np.arange(len(count)), count), pa.int32()), names)
    time_us = pa.array(np.rint(fixes.time_s * 1e6).astype(np.int64)).cast(pa.timestamp("us", "UTC"))
    points = pa.StructArray.from_arrays([pa.array(fixes.lon), pa.array(fixes.lat)], ["x", "y"])
    columns = {
        "track": track.dictionary_decode(),
        "time": time_us,
        "segment": pa.array(fixes.segment),
        "accuracy_m": pa.array(fixes.accuracy_m, from_pandas=True),
        "geometry": points,
    }
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(_described(fixes))})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=_GROUP_ROWS, compression="zstd")


def _are_numbers(fixes: Fixes) -> bool:
    return bool(fixes.names) and all(isinstance(name, int) for name in fixes.names)


def _described(fixes: Fixes) -> dict[str, object]:
    column: dict[str, object] = {
        "encoding": "point",
        "geometry_types": ["Point"],
        "crs": pyproj.CRS(STORAGE).to_json_dict(),
    }
    if len(fixes.lon):
        column["bbox"] = [float(bound) for ends in ("min", "max") for bound in _ends(fixes, ends)]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _ends(fixes: Fixes, which: str) -> tuple[float, float]:
    return getattr(fixes.lon, which)(), getattr(fixes.lat, which)()
