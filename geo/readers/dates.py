"""Dates and times as offices and apps write them."""

import datetime as dt
import unicodedata
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["LOCAL", "ZONED", "parse_dates", "parse_moments"]

# China has had one time and no summer time since 1992.
LOCAL = dt.timezone(dt.timedelta(hours=8))
EARLIEST, LATEST = pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")
EXCEL_EPOCH = pd.Timestamp("1899-12-30")
ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|z|[+-]\d\d:?\d\d)?"
ZONED = r"(?:Z|z|[+-]\d\d:?\d\d)$"
CLOCK = (
    r"(?:[T\s]*(?P<half>上午|下午|中午|晚上|凌晨|早上)?\s*(?P<H>\d{1,2})[:：时点](?P<M>\d{1,2})[:：分]?"
    r"(?:(?P<S>\d{1,2})(?:\.(?P<f>\d+))?)?秒?)?"
)
TAIL = CLOCK + r"\s*(?P<ampm>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|z|UTC|GMT|[+-]\d\d:?\d\d)?"
YEAR_FIRST = (
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?(?:\s*[(（]?(?:星期|周).[)）]?)?"
    + TAIL
)
YEAR_LAST = r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})" + TAIL
COMPACT = r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:[T ]?(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)(?P<zone>Z)?)?"
NUMBER = r"\d{1,13}(?:\.\d+)?"
Moments = tuple[pd.Series, npt.NDArray[np.bool_]]


def parse_moments(values: pd.Series, *, epoch: bool = False) -> Moments:
    """Read dates with or without time as moments.

    Parameters
    ----------
    values : Series, shape (n,)
        Text, datetimes, or numbers (Excel's serial days). A moment without a zone is
        Chinese time; one without a clock is that day's beginning. With numbers first
        and the year last, the month goes first, unless the column shows otherwise.
    epoch : bool
        Whether numbers of 10 or 13 digits are seconds or milliseconds since 1970.

    Returns
    -------
    moments : Series of datetime64[us, UTC], shape (n,)
        NaT where there is none.
    bad : ndarray of bool, shape (n,)
        Where there is a value that is no date, or not of this age.
    """
    values = values.reset_index(drop=True)
    moments = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us, UTC]")
    text = _with_plain_digits(_texts(values))
    filled = text != ""
    waiting = filled.copy()
    parsers: tuple[Callable[[pd.Series], pd.Series], ...] = (_iso, _year_first, _year_last, _compact, _serials)
    for parse in (*parsers, _epochs) if epoch else parsers:
        if not waiting.any():
            break
        found = parse(text[waiting])
        found = found[found.notna() & (found >= EARLIEST) & (found < LATEST)]
        moments.loc[found.index] = found
        waiting &= moments.isna()
    return moments, waiting.to_numpy(bool)


def parse_dates(values: pd.Series) -> Moments:
    """Read dates, the day in China; see :func:`parse_moments`.

    Returns
    -------
    days : Series of datetime.date or None, shape (n,)
    bad : ndarray of bool, shape (n,)
    """
    moments, bad = parse_moments(values)
    days = moments.dt.tz_convert(LOCAL).dt.date.astype(object)
    return days.where(moments.notna(), None), bad


def _texts(values: pd.Series) -> pd.Series:
    if values.dtype != object:
        return values.fillna("").astype("str").str.strip()
    texts = ["" if value is None or value is pd.NaT or value != value else _text(value) for value in values]  # noqa: PLR0124 - NaN is what differs from itself
    return pd.Series(texts, index=values.index, dtype="str")


def _with_plain_digits(text: pd.Series) -> pd.Series:
    """Write full-width and other digits as 0 to 9, which patterns take for the same and numbers do not."""
    other = ~text.str.isascii()
    if other.any():
        text = text.copy()
        text[other] = [
            "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in value)
            for value in text[other]
        ]
    return text


def _text(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value).strip()


def _iso(text: pd.Series) -> pd.Series:
    """Read the form that machines write, quickly."""
    fits = text.str.fullmatch(ISO)
    text = text[fits]
    if text.empty:
        return pd.Series(dtype="datetime64[us, UTC]")
    zoned = text.str.contains(ZONED)
    found = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
    return found.where(zoned, found - pd.Timedelta(hours=8))


