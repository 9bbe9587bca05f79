"""巡河率: how much of what was due was done, by area, level and post; never by person."""

from calendar import monthrange
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.dependencies import LevelDep
from api.site.charts import bars_of, columns_of
from api.site.rendering import name_of
from api.site.shell import Shell, ShellDep
from geo.compute.rates import DEFINITIONS, Definition
from geo.services.filters import Period
from geo.services.rates import GROUPINGS, Grouping, Rates, plan_frame, rates_from, walked_frame
from geo.types import RegionCode

__all__ = ["DONE", "DUE", "FORMULAS", "GROUPS", "group_name", "router"]

router = APIRouter()

GROUPS: dict[Grouping, str] = {
    "level": "级别", "post": "职务", "river": "河流", "reach": "河段", "village": "行政区", "month": "月份",
}  # fmt: skip
FORMULAS: dict[Definition, str] = {
    "count": "口径：有效巡河次数 ÷ 应巡次数，超过 100 % 照实显示。",
    "days": "口径：有效巡河天数 ÷ 应巡次数；同一人同一天在同一河段巡几次只算一天。",
    "persons": "口径：完成应巡次数的人数 ÷ 有应巡任务的人数。",
}
DONE: dict[Definition, str] = {"count": "有效", "days": "有效天数", "persons": "完成人数"}
DUE: dict[Definition, str] = {"count": "应巡", "days": "应巡", "persons": "应巡人数"}


def group_name(shell: Shell, found: Rates, row: dict[str, Any]) -> str:
    """Return what people call a group of a table of rates."""
    key = row[found.by]
    if key is None:
        return {
            "post": shell.say("没有登记职务"), "river": shell.say("没有登记河段"), "reach": shell.say("没有登记河段"),
        }.get(found.by, shell.say("未登记"))  # fmt: skip
    if found.by == "level":
        return name_of("level", key, shell.language)
    if found.by == "month":
        year, month = key.split("-")
        return shell.say("{year} 年 {month} 月", year=year, month=int(month))
    return str(row["name"] or key)


@router.get("/rates")
def rates_page(
    shell: ShellDep,
    level: LevelDep,
    by: Annotated[Grouping, Query()] = "level",
    definition: Annotated[Definition, Query()] = "count",
) -> HTMLResponse:
    """Show rates as a table with bars, and month by month."""
    period = shell.period("patrols")
    walked = walked_frame(shell.session, shell.scope, period, level=level)
    plans = plan_frame(shell.session, shell.scope, period, level=level)
    found = rates_from(walked, plans, period, by=by, definition=definition)
    monthly = found if by == "month" else rates_from(walked, plans, period, by="month", definition=definition)
    rows = found.table.to_dict("records")
    shown = [
        row | {"label": group_name(shell, found, row), "bar": bar, "filter": _filter(found, row, walked, level)}
        for row, bar in zip(rows, bars_of([row["rate"] for row in rows]), strict=True)
    ]
    return shell.page(
        "rates.html", of="patrols", title=shell.say("巡河率"), rows=shown, total=found.total, by=by,
        definition=definition, level=level, groups=GROUPS, groupings=GROUPINGS, definitions=DEFINITIONS,
        formula=FORMULAS[definition], done=DONE, due=DUE, months=columns_of(monthly.table.to_dict("records")),
        whole={"level": level} if level else {},
    )  # fmt: skip


def _filter(found: Rates, row: dict[str, Any], walked: Any, level: str | None) -> dict[str, Any] | None:
    """Return what ``/patrols`` must be asked for to show a group's patrols; None where no question finds just them."""
    key, kept = row[found.by], {"level": level} if level else {}
    if key is None:
        return None
    if found.by == "month":
        first, last = _month(found.period, key)
        return kept | {"from": first, "to": last}
    if found.by == "village":
        return _in_region(RegionCode(key), row["patrols"], walked, kept)
    return kept | {found.by: key}


def _in_region(region: RegionCode, patrols: int, walked: Any, kept: dict[str, Any]) -> dict[str, Any] | None:
    # A region's page shows all inside it; a town's own patrols are found by their level as well.
    inside = walked[[RegionCode(code).within(region) for code in walked["region"]]]
    if len(inside) == patrols:
        return kept | {"region": str(region)}
    levels = set(walked["level"][walked["region"] == str(region)])
    for one in levels if len(levels) == 1 and None not in levels else ():
        if (inside["level"] == one).sum() == patrols:
            return kept | {"region": str(region), "level": one}
    return None


def _month(period: Period, month: str) -> tuple[date, date]:
    """Return the days of a month that lie in the period."""
    year, number = map(int, month.split("-"))
    last = date(year, number, monthrange(year, number)[1])
    return max(period.first_day, last.replace(day=1)), min(period.last_day, last)
