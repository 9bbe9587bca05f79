"""The coverage map: which metres of the rivers were walked, and when (巡河覆盖图)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.vocabulary import LEVELS
from maps.encoding import date_text, length_text, lines, safe_link, share_text, text_of
from maps.ground import Ground, check_degrees
from maps.labels import Words
from maps.page import Page, PageOptions, render_page, template, words_of
from maps.palette import CORRIDOR, GAP, RECENCY
from maps.stretches import MeasuredLine, gaps_between, latest_walks, recency_step
from maps.symbols import GAP_DASH, GAP_SWATCH, line_swatch

__all__ = [
    "DrawnReach",
    "coverage_map",
    "coverage_totals",
    "drawn_reaches",
    "last_day",
    "level_order",
    "levels_overlap",
    "recency_names",
]


@dataclass(frozen=True)
class DrawnReach:
    """A reach with its stretches and gaps cut out of its line.

    `walked` holds ``(step, day, pieces)``; pieces are arrays of lon and lat.
    A reach whose covered length is unknown has no gaps: nobody looked.
    """

    facts: dict[str, Any]
    length_m: float
    covered_m: float | None
    walked: list[tuple[int, date | None, list[NDArray[np.float64]]]]
    gaps: list[tuple[float, list[NDArray[np.float64]]]]

    @property
    def gap_m(self) -> float | None:
        """What was not walked; None when that is unknown."""
        return None if self.covered_m is None else max(self.length_m - self.covered_m, 0.0)


def coverage_map(
    reaches: gpd.GeoDataFrame,
    stretches: pd.DataFrame,
    ground: Ground,
    *,
    as_of: date | None = None,
    record_url: Callable[[Any], str] | None = None,
    **options: Unpack[PageOptions],
) -> str:
    """Return a page with every reach, what of it was walked and what was not.

    Parameters
    ----------
    reaches : GeoDataFrame, EPSG:4490
        ``id, code, name, level, river, chief, length_m, covered_m, share,
        geometry``. A missing `covered_m` stays empty; it is not 0.
    stretches : DataFrame
        ``id`` (of the reach), ``start_m, end_m`` (ground metres along it),
        ``last_walked``. They may overlap: the latest day counts.
    as_of : date, optional
        The day from which "how long ago" counts; by default the last day
        walked.
    record_url : callable, optional
        Gives the address of a reach's record for its ``id``.

    Notes
    -----
    Where reaches of two levels lie on the same water, the page shows one
    level at a time, the lowest first: added up, they would count it twice.
    """
    check_degrees(reaches)
    words = words_of(options)
    as_of = as_of or last_day(stretches)
    drawn = drawn_reaches(reaches, stretches, as_of)
    levels = level_order(reaches)
    together = not levels_overlap(reaches)
    data = {
        "reaches": [_row(reach, levels, words, record_url) for reach in drawn],
        "level": -1 if together else len(levels) - 1,
        "ramp": [[step.colour, step.width] for step in RECENCY],
        "dash": GAP_DASH,
        "beside": 10,
        "labels": {key: words[key] for key in _SCRIPT_WORDS},
    }
    page = Page(
        kind="coverage",
        layers=_layers(words),
        data=data,
        panel=_panel(drawn, levels, as_of, words, together=together),
        extent=shapely.union_all(reaches.geometry.dropna().to_numpy()) if len(reaches) else None,
        notice=_notice(reaches, stretches, words),
    )
    return render_page(page, ground, **options)


def _layers(words: Words) -> dict[str, tuple[str, bool]]:
    return {
        "corridor": (line_swatch(CORRIDOR, 10) + words["corridor"], True),
        "walked": (line_swatch(RECENCY[0].colour, 5) + words["walked"], True),
        "gaps": (GAP_SWATCH + words["gaps"], True),
    }


def level_order(reaches: gpd.GeoDataFrame) -> list[str]:
    """Return the levels of chiefs that occur, the widest first."""
    return [term.code for term in LEVELS if (reaches["level"] == term.code).any()]


def levels_overlap(reaches: gpd.GeoDataFrame) -> bool:
    """Tell whether reaches of different levels lie on the same water.

    They do when more than a tenth of ten places on each reach have a reach
    of another level within about thirty metres.
    """
    kept = reaches[~(reaches.geometry.isna() | reaches.geometry.is_empty)]
    if kept["level"].nunique() < 2:
        return False
    shapes, levels = kept.geometry.to_numpy(), kept["level"].to_numpy()
    fractions = np.linspace(0.05, 0.95, 10)
    places = shapely.line_interpolate_point(
        np.repeat(shapely.line_merge(shapes), 10), np.tile(fractions, len(shapes)), normalized=True
    )
    place, reach = shapely.STRtree(shapes).query(places, predicate="dwithin", distance=0.0003)
    other = np.unique(place[levels[place // 10] != levels[reach]])
    return bool(len(other) > 0.1 * len(places))


def last_day(stretches: pd.DataFrame) -> date | None:
    """Return the latest day walked; None when nothing was."""
    days = pd.to_datetime(stretches["last_walked"]).dropna()
    return None if days.empty else days.max().date()


def drawn_reaches(reaches: gpd.GeoDataFrame, stretches: pd.DataFrame, as_of: date | None) -> list[DrawnReach]:
    """Return the reaches with their stretches and gaps cut out, the longest gap first."""
    walks: dict[Any, list[tuple[float, float, Any]]] = {}
    for reach, start_m, end_m, day in stretches[["id", "start_m", "end_m", "last_walked"]].itertuples(index=False):
        walks.setdefault(reach, []).append((start_m, end_m, day))
    drawn = [_drawn(row, walks.get(row["id"], []), as_of) for row in reaches.to_dict("records")]
    return sorted(drawn, key=lambda reach: (-(reach.gap_m or 0.0), text_of(reach.facts["name"])))


def coverage_totals(drawn: list[DrawnReach]) -> tuple[float, float | None]:
    """Return the length of all reaches and what of it was walked, in metres.

    The second is None when no reach was looked at.
    """
    known = [reach for reach in drawn if reach.covered_m is not None]
    covered = sum(reach.covered_m or 0.0 for reach in known) if known else None
    return sum(reach.length_m for reach in drawn), covered


def recency_names(words: Words) -> list[str]:
    """Return the name of each step of recency."""
    names, after = [], 0
    for step in RECENCY:
        if step.days is None:
            names.append(words.fill("days_over", days=after))
        elif not after:
            names.append(words.fill("days_within", days=step.days))
        else:
            names.append(words.fill("days_between", first=after + 1, last=step.days))
        after = step.days or after
    return names


def _drawn(row: dict[str, Any], walks: list[tuple[float, float, Any]], as_of: date | None) -> DrawnReach:
    geometry, length_m = row["geometry"], float(row["length_m"])
    covered_m = None if pd.isna(row["covered_m"]) else float(row["covered_m"])
    if geometry is None or geometry.is_empty:
        return DrawnReach(row, length_m, covered_m, [], [])
    line = MeasuredLine(geometry, length_m)
    latest = latest_walks(walks)
    gaps = [] if covered_m is None else gaps_between(latest, line.length_m)
    return DrawnReach(
        row,
        length_m,
        covered_m,
        [(recency_step(day, as_of or date.max), day, line.cut(start, end)) for start, end, day in latest],
        [(end - start, line.cut(start, end)) for start, end in gaps],
    )


def _row(reach: DrawnReach, levels: list[str], words: Words, record_url: Callable[[Any], str] | None) -> dict[str, Any]:
    facts = reach.facts
    level = text_of(facts["level"])
    return {
        "name": text_of(facts["name"]) or text_of(facts["code"]),
        "level": levels.index(level) if level in levels else -1,
        "facts": [
            [words["code"], text_of(facts["code"])],
            [words["river"], text_of(facts["river"])],
            [words["level"], words.term(LEVELS, level)],
            [words["chief"], text_of(facts["chief"]) or words["nobody"]],
            [words["length"], length_text(reach.length_m)],
            [words["covered"], length_text(reach.covered_m)],
            [words["share"], share_text(facts["share"])],
            [words["gap"], length_text(reach.gap_m)],
        ],
        "link": safe_link(record_url(facts["id"])) if record_url else "",
        "line": lines(facts["geometry"]),
        "walked": [[step, date_text(day) or words["no_date"], _turned(pieces)] for step, day, pieces in reach.walked],
        "gaps": [[length_text(length_m), _turned(pieces)] for length_m, pieces in reach.gaps],
    }


def _turned(pieces: list[NDArray[np.float64]]) -> list[list[list[float]]]:
    return [piece[:, ::-1].round(6).tolist() for piece in pieces]


def _panel(drawn: list[DrawnReach], levels: list[str], as_of: date | None, words: Words, *, together: bool) -> str:
    ramp = [
        (line_swatch(step.colour, step.width), name) for step, name in zip(RECENCY, recency_names(words), strict=True)
    ]
    return template(
        "coverage.html",
        words=words,
        as_of=date_text(as_of),
        ramp=ramp,
        gap=GAP_SWATCH,
        levels=[words.term(LEVELS, level) for level in levels],
        together=together,
        chosen=-1 if together else len(levels) - 1,
        summaries=[(-1, _summary(drawn, words)), *_summaries(drawn, levels, words)],
        reaches=[
            {
                "name": text_of(reach.facts["name"]) or text_of(reach.facts["code"]),
                "level": levels.index(reach.facts["level"]) if reach.facts["level"] in levels else -1,
                "chief": text_of(reach.facts["chief"]) or words["nobody"],
                "share": share_text(reach.facts["share"]),
                "width": 0 if pd.isna(reach.facts["share"]) else round(54 * min(float(reach.facts["share"]), 1.0), 1),
                "gap": length_text(reach.gap_m) or "—",
                "bad": bool(reach.gap_m and reach.gap_m >= 0.5),
            }
            for reach in drawn
        ],
        walked=RECENCY[1].colour,
        rest="#e3e6ea",
        red=GAP,
    )


def _summaries(
    drawn: list[DrawnReach], levels: list[str], words: Words
) -> Iterator[tuple[int, list[tuple[str, str, str]]]]:
    if len(levels) > 1:
        for number, level in enumerate(levels):
            yield number, _summary([reach for reach in drawn if reach.facts["level"] == level], words)


def _summary(drawn: list[DrawnReach], words: Words) -> list[tuple[str, str, str]]:
    if not drawn:
        return []
    length_m, covered_m = coverage_totals(drawn)
    rows = [(str(len(drawn)), words["reaches"], ""), (length_text(length_m), words["total_length"], "")]
    if covered_m is None:
        return rows
    known_m = sum(reach.length_m for reach in drawn if reach.covered_m is not None)
    gap_m = sum(reach.gap_m or 0.0 for reach in drawn)
    return [
        *rows,
        (share_text(covered_m / known_m if known_m else None), words["share"], ""),
        (length_text(covered_m), words["covered"], ""),
        (length_text(gap_m), words["gap"], "bad" if gap_m >= 0.5 else ""),
    ]


def _notice(reaches: gpd.GeoDataFrame, stretches: pd.DataFrame, words: Words) -> str:
    if not len(reaches):
        return words["no_reaches"]
    return words["no_patrols"] if not len(stretches) else ""


_SCRIPT_WORDS = ("gap", "last_walked", "length")
