"""Reasons to doubt a track as sentences, each with its evidence and the places where it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from api.site.rendering import length, moment, name_of, share
from api.site.shell import Shell

__all__ = ["ToldDoubt", "told_doubts"]


@dataclass(frozen=True, slots=True)
class ToldDoubt:
    """A reason as a person reads it.

    Attributes
    ----------
    name : str
        The reason in few words.
    facts : list of str
        The evidence, a sentence each.
    other : tuple of (int, str) or None
        Another patrol that the evidence names, if the reader may see it.
    places : list of (str, (lon, lat))
        The numbers that stand on the map.
    """

    name: str
    facts: list[str]
    other: tuple[int, str] | None = None
    places: list[tuple[str, Sequence[float]]] = field(default_factory=list)


def told_doubts(shell: Shell, reasons: Sequence[Mapping[str, Any]]) -> list[ToldDoubt]:
    """Return reasons in words; their places are numbered through."""
    told: list[ToldDoubt] = []
    count = 0
    for reason in reasons:
        found = _places(reason)
        numbered = [(str(count + k), place) for k, place in enumerate(found, 1)]
        count += len(found)
        other = (int(reason["patrol"]), str(reason["number"])) if reason.get("number") else None
        name = name_of("doubt", reason["reason"], shell.language)
        told.append(ToldDoubt(name, _facts(shell, reason), other, numbered))
    return told


def _places(reason: Mapping[str, Any]) -> list[Sequence[float]]:
    found = [reason["place"]] if reason.get("place") else []
    for leap in reason.get("leaps", ()):
        found += [leap["from"], leap["to"]]
    return found


def _facts(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    told = _TOLD.get(reason["reason"])
    return told(shell, reason) if told else []


def _too_fast(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    facts = {"part": share(reason["share"]), "limit": reason["limit_kmh"], "median": reason["median_kmh"]}
    return [shell.say("移动时间的 {part} 快于 {limit} km/h（中位 {median} km/h），不像步行", **facts)]


def _teleport(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    leaps = [
        shell.say(
            "{at} 起 {seconds} 秒内移动 {way}", at=_moment(leap["at"]), seconds=leap["seconds"],
            way=length(leap["distance_m"]),
        )
        for leap in reason.get("leaps", ())
    ]  # fmt: skip
    whole = shell.say("{times} 处跳跃，最远 {way}", times=reason["times"], way=length(reason["longest_m"]))
    return [whole, *leaps]


def _frozen(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    when = {"since": _moment(reason["since"]), "until": _moment(reason["until"])}
    if reason.get("within_m") is not None:
        return [shell.say("{since} 至 {until} 始终在 {way} 范围内", way=length(reason["within_m"]), **when)]
    spent = {"minutes": reason["minutes"], "part": share(reason["share"])}
    return [shell.say("共 {minutes} 分钟位置一点不动，占记录时间的 {part}，最长是 {since} 至 {until}", **spent, **when)]


def _mock_accuracy(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    facts = {"fixes": reason["fixes"], "accuracy": f"{reason['accuracy_m']:g}"}
    return [shell.say("{fixes} 个定位点的精度都是 {accuracy} 米，真实的接收机不会这样", **facts)]


def _repeat(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    shift = _shift(shell, reason.get("shift_s") or 0)
    if reason.get("number") is None:
        return [shell.say("与可见范围外的一条轨迹相同，时间相差 {shift}", shift=shift)]
    return [
        shell.say("{part} 的定位点与下面这次相同，时间相差 {shift}", part=share(reason.get("share", 1.0)), shift=shift)
    ]


def _overlapping(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    when = {"since": _moment(reason["since"]), "until": _moment(reason["until"])}
    return [shell.say("{since} 至 {until} 同一人还在另一次巡河中", **when)]


def _future(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    facts = {"fixes": reason["fixes"], "latest": _moment(reason["latest"])}
    return [shell.say("{fixes} 个定位点的时间晚于核查的时候，最晚 {latest}", **facts)]


def _outside(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    return [shell.say("轨迹只有 {part} 在河段的巡查走廊内", part=share(reason["near_share"]))]


def _no_track(shell: Shell, reason: Mapping[str, Any]) -> list[str]:
    del reason  # there is nothing to tell of
    return [shell.say("只有记录，没有能用的轨迹")]


_TOLD: dict[str, Callable[[Shell, Mapping[str, Any]], list[str]]] = {
    "too_fast": _too_fast, "teleport": _teleport, "frozen": _frozen, "mock_accuracy": _mock_accuracy,
    "repeated": _repeat, "shifted_repeat": _repeat, "overlapping": _overlapping, "future": _future,
    "outside_corridor": _outside, "no_track": _no_track,
}  # fmt: skip


def _moment(text: Any) -> str:
    try:
        return moment(datetime.fromisoformat(str(text)).replace(tzinfo=UTC))
    except ValueError:
        return str(text)


def _shift(shell: Shell, seconds: float) -> str:
    days, hours = abs(seconds) / 86_400, abs(seconds) / 3600
    if days >= 1:
        return shell.say("{days} 天", days=f"{days:.4g}")
    if hours >= 1:
        return shell.say("{hours} 小时", hours=f"{hours:.3g}")
    return shell.say("{count} 秒", count=f"{abs(seconds):.0f}")
