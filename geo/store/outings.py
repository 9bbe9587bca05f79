"""Patrols on their way into the tables, and the stored ones that they may repeat."""

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, Integer, Text, cast, func, select, text, update
from sqlalchemy.orm import Session

from geo.models import CoveredStretch, Patrol, PatrolCheck, Track
from geo.store.bulk import copy_bytes, copy_rows
from geo.store.scoping import Scope, inside

__all__ = [
    "change_patrol",
    "clear_results",
    "known_fingerprints",
    "load_tracks",
    "new_patrol_ids",
    "patrols_of",
    "reasons_of",
    "similar_tracks",
    "stored_patrols",
    "write_checks",
    "write_patrols",
    "write_stretches",
    "write_tracks",
]

_SPOT = 1e-4  # degrees: ten metres, more than rounding or thinning moves a line
_MEETINGS = 3  # places of sixteen that a copy has in common at least, be it a part of the other
_LOADED = 500  # lines that are read at once
_PATROL = (
    "id", "number", "region_code", "level", "person_id", "reach_id", "started_at", "ended_at", "length_m", "duration_s",
    "claimed_m", "timed", "fixes", "kept", "dropped", "source_sha256", "source_track", "fingerprint",
)  # fmt: skip


def known_fingerprints(session: Session, prints: Sequence[str]) -> set[str]:
    """Return those of the digests that are stored."""
    query = select(Patrol.fingerprint).where(Patrol.fingerprint == func.any(cast(list(prints), ARRAY(Text))))
    return set(session.scalars(query))


def new_patrol_ids(session: Session, count: int) -> list[int]:
    """Return numbers for patrols that are about to be stored."""
    statement = "SELECT nextval(pg_get_serial_sequence('patrol', 'id')) FROM generate_series(1, :count)"
    return list(session.scalars(text(statement), {"count": count}))


def write_patrols(session: Session, rows: Iterable[Sequence[Any]]) -> None:
    """Store patrols; the values of a row in the order of the table's columns, `dropped` a dict."""
    dropped = _PATROL.index("dropped")
    ready = ((*row[:dropped], Jsonb(row[dropped]), *row[dropped + 1 :]) for row in rows)
    copy_rows(session, Patrol.__tablename__, _PATROL, ready)


def write_tracks(session: Session, ids: Sequence[int], paths: Sequence[bytes]) -> None:
    """Store lines (EWKB), each for its patrol."""
    head = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
    rows = (
        struct.pack(">hiii", 2, 4, id_, len(path)) + path
        for id_, path in zip(ids, paths, strict=True)
    )  # fmt: skip
    copy_bytes(session, Track.__tablename__, ("patrol_id", "path"), [head, *rows, struct.pack(">h", -1)])


def write_stretches(session: Session, rows: Iterable[tuple[int, int, float, str]]) -> None:
    """Store covered stretches: patrol, reach, corridor, multirange."""
    copy_rows(session, CoveredStretch.__tablename__, ("patrol_id", "reach_id", "corridor_m", "stretches"), rows)


def write_checks(session: Session, checks: Sequence[tuple[int, str, list[dict[str, Any]]]]) -> None:
    """Store what was found about patrols, in place of what was found before."""
    if not checks:
        return
    ids = [each[0] for each in checks]
    session.execute(text("DELETE FROM patrol_check WHERE patrol_id = ANY(:ids)"), {"ids": ids})
    rows = ((id_, verdict, Jsonb(reasons)) for id_, verdict, reasons in checks)
    copy_rows(session, PatrolCheck.__tablename__, ("patrol_id", "verdict", "reasons"), rows)


