"""Store patrols: their cleaned tracks, what each covered of which reach, and what is doubtful about them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np

from geo.compute.integrity import Doubt, verdict_of
from geo.compute.rules import PatrolRule
from geo.compute.tracks import CleanedTrack
from geo.models.base import SRID
from geo.services.import_batches import Batch, Counts
from geo.services.outings import Outings, fingerprints, outings_of
from geo.services.placing import narrowest_regions
from geo.services.readings import clean_by_rules, cover_by_rules, day_of, doubts_by_rules, paths_of
from geo.services.repeats import Repeats, add_doubts, copy_doubts, find_repeats, overlaps_of
from geo.store import outings as store
from geo.store.lookups import Directory
from geo.text import Text

__all__ = ["store_tracks", "write_results"]

Found = tuple[int, str] | None


def store_tracks(batch: Batch) -> Counts:
    """Store the patrols of a file that are not there yet.

    One outing in two files is one patrol, whatever the format, the rounding or the clock: it is known by a
    digest of its fixes, or else by its likeness.
    """
    session, around = batch.session, batch.around
    outings = outings_of(batch.frame)
    people = around.people_directory(session, batch.scope, batch.home)
    reaches = around.reach_directory(session, batch.scope, batch.home)
    who, sane_who = _resolve(batch, outings, people, outings.person)
    where, sane_where = _resolve(batch, outings, reaches, outings.reach)
    usable = sane_who & sane_where & _have_times(batch, outings)
    outings, who, where = _chosen(usable, outings, who, where)
    prints = fingerprints(outings, [found and found[0] for found in who])
    total, new = len(outings), _new(session, prints)
    counts = Counts(unchanged=total - int(new.sum()))
    outings, who, where = _chosen(new, outings, who, where)
    prints = [each for each, use in zip(prints, new, strict=True) if use]
    regions, rules, tracks = _read(batch, outings, who, where)
    kept = _usable(batch, outings, tracks, regions)
    repeats = find_repeats(session, [t if k else _NOTHING for t, k in zip(tracks, kept, strict=True)],
                           [found and found[0] for found in who])  # fmt: skip
    stored = [k for k in np.flatnonzero(kept).tolist() if k not in repeats.same]
    counts.unchanged += len(repeats.same)
    counts.added = len(stored)
    _tell_of_known(batch, counts.unchanged, repeats)
    if stored and not (batch.rejected and not batch.skip_rejected):
        lines = around.reaches(session, batch.scope)
        levels = dict(zip(lines["id"], lines["level"], strict=True))
        ids = dict(zip(stored, store.new_patrol_ids(session, len(stored)), strict=True))
        rows = [
            _row(batch, outings, k, ids[k], str(regions[k]), levels, who[k], where[k], tracks[k], prints[k])
            for k in stored
        ]
        store.write_patrols(session, rows)
        if lines.empty:
            batch.warnings.append(
                Text("there are no reaches yet, so nothing is covered; import reaches, then the tracks")
            )
        some = np.array(stored)
        doubted = write_results(
            batch, outings.take(some), [tracks[k] for k in stored], [rules[k] for k in stored], lines,
            [ids[k] for k in stored], _keys(who, stored), _keys(where, stored), repeats, ids,
        )  # fmt: skip
        if doubted:
            message = "{count} patrols that were stored before are doubted now and wait for a decision"
            batch.warnings.append(Text(message, count=doubted))
    return counts


def _keys(found: list[Found], which: list[int]) -> list[int | None]:
    return [None if (record := found[k]) is None else record[0] for k in which]


_NOTHING = CleanedTrack(0, {}, np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int64), 0.0, 0.0)


def _chosen(which: np.ndarray, outings: Outings, *lists: list[Any]) -> tuple[Any, ...]:
    return outings.take(which), *([each for each, use in zip(values, which, strict=True) if use] for values in lists)


def _resolve(batch: Batch, outings: Outings, directory: Directory, words: np.ndarray) -> tuple[list[Found], np.ndarray]:
    """Find the record that each outing names, looking each name up once; what names none that exists is rejected."""
    known = {word: directory.find(str(word)) for word in set(words.tolist()) if word is not None}
    found: list[Found] = []
    sane = np.ones(len(outings), dtype=bool)
    for k, word in enumerate(words.tolist()):
        record = None if word is None else known[word]
        if isinstance(record, Text):
            batch.reject(outings.row[k], record)
            sane[k], record = False, None
        found.append(record)
    return found, sane


def _have_times(batch: Batch, outings: Outings) -> np.ndarray:
    timeless = np.isnan(outings.time_s)
    sane = np.ones(len(outings), dtype=bool)
    for k in range(len(outings)) if timeless.any() else ():
        if outings.end[k] > outings.first[k] and timeless[outings.first[k] : outings.end[k]].all():
            message = "the track has no times; coverage needs to know when each fix was taken"
            batch.reject(outings.row[k], Text(message))
            sane[k] = False
    return sane


def _new(session: Any, prints: list[str]) -> np.ndarray:
    seen = store.known_fingerprints(session, prints)
    new = []
    for each in prints:
        new.append(each not in seen)
        seen.add(each)
    return np.array(new, dtype=bool)


def _read(
    batch: Batch, outings: Outings, who: list[Found], where: list[Found]
) -> tuple[list[str | None], list[PatrolRule], list[CleanedTrack]]:
    """Clean each outing by the rule of its region and day, which may only be known once it is cleaned."""
    book = batch.around.rules(batch.session)
    reaches = batch.around.reaches(batch.session, batch.scope)
    levels = dict(zip(reaches["id"], reaches["level"], strict=True))
    level = [levels.get(found[0]) if found else None for found in where]
    named = [(a or b or (None, None))[1] for a, b in zip(where, who, strict=True)]
    times = [outings.time_s[a:b] for a, b in zip(outings.first.tolist(), outings.end.tolist(), strict=True)]
    start_s = [
        float(np.nanmin(part)) if len(part) else float(claimed)
        for part, claimed in zip(times, outings.started_s, strict=True)
    ]
    regions: list[str | None] = [code or batch.town for code in named]
    rules = [
        book.rule(code, of, day_of(at)) if code else PatrolRule()
        for code, of, at in zip(regions, level, start_s, strict=True)
    ]
    tracks = clean_by_rules(outings, rules)
    unnamed = [k for k, code in enumerate(named) if code is None and tracks[k].kept]
    if unnamed:
        first = gpd.GeoSeries.from_xy(
            [tracks[k].lon[0] for k in unnamed], [tracks[k].lat[0] for k in unnamed], crs="EPSG:4490"
        )
        placed = narrowest_regions(first, batch.around.regions(batch.session, batch.scope))
        for k, code in zip(unnamed, placed, strict=True):
            regions[k] = code if isinstance(code, str) else regions[k]
    final = [
        book.rule(code, of, day_of(track.started_at_s if track.kept else at)) if code else rule
        for code, of, track, at, rule in zip(regions, level, tracks, start_s, rules, strict=True)
    ]
    again = [k for k, (a, b) in enumerate(zip(rules, final, strict=True)) if a.cleaning != b.cleaning]
    if again:
        for k, track in zip(
            again, clean_by_rules(outings.take(np.array(again)), [final[k] for k in again]), strict=True
        ):
            tracks[k] = track
    return regions, final, tracks


def _usable(batch: Batch, outings: Outings, tracks: list[CleanedTrack], regions: list[str | None]) -> np.ndarray:
    kept = np.ones(len(outings), dtype=bool)
    for k, track in enumerate(tracks):
        if not track.kept and outings.end[k] > outings.first[k]:
            batch.reject(outings.row[k], Text("the track has no usable fix"))
        elif regions[k] is None:
            batch.reject(outings.row[k], Text("the track names no reach and lies in no region; give --town CODE"))
        else:
            continue
        kept[k] = False
    return kept


def _row(
    batch: Batch,
    outings: Outings,
    k: int,
    id_: int,
    region: str,
    levels: dict[int, str],
    person: Found,
    reach: Found,
    track: CleanedTrack,
    fingerprint: str,
) -> tuple[Any, ...]:
    number = outings.number[k]
    return (
        id_, f"{batch.reading.sha256[:8]}-{outings.key[k]}" if number is None else str(number), region,
        levels.get(reach[0]) if reach else None, person and person[0], reach and reach[0],
        *span_of(outings, k, track), track.length_m, duration_of(outings, k, track),
        None if np.isnan(outings.claimed_m[k]) else float(outings.claimed_m[k]), bool(outings.timed[k]),
        track.fixes, track.kept, track.dropped, batch.reading.sha256, int(outings.key[k]), fingerprint,
    )  # fmt: skip


def span_of(outings: Outings, k: int, track: CleanedTrack) -> tuple[datetime, datetime]:
    """Return when an outing began and ended: as recorded, or as claimed where fixes have no times of their own."""
    start_s, end_s = track.started_at_s, track.ended_at_s
    if not track.kept or not outings.timed[k]:
        start_s = outings.started_s[k] if np.isfinite(outings.started_s[k]) else start_s
        end_s = max(outings.ended_s[k], start_s) if np.isfinite(outings.ended_s[k]) else max(end_s, start_s)
        end_s = end_s if np.isfinite(end_s) else start_s
    return datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(end_s, UTC)


def duration_of(outings: Outings, k: int, track: CleanedTrack) -> float:
    """Return how long an outing lasted, in seconds; without a track as long as it claims."""
    if track.kept:
        return track.duration_s
    start, end = span_of(outings, k, track)
    return (end - start).total_seconds()


def _tell_of_known(batch: Batch, known: int, repeats: Repeats) -> None:
    if not known:
        return
    shifts = Counter(round(shift_s / 60) for shift_s in repeats.same.values() if shift_s)
    if not shifts:
        batch.warnings.append(Text("{count} tracks are there already", count=known))
        return
    minutes = ", ".join(f"{shift:+d}" for shift, _ in shifts.most_common(5))
    message = "{count} tracks are there already, {shifted} of them by another clock ({minutes} minutes)"
    batch.warnings.append(Text(message, count=known, shifted=shifts.total(), minutes=minutes))


def write_results(
    batch: Any,
    outings: Outings,
    tracks: list[CleanedTrack],
    rules: list[PatrolRule],
    reaches: gpd.GeoDataFrame,
    ids: list[int],
    persons: list[int | None],
    named: list[int | None],
    repeats: Repeats,
    ids_by_place: dict[int, int],
) -> int:
    """Store lines, stretches and checks of patrols whose rows are there.

    `named` are the reaches that their records name. Returns how many other patrols are doubted because of them.
    """
    session = batch.session
    lined = [k for k, track in enumerate(tracks) if track.kept]
    if lined:
        store.write_tracks(session, [ids[k] for k in lined], paths_of([tracks[k] for k in lined], SRID))
        if len(reaches):
            rows = cover_by_rules(tracks, rules, reaches)
            store.write_stretches(session, ((ids[k], reach, corridor, parts) for k, reach, corridor, parts in rows))
    now_s = datetime.now(UTC).timestamp()
    doubts = dict(zip(ids, doubts_by_rules(outings, tracks, rules, reaches, named, now_s=now_s), strict=True))
    spans = [span_of(outings, k, track) for k, track in enumerate(tracks)]
    start_s, end_s = (np.array([span[side].timestamp() for span in spans]) for side in (0, 1))
    others: dict[int, list[Doubt]] = {}
    for more in (copy_doubts(repeats, ids_by_place), overlaps_of(session, ids, persons, start_s, end_s)):
        for id_, told in more.items():
            (doubts if id_ in doubts else others).setdefault(id_, []).extend(told)
    store.write_checks(
        session, [(id_, verdict_of(told), [doubt.as_json() for doubt in told]) for id_, told in doubts.items()]
    )
    add_doubts(session, others)
    return len(others)
