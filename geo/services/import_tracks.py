"""Store patrols: their cleaned tracks, and what each covered of which reach."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from psycopg.types.json import Jsonb
from sqlalchemy import select

from geo.compute.coverage import cover_geographic
from geo.compute.tracks import CleanedTrack, CleaningRules, clean, epoch_seconds
from geo.models import CoveredStretch, Patrol, Track
from geo.services.import_batches import Batch, Counts
from geo.services.placing import narrowest_regions
from geo.store.bulk import copy_rows, ewkb_hex
from geo.store.lookups import Directory, people_directory, reach_directory
from geo.store.patrols import multirange
from geo.store.regions import region_frame
from geo.store.waters import reach_frame
from geo.text import Text

__all__ = ["CORRIDOR_M", "store_tracks"]

CORRIDOR_M = 30.0
"""How near a walked line must pass for a metre of a reach to count (巡查走廊)."""


@dataclass(slots=True)
class _Outing:
    """One track on its way into the tables."""

    row: int
    number: str
    source_track: int
    person: tuple[Any, str] | None
    reach: tuple[Any, str] | None
    track: CleanedTrack
    fingerprint: str


def store_tracks(batch: Batch) -> Counts:
    """Store the patrols of a file that are not there yet.

    One outing in two files is one patrol: it is known by a digest of its fixes.
    """
    outings = list(_outings(batch))
    known = set(
        batch.session.scalars(
            select(Patrol.fingerprint).where(Patrol.fingerprint.in_([o.fingerprint for o in outings]))
        )
    )
    seen: set[str] = set(known)
    new: list[_Outing] = []
    for outing in outings:
        if outing.fingerprint not in seen:
            new.append(outing)
        seen.add(outing.fingerprint)
    counts = Counts(added=len(new), unchanged=len(outings) - len(new))
    if not new:
        return counts
    reaches = reach_frame(batch.session, batch.scope)
    regions = _regions(batch, new)
    kept = [(outing, region) for outing, region in zip(new, regions, strict=True) if region is not None]
    if batch.rejected:
        return counts
    ids = _store_patrols(batch, kept, reaches)
    _store_coverage(batch, [outing for outing, _ in kept], ids, reaches)
    return counts


def _outings(batch: Batch) -> Iterator[_Outing]:
    frame = batch.frame
    people, reaches = (
        people_directory(batch.session, batch.scope, batch.home),
        reach_directory(batch.session, batch.scope, batch.home),
    )
    time_s = epoch_seconds(frame["time"])
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    accuracy = frame["accuracy_m"].to_numpy() if "accuracy_m" in frame else None
    segment = frame["segment"].to_numpy() if "segment" in frame else None
    rules = CleaningRules()
    for key, positions in frame.reset_index(drop=True).groupby("track", sort=True).indices.items():
        at = np.asarray(positions)
        row = int(frame.index[at[0]])
        first = frame.iloc[at[0]]
        who = _found(batch, row, people, first.get("person"))
        where = _found(batch, row, reaches, first.get("reach"))
        if np.isnan(time_s[at]).all():
            batch.reject(row, Text("the track has no times; coverage needs to know when each fix was taken"))
            continue
        track = clean(
            lon[at], lat[at], time_s[at],
            None if accuracy is None else accuracy[at],
            None if segment is None else segment[at],
            rules=rules,
        )  # fmt: skip
        if not track.kept:
            batch.reject(row, Text("the track has no usable fix"))
            continue
        number = first.get("patrol")
        yield _Outing(
            row,
            str(number) if number is not None and not pd.isna(number) else f"{batch.reading.sha256[:8]}-{key}",
            int(str(key)),
            who,
            where,
            track,
            _fingerprint(track),
        )


def _found(batch: Batch, row: int, directory: Directory, word: Any) -> tuple[Any, str] | None:
    if word is None or pd.isna(word):
        return None
    found = directory.find(str(word))
    if isinstance(found, Text):
        batch.reject(row, found)
        return None
    return found


def _fingerprint(track: CleanedTrack) -> str:
    """Digest the kept fixes: to the second and to about a decimetre, so that another format changes nothing."""
    fixes = np.column_stack([np.round(track.time_s), np.round(track.lon * 1e6), np.round(track.lat * 1e6)])
    return hashlib.sha256(fixes.astype("<i8").tobytes()).hexdigest()


def _regions(batch: Batch, outings: list[_Outing]) -> list[str | None]:
    """Return each patrol's region: its reach's, else its person's, else that of the ground walked, else the town."""
    starts = gpd.GeoSeries.from_xy(
        [o.track.lon[0] for o in outings], [o.track.lat[0] for o in outings], crs="EPSG:4490"
    )
    placed = narrowest_regions(starts, region_frame(batch.session, batch.scope))
    found: list[str | None] = []
    for outing, place in zip(outings, placed, strict=True):
        code = (outing.reach or outing.person or (None, place))[1] or batch.town
        if not isinstance(code, str):
            batch.reject(outing.row, Text("the track names no reach and lies in no region; give --town CODE"))
            code = None
        found.append(code)
    return found


def _store_patrols(batch: Batch, kept: list[tuple[_Outing, str]], reaches: gpd.GeoDataFrame) -> list[int]:
    levels = dict(zip(reaches["id"], reaches["level"], strict=True))
    rows = []
    for outing, region in kept:
        track = outing.track
        rows.append((
            outing.number, region, levels.get(outing.reach[0]) if outing.reach else None,
            outing.person[0] if outing.person else None, outing.reach[0] if outing.reach else None,
            datetime.fromtimestamp(track.started_at_s, UTC), datetime.fromtimestamp(track.ended_at_s, UTC),
            track.length_m, track.duration_s, track.fixes, track.kept, Jsonb(track.dropped),
            batch.reading.sha256, outing.source_track, outing.fingerprint,
        ))  # fmt: skip
    columns = (
        "number", "region_code", "level", "person_id", "reach_id", "started_at", "ended_at", "length_m", "duration_s",
        "fixes", "kept", "dropped", "source_sha256", "source_track", "fingerprint",
    )  # fmt: skip
    session = batch.session
    copy_rows(session, Patrol.__tablename__, columns, rows)
    prints = [outing.fingerprint for outing, _ in kept]
    by_print = dict(session.execute(select(Patrol.fingerprint, Patrol.id).where(Patrol.fingerprint.in_(prints))).all())
    ids = [by_print[each] for each in prints]
    paths = ewkb_hex(outing.track.measured() for outing, _ in kept)
    copy_rows(session, Track.__tablename__, ("patrol_id", "path"), zip(ids, paths, strict=True))
    return ids


def _store_coverage(batch: Batch, outings: list[_Outing], ids: list[int], reaches: gpd.GeoDataFrame) -> None:
    if reaches.empty:
        batch.warnings.append(Text("there are no reaches yet, so nothing is covered; import reaches, then the tracks"))
        return
    tracks = gpd.GeoSeries([outing.track.geometry() for outing in outings], crs="EPSG:4490")
    covered = cover_geographic(reaches.geometry, tracks, corridor_m=CORRIDOR_M)
    reach_ids = reaches["id"].to_numpy()
    rows = [
        (ids[int(track)], int(reach_ids[int(reach)]), CORRIDOR_M, multirange(part[["start_m", "end_m"]].to_numpy()))
        for (track, reach), part in covered.groupby(["track", "reach"], sort=False)
    ]
    copy_rows(batch.session, CoveredStretch.__tablename__, ("patrol_id", "reach_id", "corridor_m", "stretches"), rows)
