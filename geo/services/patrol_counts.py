"""How many patrols a filter finds, with their hours and kilometres, and what else could be chosen."""

from dataclasses import dataclass, field
from math import fsum

import pandas as pd
from sqlalchemy.orm import Session

from geo.compute.rates import ACCEPTED
from geo.services.filters import Period
from geo.services.patrols import PatrolFilter
from geo.services.rates import walked_frame
from geo.store.scoping import Scope

__all__ = ["PatrolCounts", "counts_of", "patrol_counts"]


@dataclass(frozen=True, slots=True)
class PatrolCounts:
    """Sums over a whole selection, not over a page of it.

    Attributes
    ----------
    total : int
        Of the patrols that the filter finds.
    hours, km : float
        Of those of them whose record is neither doubtful nor rejected, unless just such ones are asked for.
    by_state : dict of str to int
        How many there are in each state under the rest of the filter.
    rivers, posts : list of str
        What the patrols of the period and level could be narrowed to, in alphabetical order.
    reaches : dict of str to str
        The same: names by code.
    """

    total: int
    hours: float
    km: float
    by_state: dict[str, int]
    rivers: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    reaches: dict[str, str] = field(default_factory=dict)


def patrol_counts(session: Session, scope: Scope, period: Period, chosen: PatrolFilter) -> PatrolCounts:
    """Return the sums of the patrols that `chosen` finds in a period."""
    return counts_of(walked_frame(session, scope, period, level=chosen.level), chosen)


def counts_of(walked: pd.DataFrame, chosen: PatrolFilter) -> PatrolCounts:
    """Return the sums of patrols of a level that were read before; see :func:`patrol_counts`."""
    found = walked
    for column, value in (
        ("reach", chosen.reach_id), ("reach_code", chosen.reach), ("river", chosen.river), ("post", chosen.post),
    ):  # fmt: skip
        if value is not None:
            found = found[found[column] == value]
    by_state = {str(state): int(count) for state, count in found["state"].value_counts().items()}
    if chosen.state is not None:
        found = found[found["state"] == chosen.state]
    summed = found if chosen.state is not None else found[found["state"].isin(ACCEPTED)]
    reaches = dict(zip(walked["reach_code"], walked["reach_name"], strict=True))
    return PatrolCounts(
        len(found), fsum(summed["duration_s"]) / 3600, fsum(summed["length_m"]) / 1000, by_state,
        rivers=_known(walked["river"]), posts=_known(walked["post"]),
        reaches={code: reaches[code] for code in _known(walked["reach_code"])},
    )  # fmt: skip


def _known(values: pd.Series) -> list[str]:
    return sorted({str(value) for value in values.dropna()})
