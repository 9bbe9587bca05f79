"""A period's river patrols on one page (巡河情况): plans, patrols, rates, hours, kilometres, and what was found."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geo.services.filters import IssueFilter, Period
from geo.services.issues import issue_counts
from geo.services.rates import rates
from geo.store.scoping import Scope
from geo.vocabulary import ISSUE_CATEGORIES, RIVER_CLASSES, with_finer

__all__ = ["PatrolReport", "patrol_report"]


@dataclass(frozen=True, slots=True)
class PatrolReport:
    """What a report says of a period; each figure is computed from the records when it is asked for.

    Attributes
    ----------
    levels : list of dict
        By level, as in :class:`geo.services.rates.Rates`.
    total : dict
        Over all levels, with ``minutes_each``, ``km_each`` and ``km_per_hour``; None where nobody walked.
    issues : list of dict
        ``category`` (of :data:`geo.vocabulary.RIVER_CLASSES`), ``found``, ``closed`` and ``share`` of all found: with
        all finer categories below it.
    found, closed : int
        Issues of all classes found in the period, and those of them that are closed by now.
    """

    period: Period
    levels: list[dict[str, Any]]
    total: dict[str, Any]
    issues: list[dict[str, Any]]
    found: int
    closed: int

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``report patrols --json``."""
        return {
            "period": [self.period.first_day.isoformat(), self.period.last_day.isoformat()],
            "definition": "count", "levels": self.levels, "total": self.total,
            "issues": {"found": self.found, "closed": self.closed, "by_category": self.issues},
        }  # fmt: skip


def patrol_report(session: Session, scope: Scope, period: Period, *, today: date) -> PatrolReport:
    """Return a period's patrols and the issues of rivers that were found in it.

    Parameters
    ----------
    today : date
        The day on which an issue counts as closed or not.
    """
    found = rates(session, scope, period, by="level").as_json()
    total = found["total"]
    hours, km = total["hours"], total["km"]
    # Hours and kilometres are those of believed records, and so must be what they are shared among.
    patrols = total["patrols"] - total["doubtful"] - total["rejected"]
    means = {
        "minutes_each": round(hours * 60 / patrols, 7) if patrols else None,
        "km_each": round(km / patrols, 7) if patrols else None,
        "km_per_hour": round(km / hours, 7) if hours else None,
    }
    issues = [_class(session, scope, period, term.code, today) for term in RIVER_CLASSES]
    everything = sum(row["found"] for row in issues)
    rows = [row | {"share": round(row["found"] / everything, 7) if everything else None} for row in issues]
    return PatrolReport(period, found["rates"], total | means, rows, everything, sum(row["closed"] for row in issues))


def _class(session: Session, scope: Scope, period: Period, code: str, today: date) -> dict[str, Any]:
    chosen = IssueFilter(categories=with_finer(ISSUE_CATEGORIES, [code]), period=period)
    counts = issue_counts(session, scope, chosen, today=today)
    return {"category": code, "found": counts.total, "closed": counts.closed}
