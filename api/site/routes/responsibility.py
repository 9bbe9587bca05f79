"""责任: who answers for which cell, and for a place."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.dependencies import LevelDep, OptionalDay
from api.site.shell import ShellDep
from geo.services.responsibility import cell_frame, chain_at, responsibility_counts
from geo.types import Level

__all__ = ["router"]

router = APIRouter()

_Lon = Annotated[str | None, Query(max_length=40)]


@router.get("/responsibility")
def responsibility(
    shell: ShellDep,
    level: LevelDep,
    on: OptionalDay = None,
    status: Literal["", "assigned", "vacant"] = "",
    view: Literal["list", "map"] = "list",
    q: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """List the cells with who holds them, or show the same on a map."""
    day = on or shell.today
    cells = cell_frame(shell.session, shell.scope, day, level=level)
    rows: list[dict[str, Any]] = cells.drop(columns="geometry").to_dict("records")
    for row in rows:
        row["lead"] = row["lead"] if isinstance(row["lead"], str) else None
    shown = [row for row in rows if (not status or row["status"] == status) and (not q or q in _words(row))]
    return shell.page(
        "responsibility.html", dated=False, title=shell.say("责任"), rows=shown, all_rows=len(rows), day=day, on=on,
        counts=responsibility_counts(shell.session, shell.scope, day), level=level, held=status, view=view, q=q,
        levels=[each.value for each in Level if each is not Level.county], lon="", lat="", chain=None, fault="",
    )  # fmt: skip


def _words(row: dict[str, Any]) -> str:
    return " ".join(str(row[name] or "") for name in ("code", "name", "village", "lead", "assists"))


@router.get("/responsible")
def responsible(shell: ShellDep, lon: _Lon = None, lat: _Lon = None, on: OptionalDay = None) -> HTMLResponse:
    """Tell who answers for a place; a part of the page above."""
    try:
        place = float(lon or ""), float(lat or "")
    except ValueError:
        fault = shell.say("经度、纬度要填数字，例如 107.93 和 29.79。")
        return shell.fragment("chain.html", chain=None, fault=fault)
    if not (-180 <= place[0] <= 180 and -90 <= place[1] <= 90):
        return shell.fragment(
            "chain.html", chain=None, fault=shell.say("经度在 -180 到 180 之间，纬度在 -90 到 90 之间。")
        )
    chain = chain_at(shell.session, shell.scope, *place, on=on or shell.today)
    return shell.fragment("chain.html", chain=chain, fault="")
