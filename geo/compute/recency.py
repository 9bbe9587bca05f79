"""When each metre of a reach was last walked (最近巡查)."""

import heapq
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

__all__ = ["last_walked"]


def last_walked(walks: Iterable[tuple[float, float, date]]) -> list[tuple[float, float, date]]:
    """Cut overlapping walks into stretches that each carry the latest day.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, day)
        In any order. Those without length are passed over.

    Returns
    -------
    list of (start_m, end_m, day)
        Sorted, without overlap; neighbours of one day are one stretch.

    Notes
    -----
    A sweep along the reach with a heap of the walks under way, the latest on
    top: O(n log n) for n walks.

    Examples
    --------
    >>> last_walked([(0, 10, date(2024, 1, 1)), (5, 20, date(2024, 2, 1))])
    [(0, 5, datetime.date(2024, 1, 1)), (5, 20, datetime.date(2024, 2, 1))]
    """
    rows = sorted((walk for walk in walks if walk[1] > walk[0]), key=lambda walk: walk[0])
    edges = sorted({edge for start, end, _ in rows for edge in (start, end)})
    under_way: list[tuple[int, float, date]] = []
    found: list[tuple[float, float, date]] = []
    entered = 0
    for start, end in pairwise(edges):
        while entered < len(rows) and rows[entered][0] <= start:
            _, until, day = rows[entered]
            heapq.heappush(under_way, (-day.toordinal(), until, day))
            entered += 1
        # What ended before stays in the heap until it comes to the top.
        while under_way and under_way[0][1] <= start:
            heapq.heappop(under_way)
        if not under_way:
            continue
        latest = under_way[0][2]
        if found and found[-1][1] == start and found[-1][2] == latest:
            found[-1] = (found[-1][0], end, latest)
        else:
            found.append((start, end, latest))
    return found
