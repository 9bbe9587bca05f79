"""Values of one column: cleaned, checked, and told apart from what cannot be used."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InvalidInput
from geo.readers.dates import parse_dates, parse_moments
from geo.readers.texts import one_line
from geo.text import Text
from geo.types import RegionCode
from geo.vocabulary import (
    ISSUE_CATEGORIES,
    ISSUE_SOURCES,
    ISSUE_STATES,
    LEVELS,
    QUOTA_SPANS,
    RESPONSIBILITY_ROLES,
    SITE_KINDS,
    ZONE_CLASSES,
    Term,
    find_term,
)

__all__ = ["Column", "clean_texts", "parse_numbers", "read_values"]

# What people write into a cell that has nothing to say.
NOTHING = {"", "-", "--", "—", "——", "/", "\\", "null", "none", "nan", "<na>", "\\n", "#n/a", "n/a"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff]")
SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE]\+?\d+")
REMARK = re.compile(r"\s*[（(].*?[)）]\s*")
DEGREES = re.compile(
    r"^\s*([东西南北EWSNewsn]?)[经纬]?\s*(\d{1,3})[°度:]\s*(\d{1,2})(?:['′’分:]\s*(\d{1,2}(?:\.\d+)?)?(?:\"|″|”|''|′′|秒)?)?\s*([EWSNewsn]?)\s*$"
)
MAX_CODE_LENGTH = 64
TARGETS = (
    Term("cell", "网格", "grid cell", ("单元网格", "grid_cell")),
    Term("reach", "河段", "reach", ("河流", "河道")),
    Term("zone", "水源保护区", "zone", ("保护区", "水源地", "饮用水源地")),
    Term("site", "点位", "site", ("企业", "养殖场", "场所")),
)
ZONE_STATUS = (
    Term("gazetted", "已批复", "gazetted", ("批复", "已公告", "公告", "已划定", "正式")),
    Term("draft", "草案", "draft", ("未批复", "拟划定", "草稿", "待批复")),
)
PERIODS = (
    *QUOTA_SPANS,
    Term("week", "次/周", "weekly", ("每星期", "周次")),
    Term("ten_days", "次/旬", "every ten days"),
    Term("month", "次/月", "monthly", ("月度",)),
    Term("quarter", "次/季", "quarterly", ("次/季度",)),
)
STATES = (
    *ISSUE_STATES,
    # How systems abroad name the same; the town's own words go first.
    Term("found", "新建", "new", ("open", "opened", "pending", "received")),
    Term("rectifying", "处理中", "in progress", ("inprogress",)),
    Term("closed", "已完成", "resolved", ("completed", "done")),
)
CLOSED_LISTS: dict[str, tuple[Term, ...]] = {
    "level": LEVELS,
    # A villagers' group has no river chief.
    "reach_level": tuple(term for term in LEVELS if term.code != "group"),
    "zone_class": ZONE_CLASSES,
    "zone_status": ZONE_STATUS,
    "site_kind": SITE_KINDS,
    "role": RESPONSIBILITY_ROLES,
    "target_kind": TARGETS,
    "quota_per": PERIODS,
    "state": STATES,
}
# A town may go further than these lists: an unknown word stays as it is written.
OPEN_LISTS: dict[str, tuple[Term, ...]] = {"category": ISSUE_CATEGORIES, "source": ISSUE_SOURCES}


@dataclass(slots=True)
class Column:
    """The values of a column, shape (n,), and the reasons of those that cannot be used.

    Attributes
    ----------
    values : Series
        None, NaN or NaT where there is nothing.
    faults : dict of int to Text
        By position.
    """

    values: pd.Series
    faults: dict[int, Text]


def read_values(reader: str, values: pd.Series, label: str) -> Column:
    """Read a column as a field's reader demands.

    Parameters
    ----------
    reader : str
        ``text``, ``code``, ``region`` (a code), ``region_or_name``, ``phone``, ``number``, ``date``,
        ``moment``, or the name of a list of terms.
    label : str
        The column's name in the file, for the reasons.
    """
    values = values.reset_index(drop=True)
    label = one_line(label)
    match reader:
        case "text" | "phone":
            return Column(clean_texts(values), {})
        case "code" | "region" | "region_or_name":
            return _codes(values, label, reader)
        case "number":
            return _numbers(values, label)
        case "date" | "moment":
            parsed, bad = (parse_dates if reader == "date" else parse_moments)(_without_nothing(values))
            return Column(
                parsed, _each(bad, values, lambda value: Text("{label}: {value} is no date", label=label, value=value))
            )
        case _:
            return _terms(values, label, reader)


def clean_texts(values: pd.Series) -> pd.Series:
    """Return texts without control signs and outer blanks; None for nothing.

    A whole number loses the ``.0`` that Excel or a float column gave it. Cells that
    begin with ``=``, ``+``, ``-`` or ``@`` are texts like all others.
    """
    # Most columns repeat themselves: each distinct value is cleaned once.
    if values.dtype != object:
        codes, distinct = pd.factorize(values, use_na_sentinel=True)
        cleaned = np.array([*(clean_text(value) for value in distinct), None], dtype=object)
        return pd.Series(cleaned[codes], index=values.index, dtype=object)
    return pd.Series([clean_text(value) for value in values], index=values.index, dtype=object)


def clean_text(value: Any) -> str | None:
    """Return one cleaned text; see :func:`clean_texts`.

    Examples
    --------
    >>> clean_text(500230108201.0), clean_text(" 清河村　"), clean_text("--")
    ('500230108201', '清河村', None)
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float | np.floating):
        number = float(value)
        if not np.isfinite(number):
            return None
        return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)
    text = CONTROL.sub("", str(value)).strip()
    return None if text.casefold() in NOTHING else text


