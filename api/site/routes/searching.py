"""搜索: issues, reaches, cells, objects and people by a word."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.site.shell import ShellDep
from geo.services.filters import IssueFilter
from geo.services.issues import issue_counts, issue_list
from geo.services.records import Asked, record_page

__all__ = ["router"]

router = APIRouter()

_FEW = 10
_KINDS = ("reaches", "cells", "sites", "zones", "people")


@router.get("/search")
def search(shell: ShellDep, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show what a word is found in; the number of an issue leads to it."""
    words = q.strip()
    chosen = IssueFilter(text=words)
    issues = issue_list(shell.session, shell.scope, chosen, today=shell.today, limit=_FEW) if words else []
    if len(issues) == 1 and issues[0]["number"] == words:
        return RedirectResponse(shell.link(f"/issues/{quote(words, safe='')}"), 303)
    found = {}
    for kind in _KINDS if words else ():
        on = shell.today if kind == "cells" else None
        found[kind], _ = record_page(
            shell.session, kind, shell.scope, Asked(text=words, on=on), today=shell.today, limit=_FEW
        )
    total = issue_counts(shell.session, shell.scope, chosen, today=shell.today).total if words else 0
    return shell.page(
        "search.html", dated=False, title=shell.say("搜索"), q=words, issues=issues, total=total, found=found,
        anything=bool(issues or any(found.values())), few=_FEW,
    )  # fmt: skip
