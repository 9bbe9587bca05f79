"""Durations and lengths as river-chief apps write them (时长、里程)."""

import datetime as dt
import re
import unicodedata

__all__ = ["length_unit_m", "parse_duration_s", "parse_length_m", "time_unit_s"]

CLOCK = re.compile(r"(?:(\d+)\s*(?:days?|天)[ ,]*)?(\d{1,3}):(\d\d)(?::(\d\d)(?:\.\d+)?)?")
WORDS = re.compile(
    r"(?:([\d.]+)(?:天|d))?(?:([\d.]+)(?:个?小时|时|hours?|hrs?|h))?"
    r"(?:([\d.]+)(?:分钟?|minutes?|mins?|m))?(?:([\d.]+)(?:秒钟?|seconds?|secs?|s))?"
)
NUMBER = re.compile(r"[+-]?\d*\.?\d+(?:e[+-]?\d+)?")
LENGTH = re.compile(r"([+-]?[\d,]*\.?\d+)(公里|千米|km|米|m)?")
METRES = {"公里": 1000.0, "千米": 1000.0, "km": 1000.0, "里": 500.0, "米": 1.0, "m": 1.0}
SECONDS = {"小时": 3600.0, "hour": 3600.0, "h": 3600.0, "分": 60.0, "min": 60.0, "秒": 1.0, "sec": 1.0, "s": 1.0}


def _fold(value: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value))).casefold()


def parse_duration_s(value: object, unit_s: float = 60.0) -> float:
    """Return seconds; NaN for what is no duration. A bare number is in `unit_s`.

    Examples
    --------
    >>> [parse_duration_s(text) for text in ("1小时20分", "80分钟", "01:20:00", "1:20", "80", "1.5h", "lang")]
    [4800.0, 4800.0, 4800.0, 4800.0, 4800.0, 5400.0, nan]
    """
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    text = _fold(value)
    if NUMBER.fullmatch(text):
        return float(text) * unit_s
    if (clock := CLOCK.fullmatch(text)) is not None:
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds
    words = WORDS.fullmatch(text)
    if not text or words is None:
        return float("nan")
    try:
        return sum(float(part or 0) * size for part, size in zip(words.groups(), (86_400, 3600, 60, 1), strict=True))
    except ValueError:
        return float("nan")


def parse_length_m(value: object, unit_m: float | None) -> float | None:
    """Return metres; NaN for what is no length, None when nothing tells the unit.

    Examples
    --------
    >>> parse_length_m("2.5公里", None), parse_length_m("2,500", 1.0), parse_length_m("2.5", None)
    (2500.0, 2500.0, None)
    """
    found = LENGTH.fullmatch(_fold(value))
    if found is None:
        return float("nan")
    unit = METRES[found[2]] if found[2] else unit_m
    return None if unit is None else float(found[1].replace(",", "")) * unit


def length_unit_m(header: str) -> float | None:
    """Return the unit that a header names, in metres; None if it names none.

    Examples
    --------
    >>> [length_unit_m(header) for header in ("里程(km)", "巡河里程（公里）", "距离/米", "claimed_m", "里程")]
    [1000.0, 1000.0, 1.0, 1.0, None]
    """
    text = _fold(header)
    for word in ("公里", "千米", "km", "米"):
        if word in text:
            return METRES[word]
    return 1.0 if re.search(r"[(\[/_]m(?:eters?)?\b|meter|metre", text) or text in ("里程m", "距离m") else None


def time_unit_s(header: str) -> float:
    """Return the unit of a duration that a header names, in seconds; minutes if it names none.

    Examples
    --------
    >>> [time_unit_s(header) for header in ("时长(小时)", "巡河时长", "用时/秒")]
    [3600.0, 60.0, 1.0]
    """
    text = _fold(header)
    for word in ("小时", "分", "秒", "hour", "min", "sec"):
        if word in text:
            return SECONDS[word]
    unit = re.search(r"[(\[/_](h|s)\b", text)
    return SECONDS[unit[1]] if unit else 60.0
