"""The period that a person means when none is given."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from geo.services.filters import SHANGHAI, Period
from geo.store.issues import last_issue_day
from geo.store.patrols import last_patrol_day
from geo.store.scoping import Scope

__all__ = ["newest_period", "period_or_newest", "today"]


def today() -> date:
    """Return the day in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def newest_period(session: Session, scope: Scope, *, of: Literal["patrols", "issues"] | None = None) -> Period:
    """Return the calendar year of the newest records, this year's when there are none.

    Parameters
    ----------
    of : {"patrols", "issues"}, optional
        Which records; by default both: where they are of different years, the period spans both.
    """
    newest = {"patrols": last_patrol_day, "issues": last_issue_day}
    days = [day for name, last in newest.items() if of in (None, name) and (day := last(session, scope)) is not None]
    years = [min(day, today()).year for day in days] or [today().year]
    return Period(date(min(years), 1, 1), date(max(years), 12, 31))


def period_or_newest(
    session: Session,
    scope: Scope,
    first_day: date | None,
    last_day: date | None,
    *,
    of: Literal["patrols", "issues"] | None = None,
) -> Period:
    """Return the period from `first_day` to `last_day`.

    An open beginning is the first day of the last day's year; an open end is that of :func:`newest_period`.
    """
    if last_day is not None and first_day is None:
        return Period(date(last_day.year, 1, 1), last_day)
    default = newest_period(session, scope, of=of)
    if first_day is not None and last_day is None:
        return Period(first_day, max(default.last_day, first_day))
    return Period(first_day or default.first_day, last_day or default.last_day)
