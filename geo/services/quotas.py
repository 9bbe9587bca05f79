"""How often who leads a reach must patrol it (应巡次数): looking it up, and changing it."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geo.compute.plans import Per
from geo.errors import InvalidInput, NotFound
from geo.services.audits import note
from geo.store import duties as store
from geo.store.scoping import Scope

__all__ = ["end_quota", "list_quotas", "set_quota"]

_MOST = 1000


def list_quotas(session: Session, scope: Scope, *, on: date | None = None) -> list[dict[str, Any]]:
    """Return the quotas of the reaches in scope, of a day if one is given; ``valid_to`` is the last day."""
    return [
        row | {"valid_to": row["valid_until"] and row["valid_until"] - timedelta(days=1)}
        for row in store.quota_rows(session, scope, on=on)
    ]


def set_quota(
    session: Session,
    scope: Scope,
    *,
    reach: str,
    times: int,
    per: str,
    valid_from: date,
    account_id: int | None = None,
) -> dict[str, Any]:
    """Let a quota hold from a day on for who leads a reach on that day, as long as they lead it.

    The quota that held before ends the day before; one that begins later is refused.

    Raises
    ------
    InvalidInput
        If the numbers are none, or another quota begins later.
    NotFound
        If nobody leads the reach on that day, or it lies outside the scope.
    """
    if per not in set(Per):
        raise InvalidInput("a quota is per week, ten_days, month or quarter: {per}", per=per)
    if not 0 < times <= _MOST:
        raise InvalidInput("a quota is a number of patrols from 1 to {most}", most=_MOST)
    lead = store.lead_of(session, scope, reach, valid_from)
    if lead is None:
        raise NotFound("nobody leads the reach {reach} on {day}; assign it first", reach=reach, day=valid_from)
    for row in store.quotas_of(session, lead["id"]):
        starts, until = row["valid_from"] or date.min, row["valid_until"] or date.max
        if starts > valid_from:
            raise InvalidInput("from {day} on another quota holds for this reach; change that one", day=starts)
        if starts == valid_from:
            store.drop_quota(session, row["id"])
        elif valid_from < until:
            store.close_quota(session, row["id"], valid_from)
    quota_id = store.add_quota(session, lead["id"], times, per, valid_from, lead["valid_until"])
    note(
        session, "quota set", account_id=account_id, target=reach, region_code=lead["region"], quota=quota_id,
        times=times, per=per, valid_from=valid_from.isoformat(),
    )  # fmt: skip
    return next(row for row in list_quotas(session, scope) if row["id"] == quota_id)


def end_quota(
    session: Session, scope: Scope, quota_id: int, last_day: date, *, account_id: int | None = None
) -> dict[str, Any]:
    """Let a quota hold for the last time on a day.

    Raises
    ------
    NotFound
        If there is no such quota in scope.
    InvalidInput
        If it does not hold on that day.
    """
    row = next((row for row in list_quotas(session, scope) if row["id"] == quota_id), None)
    if row is None:
        raise NotFound("there is no quota {id}", id=quota_id)
    if not (row["valid_from"] or date.min) <= last_day < (row["valid_until"] or date.max):
        raise InvalidInput("the quota does not hold on {day}", day=last_day)
    store.close_quota(session, quota_id, last_day + timedelta(days=1))
    note(
        session, "quota end", account_id=account_id, target=row["reach"], region_code=row["region"], quota=quota_id,
        last_day=last_day.isoformat(),
    )  # fmt: skip
    return row | {"valid_until": last_day + timedelta(days=1), "valid_to": last_day}
