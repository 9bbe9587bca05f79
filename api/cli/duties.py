"""``wangge rules`` and ``wangge quotas``: when a patrol counts, and how many are due; both dated."""

from datetime import datetime
from typing import Annotated, Any

import typer

from api.cli.choosing import scope_of
from api.cli.output import print_json, say, say_table, tell

__all__ = ["register"]

_rules = typer.Typer(help="When a patrol counts, from which day on. 巡河规则。", no_args_is_help=True)
_quotas = typer.Typer(help="How many patrols a reach asks for. 应巡次数。", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")]
_Town = Annotated[str | None, typer.Option(help="Region code. 区划代码。")]
_On = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only those of a day. 日期。")]
_From = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日期。")]
_To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 截止日期。")]
_Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 截止日期。")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(_rules, name="rules")
    app.add_typer(_quotas, name="quotas")


@_rules.command("list")
def show_rules(*, town: _Town = None, on: _On = None, as_json: _Json = False) -> None:
    """List rules with their days. 查看规则。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from geo.services.rules import list_rules

    with Session(get_engine()) as session:
        rows = list_rules(session, scope_of(session, town), on=on and on.date())
    if as_json:
        print_json(rows)
        return
    if not rows:
        say("no rule is set: every patrol with a track counts; set one with `wangge rules set`")
        return
    say_table(
        [
            "rule", "region", "level", "from", "to", "minutes", "metres", "hours since the last", "months",
            "corridor (m)", "shortest stretch (m)", "speed (km/h)",
        ],
        [_rule_line(row) for row in rows],
    )  # fmt: skip


def _rule_line(row: dict[str, Any]) -> list[str]:
    months = tell("all") if len(row["months"]) == 12 else ",".join(map(str, row["months"]))
    numbers = (row["corridor_m"], row["min_stretch_m"], row["max_speed_kmh"])
    return [
        str(row["id"]), row["region_name"], tell(row["level"] or "all"), *_days(row), f"{row['min_minutes']:g}",
        f"{row['min_distance_m']:g}", f"{row['min_hours_since_last']:g}", months, *(f"{n:g}" for n in numbers),
    ]  # fmt: skip


def _days(row: dict[str, Any]) -> list[str]:
    return [str(row["valid_from"] or "—"), str(row["valid_to"] or "—")]


@_rules.command("set")
def change_rule(
    *,
    town: Annotated[str, typer.Option(help="Code of the region in which it holds. 区划代码。")],
    first: _From,
    last: _To = None,
    level: Annotated[str | None, typer.Option(help="county, town or village; none for all. 级别。")] = None,
    minutes: Annotated[float | None, typer.Option(help="At least so many minutes. 最短时长。")] = None,
    metres: Annotated[float | None, typer.Option(help="At least so many metres. 最短里程。")] = None,
    hours_since_last: Annotated[
        float | None, typer.Option(help="More than so many hours since the last. 间隔。")
    ] = None,
    months: Annotated[str | None, typer.Option(help="Months that count, such as 3-12 or 1,2,12. 月份。")] = None,
    corridor: Annotated[float | None, typer.Option(help="Corridor in metres. 巡查走廊。")] = None,
    min_stretch: Annotated[
        float | None, typer.Option(help="Shorter stretches do not count, metres. 最短已巡段。")
    ] = None,
    max_speed: Annotated[float | None, typer.Option(help="Speed limit of fixes, km/h. 速度上限。")] = None,
    max_accuracy: Annotated[float | None, typer.Option(help="Accuracy limit of fixes, metres. 精度上限。")] = None,
    note: Annotated[str | None, typer.Option(help="Where the rule stands. 依据。")] = None,
) -> None:
    """Let a rule hold from a day on; what is not given stays. 设置规则。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.rule_changes import set_rule
    from geo.store.scoping import Scope
    from geo.text import Text

    values = {
        "min_minutes": minutes, "min_distance_m": metres, "min_hours_since_last": hours_since_last,
        "months": None if months is None else _months(months), "corridor_m": corridor, "min_stretch_m": min_stretch,
        "max_speed_kmh": max_speed, "max_accuracy_m": max_accuracy,
    }  # fmt: skip
    with transaction(get_engine()) as session:
        row = set_rule(
            session, Scope.whole(), region_code=town, level=level, valid_from=first.date(),
            valid_to=last and last.date(), values={k: v for k, v in values.items() if v is not None}, remark=note,
        )  # fmt: skip
    say(Text("rule {id} holds in {region} from {day}", id=row["id"], region=row["region_name"], day=first.date()))
    if row["reread"]:
        say(Text("{count} patrols were read again by the rules of their days", count=row["reread"]))


def _months(words: str) -> tuple[int, ...]:
    found: set[int] = set()
    try:
        for word in words.split(","):
            low, _, high = word.partition("-")
            found.update(range(int(low), int(high or low) + 1))
    except ValueError as error:
        raise typer.BadParameter(f"{words}: 3-12 or 1,2,12", param_hint="--months") from error
    return tuple(sorted(found))


@_rules.command("end")
def stop_rule(rule: Annotated[int, typer.Argument(help="Number of the rule. 规则编号。")], *, last: _Last) -> None:
    """Let a rule hold for the last time on a day. 停用规则。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.rule_changes import end_rule
    from geo.store.scoping import Scope
    from geo.text import Text

    with transaction(get_engine()) as session:
        end_rule(session, Scope.whole(), rule, last.date())
    say(Text("rule {id} ends on {day}", id=rule, day=last.date()))


@_quotas.command("list")
def show_quotas(*, town: _Town = None, on: _On = None, as_json: _Json = False) -> None:
    """List quotas with their days. 查看应巡次数。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from geo.services.quotas import list_quotas

    with Session(get_engine()) as session:
        rows = list_quotas(session, scope_of(session, town), on=on and on.date())
    if as_json:
        print_json(rows)
        return
    lines = [
        [
            str(row["id"]), row["reach"], row["reach_name"], row["person_name"], str(row["times"]), tell(row["per"]),
            *_days(row),
        ]
        for row in rows
    ]  # fmt: skip
    say_table(["quota", "reach", "name", "person", "times", "per", "from", "to"], lines)


@_quotas.command("set")
def change_quota(
    reach: Annotated[str, typer.Argument(help="Code of the reach. 河段编码。")],
    times: Annotated[int, typer.Argument(help="How many patrols. 次数。")],
    *,
    per: Annotated[str, typer.Option(help="week, ten_days, month or quarter. 周期。")] = "month",
    first: _From,
    town: _Town = None,
) -> None:
    """Set how often who leads a reach must patrol it, from a day on. 设置应巡次数。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.quotas import set_quota
    from geo.text import Text

    with transaction(get_engine()) as session:
        row = set_quota(session, scope_of(session, town), reach=reach, times=times, per=per, valid_from=first.date())
    say(Text("{person} patrols {reach} {times} times per {per}", person=row["person_name"], reach=reach, times=times,
             per=Text(per)))  # fmt: skip


@_quotas.command("end")
def stop_quota(quota: Annotated[int, typer.Argument(help="Number of the quota. 编号。")], *, last: _Last) -> None:
    """Let a quota hold for the last time on a day. 停用应巡次数。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.quotas import end_quota
    from geo.store.scoping import Scope
    from geo.text import Text

    with transaction(get_engine()) as session:
        end_quota(session, Scope.whole(), quota, last.date())
    say(Text("quota {id} ends on {day}", id=quota, day=last.date()))
