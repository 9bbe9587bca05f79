"""``wangge map``: a map as a file."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.choosing import check_level, scope_of
from api.cli.output import say

__all__ = ["register"]


class _Kind(StrEnum):
    issues = "issues"
    coverage = "coverage"
    recency = "recency"
    gaps = "gaps"
    responsibility = "responsibility"


_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("map")(write_map)


def write_map(
    kind: Annotated[_Kind, typer.Argument(help="Which map. 地图种类。")],
    output: Annotated[Path, typer.Option("-o", "--output", help="FILE.html (offline) or FILE.png. 输出文件。")],
    *,
    town: Annotated[str | None, typer.Option(help="Only this region. 区划代码。")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="First day. 起始日期。")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last day. 截止日期。")] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Day of responsibility, or of the slider. 责任日期或所选日期。"),
    ] = None,
    level: Annotated[
        str | None, typer.Option(callback=check_level, help="Reaches of this level: town, village. 河长层级。")
    ] = None,
    older_than: Annotated[
        int, typer.Option(metavar="DAYS", min=0, help="gaps: walked longer ago is a gap; 0: never. 未巡天数。")
    ] = 30,
    category: Annotated[list[str] | None, typer.Option(help="Issue category, repeatable. 问题类别。")] = None,
    state: Annotated[list[str] | None, typer.Option(help="Issue state, repeatable. 问题状态。")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only overdue issues. 仅逾期。")] = False,
) -> None:
    """Write a map as a self-contained page or a picture for Word. 输出地图文件。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from api.mapping import MapRequest, draw_page, draw_picture, records_of
    from api.settings import get_settings
    from geo.errors import InvalidInput
    from geo.services.filters import IssueFilter
    from geo.services.periods import period_or_newest, today
    from geo.text import Text
    from maps import Assets

    if output.suffix.lower() not in {".html", ".png"}:
        raise typer.BadParameter("FILE.html / FILE.png", param_hint="-o")
    settings = get_settings()
    with Session(get_engine()) as session:
        scope = scope_of(session, town)
        period = period_or_newest(session, scope, _day(first), _day(last), of=records_of(kind.value))
        chosen = IssueFilter(
            tuple(category or ()), tuple(state or ()), overdue=True if overdue else None, period=period
        )
        request = MapRequest(
            kind=kind.value, scope=scope, period=period, today=settings.today or today(), language=settings.language,
            chosen=chosen, level=level, on=_day(on), within_days=older_than,
        )  # fmt: skip
        if output.suffix.lower() == ".png":
            content = draw_picture(session, request)
        else:
            page = draw_page(session, request, assets=Assets.inline(settings.assets_dir), settings=settings)
            content = page.encode()
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput("{file} cannot be written: {why}", file=str(output), why=error.strerror or "") from error
    say(Text("the map is written to {file}", file=str(output)))


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
