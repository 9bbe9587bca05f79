"""Which patrols count by the rule of their day (有效巡河), and why the others do not."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.compute.rules import PatrolRule

__all__ = ["REASONS", "judge"]

REASONS = ("month", "minutes", "distance", "interval")
"""Why a patrol does not count: its month, its duration, its length, too soon after the last one."""

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def judge(patrols: pd.DataFrame, rules: Sequence[PatrolRule], rule_of: NDArray[np.int64]) -> list[tuple[str, ...]]:
    """Return for each patrol why it does not count; nothing for one that does.

    Parameters
    ----------
    patrols : DataFrame, shape (n, …)
        ``started_at``, ``ended_at`` (aware), ``duration_s``, ``length_m``, ``person`` and ``reach`` (any key, None
        where unknown) and ``accepted`` (bool: False for one whose record is doubtful or rejected). In any order.
    rules : sequence of PatrolRule
    rule_of : ndarray of int, shape (n,)
        The position of each patrol's rule.

    Returns
    -------
    list of tuple of str, length n
        Of :data:`REASONS`.

    Notes
    -----
    The interval is that from the end of the last patrol of the same person on the same reach that counted itself:
    one that was too soon does not put off the next.
    """
    count = len(patrols)
    limits = pd.DataFrame([(r.min_minutes * 60, r.min_distance_m, r.min_hours_since_last) for r in rules])
    limit_s, limit_m, hours = limits.to_numpy(dtype=float).reshape(-1, 3)[rule_of].T if count else np.empty((3, 0))
    months = [set(rule.months) for rule in rules]
    started: list[datetime] = list(patrols["started_at"])
    reasons: list[list[str]] = [[] for _ in range(count)]
    for k, (at, rule) in enumerate(zip(started, rule_of.tolist(), strict=True)):
        if at.astimezone(_SHANGHAI).month not in months[rule]:
            reasons[k].append("month")
    for name, short in (("minutes", patrols["duration_s"] < limit_s), ("distance", patrols["length_m"] < limit_m)):
        for k in np.flatnonzero(short.to_numpy()).tolist():
            reasons[k].append(name)
    if (hours > 0).any():
        _check_intervals(patrols, hours, reasons)
    return [tuple(each) for each in reasons]


def _check_intervals(patrols: pd.DataFrame, hours: NDArray[np.float64], reasons: list[list[str]]) -> None:
    last: dict[tuple[object, object], datetime] = {}
    order = sorted(range(len(patrols)), key=lambda k: (patrols["started_at"].iloc[k], k))
    columns = [list(patrols[name]) for name in ("person", "reach", "started_at", "ended_at", "accepted")]
    for k in order:
        person, reach, started_at, ended_at, accepted = (column[k] for column in columns)
        if pd.isna(person):
            continue
        key = (person, None if pd.isna(reach) else reach)
        if key in last and (started_at - last[key]).total_seconds() <= hours[k] * 3600:
            reasons[k].append("interval")
        elif accepted and not reasons[k]:
            last[key] = ended_at
