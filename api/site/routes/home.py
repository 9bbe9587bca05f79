"""总览: the three maps and their figures."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.site.shell import ShellDep, period_label
from geo.services.coverage import stored_coverage
from geo.services.filters import IssueFilter
from geo.services.issues import issue_counts
from geo.services.responsibility import responsibility_counts

__all__ = ["router"]

router = APIRouter()


@router.get("/")
def home(shell: ShellDep) -> HTMLResponse:
    """Show the three maps and their figures."""
    found_in, walked_in = shell.period("issues"), shell.period("patrols")
    now = issue_counts(shell.session, shell.scope, IssueFilter(), today=shell.today)
    found = issue_counts(shell.session, shell.scope, replace(IssueFilter(), period=found_in), today=shell.today)
    walked = stored_coverage(shell.session, shell.scope, walked_in)
    levels = [
        {
            "level": level,
            "reaches": len(part),
            "length_m": float(part["length_m"].sum()),
            "covered_m": float(part["covered_m"].sum()),
            "share": float(part["covered_m"].sum() / part["length_m"].sum()),
        }
        for level, part in walked.reaches.groupby("level")
    ]
    return shell.page(
        "home.html", title=shell.say("总览"), now=now, found=found, walked=walked, levels=levels,
        held=responsibility_counts(shell.session, shell.scope, shell.today),
        found_in=found_in, walked_in=walked_in,
        found_label=period_label(found_in, shell.language), walked_label=period_label(walked_in, shell.language),
    )  # fmt: skip
