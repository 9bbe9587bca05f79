"""How many patrols were due (应巡次数): the sum of quotas over dated assignments."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from geo.errors import InvalidInput

__all__ = ["Per", "last_days", "planned"]

_ONE_DAY = timedelta(days=1)


class Per(StrEnum):
    """The span in which a quota is to be met (周期)."""

    week = "week"
    ten_days = "ten_days"
    month = "month"
    quarter = "quarter"


def last_days(per: Per | str, first_day: date, last_day: date) -> list[date]:
    """Return the last day of every span that ends from `first_day` to `last_day`, in order.

    Weeks end on Sundays; the ten-day periods (旬) of a month on its 10th, its 20th and its last day.

    Examples
    --------
    >>> [str(day) for day in last_days("ten_days", date(2024, 2, 1), date(2024, 2, 29))]
    ['2024-02-10', '2024-02-20', '2024-02-29']
    >>> len(last_days("week", date(2024, 1, 1), date(2024, 12, 31)))
    52
    """
    if Per(per) is Per.week:
        sunday = first_day + timedelta(days=6 - first_day.weekday())
        return [sunday + timedelta(weeks=k) for k in range((last_day - sunday).days // 7 + 1)]
    found = []
    year, month = first_day.year, first_day.month
    while (year, month) <= (last_day.year, last_day.month):
        end = date(year, month, monthrange(year, month)[1])
        if Per(per) is Per.ten_days:
            found += [end.replace(day=10), end.replace(day=20), end]
        elif Per(per) is Per.month or month % 3 == 0:
            found.append(end)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return [day for day in found if first_day <= day <= last_day]


def planned(times: int, per: Per | str, valid: tuple[date | None, date | None], first_day: date, last_day: date) -> int:
    """Return how many patrols one quota asks for in a period.

    Parameters
    ----------
    times : int
        Per span.
    valid : (date or None, date or None)
        The first day on which the quota holds and the first on which it no longer does; None for no end.
    first_day, last_day : date
        The period, both included.

    Notes
    -----
    A span is due from whoever holds the duty on its last day, in the period in
    which that day lies. So every span is counted once: neither a handover in its
    middle nor the cutting of a year into months adds or loses a patrol.

    Examples
    --------
    >>> planned(2, "month", (date(2024, 3, 15), None), date(2024, 1, 1), date(2024, 12, 31))
    20
    """
    if times < 1:
        raise InvalidInput("a quota is at least one patrol")
    since, until = valid
    start = first_day if since is None else max(first_day, since)
    end = last_day if until is None else min(last_day, until - _ONE_DAY)
    return times * len(last_days(per, start, end)) if start <= end else 0
