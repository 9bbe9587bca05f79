"""The issue map: where the issues lie and how they stand (问题分布图)."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Unpack

import geopandas as gpd
import pandas as pd
import shapely

from geo.vocabulary import ISSUE_CATEGORIES, ISSUE_STATES, find_term
from maps.encoding import date_text, safe_link, text_of
from maps.ground import Ground, check_degrees
from maps.labels import Words
from maps.page import Page, PageOptions, render_page, template, words_of
from maps.palette import STATES, state_style
from maps.symbols import issue_symbol

__all__ = ["CLOSED_STATES", "glyph", "issue_map", "issue_order"]

CLOSED_STATES = frozenset({"closed", "stable", "look_back", "rejected"})

# One character each, so that a marker says its category without colour.
_GLYPHS = {
    "enterprise": "企",
    "living_environment": "居",
    "petition": "信",
    "dispute": "纷",
    "hazard": "患",
    "illegal_building": "建",
    "water_source": "饮",
    "reserve": "保",
    "straw_burning": "秸",
    "livestock": "畜",
    "river_bank": "岸",
    "river_water": "水",
    "river_outfall": "排",
    "river_other": "河",
    "bank_waste": "圾",
    "bank_occupation": "占",
    "floating_waste": "漂",
    "turbid_water": "浊",
    "illegal_outfall": "污",
    "sand_mining": "砂",
    "illegal_fishing": "渔",
    "damaged_sign": "牌",
}


def issue_map(
    issues: gpd.GeoDataFrame,
    ground: Ground,
    *,
    record_url: Callable[[Any], str] | None = None,
    **options: Unpack[PageOptions],
) -> str:
    """Return a page with every issue, by category, state and whether it is overdue.

    Parameters
    ----------
    issues : GeoDataFrame, EPSG:4490
        ``id, number, category, state, overdue, found_on, due_on, village,
        description, geometry`` (points; missing ones are counted, not drawn).
    record_url : callable, optional
        Gives the address of an issue's record for its ``id``.

    Raises
    ------
    InvalidInput
        If `record_url` returns an address that is neither relative nor http(s).
    WrongCRS
        If the places are not in degrees.
    """
    check_degrees(issues)
    words = words_of(options)
    categories = issue_order(issues["category"], [term.code for term in ISSUE_CATEGORIES])
    states = issue_order(issues["state"], list(STATES))
    placed = issues[~(issues.geometry.isna() | issues.geometry.is_empty)]
    data = {
        "rows": _rows(placed, categories, states, record_url),
        **_names(categories, states, words),
        "icons": _icons(placed, categories, states),
        "labels": {key: words[key] for key in _SCRIPT_WORDS},
    }
    page = Page(
        kind="issues",
        layers={"issues": (words["issues"], True), "heat": (words["heat"], False)},
        data=data,
        panel=_panel(issues, categories, states, words, unlocated=len(issues) - len(placed)),
        libraries=("markercluster", "heat"),
        extent=shapely.union_all(placed.geometry.to_numpy()) if len(placed) else None,
        notice=_notice(issues, placed, words),
        summary=_summary(issues, words),
    )
    return render_page(
        page,
        ground,
        **options,
    )


def _names(categories: list[str], states: list[str], words: Words) -> dict[str, list[str]]:
    return {
        "categories": [words.term(ISSUE_CATEGORIES, code) for code in categories],
        "states": [words.term(ISSUE_STATES, code) for code in states],
        "fills": [state_style(code).fill for code in states],
    }


def glyph(category: str) -> str:
    """Return the one character that stands for a category in its marker.

    Examples
    --------
    >>> glyph("livestock"), glyph("油烟扰民"), glyph("")
    ('畜', '油', '')
    """
    term = find_term(ISSUE_CATEGORIES, category)
    return _GLYPHS.get(term.code if term else category, category.strip()[:1])


def issue_order(codes: pd.Series, known: list[str]) -> list[str]:
    """Return the codes that occur, in the vocabulary's order, own ones last by name."""
    found = {text_of(code) for code in codes}
    return [code for code in known if code in found] + sorted(found.difference(known))


def _rows(
    placed: gpd.GeoDataFrame, categories: list[str], states: list[str], record_url: Callable[[Any], str] | None
) -> list[list[Any]]:
    """Return an array per issue; ``issues.js`` names the columns."""
    category_at = {code: position for position, code in enumerate(categories)}
    state_at = {code: position for position, code in enumerate(states)}
    points = shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy())).round(6).tolist()
    return [
        [
            latitude,
            longitude,
            category_at[text_of(row["category"])],
            state_at[text_of(row["state"])],
            int(bool(row["overdue"])),
            text_of(row["number"]),
            date_text(row["found_on"]),
            date_text(row["due_on"]),
            text_of(row["village"]),
            text_of(row["description"]),
            safe_link(record_url(row["id"])) if record_url else "",
        ]
        for row, (longitude, latitude) in zip(placed.to_dict("records"), points, strict=True)
    ]


def _icons(placed: gpd.GeoDataFrame, categories: list[str], states: list[str]) -> dict[str, str]:
    combinations = placed[["category", "state", "overdue"]].drop_duplicates().itertuples(index=False)
    return {
        f"{categories.index(text_of(category))}.{states.index(text_of(state))}.{int(bool(overdue))}": issue_symbol(
            text_of(state), glyph(text_of(category)), overdue=bool(overdue)
        )
        for category, state, overdue in combinations
    }


def _panel(issues: gpd.GeoDataFrame, categories: list[str], states: list[str], words: Words, *, unlocated: int) -> str:
    by_category = Counter(text_of(code) for code in issues["category"])
    by_state = Counter(text_of(code) for code in issues["state"])
    return template(
        "issues.html",
        words=words,
        unlocated=unlocated,
        states=[(issue_symbol(c, ""), words.term(ISSUE_STATES, c), by_state[c], c in CLOSED_STATES) for c in states],
        categories=[(glyph(c), words.term(ISSUE_CATEGORIES, c), by_category[c]) for c in categories],
        overdue=issue_symbol("assigned", "", overdue=True),
        overdue_count=int(issues["overdue"].astype(bool).sum()),
    )


def _summary(issues: gpd.GeoDataFrame, words: Words) -> list[tuple[str, str, str]]:
    if not len(issues):
        return []
    overdue = int(issues["overdue"].astype(bool).sum())
    unfinished = int((~issues["state"].isin(CLOSED_STATES)).sum())
    return [
        (str(len(issues)), words["issue_count"], ""),
        (str(unfinished), words["open"], ""),
        (str(overdue), words["overdue"], "bad" if overdue else ""),
    ]


def _notice(issues: gpd.GeoDataFrame, placed: gpd.GeoDataFrame, words: Words) -> str:
    if not len(issues):
        return words["no_issues"]
    if not len(placed):
        return words["no_located_issues"]
    return ""


_SCRIPT_WORDS = (
    "category",
    "cluster",
    "description",
    "due_on",
    "found_on",
    "number",
    "overdue",
    "state",
    "village",
)
