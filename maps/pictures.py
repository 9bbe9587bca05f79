"""The three maps as PNG pictures for Word (插图)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.vocabulary import ISSUE_CATEGORIES, ISSUE_STATES, LEVELS
from maps.canvas import Canvas
from maps.colouring import colour_villages
from maps.coverage import (
    DrawnReach,
    coverage_totals,
    drawn_reaches,
    last_day,
    level_order,
    levels_overlap,
    recency_names,
)
from maps.encoding import date_text, length_text, share_text, text_of
from maps.ground import Ground, check_degrees
from maps.issues import CLOSED_STATES, glyph, issue_order
from maps.labels import Language, Words
from maps.legend import Key
from maps.palette import (
    BOUNDARY,
    CORRIDOR,
    GAP,
    GROUND,
    INK,
    OVERDUE,
    RECENCY,
    STATES,
    VACANT,
    VILLAGES,
    Shape,
    state_style,
)
from maps.responsibility import assists_of, drawn_cells, short_name

__all__ = ["coverage_png", "issue_png", "responsibility_png"]

_WIDTH_PX = 1600
_MARKERS = {Shape.circle: "o", Shape.square: "s", Shape.diamond: "D", Shape.pentagon: "p", Shape.triangle: "^"}
# More issues than this and a letter in each would only make grey.
_MOST_GLYPHS = 150
_VILLAGE_BORDER = "#4b5563"
_THINNER = 0.62  # Pixels of a screen to points of a page.
_GAP_STYLE: dict[str, Any] = {"color": GAP, "linewidth": 1.7, "linestyle": (0, (3, 2))}
_VACANT_STYLE = {"facecolor": "white", "edgecolor": VACANT, "hatch": "\\\\\\\\", "hatch_linewidth": 1.1}


def issue_png(
    issues: gpd.GeoDataFrame,
    ground: Ground,
    *,
    title: str,
    subtitle: str = "",
    language: Language = "zh",
    width_px: int = _WIDTH_PX,
) -> bytes:
    """Return a picture of the issues; see :func:`maps.issues.issue_map` for the frame.

    Raises
    ------
    NotFound
        If no font with Chinese characters is installed.
    """
    check_degrees(issues)
    words = Words(language)
    placed = issues[~(issues.geometry.isna() | issues.geometry.is_empty)]
    many = len(placed) > _MOST_GLYPHS
    notice = words["no_issues"] if not len(issues) else "" if len(placed) else words["no_located_issues"]
    canvas = Canvas(
        ground,
        words,
        title=title,
        subtitle=subtitle,
        width_px=width_px,
        extent=shapely.union_all(placed.geometry.to_numpy()) if len(placed) else None,
        legend=[*_issue_legend(issues, len(issues) - len(placed), words, many=many), _ground_legend(ground, words)],
        notice=notice,
    )
    # Finished ones below, overdue ones on top: what needs doing must be seen.
    order = placed["overdue"].astype(bool) * 2 - placed["state"].isin(CLOSED_STATES)
    placed = placed.assign(order=order.astype(int)).sort_values("order", kind="stable")
    size_pt = 8.6 if not many else 5.0 if len(placed) < 2000 else 3.2
    points = shapely.get_coordinates(shapely.centroid(canvas.metres(placed.geometry.to_numpy())))
    if many:
        _draw_crowd(canvas, placed, points, size_pt)
    else:
        _draw_markers(canvas, placed, points, size_pt)
    return canvas.png()


def coverage_png(
    reaches: gpd.GeoDataFrame,
    stretches: pd.DataFrame,
    ground: Ground,
    *,
    title: str,
    subtitle: str = "",
    as_of: date | None = None,
    level: str | None = None,
    language: Language = "zh",
    width_px: int = _WIDTH_PX,
) -> bytes:
    """Return a picture of the coverage; see :func:`maps.coverage.coverage_map` for the frames.

    Parameters
    ----------
    level : str, optional
        Draw the reaches of this level only. By default all, or the lowest
        level where reaches of two levels lie on the same water.
    """
    check_degrees(reaches)
    words = Words(language)
    if level is None and levels_overlap(reaches):
        level = level_order(reaches)[-1]
    if level is not None:
        reaches = reaches[reaches["level"] == level]
    as_of = as_of or last_day(stretches)
    drawn = drawn_reaches(reaches, stretches, as_of)
    legend = _coverage_legend(drawn, level, as_of, words)
    canvas = Canvas(
        ground,
        words,
        title=title,
        subtitle=subtitle,
        width_px=width_px,
        extent=shapely.union_all(reaches.geometry.dropna().to_numpy()) if len(reaches) else None,
        legend=[*(legend if drawn else []), _ground_legend(ground, words)],
        notice=words["no_reaches"] if not len(reaches) else "" if len(stretches) else words["no_patrols"],
    )
    _draw_reaches(canvas, drawn)
    return canvas.png()


def responsibility_png(
    cells: gpd.GeoDataFrame,
    ground: Ground,
    *,
    title: str,
    subtitle: str = "",
    language: Language = "zh",
    width_px: int = _WIDTH_PX,
) -> bytes:
    """Return a picture of who answers for what; see :func:`maps.responsibility.responsibility_map`."""
    check_degrees(cells)
    words = Words(language)
    drawn = drawn_cells(cells)
    finest = drawn[drawn["finest"]]
    colours = colour_villages(drawn)
    villages = {name: colours[name] for name in dict.fromkeys(map(text_of, drawn["village"])) if name in colours}
    canvas = Canvas(
        ground,
        words,
        title=title,
        subtitle=subtitle,
        width_px=width_px,
        extent=shapely.union_all(drawn.geometry.to_numpy()) if len(drawn) else None,
        legend=[
            (words["legend"], _cell_legend(cells, villages, words) if len(cells) else []),
            _ground_legend(ground, words),
        ],
        notice="" if len(cells) else words["no_cells"],
        village_border=_VILLAGE_BORDER,
    )
    rows = finest.to_dict("records")
    for row in rows:
        canvas.fill([row["geometry"]], **_cell_style(row, colours))
    canvas.village_names()
    for row, shape in zip(rows, canvas.metres(finest.geometry.to_numpy()), strict=True):
        if row["status"] == "vacant":
            canvas.name(words["vacant"], shape, 8.5, bold=True, color=VACANT)
        else:
            own = short_name(row) if row["level"] == "group" else ""
            name = "\n".join(part for part in (own, text_of(row["lead"])) if part)
            canvas.name(name, shape, 7.2, within=True, color=INK)
    return canvas.png()


def _coverage_legend(
    drawn: list[DrawnReach], level: str | None, as_of: date | None, words: Words
) -> list[tuple[str, list[Key]]]:
    heading = words["recency"] + (words.brackets(f"{words['as_of']} {date_text(as_of)}") if as_of else "")
    ramp = [
        Key(name, line={"color": step.colour, "linewidth": step.width * _THINNER})
        for step, name in zip(RECENCY, recency_names(words), strict=True)
    ]
    return [
        (heading, [*ramp, Key(words["gaps"], line=_GAP_STYLE)]),
        (words.term(LEVELS, level) if level else "", _coverage_facts(drawn, words)),
    ]


def _draw_reaches(canvas: Canvas, drawn: list[DrawnReach]) -> None:
    casing = {"color": CORRIDOR, "linewidth": 7, "solid_capstyle": "round", "zorder": 9}
    for shape in canvas.metres([reach.facts["geometry"] for reach in drawn]):
        for part in getattr(shape, "geoms", [shape]) if shape is not None else ():
            canvas.line(shapely.get_coordinates(part), **casing)
    for reach in drawn:
        for _, pieces in reach.gaps:
            _draw_pieces(canvas, pieces, zorder=10, **_GAP_STYLE)
        for number, _, pieces in reach.walked:
            step = RECENCY[number]
            width = step.width * _THINNER
            _draw_pieces(canvas, pieces, color=step.colour, linewidth=width, solid_capstyle="butt", zorder=11)


def _cell_legend(cells: gpd.GeoDataFrame, villages: dict[str, int], words: Words) -> list[Key]:
    vacant = int((cells["status"] == "vacant").sum())
    facts = (words["cells"], len(cells), words["assigned"], len(cells) - vacant, words["vacant"], vacant)
    return [
        Key(words["vacant_cell"], box=_VACANT_STYLE),
        Key(words["assisted_cell"], box={"facecolor": _lighter(VILLAGES[0]), "hatch": "////"}),
        *(Key(name, box={"facecolor": _lighter(VILLAGES[colour])}) for name, colour in villages.items()),
        Key("{} {} · {} {} · {} {}".format(*facts)),
    ]


def _cell_style(row: dict[str, Any], colours: dict[str, int]) -> dict[str, Any]:
    if row["status"] == "vacant":
        return {**_VACANT_STYLE, "linewidth": 1.2, "zorder": 4}
    colour = colours.get(text_of(row["village"]))
    plain = {
        "facecolor": "#dfe3e8" if colour is None else _lighter(VILLAGES[colour]),
        "edgecolor": "white",
        "linewidth": 0.7,
        "zorder": 3,
    }
    if not assists_of(row):
        return plain
    return {**plain, "hatch": "////", "hatch_linewidth": 0.5, "hatchcolor": (0.12, 0.16, 0.22, 0.35)}


def _lighter(colour: str) -> str:
    """Return a colour a fifth of the way to white, as the pages show it."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * 0.2):02x}" for part in parts)


