"""Looking records up, a page at a time (台账)."""

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geo.store import records as store
from geo.store.records import Asked
from geo.store.responsibilities import holders_of
from geo.store.scoping import Scope

__all__ = ["Asked", "names_by_id", "person_known", "record_page"]

# What a person can answer for, by the collection that lists it.
_TARGETS = {"cells": "cell", "reaches": "reach", "zones": "zone", "sites": "site"}


def record_page(
    session: Session,
    kind: str,
    scope: Scope,
    asked: Asked,
    *,
    today: date,
    limit: int = 100,
    after: Any = None,
    with_shape: bool = False,
) -> tuple[list[dict[str, Any]], Any]:
    """Return one page of a collection, and the key after which the next begins; None at the end.

    Parameters
    ----------
    kind : str
        A key of :data:`geo.store.records.COLLECTIONS`.
    today : date
        The day for leads and posts when `asked` names none.
    with_shape : bool
        Add ``geometry``, a GeoJSON object in EPSG:4490, or None.

    Returns
    -------
    list of dict
        Cells, reaches, zones and sites with ``lead`` and ``assists``; people with ``posts``.
        ``valid_to`` is the last day, included.
    """
    rows = store.record_rows(session, kind, scope, asked, limit=limit + 1, after=after, with_shape=with_shape)
    key = "code" if kind == "regions" else "id"
    following = rows[limit - 1][key] if len(rows) > limit else None
    rows = rows[:limit]
    on = asked.on or today
    if kind in _TARGETS:
        holders = holders_of(session, _TARGETS[kind], [row["id"] for row in rows], on)
        rows = [row | holders[row["id"]] for row in rows]
    if kind == "people":
        posts = store.posts_of(session, [row["id"] for row in rows], scope, on)
        rows = [row | {"posts": posts[row["id"]]} for row in rows]
    return [_finished(row) for row in rows], following


def _finished(row: dict[str, Any]) -> dict[str, Any]:
    if row.get("geometry"):
        row["geometry"] = json.loads(row["geometry"])
    if "valid_until" in row:
        until = row.pop("valid_until")
        row["valid_to"] = None if until is None else until - timedelta(days=1)
    return row


def names_by_id(session: Session, kind: str, scope: Scope) -> dict[int, str]:
    """Return the numbers of issues, or the codes of reaches, in scope by id, for links from maps."""
    return store.names_by_id(session, kind, scope)


def person_known(session: Session, person_id: int, scope: Scope) -> bool:
    """Tell whether there is such a person in scope."""
    return store.person_known(session, person_id, scope)
