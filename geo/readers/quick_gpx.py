"""The usual shape of a GPX track, read by pattern once expat has found it well formed.

Outside of comments and CDATA, a ``<`` in well-formed XML begins a tag and nothing else, so a
pattern over tags is exact. Whatever departs from the usual shape is left to the parser.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo.readers.fixes import Fixes
from geo.readers.markup import parse_events

__all__ = ["parse_usual_times", "read_usual_gpx"]

TOKEN = re.compile(rb"<trk(?:seg)?(?=[\s>/])|</trkseg>")
# Each pattern begins with fixed letters, which the engine finds many times faster than a class.
LAT = re.compile(rb'<trkpt lat="([^"&]*)" lon="[^"&]*"')
LON = re.compile(rb'" lon="([^"&]*)"\s*/?>')
TIME = re.compile(rb"<time>([^<&]*)</time>")
ORDER = re.compile(rb"<t(?:rkpt|ime)(?=[ >])")
NAME = re.compile(rb"<name>([^<&]*)</name>")
# What would make a pattern inexact, or carries what only the parser looks for.
# 2024-06-05T01:00:00Z, also with milliseconds: where the signs stand that are no digits.
FORMS = {20: b"    -  -  T  :  :  Z", 24: b"    -  -  T  :  :  .   Z"}
UNUSUAL = (b"<!", b":trk", b"ccuracy>", b"recision>", b"hAcc>", b"hacc>", b"HAcc>")


@dataclass(slots=True)
class _Pieces:
    """The segments of a document, one entry each; texts of all fixes in one list."""

    lat: list[bytes] = field(default_factory=list)
    lon: list[bytes] = field(default_factory=list)
    time: list[bytes] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    tracks: list[int] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


def read_usual_gpx(data: bytes) -> Fixes | None:
    """Return the fixes of a GPX document in UTF-8, or None when it is not of the usual shape.

    Raises
    ------
    Unreadable
        If the document is not well formed.
    """
    if any(sign in data for sign in UNUSUAL) or data.find(b"<?", 1) != -1:
        return None
    parse_events(data)
    pieces = _Pieces()
    track, opened, name, named = -1, 0, None, False
    for token in TOKEN.finditer(data):
        if token[0] == b"<trk":
            track, named = track + 1, False
        elif token[0] == b"<trkseg":
            if not named:
                found = NAME.findall(data, opened, token.start())
                if len(found) > 1:
                    return None
                name, named = (found[0].decode().strip() or None) if found else None, True
        elif not _add_piece(pieces, data, opened, token.start()):
            return None
        else:
            pieces.tracks.append(track)
            pieces.names.append(name)
        opened = token.end()
    complete = sum(pieces.lengths) == data.count(b"<trkpt")
    return _fixes(pieces, data) if complete and pieces.lengths else None


def _add_piece(pieces: _Pieces, data: bytes, first: int, last: int) -> bool:
    """Add a segment's fixes; tell False when it is unusual."""
    count = data.count(b"<trkpt", first, last)
    lat, lon = LAT.findall(data, first, last), LON.findall(data, first, last)
    time = TIME.findall(data, first, last)
    if not len(lat) == len(lon) == count or len(time) not in (0, count):
        return False
    if time and ORDER.findall(data, first, last) != [b"<trkpt", b"<time"] * count:
        return False
    pieces.lat += lat
    pieces.lon += lon
    pieces.time += time or [b""] * count
    pieces.lengths.append(count)
    return True


def _fixes(pieces: _Pieces, data: bytes) -> Fixes | None:
    try:
        lat, lon = (np.fromiter(map(float, column), float, len(column)) for column in (pieces.lat, pieces.lon))
    except ValueError:
        return None
    time = parse_usual_times(pieces.time)
    if time is None:
        # One text at once: decoding each time by itself takes longer than finding it.
        text = b"\n".join(pieces.time).decode().split("\n") if pieces.time else []
        if len(text) != len(lat):
            return None
        time = pd.Series(text, dtype="str")
    return Fixes(
        lon=pd.Series(lon),
        lat=pd.Series(lat),
        time=time,
        accuracy_m=pd.Series(np.full(len(lat), np.nan)),
        track=np.repeat(pieces.tracks, pieces.lengths).astype(np.int64),
        segment=np.repeat(np.arange(len(pieces.lengths)), pieces.lengths).astype(np.int64),
        name=np.repeat(np.array(pieces.names, object), pieces.lengths),
        defined="GPX",
        other=len(re.findall(rb"<(?:wpt|rte)[\s>]", data)),
    )


def parse_usual_times(texts: Sequence[bytes]) -> pd.Series | None:
    """Return moments in UTC of times that are all written in one usual form; None if they are not.

    Examples
    --------
    >>> parse_usual_times([b"2024-06-05T01:00:00Z"]).tolist()
    [Timestamp('2024-06-05 01:00:00+0000', tz='UTC')]
    """
    size = len(texts[0]) if texts else 0
    form = FORMS.get(size)
    joined = b"".join(texts)
    if form is None or set(map(len, texts)) != {size}:
        return None
    signs = np.frombuffer(joined, np.uint8).reshape(-1, size)
    shape = np.frombuffer(form, np.uint8)
    fixed = shape != ord(" ")
    digits = signs[:, ~fixed].astype(np.int64) - ord("0")
    if not (signs[:, fixed] == shape[fixed]).all() or digits.min() < 0 or digits.max() > 9:
        return None
    # The digits of year, month, day, hour, minute, second, and of milliseconds.
    year = digits[:, :4] @ [1000, 100, 10, 1]
    month, day, hour, minute, second = (digits[:, at : at + 2] @ [10, 1] for at in range(4, 14, 2))
    milli = digits[:, 14:] @ [100, 10, 1] if size == 24 else np.zeros(len(texts), np.int64)
    legal = (year >= 1900) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    legal &= (hour < 24) & (minute < 60) & (second < 60)
    if not legal.all():
        return None
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    if not (day <= ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)).all():
        return None
    seconds = (hour * 60 + minute) * 60 + second
    days = months.astype("datetime64[D]") + (day - 1)
    micros = days.astype("datetime64[us]") + (seconds * 1_000_000 + milli * 1000).astype("timedelta64[us]")
    return pd.Series(pd.DatetimeIndex(micros).tz_localize("UTC"))