def _draw_pieces(canvas: Canvas, pieces: Sequence[Any], **style: Any) -> None:
    for piece in canvas.metres([shapely.LineString(points) for points in pieces]):
        canvas.line(shapely.get_coordinates(piece), **style)


def _draw_markers(canvas: Canvas, placed: gpd.GeoDataFrame, points: NDArray[np.float64], size_pt: float) -> None:
    for number, (row, (x, y)) in enumerate(zip(placed.to_dict("records"), points.tolist(), strict=True)):
        state, zorder = text_of(row["state"]), 12 + number / 1e4
        canvas.markers(points[[number]], zorder=zorder, **_marker(state, size_pt, overdue=bool(row["overdue"])))
        canvas.letter(x, y, glyph(text_of(row["category"])), state_style(state).ink, zorder + 5e-5)
        canvas.avoid(x, y, size_pt)


def _draw_crowd(canvas: Canvas, placed: gpd.GeoDataFrame, points: NDArray[np.float64], size_pt: float) -> None:
    """Draw all markers that look the same at once: one by one, ten thousand take ten seconds."""
    numbers = placed.assign(number=np.arange(len(placed)), state=placed["state"].map(text_of))
    for (_, state, overdue), group in numbers.groupby(["order", "state", "overdue"]):
        style = _marker(str(state), size_pt, overdue=bool(overdue))
        canvas.markers(points[group["number"].to_numpy()], zorder=12, **style)