def parse_numbers(values: pd.Series) -> npt.NDArray[np.float64]:
    r"""Return numbers, also from full-width digits and degrees with minutes; NaN for all else.

    Examples
    --------
    >>> parse_numbers(pd.Series(["107.5", "１０７．５", "107°30′", "107°30'00\"E", "?"])).tolist()
    [107.5, 107.5, 107.5, 107.5, nan]
    """
    numbers: npt.NDArray[np.float64] = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan).copy()
    for position in np.flatnonzero(np.isnan(numbers)):
        value = values.iloc[position]
        if isinstance(value, str) and value.strip():
            numbers[position] = _number(value)
    return numbers


def _number(text: str) -> float:
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    try:
        return (
            float(plain.replace(",", ""))
            if re.fullmatch(r"[+-]?[\d,]*\.?\d+(?:[eE][+-]?\d+)?", plain)
            else _degrees(text)
        )
    except ValueError:
        return float("nan")


def _degrees(text: str) -> float:
    found = DEGREES.match(text)
    if found is None:
        return float("nan")
    before, whole, minutes, seconds, after = found.groups()
    value = int(whole) + int(minutes) / 60 + float(seconds or 0) / 3600
    return -value if {before.upper(), after.upper()} & {"W", "S", "西", "南"} else value


def _numbers(values: pd.Series, label: str) -> Column:
    texts = clean_texts(values)
    numbers = parse_numbers(texts)
    bad = np.isnan(numbers) & texts.notna().to_numpy(bool)
    return Column(
        pd.Series(numbers),
        _each(bad, texts, lambda value: Text("{label}: {value} is no number", label=label, value=value)),
    )


def _codes(values: pd.Series, label: str, reader: str) -> Column:
    texts = clean_texts(values)
    codes: list[str | None] = []
    faults: dict[int, Text] = {}
    checked: dict[str, tuple[str | None, Text | None]] = {}
    for position, text in enumerate(texts):
        if text is None:
            codes.append(None)
            continue
        if text not in checked:
            checked[text] = _code(text, label, reader)
        code, fault = checked[text]
        codes.append(code)
        if fault is not None:
            faults[position] = fault
    return Column(pd.Series(codes, dtype=object), faults)


def _code(text: str, label: str, reader: str) -> tuple[str | None, Text | None]:
    code = unicodedata.normalize("NFKC", text).removeprefix("'")
    if re.fullmatch(r"\d+\.0+", code):
        code = code.partition(".")[0]
    if SCIENTIFIC.fullmatch(code) and (reader != "code" or re.fullmatch(r"\d\.\d+E\+\d\d", code)):
        # What Excel shows of a long number; the digits behind are lost, so guessing would be worse.
        return None, Text(
            "{label}: {value} has lost its digits in Excel; format the column as text",
            label=label,
            value=one_line(code),
        )
    if reader == "code" or (reader == "region_or_name" and not code.isdigit()):
        if len(code) > MAX_CODE_LENGTH:
            return None, Text("{label}: a code has at most {limit} signs", label=label, limit=MAX_CODE_LENGTH)
        return code, None
    if re.fullmatch(r"\d{6}|\d{9}", code):
        code = code.ljust(12, "0")
    try:
        return str(RegionCode(code)), None
    except InvalidInput as fault:
        return None, Text("{label}: {reason}", label=label, reason=fault.text)


def _terms(values: pd.Series, label: str, reader: str) -> Column:
    texts = clean_texts(values)
    terms = CLOSED_LISTS.get(reader) or OPEN_LISTS[reader]
    known = {word: find_term(terms, word) or find_term(terms, REMARK.sub("", word)) for word in texts.dropna().unique()}
    found = [None if word is None else term.code if (term := known[word]) else word for word in texts]
    if reader in OPEN_LISTS:
        return Column(pd.Series(found, dtype=object), {})
    bad = np.array([word is not None and known[word] is None for word in texts], bool)
    # The first term of a code is its own; later ones are other systems' words for it.
    own = [term for position, term in enumerate(terms) if term.code not in {other.code for other in terms[:position]}]
    choices = ", ".join(f"{term.zh} ({term.code})" for term in own)
    message = "{label}: {value} is none of {choices}"
    return Column(
        pd.Series(found, dtype=object),
        _each(bad, texts, lambda value: Text(message, label=label, value=value, choices=choices)),
    )


def _without_nothing(values: pd.Series) -> pd.Series:
    """Blank what people write into a cell that has nothing to say."""
    if values.dtype == object:
        return values.map(
            lambda value: None if isinstance(value, str) and value.strip().casefold() in NOTHING else value
        )
    if values.dtype != "str":
        return values
    return values.where(~values.str.strip().str.casefold().isin(NOTHING), "")


def _each(bad: npt.NDArray[np.bool_], values: pd.Series | Sequence[Any], say: Callable[[str], Text]) -> dict[int, Text]:
    series = pd.Series(values)
    return {int(position): say(one_line(series.iloc[position])) for position in np.flatnonzero(bad)}