def _year_first(text: pd.Series) -> pd.Series:
    parts = text.str.replace("T", " ").str.extract(f"^{YEAR_FIRST}$")
    return _assemble(parts.dropna(subset=["y"]))


def _year_last(text: pd.Series) -> pd.Series:
    parts = text.str.extract(f"^{YEAR_LAST}$").dropna(subset=["y"])
    first = pd.to_numeric(parts["a"])
    swap = bool((first > 12).any()) and not bool((pd.to_numeric(parts["b"]) > 12).any())
    return _assemble(parts.rename(columns={"a": "d", "b": "m"} if swap else {"a": "m", "b": "d"}))


def _compact(text: pd.Series) -> pd.Series:
    parts = text.str.extract(f"^{COMPACT}$").dropna(subset=["y"])
    return _assemble(parts.assign(half=None, ampm=None, f=None))


def _serials(text: pd.Series) -> pd.Series:
    """Read Excel's days since 1900."""
    numbers = pd.to_numeric(text[text.str.fullmatch(NUMBER)], errors="coerce")
    days = numbers[(numbers >= 10_000) & (numbers < 100_000)]
    moments = EXCEL_EPOCH + pd.to_timedelta((days * 86_400_000).round(), unit="ms")
    return pd.Series(moments.array, index=days.index).dt.tz_localize(LOCAL).dt.tz_convert("UTC").dt.as_unit("us")


def _epochs(text: pd.Series) -> pd.Series:
    """Read seconds or milliseconds since 1970."""
    numbers = pd.to_numeric(text[text.str.fullmatch(NUMBER)], errors="coerce")
    found = []
    for low, unit in ((1e8, "s"), (1e11, "ms")):
        part = numbers[(numbers >= low) & (numbers < low * 100)]
        found.append(pd.to_datetime(part, unit=unit, utc=True).dt.as_unit("us"))
    return pd.concat(found)


def _assemble(parts: pd.DataFrame) -> pd.Series:
    """Put year, month, day, hour … together; NaT where the calendar has no such moment."""
    if parts.empty:
        return pd.Series(dtype="datetime64[us, UTC]")
    number = {name: pd.to_numeric(parts[name]).fillna(0).astype("int64") for name in ("y", "m", "d", "H", "M", "S")}
    hour = number["H"]
    half = parts["half"].fillna("") + parts["ampm"].fillna("").str.upper().str.replace(".", "")
    afternoon = half.isin(["下午", "晚上", "PM"]) & (hour < 12)
    midnight = half.isin(["上午", "凌晨", "AM"]) & (hour == 12)
    hour = hour + 12 * afternoon - 12 * midnight
    legal = (hour < 24) & (number["M"] < 60) & (number["S"] < 60)
    frame = pd.DataFrame({"year": number["y"], "month": number["m"], "day": number["d"]})
    day = pd.to_datetime(frame, errors="coerce").dt.as_unit("us").where(legal)
    seconds = hour * 3600 + number["M"] * 60 + number["S"]
    fraction = pd.to_numeric("0." + parts["f"].fillna("0")).fillna(0.0)
    micros = (seconds * 1_000_000 + (fraction * 1e6).round()).astype("int64")
    moment = day + pd.to_timedelta(micros, unit="us")
    return (moment - _offset(parts["zone"])).dt.tz_localize("UTC").dt.as_unit("us")


def _offset(zone: pd.Series) -> pd.Series:
    """Return how far each zone is ahead of UTC; none means Chinese time."""
    digits = zone.fillna("+08:00").replace({"Z": "+00:00", "z": "+00:00", "UTC": "+00:00", "GMT": "+00:00"})
    pieces = digits.str.extract(r"([+-])(\d\d):?(\d\d)")
    minutes = pd.to_numeric(pieces[1]) * 60 + pd.to_numeric(pieces[2])
    return pd.to_timedelta(minutes.where(pieces[0] == "+", -minutes), unit="min")
