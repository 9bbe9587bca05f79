"""``wangge export``: what is stored, as GeoParquet for the county or the province."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.choosing import scope_of
from api.cli.output import say

__all__ = ["register"]


class What(StrEnum):
    """What is exported."""

    tracks = "tracks"
    reaches = "reaches"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("export")(export)


def export(
    what: Annotated[What, typer.Argument(help="Tracks or reaches. 轨迹或河段。")],
    out: Annotated[Path, typer.Option(help="Folder to write into. 输出文件夹。", show_default=False)],
    town: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this region. 只导出此辖区。", show_default=False)
    ] = None,
    first_day: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日期。", show_default=False)
    ] = None,
    last_day: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 截止日期。", show_default=False)
    ] = None,
) -> None:
    """Write GeoParquet, a folder for each town, for coverage of a whole province. 导出 GeoParquet，供全省汇总。

    Tracks are the kept fixes with their times, without persons.
    """
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from geo.services.exporting import export_reaches, export_tracks
    from geo.services.periods import period_or_newest
    from geo.text import Text

    with Session(get_engine()) as session:
        scope = scope_of(session, town)
        if what is What.reaches:
            count = export_reaches(session, scope, out)
            say(Text("{count} reaches in {folder}", count=count, folder=str(out)))
            return
        first, last = (None if day is None else day.date() for day in (first_day, last_day))
        period = period_or_newest(session, scope, first, last, of="patrols")
        count = export_tracks(session, scope, period, out)
        message = "{count} tracks from {first} to {last} in {folder}"
        say(Text(message, count=count, first=period.first_day, last=period.last_day, folder=str(out)))
