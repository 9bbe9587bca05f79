"""``wangge rates``: who was to patrol how often, who did, and was it valid."""

from datetime import datetime
from typing import Annotated, Any, cast

import typer

from api.cli.choosing import check_level, scope_of
from api.cli.output import print_json, say, say_table, tell
from geo.text import Text

__all__ = ["register"]

_DEFINITIONS = {
    "count": Text("rate = valid patrols / planned patrols"),
    "days": Text("rate = days with a valid patrol / days due"),
    "persons": Text("rate = persons who met their plan / persons who have one"),
}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("rates")(show_rates)


def show_rates(
    *,
    town: Annotated[str | None, typer.Option(help="Region code. 区划代码。")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日期。")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 截止日期。")] = None,
    by: Annotated[str, typer.Option(help="level, post, river, reach, village or month. 分组。")] = "level",
    definition: Annotated[str, typer.Option(help="count, days or persons. 口径。")] = "count",
    level: Annotated[
        str | None, typer.Option(callback=check_level, help="Only this level: county, town, village. 级别。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Print patrols, valid ones, the plan and the rate. 巡河率。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from geo.services.periods import period_or_newest
    from geo.services.rates import Grouping, rates

    with Session(get_engine()) as session:
        scope = scope_of(session, town)
        days = (first and first.date(), last and last.date())
        period = period_or_newest(session, scope, *days, of="patrols")
        found = rates(session, scope, period, by=cast("Grouping", by), definition=cast("Any", definition), level=level)
    if as_json:
        print_json(found.as_json())
        return
    say(Text("{first} to {last}", first=period.first_day, last=period.last_day))
    say(_DEFINITIONS[found.definition])
    rows = [_row(row[by], row["name"], row) for row in found.table.to_dict("records")]
    say_table(
        [by, "name", "patrols", "valid", "doubtful", "planned", "done", "due", "rate", "hours", "km"],
        [*rows, _row(tell("total"), None, found.total)],
    )


def _row(key: Any, name: Any, row: dict[str, Any]) -> list[str]:
    shown = tell("none") if key is None else tell(str(key))
    rate = "—" if row["rate"] is None else f"{row['rate']:.2%}"
    due = ["—" if row[each] is None else str(row[each]) for each in ("planned", "done", "due")]
    counts = [str(row["patrols"]), str(row["valid"]), str(row["doubtful"])]
    return [shown, name or "", *counts, *due, rate, f"{row['hours']:.2f}", f"{row['km']:.2f}"]
