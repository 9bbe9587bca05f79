"""``wangge patrols``: patrols read again from the kept files."""

from datetime import date, datetime
from typing import Annotated

import typer

from api.cli.output import print_json, progress, say

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    patrols = typer.Typer(no_args_is_help=True, help="Patrols that are stored. 已入库的巡河记录。")
    patrols.command("recompute")(recompute_patrols)
    app.add_typer(patrols, name="patrols")


def recompute_patrols(
    *,
    town: Annotated[str | None, typer.Option(help="Region whose patrols are read. 区划代码。")] = None,
    first_day: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日期。")
    ] = None,
    last_day: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 截止日期。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Clean, cover and check patrols again by the rules of their days. 按当日规则重新核算。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.filters import Period
    from geo.services.recomputing import recompute
    from geo.store.scoping import Scope
    from geo.text import Text

    period = None
    if first_day or last_day:
        first = first_day.date() if first_day else date(1970, 1, 1)
        period = Period(first, last_day.date() if last_day else date(9998, 12, 31))
    with transaction(get_engine()) as session, progress("recomputing", 100) as advance:
        shown = 0

        def tell(done: int, total: int) -> None:
            nonlocal shown
            now = 100 * done // max(total, 1)
            advance(now - shown)
            shown = now

        count = recompute(session, Scope.of(town), period, tell)
    if as_json:
        print_json({"patrols": count})
    else:
        say(Text("{count} patrols were read again by the rules of their days", count=count))
