"""``wangge responsible``: who answers for a place."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.output import print_json, say, say_table, tell

__all__ = ["register"]

_STATUS = {
    "assigned": "somebody answers for this place",
    "border": "the place lies on a border; the office decides",
    "outside": "the place lies in no cell",
    "vacant": "the lowest cell has no lead; the office decides",
}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    # A western longitude begins with a minus sign and is no option.
    app.command(context_settings={"ignore_unknown_options": True})(responsible)


def responsible(
    lon: Annotated[float, typer.Argument(help="Longitude in degrees. 经度。")],
    lat: Annotated[float, typer.Argument(help="Latitude in degrees. 纬度。")],
    *,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day, today by default. 日期。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Tell who answers for a place on a day. 查询某地的责任链。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from api.settings import get_settings
    from geo.services.periods import today
    from geo.services.responsibility import chain_at
    from geo.store.scoping import Scope

    with Session(get_engine()) as session:
        chain = chain_at(session, Scope.whole(), lon, lat, on=on.date() if on else get_settings().today or today())
    if as_json:
        print_json(chain.as_json())
        return
    say(_STATUS[chain.status])
    if chain.links:
        rows = [
            [tell(link.level), link.cell, link.name, link.lead or tell("vacant"), "、".join(link.assists) or "—"]
            for link in chain.links
        ]
        say_table(["level", "cell", "name", "lead", "assists"], rows)
