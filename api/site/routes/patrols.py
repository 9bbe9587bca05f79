"""巡河: what was walked of each reach, and the patrols behind it."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from api.dependencies import LevelDep
from api.paging import PagingDep, cursor_of
from api.privacy import may_see_track
from api.site.drawing import draw_lines, parts_of, strip_parts
from api.site.shell import Shell, ShellDep
from geo.errors import NotFound
from geo.services.coverage import StoredCoverage, stored_coverage
from geo.services.filters import SHANGHAI, Period
from geo.services.patrols import PatrolFilter, patrol_detail, patrol_page
from geo.services.records import Asked, record_page
from geo.store.regions import region_names

__all__ = ["reach_rows", "router"]

router = APIRouter()

_SORTS = {
    "code": "code", "river": "river", "village": "region", "length": "length_m", "share": "share", "last": "last",
    "gap": "gap_m",
}  # fmt: skip
Order = Literal["code", "river", "village", "length", "share", "last", "gap"]
_FEW = 10


def reach_rows(coverage: StoredCoverage, shell: Shell) -> list[dict[str, Any]]:
    """Return the reaches with their pieces, when they were last walked, and how much was not."""
    as_of = min(coverage.period.last_day, shell.today)
    by_reach = dict(iter(coverage.stretches.groupby("id")))
    rows = []
    for reach in coverage.reaches.drop(columns="geometry").to_dict("records"):
        part = by_reach.get(reach["id"])
        walked = [] if part is None else list(zip(part["start_m"], part["end_m"], part["last_walked"], strict=True))
        parts = parts_of(reach["length_m"], walked, as_of)
        gaps = [piece for piece in parts if not piece.step]
        rows.append(
            reach | {
                "chief": reach["chief"] if isinstance(reach["chief"], str) else None, "parts": parts,
                # What is left is rounding, and no clerk should look for it.
                "share": reach["share"] if gaps else 1.0,
                "strip": strip_parts(parts), "gaps": gaps, "gap_m": sum(gap.end_m - gap.start_m for gap in gaps),
                "last": max((day for _, _, day in walked), default=None),
            }
        )  # fmt: skip
    return rows


@router.get("/reaches")
def reaches(
    shell: ShellDep,
    level: LevelDep,
    order: Order = "code",
    way: Literal["asc", "desc"] = "asc",
    view: Literal["list", "map"] = "list",
    walked: Literal["", "gaps", "none"] = "",
) -> HTMLResponse:
    """List the reaches with what was walked of them, or show the same on a map."""
    coverage = stored_coverage(shell.session, shell.scope, shell.period("patrols"), level=level)
    rows = reach_rows(coverage, shell)
    rows = [row for row in rows if not walked or (row["gap_m"] > 0 if walked == "gaps" else row["covered_m"] == 0)]
    rows.sort(key=lambda row: row["code"])
    known = [row for row in rows if row[_SORTS[order]] is not None]
    known.sort(key=lambda row: row[_SORTS[order]], reverse=way == "desc")
    names = _region_names(shell)
    return shell.page(
        "reaches.html", of="patrols", title=shell.say("巡河"), rows=known + [row for row in rows if row not in known],
        total=coverage.total, length_m=sum(row["length_m"] for row in rows),
        covered_m=sum(row["covered_m"] for row in rows), order=order, way=way, level=level, view=view, walked=walked,
        names=names,
    )  # fmt: skip


@router.get("/reaches/{code:path}")
def reach(shell: ShellDep, code: str) -> HTMLResponse:
    """Show one reach: where it was walked, where not, and by which patrols."""
    asked = Asked(equal={"code": code})
    found, _ = record_page(shell.session, "reaches", shell.scope, asked, today=shell.today, with_shape=True)
    if not found:
        raise NotFound("there is no reach {code}", code=code)
    period = shell.period("patrols")
    coverage = stored_coverage(shell.session, shell.scope, period)
    row = next(row for row in reach_rows(coverage, shell) if row["id"] == found[0]["id"])
    patrols, more = patrol_page(shell.session, shell.scope, period, PatrolFilter(reach_id=row["id"]), limit=_FEW)
    return shell.page(
        "reach.html", of="patrols", title=row["name"], reach=found[0] | row, patrols=patrols, more=more,
        drawing=draw_lines(found[0]["geometry"], row["parts"]) if found[0]["geometry"] else None,
    )  # fmt: skip


@router.get("/patrols")
def patrols(
    shell: ShellDep,
    level: LevelDep,
    paging: PagingDep,
    reach_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """List patrols, newest first."""
    period = shell.period("patrols")
    rows, following = patrol_page(
        shell.session, shell.scope, period, PatrolFilter(level=level, reach_id=reach_id), limit=min(paging.limit, 50),
        after=paging.after_id(),
    )  # fmt: skip
    coverage = stored_coverage(shell.session, shell.scope, period, level=level)
    return shell.page(
        "patrols.html", of="patrols", title=shell.say("巡河记录"), rows=rows, following=cursor_of(following),
        total=coverage.total, level=level, begun=paging.after is not None, reach_id=reach_id,
    )  # fmt: skip


@router.get("/patrols/{patrol_id}")
def patrol(shell: ShellDep, patrol_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> HTMLResponse:
    """Show one patrol; its line only to supervisors and to who walked it."""
    found = patrol_detail(shell.session, shell.scope, patrol_id)
    allowed = may_see_track(shell.account, found["person_id"])
    track = json.loads(found["track"]) if allowed and found["track"] else None
    day = found["started_at"].astimezone(SHANGHAI).date()
    drawing = _drawing(shell, found, track, Period(day, day))
    return shell.page(
        "patrol.html", of="patrols", dated=False, title=f"{shell.say('巡河记录')} {found['number']}",
        patrol=found | {"track": None}, allowed=allowed, drawing=drawing,
    )  # fmt: skip


def _drawing(shell: Shell, patrol: dict[str, Any], track: Any, day: Period) -> Any:
    shape, parts = None, []
    if patrol["reach"]:
        asked = Asked(equal={"code": patrol["reach"]})
        rows, _ = record_page(shell.session, "reaches", shell.scope, asked, today=shell.today, with_shape=True)
        if rows and rows[0]["geometry"]:
            shape = rows[0]["geometry"]
            mine = [piece for piece in patrol["stretches"] if piece["reach"] == patrol["reach"]]
            walked = [(piece["start_m"], piece["end_m"], day.first_day) for piece in mine]
            parts = parts_of(rows[0]["length_m"], walked, day.first_day)
    return draw_lines(shape, parts, track) if shape or track else None


def _region_names(shell: Shell) -> dict[str, str]:
    return dict(region_names(shell.session, shell.scope)[["code", "name"]].itertuples(index=False))
