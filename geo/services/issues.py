"""Issues as people look at them: on a map, in a list, one by one (问题)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geo.errors import InvalidInput, NotFound
from geo.services.filters import SHANGHAI, IssueFilter
from geo.store import issues as store
from geo.store.scoping import Scope

__all__ = ["IssueCounts", "issue_counts", "issue_detail", "issue_frame", "issue_list", "issue_page", "issue_tile"]

_DEEPEST_ZOOM = 22


@dataclass(frozen=True, slots=True)
class IssueCounts:
    """How many issues, and of which kinds."""

    total: int
    open: int
    overdue: int
    closed: int
    by_category: dict[str, int]
    by_state: dict[str, int]


def issue_frame(session: Session, scope: Scope, chosen: IssueFilter, *, today: date) -> gpd.GeoDataFrame:
    """Return the issues that match, as the issue map draws them.

    Returns
    -------
    GeoDataFrame in EPSG:4490
        With ``id``, ``number``, ``category``, ``source``, ``state``, ``overdue``, ``found_on``,
        ``due_on``, ``village``, ``region``, ``description``; the geometry is None where an
        issue has no place.
    """
    frame = store.issue_shapes(session, store.conditions(scope, chosen, today), today)
    found = pd.Series([at.astimezone(SHANGHAI).date() for at in frame["found_at"]], index=frame.index, dtype=object)
    return frame.assign(found_on=found).rename(columns={"region_name": "village"})


def issue_counts(session: Session, scope: Scope, chosen: IssueFilter, *, today: date) -> IssueCounts:
    """Count the issues that match."""
    return IssueCounts(**store.count_issues(session, store.conditions(scope, chosen, today), today))


def issue_page(
    session: Session, scope: Scope, chosen: IssueFilter, *, today: date, limit: int = 50, after: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page of issues, newest first, and where the next begins; None at the end."""
    rows = store.issue_rows(session, store.conditions(scope, chosen, today), today, limit=limit + 1, after=after)
    more = rows[limit - 1]["id"] if len(rows) > limit else None
    return rows[:limit], more


def issue_list(
    session: Session,
    scope: Scope,
    chosen: IssueFilter,
    *,
    today: date,
    order: str = "found",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Return some of the issues that match, in the order of a column.

    Parameters
    ----------
    order : str
        ``number``, ``category``, ``source``, ``state``, ``village``, ``found``, ``due`` or ``closed``;
        what is empty comes last.
    """
    where = store.conditions(scope, chosen, today)
    return store.sorted_issue_rows(
        session, where, today, order=order, descending=descending, limit=limit, offset=offset
    )


def issue_detail(session: Session, scope: Scope, number: str, *, today: date) -> dict[str, Any]:
    """Return one issue with its history under ``events``.

    Raises
    ------
    NotFound
        If there is none, or it lies outside the scope.
    """
    row = store.issue_row(session, scope, number, today)
    if row is None:
        raise NotFound("there is no issue {number}", number=number)
    return row | {"events": store.issue_events(session, row["id"])}


def issue_tile(session: Session, scope: Scope, z: int, x: int, y: int, chosen: IssueFilter, *, today: date) -> bytes:
    """Return one Mapbox vector tile of the issues that match.

    Raises
    ------
    InvalidInput
        If there is no such tile.
    """
    if not 0 <= z <= _DEEPEST_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidInput("there is no tile {z}/{x}/{y}", z=z, x=x, y=y)
    return store.issue_tile(session, store.conditions(scope, chosen, today), today, z, x, y)