def reasons_of(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the reasons for doubt about patrols."""
    query = select(PatrolCheck.patrol_id, PatrolCheck.reasons).where(PatrolCheck.patrol_id.in_(list(ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def similar_tracks(
    session: Session, places: np.ndarray, track: np.ndarray, starts_at: datetime, ends_at: datetime, *, limit: int
) -> dict[int, int | None]:
    """Return the stored patrols whose line passes several places of one of some tracks, with the person of each.

    Parameters
    ----------
    places : ndarray of float, shape (n, 2)
        Longitude and latitude.
    track : ndarray of int, shape (n,)
        What each belongs to.
    starts_at, ends_at : datetime
        Only those that started in between, the newest first, no more than `limit`.
    """
    statement = text(
        "SELECT p.id, p.person_id FROM patrol p WHERE p.started_at BETWEEN :first AND :last AND p.id IN"
        " (SELECT t.patrol_id FROM (SELECT k, ST_SetSRID(ST_MakePoint(lon, lat), 4490) AS place"
        "  FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[]), CAST(:track AS int[])) AS s (lon, lat, k)) AS s"
        "  JOIN track t ON ST_DWithin(t.path, s.place, :spot)"
        "  GROUP BY t.patrol_id, s.k HAVING count(*) >= :least)"
        " ORDER BY p.started_at DESC, p.id LIMIT :limit"
    )
    rows = session.execute(
        statement,
        {
            "lon": places[:, 0].tolist(), "lat": places[:, 1].tolist(), "track": track.tolist(), "spot": _SPOT,
            "least": _MEETINGS, "first": starts_at, "last": ends_at, "limit": limit,
        },
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def load_tracks(session: Session, ids: Sequence[int]) -> dict[int, shapely.MultiLineString]:
    """Return the kept lines of stored patrols; a piece of one fix stands in the table with both its ends."""
    found: dict[int, shapely.MultiLineString] = {}
    for first in range(0, len(ids), _LOADED):
        rows = session.execute(
            select(Track.patrol_id, func.ST_AsBinary(Track.path)).where(
                Track.patrol_id == func.any(cast(list(ids[first : first + _LOADED]), ARRAY(Integer)))
            )
        ).all()
        for id_, path in rows:
            found[id_] = shapely.from_wkb(bytes(path))
    return found


def patrols_of(
    session: Session, persons: Sequence[int], starts_at: datetime, ends_at: datetime
) -> list[tuple[int, int, float, float]]:
    """Return the patrols of persons that touch a time: id, person, start and end in seconds since 1970."""
    seconds = (func.extract("epoch", column) for column in (Patrol.started_at, Patrol.ended_at))
    rows = session.execute(
        select(Patrol.id, Patrol.person_id, *seconds).where(
            Patrol.person_id.in_(list(persons)), Patrol.started_at <= ends_at, Patrol.ended_at >= starts_at
        )
    )
    return [(row[0], row[1] or 0, float(row[2]), float(row[3])) for row in rows]


def clear_results(session: Session, ids: Sequence[int]) -> None:
    """Take away lines and stretches of patrols that are read again."""
    for table in (Track.__tablename__, CoveredStretch.__tablename__):
        session.execute(text(f"DELETE FROM {table} WHERE patrol_id = ANY(:ids)"), {"ids": list(ids)})  # noqa: S608 - two fixed names


def change_patrol(session: Session, patrol_id: int, values: dict[str, Any]) -> None:
    """Change what was computed of a patrol."""
    session.execute(update(Patrol).where(Patrol.id == patrol_id).values(values))


def stored_patrols(
    session: Session, scope: Scope, starts_at: datetime | None, ends_at: datetime | None
) -> list[dict[str, Any]]:
    """Return the patrols in scope that started in a period, file by file, oldest first."""
    query = (
        select(
            Patrol.id, Patrol.number, Patrol.region_code.label("region"), Patrol.level,
            Patrol.person_id.label("person"), Patrol.reach_id.label("reach"), Patrol.source_sha256.label("source"),
            Patrol.source_track, Patrol.started_at, Patrol.ended_at,
            func.extract("epoch", Patrol.started_at).label("started_s"),
        )
        .where(inside(Patrol.region_code, scope))
        .order_by(Patrol.source_sha256, Patrol.source_track)
    )  # fmt: skip
    if starts_at is not None:
        query = query.where(Patrol.started_at >= starts_at)
    if ends_at is not None:
        query = query.where(Patrol.started_at < ends_at)
    return [dict(row) | {"started_s": float(row["started_s"])} for row in session.execute(query).mappings()]
