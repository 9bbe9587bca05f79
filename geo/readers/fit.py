"""FIT, as watches and hand-held receivers write it."""

import io
from typing import Any

import fitdecode
import numpy as np
import pandas as pd

from geo.errors import TooLarge, Unreadable, WanggeError
from geo.readers.fixes import Fixes
from geo.readers.results import Limits
from geo.readers.texts import one_line

__all__ = ["read_fit_fixes"]

DEGREES_PER_SEMICIRCLE = 180 / 2**31


def read_fit_fixes(data: bytes, limits: Limits) -> Fixes:
    """Return the records of a FIT file that have a place; times are UTC.

    A stop of the recorder's timer is a break: the next record begins a new segment.

    Raises
    ------
    Unreadable
        If the file is damaged.
    """
    rows: list[tuple[Any, Any, Any, Any, int]] = []
    segment = 0
    try:
        with fitdecode.FitReader(
            io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
        ) as reader:
            for frame in reader:
                if frame.frame_type != fitdecode.FIT_FRAME_DATA:
                    continue
                if frame.name == "record":
                    rows.append((*(_value(frame, name) for name in NAMES), segment))
                    if len(rows) > limits.max_rows:
                        raise TooLarge("the file has more rows than the limit of {limit}", limit=limits.max_rows)
                elif frame.name == "event" and str(_value(frame, "event_type")).startswith("stop"):
                    segment += 1
    except WanggeError:
        raise
    except Exception as fault:  # the decoder fails in many ways on damaged bytes
        raise Unreadable(
            "the FIT file is damaged: {reason}", reason=one_line(fault, 120) or type(fault).__name__
        ) from fault
    return _fixes([row for row in rows if row[0] is not None and row[1] is not None])


NAMES = ("position_long", "position_lat", "timestamp", "gps_accuracy")


def _value(frame: Any, name: str) -> Any:
    return frame.get_value(name, fallback=None)


def _fixes(rows: list[tuple[Any, Any, Any, Any, int]]) -> Fixes:
    lon, lat, time, accuracy, segment = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    moments = pd.to_datetime(pd.Series(time, dtype=object), utc=True, errors="coerce")
    return Fixes(
        lon=pd.Series(lon, dtype=float) * DEGREES_PER_SEMICIRCLE,
        lat=pd.Series(lat, dtype=float) * DEGREES_PER_SEMICIRCLE,
        time=moments.astype("datetime64[us, UTC]"),
        accuracy_m=pd.to_numeric(pd.Series(accuracy, dtype=object), errors="coerce"),
        track=np.zeros(len(rows), np.int64),
        segment=np.unique(np.array(segment, np.int64), return_inverse=True)[1].astype(np.int64),
        name=np.full(len(rows), None, object),
        defined="FIT",
    )
