"""Maps with a time slider: which metres were walked when (巡查时间图), and which were not (未巡河段图).

The page carries each reach's walks as measures along its line; moving the
day is done in the browser, without asking anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.compute.recency import last_walked
from geo.compute.stretches import union_of, union_of_groups
from geo.errors import InvalidInput
from geo.vocabulary import LEVELS
from maps.coverage import level_order, levels_overlap, recency_names
from maps.encoding import length_text, safe_link, text_of
from maps.ground import Ground, check_degrees
from maps.labels import Words
from maps.page import Page, PageOptions, render_page, template, words_of
from maps.palette import CORRIDOR, RECENCY
from maps.pictures import coverage_png
from maps.stretches import MeasuredLine
from maps.symbols import GAP_DASH, GAP_SWATCH, line_swatch

__all__ = ["WINDOWS", "gap_map", "gap_png", "recency_map", "recency_png", "stretches_on"]

Mode = Literal["recency", "gaps"]

WINDOWS = (7, 30, 90)
"""Days within which a metre must have been walked not to be a gap; beside these, the whole period."""


@dataclass(frozen=True)
class _Span:
    first_day: date
    last_day: date
    day: date

    @classmethod
    def of(cls, first_day: date, last_day: date, day: date | None) -> "_Span":
        if last_day < first_day:
            raise InvalidInput("the period ends before it begins: {first} to {last}", first=first_day, last=last_day)
        return cls(first_day, last_day, min(max(day or last_day, first_day), last_day))


def recency_map(
    reaches: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    ground: Ground,
    *,
    first_day: date,
    last_day: date,
    day: date | None = None,
    record_url: Callable[[Any], str] | None = None,
    **options: Unpack[PageOptions],
) -> str:
    """Return a page that tells for any day of a period when each metre had last been walked.

    Parameters
    ----------
    reaches : GeoDataFrame, EPSG:4490
        ``id, code, name, level, river, chief, length_m, geometry``.
    walks : DataFrame
        ``id`` (of the reach), ``day``, ``start_m, end_m`` (ground metres along it). They may overlap.
    first_day, last_day : date
        The ends of the slider.
    day : date, optional
        Where the slider stands at first; by default at its end.
    record_url : callable, optional
        Gives the address of a reach's record for its ``id``.

    Raises
    ------
    InvalidInput
        If the period ends before it begins.
    """
    span = _Span.of(first_day, last_day, day)
    page = _page("recency", reaches, walks, span, 0, 0.0, words_of(options), record_url)
    return render_page(page, ground, **options)


def gap_map(
    reaches: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    ground: Ground,
    *,
    first_day: date,
    last_day: date,
    day: date | None = None,
    within_days: int = 30,
    min_gap_m: float = 0.0,
    record_url: Callable[[Any], str] | None = None,
    **options: Unpack[PageOptions],
) -> str:
    """Return a page that tells for any day of a period which metres nobody had walked of late.

    Parameters
    ----------
    within_days : int
        What was walked at most so many days before is no gap; 0 for the whole period. The page offers others.
    min_gap_m : float
        Only longer gaps are drawn and counted.

    Notes
    -----
    The other parameters are those of :func:`recency_map`.
    """
    span = _Span.of(first_day, last_day, day)
    page = _page("gaps", reaches, walks, span, within_days, min_gap_m, words_of(options), record_url)
    return render_page(page, ground, **options)


def recency_png(
    reaches: gpd.GeoDataFrame, walks: pd.DataFrame, ground: Ground, *, first_day: date, day: date, **options: Any
) -> bytes:
    """Return a picture of one day of :func:`recency_map`; `options` are those of :func:`maps.coverage_png`."""
    reaches, stretches = stretches_on(reaches, walks, day, first_day=first_day)
    return coverage_png(reaches, stretches, ground, as_of=day, **options)


def gap_png(
    reaches: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    ground: Ground,
    *,
    first_day: date,
    day: date,
    within_days: int = 30,
    **options: Any,
) -> bytes:
    """Return a picture of one day of :func:`gap_map`; `options` are those of :func:`maps.coverage_png`."""
    since = day - timedelta(days=within_days) if within_days else first_day
    reaches, stretches = stretches_on(reaches, walks, day, first_day=max(first_day, since))
    return coverage_png(reaches, stretches, ground, as_of=day, **options)


def stretches_on(
    reaches: gpd.GeoDataFrame, walks: pd.DataFrame, day: date, *, first_day: date
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the frames of :func:`maps.coverage_map` as they were on a day, from walks since `first_day`."""
    known = walks[(walks["day"] <= day) & (walks["day"] >= first_day)]
    parts = {id_: part[["start_m", "end_m", "day"]] for id_, part in known.groupby("id")}
    rows = [(id_, *row) for id_, part in parts.items() for row in last_walked(part.itertuples(index=False, name=None))]
    covered = [
        float(np.diff(union_of(parts[id_][["start_m", "end_m"]].to_numpy()), axis=1).sum()) if id_ in parts else 0.0
        for id_ in reaches["id"]
    ]
    lengths = reaches["length_m"].to_numpy(dtype=float)
    share = np.divide(covered, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    stretches = pd.DataFrame(rows, columns=["id", "start_m", "end_m", "last_walked"])
    return reaches.assign(covered_m=covered, share=share), stretches


def _page(
    mode: Mode,
    reaches: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    span: _Span,
    within_days: int,
    min_gap_m: float,
    words: Words,
    record_url: Callable[[Any], str] | None,
) -> Page:
    check_degrees(reaches)
    levels = level_order(reaches)
    together = not levels_overlap(reaches)
    current, _ = stretches_on(reaches, walks, span.day, first_day=span.first_day)
    current = current.assign(gap=current["length_m"] - current["covered_m"]).sort_values(
        ["gap", "name"], ascending=[False, True], kind="stable"
    )
    walked = _walks_by_reach(walks, span)
    windows = tuple(dict.fromkeys((*WINDOWS, within_days))) if within_days else WINDOWS
    chosen = -1 if together else len(levels) - 1
    data = {
        "mode": mode,
        "first": f"{span.first_day:%Y-%m-%d}",
        "days": (span.last_day - span.first_day).days,
        "day": (span.day - span.first_day).days,
        "reaches": [_row(row, walked, levels, words, record_url) for row in current.to_dict("records")],
        "level": chosen,
        "ramp": [[step.colour, step.width] for step in RECENCY],
        "steps": [step.days for step in RECENCY if step.days is not None],
        "within": within_days,
        "longer": min_gap_m,
        "dash": GAP_DASH,
        "beside": 10,
        "labels": {key: words[key] for key in _SCRIPT_WORDS},
    }
    panel = template(
        "recency.html", words=words, mode=mode, reaches=data["reaches"], gap=GAP_SWATCH,
        ramp=_ramp(mode, words), windows=[(days, words.fill("days_within", days=days)) for days in sorted(windows)],
        within=within_days, longer=length_text(min_gap_m) if min_gap_m else "",
        levels=[words.term(LEVELS, level) for level in levels], together=together, chosen=chosen,
    )  # fmt: skip
    return Page(
        kind="recency",
        layers=_layers(words),
        data=data,
        panel=panel,
        markup=template("time.html", words=words, last=data["days"], day=data["day"]) if len(reaches) else "",
        extent=shapely.union_all(reaches.geometry.dropna().to_numpy()) if len(reaches) else None,
        notice=words["no_reaches"] if not len(reaches) else "" if len(walks) else words["no_patrols"],
    )


def _layers(words: Words) -> dict[str, tuple[str, bool]]:
    return {
        "corridor": (line_swatch(CORRIDOR, 10) + words["corridor"], True),
        "walked": (line_swatch(RECENCY[0].colour, 5) + words["walked"], True),
        "gaps": (GAP_SWATCH + words["gaps"], True),
    }


def _ramp(mode: Mode, words: Words) -> list[tuple[Any, str]]:
    if mode == "gaps":
        return [(line_swatch(RECENCY[1].colour, 4), words["walked_within"])]
    return [
        (line_swatch(step.colour, step.width), name) for step, name in zip(RECENCY, recency_names(words), strict=True)
    ]


def _walks_by_reach(walks: pd.DataFrame, span: _Span) -> dict[Any, list[int]]:
    """Return for each reach its walks as one list: start and end in decimetres and day, again and again."""
    days = np.array([(day - span.first_day).days for day in walks["day"]], dtype=np.int64)
    inside = (days >= 0) & (days <= (span.last_day - span.first_day).days)
    ids, which = np.unique(walks["id"].to_numpy()[inside], return_inverse=True)
    count = (span.last_day - span.first_day).days + 1
    start_m, end_m = (walks[name].to_numpy(dtype=float)[inside] for name in ("start_m", "end_m"))
    group, start_m, end_m = union_of_groups(which * count + days[inside], start_m, end_m)
    triples = np.column_stack([np.rint(start_m * 10), np.rint(end_m * 10), group % count]).astype(np.int64)
    return {id_: triples[group // count == number].ravel().tolist() for number, id_ in enumerate(ids.tolist())}


def _row(
    row: dict[str, Any],
    walked: dict[Any, list[int]],
    levels: list[str],
    words: Words,
    record_url: Callable[[Any], str] | None,
) -> dict[str, Any]:
    level = text_of(row["level"])
    line = None
    if row["geometry"] is not None and not row["geometry"].is_empty:
        line = MeasuredLine(row["geometry"], float(row["length_m"]))
    return {
        "name": text_of(row["name"]) or text_of(row["code"]),
        "chief": text_of(row["chief"]) or words["nobody"],
        "level": levels.index(level) if level in levels else -1,
        "facts": [
            [words["code"], text_of(row["code"])],
            [words["river"], text_of(row["river"])],
            [words["level"], words.term(LEVELS, level)],
            [words["chief"], text_of(row["chief"]) or words["nobody"]],
            [words["length"], length_text(float(row["length_m"]))],
        ],
        "link": safe_link(record_url(row["id"])) if record_url else "",
        "length": round(float(row["length_m"]), 1),
        "parts": [] if line is None else [part[:, ::-1].round(6).tolist() for part in line.parts],
        "measures": [] if line is None else [np.rint(part * 10).astype(int).tolist() for part in line.measures],
        "walks": walked.get(row["id"], []),
    }


_SCRIPT_WORDS = ("play", "pause", "last_walked", "never_walked", "times_walked", "here", "month")
