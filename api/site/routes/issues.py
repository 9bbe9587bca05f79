"""问题: the ledger of issues, on a map or as a list, and one by one."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from api.dependencies import IssueFilterDep, require_role
from api.privacy import mask_name, mask_phone, may_see_reporter
from api.site.rendering import TERMS
from api.site.shell import ShellDep
from geo.services.audits import note
from geo.services.filters import SHANGHAI
from geo.services.issues import issue_counts, issue_detail, issue_list
from geo.types import Role

__all__ = ["router"]

router = APIRouter()

PAGE_ROWS = 50
Order = Literal["number", "category", "source", "state", "village", "found", "due", "closed"]
# What an issue waits for, in each state.
NEXT = {
    "found": "立案", "accepted": "交办", "assigned": "整改", "rectifying": "申请销号", "returned": "重新整改",
    "submitted": "验收销号", "closed": "回头看", "look_back": "回头看", "reopened": "重新交办", "escalated": "县级处理",
}  # fmt: skip


@router.get("/issues")
def issues(
    shell: ShellDep,
    chosen: IssueFilterDep,
    order: Order = "found",
    way: Literal["asc", "desc"] = "desc",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    view: Literal["list", "map"] = "list",
) -> HTMLResponse:
    """List issues, or show the same on a map."""
    # Open and overdue are states of today: a link to them asks for every year.
    everything = shell.request.query_params.get("all") == "1"
    period = None if everything else shell.period("issues")
    chosen = replace(chosen, period=period)
    counts = issue_counts(shell.session, shell.scope, chosen, today=shell.today)
    rows: list[dict[str, Any]] = []
    if view == "list":
        rows = issue_list(
            shell.session, shell.scope, chosen, today=shell.today, order=order, descending=way == "desc",
            limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS,
        )  # fmt: skip
    own = sorted(set(counts.by_category) - {term.code for term in TERMS["category"]})
    return shell.page(
        "issues.html", of="issues", title=shell.say("问题"), rows=rows, counts=counts, chosen=chosen, order=order,
        way=way, page=page, pages=-(-counts.total // PAGE_ROWS), first=(page - 1) * PAGE_ROWS + 1, view=view,
        everything=everything, own_categories=own,
    )  # fmt: skip


@router.get("/issues/{number:path}")
def issue(shell: ShellDep, number: str) -> HTMLResponse:
    """Show one issue."""
    found = issue_detail(shell.session, shell.scope, number, today=shell.today)
    found_on = found["found_at"].astimezone(SHANGHAI).date()
    return shell.page(
        "issue.html", of="issues", dated=False, title=f"{shell.say('问题')} {number}", issue=_masked(found),
        found_on=found_on, next_act=NEXT.get(found["state"]), may_open=may_see_reporter(shell.account),
    )  # fmt: skip


@router.post("/issues/{number:path}/reporter", dependencies=[Depends(require_role(Role.admin, Role.office))])
def reporter(shell: ShellDep, number: str) -> HTMLResponse:
    """Show who reported an issue, which is recorded."""
    found = issue_detail(shell.session, shell.scope, number, today=shell.today)
    note(shell.session, "reporter view", account_id=shell.account.id, target=number, region_code=str(found["region"]))
    return shell.fragment("reporter.html", issue=found, may_open=False)


def _masked(issue: dict[str, Any]) -> dict[str, Any]:
    # Even for the office: opening a name is an act, and recorded.
    return issue | {"reporter": mask_name(issue["reporter"]), "reporter_phone": mask_phone(issue["reporter_phone"])}
