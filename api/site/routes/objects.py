"""对象: the points and zones that are watched."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.paging import PagingDep, cursor_of
from api.site.shell import ShellDep
from geo.services.records import Asked, record_page

__all__ = ["router"]

router = APIRouter()


@router.get("/objects")
def objects(
    shell: ShellDep,
    paging: PagingDep,
    of: Literal["sites", "zones"] = "sites",
    kind: Annotated[str, Query(max_length=64)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """List sites or zones."""
    equal = {"zone_class" if of == "zones" else "kind": kind or None}
    rows, following = record_page(
        shell.session, of, shell.scope, Asked(text=q or None, equal=equal), today=shell.today,
        limit=min(paging.limit, 50), after=paging.after_id(),
    )  # fmt: skip
    return shell.page(
        "objects.html", dated=False, title=shell.say("对象"), rows=rows, following=cursor_of(following), kinds=of,
        kind=kind, q=q, begun=paging.after is not None,
    )  # fmt: skip
