"""The tracks of one file, column by column, on their way into the tables."""

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.compute.integrity import Raw
from geo.compute.tracks import epoch_seconds

__all__ = ["Outings", "fingerprints", "outings_of"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Names = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Outings:
    """The outings of one file; arrays over fixes have shape (n,), all others (k,).

    Attributes
    ----------
    lon, lat, time_s, accuracy_m, segment : ndarray
        The fixes as recorded, outing by outing; None where the file has no such column.
    first, end : ndarray of int
        Where each outing's fixes begin and end; equal where the record has no track.
    row : ndarray of int
        Its first row in the file.
    key : ndarray of int
        Its number in the file.
    number, person, reach : ndarray of str or None
        As the file names them.
    claimed_m, started_s, ended_s : ndarray of float
        What the recording app claims; NaN where nothing.
    timed : ndarray of bool
        Whether each fix has a time of its own.
    """

    lon: Floats
    lat: Floats
    time_s: Floats
    accuracy_m: Floats | None
    segment: Indices | None
    first: Indices
    end: Indices
    row: Indices
    key: Indices
    number: Names
    person: Names
    reach: Names
    claimed_m: Floats
    started_s: Floats
    ended_s: Floats
    timed: Flags

    def __len__(self) -> int:
        return len(self.key)

    def take(self, which: Flags | Indices) -> "Outings":
        """Return some of the outings; the fixes stay where they are."""
        own = [field.name for field in fields(self)][5:]
        shared = (self.lon, self.lat, self.time_s, self.accuracy_m, self.segment)
        return Outings(*shared, *(getattr(self, name)[which] for name in own))

    def raw(self, k: int) -> Raw:
        """Return one outing's fixes as they were recorded."""
        part = slice(int(self.first[k]), int(self.end[k]))
        accuracy_m = None if self.accuracy_m is None else self.accuracy_m[part]
        return Raw(self.lon[part], self.lat[part], self.time_s[part], accuracy_m)

    def fixes(self) -> tuple[Floats, Floats, Floats, Floats | None, Indices | None, Indices]:
        """Return lon, lat, time, accuracy and segment of these outings only, and where each begins."""
        count = self.end - self.first
        bounds = np.append(0, np.cumsum(count))
        columns = (self.lon, self.lat, self.time_s, self.accuracy_m, self.segment)
        if len(self) and (self.first[1:] == self.end[:-1]).all():
            part: Any = slice(int(self.first[0]), int(self.end[-1]))
        else:
            part = np.arange(bounds[-1]) + np.repeat(self.first - bounds[:-1], count)
        return (*(None if each is None else each[part] for each in columns), bounds)  # type: ignore[return-value] # the first three are never None


def outings_of(frame: pd.DataFrame) -> Outings:
    """Return the outings of a frame as the readers give it, in the order of their numbers."""
    key = frame["track"].to_numpy()
    if (key[1:] < key[:-1]).any():
        frame = frame.iloc[np.argsort(key, kind="stable")]
        key = frame["track"].to_numpy()
    first = np.flatnonzero(np.diff(key, prepend=-1)) if len(key) else np.empty(0, np.int64)
    end = np.append(first[1:], len(key)).astype(np.int64)
    head = frame.iloc[first]
    trackless = _column(head, "no_track", False).astype(bool)
    return Outings(
        lon=frame["lon"].to_numpy(dtype=float),
        lat=frame["lat"].to_numpy(dtype=float),
        time_s=epoch_seconds(frame["time"]),
        accuracy_m=frame["accuracy_m"].to_numpy(dtype=float) if "accuracy_m" in frame else None,
        segment=frame["segment"].to_numpy() if "segment" in frame else None,
        first=first,
        end=np.where(trackless, first, end),
        row=head.index.to_numpy(),
        key=key[first],
        number=_column(head, "patrol", None),
        person=_column(head, "person", None),
        reach=_column(head, "reach", None),
        claimed_m=_column(head, "claimed_m", np.nan).astype(float),
        started_s=_moments(head, "started_at", fallback="time"),
        ended_s=_moments(head, "ended_at"),
        timed=_column(head, "timed", True).astype(bool),
    )


def _column(head: pd.DataFrame, name: str, missing: Any) -> Names:
    """Return a column's values, `missing` where it or a value is."""
    if name not in head:
        return np.full(len(head), missing, dtype=object)
    values = head[name].astype(object)
    present: Names = values.where(values.notna(), missing).to_numpy(dtype=object)
    return present


def _moments(head: pd.DataFrame, name: str, *, fallback: str | None = None) -> Floats:
    for column in (name, fallback):
        if column is not None and column in head and not head[column].isna().all():
            return epoch_seconds(head[column])
    return np.full(len(head), np.nan)


def fingerprints(outings: Outings, person_ids: list[int | None]) -> list[str]:
    """Return a digest of what each outing recorded, and of whose it is.

    Of the fixes to the second and to about a decimetre, in order of time, so that another format changes
    nothing. It stands on the fixes as recorded: another rule of cleaning is no other outing.
    """
    lon, lat, time_s, _, _, bounds = outings.fixes()
    usable = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(time_s)
    track = np.repeat(np.arange(len(outings)), np.diff(bounds))[usable]
    digits = np.column_stack([np.round(time_s[usable]), np.round(lon[usable] * 1e6), np.round(lat[usable] * 1e6)])
    fixes = digits.astype("<i8")
    disordered = (fixes[1:, 0] < fixes[:-1, 0]) & (track[1:] == track[:-1])
    if disordered.any():
        order = np.lexsort((fixes[:, 2], fixes[:, 1], fixes[:, 0], track))
        fixes, track = fixes[order], track[order]
    ends = np.searchsorted(track, np.arange(len(outings) + 1)).tolist()
    prints = []
    for k, person in enumerate(person_ids):
        digest = hashlib.sha256(fixes[ends[k] : ends[k + 1]].tobytes())
        if ends[k] == ends[k + 1]:
            # A record without a track is known by what it claims.
            claimed = (outings.started_s[k], outings.ended_s[k], outings.claimed_m[k], outings.reach[k])
            digest.update(repr((*claimed, None if person else outings.number[k])).encode())
        digest.update(b"" if person is None else f" {person}".encode())
        prints.append(digest.hexdigest())
    return prints