def _marker(state: str, size_pt: float, *, overdue: bool) -> dict[str, Any]:
    style = state_style(state)
    large = 1.18 if style.shape in {Shape.pentagon, Shape.triangle} else 0.88 if style.shape is Shape.diamond else 1.0
    return {
        "marker": _MARKERS[style.shape],
        "markersize": size_pt * large,
        "markerfacecolor": style.fill,
        "markeredgecolor": OVERDUE if overdue else "white",
        "markeredgewidth": 1.5 if overdue else 0.6,
    }


def _issue_legend(issues: gpd.GeoDataFrame, unlocated: int, words: Words, *, many: bool) -> list[tuple[str, list[Key]]]:
    if not len(issues):
        return []
    by_state = Counter(map(text_of, issues["state"]))
    by_category = Counter(map(text_of, issues["category"]))
    overdue = int(issues["overdue"].astype(bool).sum())
    states = [
        Key(f"{words.term(ISSUE_STATES, code)} {by_state[code]}", line=_marker(code, 7.5, overdue=False))
        for code in issue_order(issues["state"], list(STATES))
    ]
    if overdue:
        states.append(Key(f"{words['overdue']} {overdue}", line=_marker("assigned", 7.5, overdue=True)))
    categories = [
        Key(f"{words.term(ISSUE_CATEGORIES, code)} {by_category[code]}", glyph="" if many else glyph(code))
        for code in issue_order(issues["category"], [term.code for term in ISSUE_CATEGORIES])
    ]
    if unlocated:
        categories.append(Key(f"{unlocated} {words['unlocated']}"))
    return [(words["state"], states), (words["category"], categories)]


def _coverage_facts(drawn: list[DrawnReach], words: Words) -> list[Key]:
    length_m, covered_m = coverage_totals(drawn)
    known_m = sum(reach.length_m for reach in drawn if reach.covered_m is not None)
    facts = [f"{words['reaches']} {len(drawn)}", f"{words['total_length']} {length_text(length_m)}"]
    if covered_m is not None:
        facts.append(f"{words['covered']} {length_text(covered_m)}")
        facts.append(f"{words['gap']} {length_text(sum(reach.gap_m or 0.0 for reach in drawn))}")
        facts.append(f"{words['share']} {share_text(covered_m / known_m if known_m else None)}")
    return [Key(fact) for fact in facts]


def _ground_legend(ground: Ground, words: Words) -> tuple[str, list[Key]]:
    keys = [
        Key(words["town_border"], line={"color": BOUNDARY["town"], "linewidth": 1.7}),
        Key(words["village_border"], line={"color": "#8d95a1", "linewidth": 0.9}),
        Key(words["rivers"], line={"color": GROUND["river"], "linewidth": 1.6}),
    ]
    if ground.zones is not None and len(ground.zones):
        keys.append(Key(words["zones"], box={"facecolor": "#d3e9e5", "edgecolor": "#0f766e", "linestyle": (0, (3, 2))}))
    return "", keys
