"""Reading patrols again from the kept files, by the rules of their days (重新核算)."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geo.errors import Refused, WanggeError
from geo.readers import Kind, read
from geo.services.audits import note
from geo.services.filters import Period
from geo.services.import_tracks import duration_of, span_of, write_results
from geo.services.imports import take_turn
from geo.services.outings import Outings, outings_of
from geo.services.readings import clean_by_rules, day_of
from geo.services.repeats import find_repeats
from geo.services.surroundings import Surroundings
from geo.store import outings as store
from geo.store.scoping import Scope
from geo.store.sources import reading_of, source_of

__all__ = ["recompute"]


@dataclass(slots=True)
class _Work:
    """What writing results needs to know."""

    session: Session
    around: Surroundings


def recompute(
    session: Session,
    scope: Scope,
    period: Period | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    account_id: int | None = None,
) -> int:
    """Clean, cover and check patrols again from their kept files, after a rule has changed.

    Lengths, durations, tracks, stretches and checks are renewed; what people decided and answered stays, as do
    person, reach and region.

    Parameters
    ----------
    period : Period, optional
        Only patrols that started in it.
    progress : callable, optional
        Told after each file how many patrols are done, and of how many.

    Returns
    -------
    int
        How many patrols were read again.

    Raises
    ------
    Refused
        If a kept file can no longer be read; nothing is changed then.
    """
    take_turn(session)
    edges = (None, None) if period is None else (period.starts_at, period.ends_at)
    rows = store.stored_patrols(session, scope, *edges)
    work = _Work(session, Surroundings())
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row)
    done = 0
    for sha256, some in by_source.items():
        _renew(work, _outings_in(session, sha256), some)
        done += len(some)
        if progress is not None:
            progress(done, len(rows))
    if rows:
        note(
            session, "patrols recompute", account_id=account_id, region_code=scope.region and str(scope.region),
            patrols=len(rows), files=len(by_source),
            period=period and [period.first_day.isoformat(), period.last_day.isoformat()],
        )  # fmt: skip
    return len(rows)


def _outings_in(session: Session, sha256: str) -> Outings:
    name, content = source_of(session, sha256)
    how = reading_of(session, sha256)
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        # A shapefile is kept as an archive of its parts.
        suffix = ".zip" if name.lower().endswith(".shp") else ""
        path = Path(folder) / (PurePath(name).name + suffix)
        path.write_bytes(content)
        try:
            reading = read(Kind.tracks, path, crs=how.get("crs") or None, mapping=how.get("mapping") or None)
        except WanggeError as error:
            raise Refused("the kept file {file} can no longer be read: {why}", file=name, why=error.text) from error
    return outings_of(reading.frame)


def _renew(work: _Work, outings: Outings, rows: Sequence[dict[str, Any]]) -> None:
    session = work.session
    position = {int(key): k for k, key in enumerate(outings.key)}
    missing = next((row for row in rows if row["source_track"] not in position), None)
    if missing is not None:
        raise Refused("the kept file of patrol {number} no longer holds it", number=missing["number"])
    outings = outings.take(np.array([position[row["source_track"]] for row in rows]))
    book = work.around.rules(session)
    rules = [book.rule(row["region"], row["level"], day_of(row["started_s"])) for row in rows]
    tracks = clean_by_rules(outings, rules)
    ids, persons = [row["id"] for row in rows], [row["person"] for row in rows]
    store.clear_results(session, ids)
    for k, row in enumerate(rows):
        track = tracks[k]
        # A record without a track keeps what it claims; one whose every fix is dropped has lasted no time.
        claims = outings.end[k] == outings.first[k]
        span = span_of(outings, k, track) if track.kept else (row["started_at"], row["ended_at"])
        values = {
            "started_at": span[0], "ended_at": span[1], "length_m": track.length_m,
            "duration_s": duration_of(outings, k, track) if track.kept or claims else 0.0, "fixes": track.fixes,
            "kept": track.kept, "dropped": track.dropped,
        }  # fmt: skip
        store.change_patrol(session, row["id"], values)
    repeats = find_repeats(session, tracks, persons)
    write_results(
        work, outings, tracks, rules, work.around.reaches(session, Scope.whole()), ids, persons,
        [row["reach"] for row in rows], repeats, dict(enumerate(ids)),
    )  # fmt: skip
