"""``wangge walked``: how often and when last each metre was walked, and where to walk next."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.choosing import check_level, scope_of
from api.cli.output import print_json, say, say_table, tell

if TYPE_CHECKING:
    from geo.services.walks import CoverageOverTime

__all__ = ["register"]

_DAY = ["%Y-%m-%d"]
_SEASONS = ("spring", "summer", "autumn", "winter", "wet", "dry")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("walked")(walked)


def walked(
    *,
    town: Annotated[str | None, typer.Option(metavar="CODE", help="Only this region. 区划代码。")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="First day. 起始日期。")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last day. 截止日期。")] = None,
    level: Annotated[
        str | None, typer.Option(callback=check_level, help="Chiefs of a level: county, town, village. 河长层级。")
    ] = None,
    reach: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this reach, in every detail. 只看一个河段。")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=_DAY, help="Later walks are not known. 截至日期。")
    ] = None,
    older_than: Annotated[
        int, typer.Option(metavar="DAYS", min=0, help="Walked longer ago is stale. 超过多少天算久未巡查。")
    ] = 30,
    min_gap: Annotated[float, typer.Option(metavar="M", min=0, help="Only longer gaps. 只列更长的未巡段。")] = 0.0,
    longest: Annotated[
        float, typer.Option(metavar="M", min=1, help="How far one patrol goes. 建议巡查的最大长度。")
    ] = 2000.0,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Tell how often and when last each metre was walked, and where to walk next. 巡查频次与建议。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from api.settings import get_settings
    from geo.services.periods import period_or_newest, today
    from geo.services.walks import coverage_over_time

    with Session(get_engine()) as session:
        scope = scope_of(session, town)
        period = period_or_newest(session, scope, _day(first), _day(last), of="patrols")
        # Of days to come nothing is known, and nothing is stale for not having been walked on them.
        until = _day(as_of) or max(min(period.last_day, get_settings().today or today()), period.first_day)
        found = coverage_over_time(
            session, scope, period, level=level, reach=reach, as_of=until,
            older_than_days=older_than, min_gap_m=min_gap, longest_m=longest,
        )  # fmt: skip
    if as_json:
        print_json(found.as_json())
        return
    _tell(found, whole=reach is not None)


def _tell(found: "CoverageOverTime", *, whole: bool) -> None:
    from geo.text import Text

    rules = found.rules
    say(Text("{first} to {last}", first=rules.first_day, last=rules.as_of))
    rows = found.reaches.to_dict("records")
    say_table(
        ["reach", "name", "length (m)", "once", "twice", "3 times", "at most", "half corridor", "double corridor"],
        [_often(row, history.times) for row, history in zip(rows, found.histories, strict=True)],
    )
    say("")
    say(Text("stale: last walked more than {days} days ago; gaps longer than {metres} m",
             days=rules.older_than_days, metres=f"{rules.min_gap_m:g}"))  # fmt: skip
    say_table(
        [
            "reach", "oldest", "newest", "stale (m)", "not walked (m)", "gaps", "longest (m)",
            "spring", "summer", "autumn", "winter", "wet season", "dry season",
        ],
        [_when(row, len(history.gaps)) for row, history in zip(rows, found.histories, strict=True)],
    )  # fmt: skip
    if whole:
        _tell_stretches(found)
    say("")
    say("where to walk next")
    say_table(
        ["reach", "chief", "from (m)", "to (m)", "start", "end", "why"],
        [
            _next(row, one)
            for row, one in zip(rows, found.suggestions, strict=True)
            if one and (one["of_chief"] or whole)
        ],
    )


def _often(row: dict[str, Any], times: list[tuple[float, float, int]]) -> list[str]:
    metres = [*row["times_m"], 0.0, 0.0, 0.0][:3]
    most = str(max((count for *_, count in times), default=0))
    corridors = map(_metres, (row["half_m"], row["double_m"]))
    return [row["code"], row["name"], *map(_metres, (row["length_m"], *metres)), most, *corridors]


def _when(row: dict[str, Any], gaps: int) -> list[str]:
    days = [_text(row[name]) for name in ("oldest", "newest")]
    figures = [row["stale_m"], row["never_m"]]
    seasons = [_metres(row["seasons_m"][season]) for season in _SEASONS]
    return [row["code"], *days, *map(_metres, figures), str(gaps), _metres(row["longest_gap_m"]), *seasons]


def _next(row: dict[str, Any], suggestion: dict[str, Any]) -> list[str]:
    places = [" ".join(f"{degrees:.6f}" for degrees in suggestion[end] or ()) for end in ("start", "end")]
    measures = [_metres(suggestion[name]) for name in ("start_m", "end_m")]
    return [row["code"], row["chief"] or "—", *measures, *places, tell(suggestion["why"])]


def _tell_stretches(found: "CoverageOverTime") -> None:
    """List the stretches of a reach: when last, how often, what not, and for how long."""
    say("")
    say("last walked")
    say_table(["from (m)", "to (m)", "day"], _cells(row for one in found.histories for row in one.recency))
    say("")
    say("covered by so many patrols")
    say_table(["from (m)", "to (m)", "times"], _cells(row for one in found.histories for row in one.times))
    say("")
    say("not walked")
    say_table(["from (m)", "to (m)"], _cells(row for one in found.histories for row in one.gaps))
    say("")
    say("nobody walked it for longer")
    say_table(
        ["from (m)", "to (m)", "first day", "last day"], _cells(row for one in found.histories for row in one.intervals)
    )


def _cells(rows: Iterable[tuple[Any, ...]]) -> list[list[str]]:
    return [[f"{value:.0f}" if isinstance(value, float) else str(value) for value in row] for row in rows]


def _metres(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f}"


def _text(day: date | None) -> str:
    return "—" if day is None else day.isoformat()


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
