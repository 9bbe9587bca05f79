"""What a rule asks for, and why a patrol does not count, in whole sentences."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from api.site.rendering import NOTHING, duration, length
from api.site.shell import Shell
from geo.compute.rules import ALL_MONTHS, PatrolRule
from geo.services.filters import SHANGHAI
from geo.services.rules import RuleBook

__all__ = ["days_in_words", "months_in_words", "rule_in_words", "shortfalls", "thresholds"]


def months_in_words(shell: Shell, months: tuple[int, ...]) -> str:
    """Return months as a clerk writes them: neighbours joined, as in 3–5、9 月."""
    runs: list[list[int]] = []
    for month in months:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    joined = "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return shell.say("{months} 月", months=joined if shell.language == "zh" else joined.replace("、", ", "))


def rule_in_words(shell: Shell, rule: PatrolRule | Mapping[str, Any]) -> str:
    """Return what a rule asks of a patrol, as one phrase."""
    get: Callable[[str], Any] = rule.__getitem__ if isinstance(rule, Mapping) else partial(getattr, rule)
    parts = []
    if get("min_minutes"):
        parts.append(shell.say("不少于 {minutes} 分钟", minutes=_number(get("min_minutes"))))
    if get("min_distance_m"):
        parts.append(shell.say("不少于 {way}", way=length(get("min_distance_m"))))
    if get("min_hours_since_last"):
        parts.append(shell.say("距上次超过 {hours} 小时", hours=_number(get("min_hours_since_last"))))
    if tuple(get("months")) != ALL_MONTHS:
        parts.append(shell.say("只计 {months}", months=months_in_words(shell, tuple(get("months")))))
    return ("，" if shell.language == "zh" else ", ").join(parts) or shell.say("有轨迹就算，不设门槛")


def shortfalls(shell: Shell, row: Mapping[str, Any], book: RuleBook) -> list[str]:
    """Return why the rule of its day does not count a patrol, each with the rule's own number."""
    day = row["started_at"].astimezone(SHANGHAI).date()
    rule = book.rule(row["region"], row["level"], day)
    said = {
        "minutes": lambda: shell.say(
            "用时 {spent}，不足 {minutes} 分钟", spent=duration(row["duration_s"]), minutes=_number(rule.min_minutes)
        ),
        "distance": lambda: shell.say(
            "里程 {way}，不足 {least}", way=length(row["length_m"]), least=length(rule.min_distance_m)
        ),
        "interval": lambda: shell.say(
            "距本人上次有效巡查该河段不到 {hours} 小时", hours=_number(rule.min_hours_since_last)
        ),
        "month": lambda: shell.say(
            "{month} 月不计入（只计 {months}）", month=day.month, months=months_in_words(shell, rule.months)
        ),
    }
    return [said[reason]() for reason in row.get("reasons") or () if reason in said]


def thresholds(shell: Shell, row: Mapping[str, Any], rule: PatrolRule) -> list[dict[str, Any]]:
    """Return each threshold of the rule with what the patrol reached, and whether that was enough."""
    short = set(row["reasons"])
    day = row["started_at"].astimezone(SHANGHAI).date()
    rows = [
        (
            shell.say("用时"), duration(row["duration_s"]),
            shell.say("不少于 {minutes} 分钟", minutes=_number(rule.min_minutes)), rule.min_minutes > 0, "minutes",
        ),
        (
            shell.say("里程"), length(row["length_m"]),
            shell.say("不少于 {way}", way=length(rule.min_distance_m)), rule.min_distance_m > 0, "distance",
        ),
        (
            shell.say("间隔"), "",
            shell.say("距本人上次有效巡查该河段超过 {hours} 小时", hours=_number(rule.min_hours_since_last)),
            rule.min_hours_since_last > 0, "interval",
        ),
        (
            shell.say("月份"), shell.say("{months} 月", months=day.month),
            shell.say("只计 {months}", months=months_in_words(shell, rule.months)), rule.months != ALL_MONTHS, "month",
        ),
    ]  # fmt: skip
    return [
        {"name": name, "reached": reached, "asked": asked, "met": reason not in short}
        for name, reached, asked, applies, reason in rows
        if applies
    ]


def days_in_words(shell: Shell, first: date | None, last: date | None) -> str:
    """Return from when to when something holds; open ends in words."""
    if first is None and last is None:
        return shell.say("一直有效")
    if last is None:
        return shell.say("{first} 起", first=first)
    return shell.say("{first} 至 {last}", first=first or NOTHING, last=last)


def _number(value: float) -> str:
    return f"{value:g}"
