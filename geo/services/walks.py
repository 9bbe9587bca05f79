"""Coverage over time, from what is stored: how often, when last, which gaps, and where to walk next."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from geo.compute.histories import HistoryRules, ReachHistory, reach_history
from geo.compute.overtime import SEASONS
from geo.compute.reaches import cut_lines
from geo.compute.suggestion import Suggestion
from geo.errors import InvalidInput, NotFound
from geo.services.filters import Period
from geo.services.sensitivity import covered_with
from geo.store.responsibilities import holders_of
from geo.store.scoping import Scope
from geo.store.walks import walk_frame
from geo.store.waters import reach_frame
from geo.text import Text

__all__ = ["LONGEST_M", "OLDER_THAN_DAYS", "CoverageOverTime", "coverage_over_time", "daily_walks"]

OLDER_THAN_DAYS = 30
LONGEST_M = 2000.0
"""What one patrol on foot does in half an hour: a suggestion is at most so long."""

_FACTS = ("name", "level", "river", "chief")
_FIGURES = ("covered_m", "times_m", "days_m", "stale_m", "never_m", "longest_gap_m", "oldest", "newest", "seasons_m")
_COLUMNS = {
    "times": ("times",),
    "days": ("days",),
    "recency": ("last_walked",),
    "gaps": (),
    "stale": ("last_walked",),
    "intervals": ("first_day", "last_day"),
}


@dataclass(frozen=True, slots=True)
class CoverageOverTime:
    """What was walked of the scope's reaches from a period's first day up to a day.

    Attributes
    ----------
    reaches : GeoDataFrame in EPSG:4490, shape (n,)
        ``id``, ``code``, ``name``, ``level``, ``region``, ``river``, ``length_m``, ``chief``, the figures of
        :class:`geo.compute.histories.ReachHistory`, ``half_m`` and ``double_m`` (covered with half and double the
        corridor; None when not asked for), and the centreline.
    histories : list of ReachHistory, shape (n,)
    suggestions : list of dict, shape (n,)
        Where to walk next: measures, places (lon, lat), why, and ``of_chief`` for the stalest of each chief's
        reaches. None where every metre was walked on the day itself.
    """

    period: Period
    rules: HistoryRules
    reaches: gpd.GeoDataFrame
    histories: list[ReachHistory]
    suggestions: list[dict[str, Any] | None]

    def frame(self, name: str) -> pd.DataFrame:
        """Return one list of all histories as rows with ``id``, ``start_m``, ``end_m`` and what the list tells.

        Parameters
        ----------
        name : {"times", "days", "recency", "gaps", "stale", "intervals"}
        """
        rows = [
            (id_, *row)
            for id_, history in zip(self.reaches["id"], self.histories, strict=True)
            for row in getattr(history, name)
        ]
        return pd.DataFrame(rows, columns=["id", "start_m", "end_m", *_COLUMNS[name]])

    def levels(self) -> list[dict[str, Any]]:
        """Return the sums of each level of chiefs; over levels the same water would count twice."""
        plain = ("length_m", "covered_m", "half_m", "double_m", "stale_m", "never_m")
        found = []
        for level, part in self.reaches.groupby("level", sort=False):
            sums = {name: None if part[name].isna().any() else float(part[name].sum()) for name in plain}
            counts = {name: _added(part[name]) for name in ("times_m", "days_m")}
            seasons = {season: float(sum(metres[season] for metres in part["seasons_m"])) for season in SEASONS}
            found.append({"level": level, "reaches": len(part), **sums, **counts, "seasons_m": seasons})
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``walked --json``."""
        rows = self.reaches.drop(columns=["geometry", "id", "region"]).rename(columns={"code": "id"})
        reaches = [
            _plain(row | {name: getattr(history, name) for name in _COLUMNS} | {"next": suggestion})
            for row, history, suggestion in zip(rows.to_dict("records"), self.histories, self.suggestions, strict=True)
        ]
        return {
            "period": [self.period.first_day.isoformat(), self.period.last_day.isoformat()],
            "as_of": self.rules.as_of.isoformat(),
            "older_than_days": self.rules.older_than_days,
            "min_gap_m": self.rules.min_gap_m,
            "reaches": reaches,
            "levels": self.levels(),
        }


