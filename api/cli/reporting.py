"""``wangge report``: what an annual report says, from the records."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.choosing import scope_of
from api.cli.output import print_json, say, say_table, tell
from geo.text import Text

__all__ = ["register"]

_reports = typer.Typer(help="Figures for reports. 报告用数字。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(_reports, name="report")


@_reports.command("patrols")
def report_patrols(
    *,
    town: Annotated[str | None, typer.Option(help="Region code. 区划代码。")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日期。")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 截止日期。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Print a period's patrols and the issues of rivers found in it. 巡河情况。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from api.settings import get_settings
    from geo.services.patrol_report import patrol_report
    from geo.services.periods import period_or_newest, today

    with Session(get_engine()) as session:
        scope = scope_of(session, town)
        period = period_or_newest(session, scope, first and first.date(), last and last.date(), of="patrols")
        found = patrol_report(session, scope, period, today=get_settings().today or today()).as_json()
    if as_json:
        print_json(found)
        return
    say(Text("{first} to {last}", first=period.first_day, last=period.last_day))
    say(Text("rate = valid patrols / planned patrols"))
    names = [*(tell(str(row["level"] or "none")) for row in found["levels"]), tell("total")]
    rows = [
        [
            name, str(row["patrols"]), str(row["valid"]), str(row["doubtful"]), str(row["rejected"]),
            _number(row["planned"], ""), _number(row["rate"], ".2%"), f"{row['hours']:.2f}", f"{row['km']:.2f}",
        ]
        for name, row in zip(names, [*found["levels"], found["total"]], strict=True)
    ]  # fmt: skip
    say_table(["level", "patrols", "valid", "doubtful", "not accepted", "planned", "rate", "hours", "km"], rows)
    total = found["total"]
    if total["patrols"]:
        say(
            Text(
                "on average {minutes} min and {km} km a patrol, {speed} km/h",
                minutes=_number(total["minutes_each"], ".1f"), km=_number(total["km_each"], ".2f"),
                speed=_number(total["km_per_hour"], ".2f"),
            )
        )  # fmt: skip
    say_issues(found["issues"])


def say_issues(issues: dict[str, object]) -> None:
    """Print how many issues of rivers were found by class."""
    from api.settings import get_settings
    from geo.vocabulary import RIVER_CLASSES

    rows: list[dict[str, object]] = issues["by_category"]  # type: ignore[assignment] # as patrol_report gives it
    names = {term.code: term.zh if get_settings().language == "zh" else term.en for term in RIVER_CLASSES}
    lines = [
        [names[str(row["category"])], str(row["found"]), _number(row["share"], ".1%"), str(row["closed"])]
        for row in rows
    ]
    say_table(
        ["issue", "found", "of all", "closed"],
        [*lines, [tell("total"), str(issues["found"]), "", str(issues["closed"])]],
    )


def _number(value: object, form: str) -> str:
    return "—" if value is None else format(value, form)
