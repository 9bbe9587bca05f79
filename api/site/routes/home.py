"""总览: the three maps and their figures."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.site.shell import ShellDep, period_label
from geo.services.coverage import stored_coverage
from geo.services.filters import IssueFilter
from geo.services.issues import issue_counts
from geo.services.patrol_counts import patrol_counts
from geo.services.patrols import PatrolFilter
from geo.services.responsibility import responsibility_counts

__all__ = ["router"]

router = APIRouter()

_ROUNDING_M = 0.5


@router.get("/")
def home(shell: ShellDep) -> HTMLResponse:
    """Show the three maps and their figures."""
    found_in, walked_in = shell.period("issues"), shell.period("patrols")
    now = issue_counts(shell.session, shell.scope, IssueFilter(), today=shell.today)
    found = issue_counts(shell.session, shell.scope, replace(IssueFilter(), period=found_in), today=shell.today)
    walked = stored_coverage(shell.session, shell.scope, walked_in)
    levels = [_figures(str(level), part) for level, part in walked.reaches.groupby("level")]
    return shell.page(
        "home.html", title=shell.say("总览"), now=now, found=found, walked=walked, levels=levels,
        doubtful=patrol_counts(shell.session, shell.scope, walked_in, PatrolFilter()).by_state.get("doubtful", 0),
        held=responsibility_counts(shell.session, shell.scope, shell.today),
        found_in=found_in, walked_in=walked_in,
        found_label=period_label(found_in, shell.language), walked_label=period_label(walked_in, shell.language),
    )  # fmt: skip


def _figures(level: str, reaches: Any) -> dict[str, Any]:
    length_m, covered_m = float(reaches["length_m"].sum()), float(reaches["covered_m"].sum())
    # What is left of less than half a metre a reach is rounding.
    whole = length_m - covered_m < _ROUNDING_M * len(reaches)
    return {
        "level": level, "reaches": len(reaches), "length_m": length_m, "covered_m": covered_m,
        "share": 1.0 if whole else covered_m / length_m,
    }  # fmt: skip
