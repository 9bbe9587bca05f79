"""Who was to patrol how often, who did, and was it valid: the patrol rate (巡河率)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geo.compute.plans import last_days
from geo.compute.rates import DEFINITIONS, Definition, rate_table
from geo.compute.validity import judge
from geo.errors import InvalidInput
from geo.services.filters import Period
from geo.services.rules import RuleBook
from geo.store import patrols as store
from geo.store.duties import quota_rows
from geo.store.posts import titles_of
from geo.store.scoping import Scope

__all__ = ["GROUPINGS", "Grouping", "Rates", "plan_frame", "rates", "rates_from", "walked_frame"]

Grouping = Literal["level", "post", "river", "reach", "village", "month"]
"""What rates are grouped by; never a person, since nobody is to be ranked."""

GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

_LEVELS = ("county", "town", "village")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rates:
    """A table of rates.

    Attributes
    ----------
    table : DataFrame
        As :func:`geo.compute.rates.rate_table` returns it; the column named as `by` holds the group: a level, a title,
        a river's name, a reach's code, a region's code or a month such as ``2024-06``. ``name`` is what people call it.
    total : dict
        The same columns over all groups.
    """

    period: Period
    by: Grouping
    definition: Definition
    table: pd.DataFrame
    total: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``rates --json``."""
        return {
            "period": [self.period.first_day.isoformat(), self.period.last_day.isoformat()],
            "by": self.by, "definition": self.definition,
            "rates": [_plain(row) for row in self.table.to_dict("records")], "total": _plain(self.total),
        }  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 7) if isinstance(value, float) else value for name, value in row.items()}


def walked_frame(session: Session, scope: Scope, period: Period, *, level: str | None = None) -> pd.DataFrame:
    """Return the period's patrols and what each counts for.

    Returns
    -------
    DataFrame
        As :func:`geo.store.patrols.patrol_frame`, with ``post`` (title held on the day, at the patrol's level if
        there is one), ``month``, ``state`` (``valid``, ``short``, ``doubtful``, ``rejected``) and ``reasons`` (why the
        rule of its day does not count it, of :data:`geo.compute.validity.REASONS`).
    """
    book = RuleBook.load(session)
    # Whether enough time has passed since the last valid patrol depends on those before the period.
    earlier = any(rule.min_hours_since_last > 0 for rule in book.rules)
    frame = store.patrol_frame(session, scope, None if earlier else period.starts_at, period.ends_at, level)
    rule_of = np.array(
        [book.position(*key) for key in zip(frame["region"], frame["level"], frame["day"], strict=True)], dtype=np.int64
    )
    frame["accepted"] = frame["verdict"] == "valid"
    frame["reasons"] = pd.Series(judge(frame, book.rules, rule_of), dtype=object)
    short = frame["reasons"].map(bool).astype(bool)
    frame["state"] = frame["verdict"].mask(frame["accepted"] & short, "short")
    frame["month"] = [f"{day:%Y-%m}" for day in frame["day"]]
    frame = frame[frame["day"] >= period.first_day].reset_index(drop=True)
    titles = titles_of(session, {int(person) for person in frame["person"].dropna()})
    frame["post"] = pd.Series(
        [titles.on(*key) for key in zip(frame["person"], frame["level"], frame["day"], strict=True)], dtype=object
    )
    return frame


def plan_frame(session: Session, scope: Scope, period: Period, *, level: str | None = None) -> pd.DataFrame:
    """Return what was due in a period, a row for each assignment and day on which a span of its quota ends.

    Returns
    -------
    DataFrame
        ``person``, ``reach`` (ids), ``reach_code``, ``reach_name``, ``river``, ``region``, ``village``, ``level``,
        ``post``, ``month``, ``due_on`` (date) and ``planned``.
    """
    quotas = quota_rows(session, scope, during=(period.first_day, period.last_day))
    quotas = [quota for quota in quotas if level in (None, quota["level"])]
    titles = titles_of(session, {quota["person_id"] for quota in quotas})
    rows = []
    for quota in quotas:
        start = max(period.first_day, quota["valid_from"] or date.min)
        end = period.last_day if quota["valid_until"] is None else min(period.last_day, quota["valid_until"] - _ONE_DAY)
        for due_on in last_days(quota["per"], start, end) if start <= end else ():
            post = titles.on(quota["person_id"], quota["level"], due_on)
            rows.append((
                quota["person_id"], quota["reach_id"], quota["reach"], quota["reach_name"], quota["river"],
                quota["region"], quota["region_name"], quota["level"], post, f"{due_on:%Y-%m}", due_on, quota["times"],
            ))  # fmt: skip
    names = [
        "person", "reach", "reach_code", "reach_name", "river", "region", "village", "level", "post", "month",
        "due_on", "planned",
    ]  # fmt: skip
    frame = pd.DataFrame({name: pd.Series([row[k] for row in rows], dtype=object) for k, name in enumerate(names)})
    return frame.astype({"planned": int})


def rates(
    session: Session,
    scope: Scope,
    period: Period,
    *,
    by: Grouping = "level",
    definition: Definition = "count",
    level: str | None = None,
) -> Rates:
    """Return the rates of a period.

    Parameters
    ----------
    level : str, optional
        Only patrols and plans at this level.

    Raises
    ------
    InvalidInput
        If there is no such grouping or definition.
    """
    return rates_from(
        walked_frame(session, scope, period, level=level), plan_frame(session, scope, period, level=level),
        period, by=by, definition=definition,
    )  # fmt: skip


def rates_from(
    walked: pd.DataFrame, plans: pd.DataFrame, period: Period, *, by: Grouping, definition: Definition
) -> Rates:
    """Return the rates of frames that were read before; see :func:`rates`."""
    if by not in GROUPINGS:
        raise InvalidInput("rates are by level, post, river, reach, village or month: {by}", by=by)
    if definition not in DEFINITIONS:
        raise InvalidInput("a rate is by count, days or persons: {definition}", definition=definition)
    column = {"reach": "reach_code", "village": "region"}.get(by, by)
    table = rate_table(walked, plans, column, definition)
    named = {"reach": "reach_name", "village": "village"}.get(by)
    names: dict[Any, Any] = {}
    for frame in (plans, walked) if named else ():
        names |= dict(zip(frame[column], frame[named], strict=True))
    table.insert(1, "name", pd.Series([names.get(key) for key in table[column]], dtype=object))
    table = _ordered(table.rename(columns={column: by}), by)
    whole = rate_table(walked.assign(all="all"), plans.assign(all="all"), "all", definition)
    total = whole.drop(columns="all").iloc[0].to_dict() if len(whole) else _nothing()
    return Rates(period, by, definition, table, total)


def _nothing() -> dict[str, Any]:
    counts = dict.fromkeys(("patrols", "valid", "doubtful", "rejected", "done"), 0)
    return counts | {"hours": 0.0, "km": 0.0, "planned": None, "due": None, "rate": None}


def _ordered(table: pd.DataFrame, by: Grouping) -> pd.DataFrame:
    def rank(key: Any) -> tuple[Any, ...]:
        if key is None:
            return (2, "")
        return (0, _LEVELS.index(key)) if by == "level" and key in _LEVELS else (1, key)

    order = sorted(range(len(table)), key=lambda k: rank(table[by].iloc[k]))
    return table.iloc[order].reset_index(drop=True)