def daily_walks(
    session: Session, scope: Scope, period: Period, *, level: str | None = None, reach: str | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the scope's reaches, with who answers for them on the period's last day, and their walks.

    Parameters
    ----------
    level : str, optional
        Only reaches of this level, and only patrols at it.
    reach : str, optional
        Only the reach of this code.

    Returns
    -------
    reaches : GeoDataFrame in EPSG:4490
        ``id``, ``code``, ``name``, ``level``, ``region``, ``river``, ``length_m``, ``chief`` and the centreline.
    walks : DataFrame
        ``id`` (of the reach), ``patrol``, ``day``, ``start_m``, ``end_m``.

    Raises
    ------
    NotFound
        If there is no such reach in scope.
    """
    reaches = reach_frame(session, scope, level=level)
    if reach is not None:
        reaches = reaches[reaches["code"] == reach].reset_index(drop=True)
        if not len(reaches):
            raise NotFound("there is no reach {code}", code=reach)
    holders = holders_of(session, "reach", reaches["id"].tolist(), period.last_day)
    chiefs = pd.Series([holders[id_]["lead"] for id_ in reaches["id"]], dtype=object)
    walks = walk_frame(session, scope, period.starts_at, period.ends_at, level=level, reach=reach)
    # A patrol at one level covers reaches of others too, which were not asked for.
    return reaches.assign(chief=chiefs), walks[walks["id"].isin(reaches["id"])].reset_index(drop=True)


def coverage_over_time(
    session: Session,
    scope: Scope,
    period: Period,
    *,
    level: str | None = None,
    reach: str | None = None,
    as_of: date | None = None,
    older_than_days: int = OLDER_THAN_DAYS,
    min_gap_m: float = 0.0,
    longest_m: float = LONGEST_M,
    corridors: bool = True,
) -> CoverageOverTime:
    """Compute coverage over time of the reaches in scope.

    Parameters
    ----------
    level : str, optional
        Only reaches of this level, and only patrols at it.
    reach : str, optional
        Only the reach of this code.
    as_of : date, optional
        Walks after this day are not known yet; by default the period's last day.
    older_than_days : int
        What was last walked longer ago is stale, and what nobody walked for longer is an interval.
    min_gap_m : float
        Only longer gaps are listed.
    longest_m : float
        How far a suggested patrol goes.
    corridors : bool
        Whether to compute coverage with half and double the corridor, which reads the stored lines.

    Raises
    ------
    InvalidInput
        If `as_of` is before the period, or a limit is negative.
    NotFound
        If there is no such reach in scope.
    """
    as_of = min(as_of or period.last_day, period.last_day)
    if as_of < period.first_day:
        raise InvalidInput("the day {day} is before the period begins: {first}", day=as_of, first=period.first_day)
    if older_than_days < 0 or not min_gap_m >= 0:
        raise InvalidInput("days and metres must not be negative")
    rules = HistoryRules(period.first_day, as_of, older_than_days, min_gap_m, longest_m)
    known = Period(period.first_day, as_of)
    reaches, walks = daily_walks(session, scope, known, level=level, reach=reach)
    histories = _histories(reaches, walks, rules)
    figures = {name: pd.Series([getattr(one, name) for one in histories], dtype=object) for name in _FIGURES}
    other: dict[float, Any] = covered_with(session, reaches, known, (0.5, 2.0), level=level) if corridors else {}
    reaches = reaches.assign(**figures, half_m=other.get(0.5), double_m=other.get(2.0))
    return CoverageOverTime(period, rules, reaches, histories, _suggestions(reaches, histories, rules))


def _histories(reaches: gpd.GeoDataFrame, walks: pd.DataFrame, rules: HistoryRules) -> list[ReachHistory]:
    columns = ["start_m", "end_m", "patrol", "day"]
    parts = {id_: part[columns].itertuples(index=False, name=None) for id_, part in walks.groupby("id")}
    return [
        reach_history(parts.get(id_, ()), length_m, rules)
        for id_, length_m in zip(reaches["id"], reaches["length_m"], strict=True)
    ]


def _suggestions(
    reaches: gpd.GeoDataFrame, histories: list[ReachHistory], rules: HistoryRules
) -> list[dict[str, Any] | None]:
    """Return where to walk next on each reach; the stalest of each chief's reaches is marked."""
    found = [history.suggestion for history in histories]
    stalest: dict[tuple[Any, Any], float] = {}
    owners = list(zip(reaches["level"], reaches["chief"], strict=True))
    for owner, suggestion in zip(owners, found, strict=True):
        if suggestion is not None:
            stalest[owner] = max(stalest.get(owner, 0.0), suggestion.stale_metre_days)
    rows: list[dict[str, Any] | None] = []
    for owner, suggestion, (start, end) in zip(owners, found, _ends(reaches, found), strict=True):
        if suggestion is None:
            rows.append(None)
            continue
        first = stalest.get(owner) == suggestion.stale_metre_days
        # Of two reaches as stale as each other, one is enough.
        if first:
            del stalest[owner]
        why = {"why": _reason(suggestion, rules), "of_chief": first}
        rows.append({**asdict(suggestion), "start": start, "end": end, **why})
    return rows


def _ends(reaches: gpd.GeoDataFrame, found: list[Suggestion | None]) -> list[tuple[Any, Any]]:
    """Return the places (lon, lat) where each suggested part begins and ends."""
    which = [number for number, suggestion in enumerate(found) if suggestion is not None]
    wanted = [suggestion for suggestion in found if suggestion is not None]
    pieces = cut_lines(reaches.geometry, which, [one.start_m for one in wanted], [one.end_m for one in wanted])
    ends: list[tuple[Any, Any]] = [(None, None)] * len(found)
    for number, piece in zip(which, pieces, strict=True):
        points = shapely.get_coordinates(piece).round(6).tolist()
        ends[number] = (points[0], points[-1]) if points else (None, None)
    return ends


def _reason(suggestion: Suggestion, rules: HistoryRules) -> Text:
    never_m = round(suggestion.never_m)
    if suggestion.oldest is None:
        return Text("nobody walked it since {first}", first=rules.first_day)
    days = (rules.as_of - suggestion.oldest).days
    if not never_m:
        return Text("walked last up to {days} days ago, on {day}", days=days, day=suggestion.oldest)
    return Text(
        "{never} m not walked since {first}, the rest last up to {days} days ago",
        never=never_m,
        first=rules.first_day,
        days=days,
    )


def _added(lists: Iterable[list[float]]) -> list[float]:
    return [float(sum(column)) for column in zip_longest(*lists, fillvalue=0.0)]


def _plain(value: Any) -> Any:
    """Return values as JSON has them: days as text, sentences as they are, no NaN."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case date():
            return value.isoformat()
        case float() | np.floating():
            return None if np.isnan(value) else float(value)
        case _:
            return value
