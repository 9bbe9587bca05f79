"""报表: what can be taken along, as Excel."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from api.dependencies import CurrentAccount, IssueFilterDep, LevelDep, OptionalDay, require_role
from api.routes.patrols import PatrolFilterDep
from api.site.rendering import name_of
from api.site.routes.rates import DONE, DUE, FORMULAS, GROUPS, group_name
from api.site.routes.reaches import reach_rows
from api.site.shell import EXPORTERS, Shell, ShellDep, period_label
from api.site.wording import shortfalls
from geo.compute.rates import Definition
from geo.services.coverage import stored_coverage
from geo.services.filters import SHANGHAI
from geo.services.issues import issue_list
from geo.services.patrols import patrol_page
from geo.services.rates import Grouping, rates
from geo.services.responsibility import cell_frame
from geo.services.rules import RuleBook
from geo.store.regions import region_names
from reports.tables import Column, workbook

__all__ = ["router"]

router = APIRouter()

ExporterDep = Annotated[CurrentAccount, Depends(require_role(*EXPORTERS))]
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# As many as one sheet of Excel holds, less its heading.
_MOST = 1_048_000


@router.get("/reports")
def reports(exporter: ExporterDep, shell: ShellDep) -> HTMLResponse:
    """List what can be exported."""
    del exporter
    return shell.page(
        "reports.html", title=shell.say("报表"),
        found_label=period_label(shell.period("issues"), shell.language),
        walked_label=period_label(shell.period("patrols"), shell.language),
    )  # fmt: skip


@router.get("/reports/issues.xlsx")
def issues_file(exporter: ExporterDep, shell: ShellDep, chosen: IssueFilterDep) -> Response:
    """Return the issues that the list shows."""
    del exporter
    everything = shell.request.query_params.get("all") == "1"
    period = None if everything else shell.period("issues")
    rows = issue_list(
        shell.session, shell.scope, replace(chosen, period=period), today=shell.today, order="found", limit=_MOST
    )
    say = shell.say
    columns = [
        Column(say("编号"), 16), Column(say("类别"), 14), Column(say("状态"), 12), Column(say("逾期"), 6),
        Column(say("村（社区）"), 14), Column(say("发现时间"), 17), Column(say("整改期限"), 12),
        Column(say("销号时间"), 17), Column(say("来源"), 16), Column(say("问题描述"), 60), Column(say("经度"), 12),
        Column(say("纬度"), 12),
    ]  # fmt: skip
    values = (
        (
            row["number"], name_of("category", row["category"], shell.language),
            name_of("state", row["state"], shell.language), say("是") if row["overdue"] else "", row["region_name"],
            _naive(row["found_at"]), row["due_on"], _naive(row["closed_at"]),
            name_of("source", row["source"], shell.language) if row["source"] else None, row["description"],
            row["lon"], row["lat"],
        )
        for row in rows
    )  # fmt: skip
    when = say("全部时段") if period is None else period_label(period, shell.language)
    return _file(shell, "问题台账", when, columns, values)


@router.get("/reports/coverage.xlsx")
def coverage_file(exporter: ExporterDep, shell: ShellDep, level: LevelDep) -> Response:
    """Return the reaches with what was walked of them."""
    del exporter
    say = shell.say
    coverage = stored_coverage(shell.session, shell.scope, shell.period("patrols"), level=level)
    names = dict(region_names(shell.session, shell.scope)[["code", "name"]].itertuples(index=False))
    columns = [
        Column(say("河段编码"), 12), Column(say("河段"), 22), Column(say("河流"), 12), Column(say("级别"), 8),
        Column(say("行政区"), 14), Column(say("河长"), 10), Column(say("长度（米）"), 12, "0.0"),
        Column(say("已巡（米）"), 12, "0.0"), Column(say("已巡比例"), 10, "0.00%"),
        Column(say("未巡（米）"), 12, "0.0"),
        Column(say("未巡段"), 40), Column(say("最近巡查"), 12),
    ]  # fmt: skip
    values = (
        (
            row["code"], row["name"], row["river"], name_of("level", row["level"], shell.language),
            names.get(row["region"], row["region"]), row["chief"], row["length_m"], row["covered_m"], row["share"],
            row["gap_m"], "；".join(f"{gap.start_m:.0f}–{gap.end_m:.0f} m" for gap in row["gaps"]), row["last"],
        )
        for row in reach_rows(coverage, shell)
    )  # fmt: skip
    when = period_label(coverage.period, shell.language)
    definition = say("河段上的点离轨迹不超过 {metres:.0f} 米算已巡", metres=coverage.corridor_m)
    return _file(shell, "巡河覆盖", f"{when}；{definition}", columns, values)


@router.get("/reports/patrols.xlsx")
def patrols_file(exporter: ExporterDep, shell: ShellDep, chosen: PatrolFilterDep) -> Response:
    """Return the patrols that the list shows, all pages of it."""
    del exporter
    say, period = shell.say, shell.period("patrols")
    rows, _ = patrol_page(shell.session, shell.scope, period, chosen, limit=_MOST)
    book = RuleBook.load(shell.session)
    columns = [
        Column(say("编号"), 14), Column(say("开始时间"), 17), Column(say("结束时间"), 17), Column(say("河流"), 12),
        Column(say("河段"), 22), Column(say("级别"), 8), Column(say("行政区"), 14), Column(say("巡查人"), 10),
        Column(say("职务"), 14), Column(say("用时（分钟）"), 10, "0.0"), Column(say("里程（公里）"), 10, "0.00"),
        Column(say("上报里程（公里）"), 10, "0.00"), Column(say("认定"), 12), Column(say("未达标原因"), 40),
    ]  # fmt: skip
    values = (
        (
            row["number"], _naive(row["started_at"]), _naive(row["ended_at"]), row["river"], row["reach_name"],
            name_of("level", row["level"], shell.language), row["region_name"], row["person"], row["post"],
            row["duration_s"] / 60, row["length_m"] / 1000,
            None if row["claimed_m"] is None else row["claimed_m"] / 1000,
            name_of("counts", row["state"], shell.language), "；".join(shortfalls(shell, row, book)),
        )
        for row in rows
    )  # fmt: skip
    return _file(shell, "巡河记录", period_label(period, shell.language), columns, values)


@router.get("/reports/rates.xlsx")
def rates_file(
    exporter: ExporterDep, shell: ShellDep, level: LevelDep, by: Grouping = "level", definition: Definition = "count"
) -> Response:
    """Return the table of rates; a rate that cannot be is an empty cell."""
    del exporter
    say = shell.say
    found = rates(shell.session, shell.scope, shell.period("patrols"), by=by, definition=definition, level=level)
    columns = [
        Column(say(GROUPS[by]), 24), Column(say("巡河次数"), 10), Column(say("有效"), 10), Column(say("待核"), 10),
        Column(say("不予认定"), 10), Column(say(DONE[definition]), 10), Column(say(DUE[definition]), 10),
        Column(say("巡河率"), 12, "0.00%"), Column(say("时长（小时）"), 12, "0.00"),
        Column(say("里程（公里）"), 12, "0.00"),
    ]  # fmt: skip
    names = ["patrols", "valid", "doubtful", "rejected", "done", "due", "rate", "hours", "km"]
    if definition == "count":
        # What it divides are the valid ones, which have a column already.
        del columns[5], names[4]
    values = [
        (label, *(row[name] for name in names))
        for label, row in (
            *((group_name(shell, found, row), row) for row in found.table.to_dict("records")),
            (say("合计"), found.total),
        )
    ]
    note = f"{period_label(found.period, shell.language)}；{say(FORMULAS[definition])}"
    return _file(shell, "巡河率", note, columns, values)


@router.get("/reports/responsibility.xlsx")
def responsibility_file(exporter: ExporterDep, shell: ShellDep, level: LevelDep, on: OptionalDay = None) -> Response:
    """Return the cells with who holds them on a day."""
    del exporter
    day, say = on or shell.today, shell.say
    cells = cell_frame(shell.session, shell.scope, day, level=level)
    columns = [
        Column(say("网格编码"), 14), Column(say("网格"), 26), Column(say("级别"), 8), Column(say("村（社区）"), 14),
        Column(say("主要责任人"), 12), Column(say("协助责任人"), 24), Column(say("上级责任人"), 40),
    ]  # fmt: skip
    values = (
        (
            cell.code, cell.name, name_of("level", cell.level, shell.language), cell.village,
            cell.lead if isinstance(cell.lead, str) else say("空缺"), cell.assists,
            "；".join(f"{link['name']} {link['lead'] or say('空缺')}" for link in cell.chain[1:]),
        )
        for cell in cells.itertuples()
    )  # fmt: skip
    return _file(shell, "网格责任", day.isoformat(), columns, values)


def _naive(at: Any) -> Any:
    return None if at is None else at.astimezone(SHANGHAI).replace(tzinfo=None)


def _file(shell: Shell, title: str, note: str, columns: list[Column], values: Any) -> Response:
    names = region_names(shell.session, shell.scope)
    region = next(iter(names["name"][names["code"] == str(shell.scope.region)]), "")
    note = shell.say("截至 {day}；{region}；{note}", region=region, note=note, day=shell.today)
    content = workbook(shell.say(title), note, columns, values)
    name = quote(f"{region}{shell.say(title)}-{shell.today.isoformat()}.xlsx")
    return Response(content, media_type=_MEDIA, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})
