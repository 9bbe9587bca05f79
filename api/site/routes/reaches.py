"""巡河覆盖: what was walked of each reach, how often, when last, and where to walk next."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from api.dependencies import LevelDep
from api.i18n import translate
from api.site.drawing import Part, count_parts, draw_lines, parts_of, strip_parts
from api.site.shell import Shell, ShellDep
from api.site.wording import shortfalls
from geo.errors import NotFound
from geo.services.coverage import StoredCoverage, stored_coverage
from geo.services.filters import Period
from geo.services.patrols import PatrolFilter, patrol_page
from geo.services.records import Asked, record_page
from geo.services.rules import RuleBook
from geo.services.walks import OLDER_THAN_DAYS, CoverageOverTime, coverage_over_time
from geo.store.regions import region_names

__all__ = ["reach_rows", "router"]

router = APIRouter()

_SORTS = {
    "code": "code", "river": "river", "village": "region", "length": "length_m", "share": "share", "last": "last",
    "gap": "gap_m",
}  # fmt: skip
Order = Literal["code", "river", "village", "length", "share", "last", "gap"]
_FEW = 10
# Shorter pieces are what two walks' ends differ by.
_LEAST_M = 1.0
# A season tells whether, not how often: all in the middle of the ramp.
_MEDIUM = 3
_SEASONS = ("spring", "summer", "autumn", "winter", "wet", "dry")
_Whole = BeforeValidator(lambda value: value or None)
_Days = Annotated[int | None, _Whole, Query(ge=1, le=36_600)]
_Metres = Annotated[int | None, _Whole, Query(ge=1, le=1_000_000)]


def reach_rows(coverage: StoredCoverage, shell: Shell) -> list[dict[str, Any]]:
    """Return the reaches with their pieces, when they were last walked, and how much was not."""
    as_of = _as_of(coverage.period, shell)
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
                "longest_gap_m": max((gap.end_m - gap.start_m for gap in gaps), default=0.0),
                "last": max((day for _, _, day in walked), default=None),
                "first_last": min((day for _, _, day in walked), default=None),
            }
        )  # fmt: skip
    return rows


def _as_of(period: Period, shell: Shell) -> date:
    return max(min(period.last_day, shell.today), period.first_day)


@router.get("/reaches")
def reaches(
    shell: ShellDep,
    level: LevelDep,
    order: Order = "code",
    way: Literal["asc", "desc"] = "asc",
    view: Literal["list", "map", "recency", "gaps"] = "list",
    walked: Literal["", "gaps", "none"] = "",
    gap: _Metres = None,
    stale: _Days = None,
) -> HTMLResponse:
    """List the reaches with what was walked of them, or show the same on a map."""
    coverage = stored_coverage(shell.session, shell.scope, shell.period("patrols"), level=level)
    rows = reach_rows(coverage, shell)
    rows = [row for row in rows if not walked or (row["gap_m"] > 0 if walked == "gaps" else row["covered_m"] == 0)]
    if gap:
        rows = [row for row in rows if row["longest_gap_m"] > gap]
    if stale:
        # Not walked for so many days: some metre of it, or all of it.
        since = _as_of(coverage.period, shell) - timedelta(days=stale)
        rows = [row for row in rows if row["gap_m"] > 0 or row["first_last"] is None or row["first_last"] < since]
    rows.sort(key=lambda row: row["code"])
    known = [row for row in rows if row[_SORTS[order]] is not None]
    known.sort(key=lambda row: row[_SORTS[order]], reverse=way == "desc")
    return shell.page(
        "reaches.html", of="patrols", title=shell.say("巡河覆盖"),
        rows=known + [row for row in rows if row not in known],
        total=coverage.total, length_m=sum(row["length_m"] for row in rows), corridor_m=coverage.corridor_m,
        covered_m=sum(row["covered_m"] for row in rows), order=order, way=way, level=level, view=view, walked=walked,
        names=_region_names(shell), gap=gap, stale=stale, as_of=_as_of(coverage.period, shell),
    )  # fmt: skip


@router.get("/reaches/{code:path}")
def reach(shell: ShellDep, code: str, gap: _Metres = None, stale: _Days = None) -> HTMLResponse:
    """Show one reach: how often and when last it was walked, where not, and by which patrols."""
    asked = Asked(equal={"code": code})
    found, _ = record_page(shell.session, "reaches", shell.scope, asked, today=shell.today, with_shape=True)
    if not found:
        raise NotFound("there is no reach {code}", code=code)
    period = shell.period("patrols")
    coverage = stored_coverage(shell.session, shell.scope, period)
    row = next(row for row in reach_rows(coverage, shell) if row["id"] == found[0]["id"])
    patrols, more = patrol_page(shell.session, shell.scope, period, PatrolFilter(reach=code), limit=_FEW)
    over = coverage_over_time(
        shell.session, shell.scope, period, reach=code, as_of=_as_of(period, shell),
        older_than_days=stale or OLDER_THAN_DAYS, min_gap_m=gap or 0,
    )  # fmt: skip
    row["gaps"] = [piece for piece in row["gaps"] if piece.end_m - piece.start_m > (gap or 0)]
    book = RuleBook.load(shell.session)
    return shell.page(
        "reach.html", of="patrols", title=row["name"], reach=found[0] | row, more=more,
        shown=[each | {"why": shortfalls(shell, each, book)} for each in patrols],
        over=_over_time(shell, over), gap=gap, stale=stale or OLDER_THAN_DAYS,
        corridor_m=coverage.corridor_m, as_of=_as_of(period, shell),
        drawing=draw_lines(found[0]["geometry"], row["parts"]) if found[0]["geometry"] else None,
    )  # fmt: skip


def _over_time(shell: Shell, over: CoverageOverTime) -> dict[str, Any]:
    """Return what the page tells of one reach over time."""
    figures, history, suggested = over.reaches.iloc[0], over.histories[0], over.suggestions[0]
    length_m = float(figures["length_m"])
    season_strips: list[tuple[str, float, list[Part]]] = [
        (
            season,
            history.seasons_m[season],
            count_parts(length_m, [(*piece, _MEDIUM) for piece in history.seasons[season]]),
        )
        for season in _SEASONS
    ]
    intervals = [each for each in history.intervals if each.end_m - each.start_m >= _LEAST_M]
    return {
        "times": count_parts(length_m, history.times), "times_m": history.times_m, "days_m": history.days_m,
        "stale": [piece for piece in history.stale if piece[1] - piece[0] >= _LEAST_M],
        "stale_m": history.stale_m, "never_m": history.never_m, "oldest": history.oldest,
        "newest": history.newest, "length_m": length_m, "covered_m": history.covered_m,
        "half_m": float(figures["half_m"]), "double_m": float(figures["double_m"]), "seasons": season_strips,
        "next": suggested and suggested | {"why": translate(suggested["why"], shell.language)},
        "intervals": sorted(intervals, key=lambda each: (-each.days, each.start_m))[:_FEW],
        "first_day": over.period.first_day,
    }  # fmt: skip


def _region_names(shell: Shell) -> dict[str, str]:
    return dict(region_names(shell.session, shell.scope)[["code", "name"]].itertuples(index=False))
