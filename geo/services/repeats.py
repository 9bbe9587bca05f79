"""Outings that are there already, that copy another, or whose person was elsewhere at the time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.compute.integrity import Doubt, overlap_doubt, repeat_doubt, verdict_of
from geo.compute.likeness import find_likeness, overlapping
from geo.compute.tracks import CleanedTrack
from geo.store import outings as store

__all__ = ["Repeats", "add_doubts", "copy_doubts", "find_repeats", "overlaps_of"]

_LOOK_BACK = timedelta(days=400)
_COMPARED = 3_000  # stored lines that a file is compared with; the newest first
_SAMPLES = 16  # fixes of a new track by which stored lines near it are looked up
_CLOCK_S = 60.0  # less is no other clock, only another rounding


@dataclass(slots=True)
class Repeats:
    """What was found of new tracks among the stored ones and one another.

    Attributes
    ----------
    same : dict of int to float
        Positions of tracks that are there already, and by how many seconds their clock differs.
    copies : list of (int, int or None, int or None, dict)
        New position, the other's new position or else its id, and the facts of the likeness.
    """

    same: dict[int, float] = field(default_factory=dict)
    copies: list[tuple[int, int | None, int | None, dict[str, Any]]] = field(default_factory=list)


def find_repeats(
    session: Session, tracks: Sequence[CleanedTrack], persons: Sequence[int | None], *, but: Sequence[int] = ()
) -> Repeats:
    """Compare new tracks with one another and with the stored ones around them.

    Parameters
    ----------
    persons : sequence of int or None
        Two people who tell the same outing are two outings: that is for a person to judge.
    but : sequence of int
        Stored patrols that are not to be compared with.
    """
    found = Repeats()
    at = [k for k, track in enumerate(tracks) if track.kept]
    if not at:
        return found
    new = [tracks[k] for k in at]
    stored = _stored(session, new, set(but))
    for row in find_likeness(new, [track for _, _, track in stored]).itertuples() if stored else ():
        id_, person, _ = stored[row.old]
        _sort_in(found, at[row.new], None, id_, persons[at[row.new]], person, row)
    if len(new) > 1:
        for row in find_likeness(new, new).itertuples():
            later, earlier = at[row.new], at[row.old]
            _sort_in(found, later, earlier, None, persons[later], persons[earlier], row)
    return found


def _sort_in(
    found: Repeats, k: int, other: int | None, id_: int | None, person: int | None, theirs: int | None, row: Any
) -> None:
    if row.kind == "same" and (person is None or theirs is None or person == theirs):
        found.same.setdefault(k, row.shift_s if abs(row.shift_s) >= _CLOCK_S else 0.0)
        return
    kind = "repeated" if row.kind == "same" else row.kind
    facts = {"kind": kind, "shift_s": row.shift_s, "deviation_m": row.deviation_m, "share": row.share}
    found.copies.append((k, other, id_, facts))


def _stored(session: Session, new: Sequence[CleanedTrack], but: set[int]) -> list[tuple[int, int | None, CleanedTrack]]:
    at = [np.unique(np.linspace(0, t.kept - 1, _SAMPLES).astype(np.int64)) for t in new]
    places = np.concatenate([np.column_stack([t.lon[k], t.lat[k]]) for t, k in zip(new, at, strict=True)])
    track = np.repeat(np.arange(len(new)), [len(k) for k in at])
    first, last = min(t.started_at_s for t in new), max(t.started_at_s for t in new)
    around = (_moment(first) - _LOOK_BACK, _moment(last) + _LOOK_BACK)
    people = store.similar_tracks(session, places, track, *around, limit=_COMPARED)
    ids = [id_ for id_ in people if id_ not in but]
    lines = store.load_tracks(session, ids)
    return [(id_, people[id_], _track_of(lines[id_])) for id_ in ids if id_ in lines]


def _moment(time_s: float) -> datetime:
    return datetime.fromtimestamp(time_s, UTC)


def _track_of(path: shapely.Geometry) -> CleanedTrack:
    """Return a stored line as the track that it was; a piece of one fix is stored with both its ends."""
    parts, places = shapely.get_parts(path), shapely.get_coordinates(path, include_m=True)
    count = shapely.get_num_coordinates(parts)
    starts = np.cumsum(count) - count
    doubled = np.zeros(len(places), dtype=bool)
    at = starts[count == 2]
    doubled[at + 1] = (places[at] == places[at + 1]).all(axis=1)
    lon, lat, time_s = places[~doubled].T
    first = starts - np.cumsum(doubled)[starts]
    return CleanedTrack(len(lon), {}, lon, lat, time_s, first, np.nan, np.nan)


def overlaps_of(
    session: Session, ids: Sequence[int], persons: Sequence[int | None], start_s: np.ndarray, end_s: np.ndarray
) -> dict[int, list[Doubt]]:
    """Return the doubts on patrols, new and stored, whose person was on two at once; by id.

    Parameters
    ----------
    ids : sequence of int
        Of the new ones; they may be stored already.
    """
    known = sorted({person for person in persons if person is not None})
    if not known:
        return {}
    around = _moment(float(np.nanmin(start_s))), _moment(float(np.nanmax(end_s)))
    mine = set(ids)
    rows = [row for row in store.patrols_of(session, known, *around) if row[0] not in mine]
    all_ids = [*ids, *(row[0] for row in rows)]
    people = [*persons, *(row[1] for row in rows)]
    start = np.append(start_s, [row[2] for row in rows])
    end = np.append(end_s, [row[3] for row in rows])
    found: dict[int, list[Doubt]] = {}
    for a, b in overlapping(np.array(people, dtype=object), start, end).tolist():
        if min(a, b) < len(ids):
            both = max(start[a], start[b]), min(end[a], end[b])
            found.setdefault(all_ids[a], []).append(overlap_doubt(all_ids[b], *both))
            found.setdefault(all_ids[b], []).append(overlap_doubt(all_ids[a], *both))
    return found


def copy_doubts(repeats: Repeats, ids: dict[int, int]) -> dict[int, list[Doubt]]:
    """Return the doubts on copies by id, once the new tracks have theirs.

    The later one of two is the copy, unless it was stored before the other came: then both are doubted, for
    else a copy dated back would strike out the walk that it was made from.
    """
    found: dict[int, list[Doubt]] = {}
    for k, other, id_, facts in repeats.copies:
        theirs = id_ if other is None else ids.get(other)
        if k not in ids or theirs is None:
            continue
        copy, original, shift_s = ids[k], theirs, facts["shift_s"]
        if shift_s < 0:
            copy, original, shift_s = original, copy, -shift_s
        # Ids grow with each import; the order within one file says nothing.
        certain = other is not None or copy > original
        for one, another, later_s in ((copy, original, shift_s), (original, copy, -shift_s))[: 1 if certain else 2]:
            doubt = repeat_doubt(
                facts["kind"], another, shift_s=later_s, deviation_m=facts["deviation_m"], share=facts["share"],
                certain=certain,
            )  # fmt: skip
            found.setdefault(one, []).append(doubt)
    return found


def add_doubts(session: Session, doubts: dict[int, list[Doubt]]) -> None:
    """Add reasons for doubt to what was found about stored patrols."""
    if not doubts:
        return
    known = store.reasons_of(session, list(doubts))
    checks = []
    for id_, more in doubts.items():
        reasons = {_key(each): each for each in known.get(id_, [])}
        reasons |= {_key(each.as_json()): each.as_json() for each in more}
        told = list(reasons.values())
        checks.append((id_, verdict_of(doubts_from(told)), told))
    store.write_checks(session, checks)


def doubts_from(reasons: Sequence[dict[str, Any]]) -> list[Doubt]:
    """Return stored reasons as doubts."""
    return [Doubt(each["reason"], {key: value for key, value in each.items() if key != "reason"}) for each in reasons]


def _key(reason: dict[str, Any]) -> tuple[str, Any]:
    return reason["reason"], reason.get("patrol")
