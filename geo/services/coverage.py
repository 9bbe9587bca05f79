"""What was walked of which reach in a period, from what is stored (巡河覆盖)."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geo.compute.recency import last_walked
from geo.compute.rules import PatrolRule
from geo.compute.stretches import gaps_of, union_of
from geo.services.filters import Period
from geo.services.rates import Rates, rates
from geo.services.rules import RuleBook
from geo.store import patrols as store
from geo.store.responsibilities import holders_of
from geo.store.scoping import Scope
from geo.store.waters import reach_frame

__all__ = ["StoredCoverage", "put_together", "stored_coverage", "walked_reaches"]


@dataclass(frozen=True, slots=True)
class StoredCoverage:
    """Coverage of the scope's reaches in a period.

    Attributes
    ----------
    reaches : GeoDataFrame in EPSG:4490
        ``id``, ``code``, ``name``, ``level``, ``region``, ``river``, ``chief`` (on the last
        day), ``length_m``, ``covered_m``, ``share`` and the centreline.
    stretches : DataFrame
        ``id`` (of the reach), ``start_m``, ``end_m``, ``last_walked``; without overlap.
    rates : list of dict
        By level: ``patrols``, ``valid``, ``planned``, ``rate``. What nobody has planned is None, not 0.
    total : dict
        ``patrols``, ``hours``, ``km``.
    """

    period: Period
    corridor_m: float
    reaches: gpd.GeoDataFrame
    stretches: pd.DataFrame
    rates: list[dict[str, Any]]
    total: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``coverage --json``."""
        by_reach = dict(iter(self.stretches.groupby("id")))
        reaches = []
        for reach in self.reaches.itertuples():
            part = by_reach.get(reach.id)
            walked = [] if part is None else list(zip(part["start_m"], part["end_m"], part["last_walked"], strict=True))
            reaches.append(
                {
                    "id": reach.code,
                    "name": reach.name,
                    "level": reach.level,
                    "length_m": reach.length_m,
                    "covered_m": reach.covered_m,
                    "share": reach.share,
                    "stretches": [[start, end] for start, end, _ in walked],
                    "last_walked": [day.isoformat() for _, _, day in walked],
                    "gaps": gaps_of(_measures(walked), reach.length_m).tolist(),
                }
            )
        return {
            "corridor_m": self.corridor_m,
            "period": [self.period.first_day.isoformat(), self.period.last_day.isoformat()],
            "definition": "count",
            "reaches": reaches,
            "rates": self.rates,
            "total": self.total,
        }


def _measures(walked: list[tuple[float, float, Any]]) -> np.ndarray:
    return union_of(np.array([(start, end) for start, end, _ in walked], dtype=float).reshape(-1, 2))


def stored_coverage(session: Session, scope: Scope, period: Period, *, level: str | None = None) -> StoredCoverage:
    """Compute coverage of the reaches in scope from stored stretches.

    Parameters
    ----------
    level : str, optional
        Only reaches of this level, and only patrols at it.

    Notes
    -----
    Each patrol covers by the corridor of the rule of its day; ``corridor_m`` is the one that most of them have.
    """
    reaches, stretches = walked_reaches(session, scope, period, level=level)
    return put_together(session, scope, period, reaches, stretches, level=level)


def walked_reaches(
    session: Session, scope: Scope, period: Period, *, level: str | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the two frames of :class:`StoredCoverage`, which may be computed a town at a time."""
    reaches = reach_frame(session, scope, level=level)
    walks = store.walked_stretches(session, scope, period.starts_at, period.ends_at, level)
    parts = dict(iter(walks.groupby("id")))
    rows: list[tuple[Any, ...]] = []
    covered: list[float] = []
    for id_, length_m in zip(reaches["id"], reaches["length_m"], strict=True):
        part = parts.get(id_)
        if part is None:
            covered.append(0.0)
            continue
        pieces = np.minimum(part[["start_m", "end_m"]].to_numpy(), length_m)
        covered.append(float(np.diff(union_of(pieces), axis=1).sum()))
        rows += [(id_, *stretch) for stretch in last_walked(zip(*pieces.T, part["day"], strict=True))]
    holders = holders_of(session, "reach", reaches["id"].tolist(), period.last_day)
    reaches = reaches.assign(
        chief=pd.Series([holders[id_]["lead"] for id_ in reaches["id"]], dtype=object),
        covered_m=covered,
        share=[c / length for c, length in zip(covered, reaches["length_m"], strict=True)],
    )
    return reaches, pd.DataFrame(rows, columns=["id", "start_m", "end_m", "last_walked"])


def put_together(
    session: Session,
    scope: Scope,
    period: Period,
    reaches: gpd.GeoDataFrame,
    stretches: pd.DataFrame,
    *,
    level: str | None = None,
) -> StoredCoverage:
    """Add rates and totals, which are of the whole scope, to what was walked."""
    usual_m = store.usual_corridor_m(session, scope, period.starts_at, period.ends_at)
    corridor_m = _corridor_m(session, scope, period, level) if usual_m is None else usual_m
    found = rates(session, scope, period, level=level)
    return StoredCoverage(period, corridor_m, reaches, stretches, _by_level(found), _total(found.total))


def _corridor_m(session: Session, scope: Scope, period: Period, level: str | None) -> float:
    """Return the corridor of a period in which nothing was covered: that of the rule on its last day."""
    if scope.region is None:
        return PatrolRule().corridor_m
    return RuleBook.load(session).rule(scope.region, level, period.last_day).corridor_m


def _by_level(found: Rates) -> list[dict[str, Any]]:
    names = ["level", "patrols", "valid", "planned", "rate"]
    return [{name: row[name] for name in names} for row in found.as_json()["rates"]]


def _total(total: dict[str, Any]) -> dict[str, Any]:
    return {"patrols": total["patrols"], "hours": round(total["hours"], 2), "km": round(total["km"], 2)}
