"""Patrols to be looked at: pages of them, and one with what it covered."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from geo.errors import NotFound
from geo.services.filters import SHANGHAI, Period
from geo.services.rates import walked_frame
from geo.store import patrols as store
from geo.store.scoping import Scope

__all__ = ["PatrolFilter", "PatrolState", "patrol_detail", "patrol_page"]

PatrolState = Literal["valid", "short", "doubtful", "rejected"]
"""What a patrol counts for: it counts; the rule of its day does not count it; it waits for a decision; refused."""


@dataclass(frozen=True, slots=True)
class PatrolFilter:
    """Which patrols (巡河筛选); what is None does not restrict.

    Attributes
    ----------
    level, reach_id, reach, river, post : optional
        Level, reach by id or code, name of the river, title of the patroller on the day.
    state : PatrolState, optional
    """

    level: str | None = None
    reach_id: int | None = None
    reach: str | None = None
    river: str | None = None
    post: str | None = None
    state: PatrolState | None = None


def patrol_page(
    session: Session,
    scope: Scope,
    period: Period,
    chosen: PatrolFilter | None = None,
    *,
    limit: int = 50,
    after: int | None = None,
) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page of patrols, newest first, and where the next begins; None at the end.

    Each has its ``state``, its ``verdict`` and the ``reasons`` for which the rule of its day does not count it.
    """
    chosen = chosen or PatrolFilter()
    ids: list[int] | None = None
    counted: dict[int, dict[str, Any]] = {}
    if chosen.post is not None or chosen.state is not None:
        # Neither stands in a table: both follow from the rules and the posts of the day.
        counted = _counted(session, scope, period, chosen.level)
        ids = [
            key
            for key, row in counted.items()
            if chosen.post in (None, row["post"]) and chosen.state in (None, row["state"])
        ]
    rows = store.patrol_rows(
        session, scope, period.starts_at, period.ends_at, chosen.level, reach_id=chosen.reach_id, reach=chosen.reach,
        river=chosen.river, ids=ids, limit=limit + 1, after=after,
    )  # fmt: skip
    if ids is None and rows:
        days = [row["started_at"].astimezone(SHANGHAI).date() for row in rows]
        counted = _counted(session, scope, Period(min(days), max(days)), chosen.level)
    rows = [row | counted.get(row["id"], {}) for row in rows]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def _counted(session: Session, scope: Scope, period: Period, level: str | None) -> dict[int, dict[str, Any]]:
    frame = walked_frame(session, scope, period, level=level)
    columns = frame[["state", "verdict", "reasons", "post"]].to_dict("records")
    return {int(id_): dict(row) for id_, row in zip(frame["id"], columns, strict=True)}


def patrol_detail(session: Session, scope: Scope, patrol_id: int) -> dict[str, Any]:
    """Return one patrol with ``state``, ``verdict``, ``reasons``, ``post``, ``stretches`` and ``track``.

    The track is GeoJSON text and personal data, so mind who sees it.

    Raises
    ------
    NotFound
        If there is none, or it lies outside the scope.
    """
    row = store.patrol_row(session, scope, patrol_id)
    if row is None:
        raise NotFound("there is no patrol {id}", id=patrol_id)
    day = row["started_at"].astimezone(SHANGHAI).date()
    counted = _counted(session, scope, Period(day, day), row["level"])
    return row | counted[patrol_id] | {
        "stretches": store.stretches_of(session, scope, patrol_id),
        "track": store.patrol_track(session, patrol_id),
    }  # fmt: skip
