"""When each metre of a reach was last walked (最近巡查)."""

from collections.abc import Iterable
from datetime import date

__all__ = ["last_walked"]


def last_walked(walks: Iterable[tuple[float, float, date]]) -> list[tuple[float, float, date]]:
    """Cut overlapping walks into stretches that each carry the latest day.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, day)
        In any order.

    Returns
    -------
    list of (start_m, end_m, day)
        Sorted, without overlap; neighbours of one day are one stretch.

    Examples
    --------
    >>> last_walked([(0, 10, date(2024, 1, 1)), (5, 20, date(2024, 2, 1))])
    [(0, 5, datetime.date(2024, 1, 1)), (5, 20, datetime.date(2024, 2, 1))]
    """
    rows = sorted(walks, key=lambda walk: walk[2])
    edges = sorted({edge for start, end, _ in rows for edge in (start, end)})
    at = {edge: position for position, edge in enumerate(edges)}
    days: list[date | None] = [None] * max(len(edges) - 1, 0)
    for start, end, day in rows:
        days[at[start] : at[end]] = [day] * (at[end] - at[start])
    found: list[tuple[float, float, date]] = []
    for start, end, latest in zip(edges[:-1], edges[1:], days, strict=True):
        if latest is None:
            continue
        if found and found[-1][1] == start and found[-1][2] == latest:
            found[-1] = (found[-1][0], end, latest)
        else:
            found.append((start, end, latest))
    return found
