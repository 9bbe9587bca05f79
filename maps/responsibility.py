"""The responsibility map: who answers for every place (网格责任图)."""

from collections.abc import Callable
from typing import Any, Unpack

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import geodesic_area_m2
from geo.vocabulary import LEVELS
from maps.colouring import colour_villages, finest_cells
from maps.encoding import area_text, polygons, safe_link, text_of
from maps.ground import Ground, check_degrees, label_places
from maps.labels import Words
from maps.page import Page, PageOptions, render_page, template, words_of
from maps.palette import VILLAGES
from maps.symbols import fill_swatch, hatch_patterns

__all__ = ["assists_of", "drawn_cells", "level_codes", "people_of", "responsibility_map", "short_name"]


def responsibility_map(
    cells: gpd.GeoDataFrame,
    ground: Ground,
    *,
    record_url: Callable[[Any], str] | None = None,
    **options: Unpack[PageOptions],
) -> str:
    """Return a page with every cell, coloured by village; a click shows who answers for it.

    Parameters
    ----------
    cells : GeoDataFrame, EPSG:4490
        ``id, code, name, level, village, lead, assists, status, chain,
        geometry``; `status` is ``assigned`` or ``vacant``; `chain` lists the
        cells over a place, lowest first, each with ``level, cell, name, lead,
        assists``.
    record_url : callable, optional
        Gives the address of a cell's record for its ``id``.
    """
    check_degrees(cells)
    words = words_of(options)
    drawn = drawn_cells(cells)
    levels = level_codes(drawn)
    colours = colour_villages(drawn)
    people = people_of(drawn)
    links = _Links(words)
    data = {
        "cells": [
            _row(row, levels, colours, links, record_url=record_url, mu=words["mu"]) for row in drawn.to_dict("records")
        ],
        "links": links.rows,
        "people": [[leads, assists] for _, leads, assists in people],
        "fills": list(VILLAGES),
        "solid": 0.55 if options.get("basemap") else 0.8,
        "labels": {key: words[key] for key in _SCRIPT_WORDS},
        "village_border": "#4b5563",
        "vacant_labels": _vacant_labels(drawn, words),
    }
    page = Page(
        kind="responsibility",
        layers={"cells": (words["cells"], True)},
        data=data,
        panel=_panel(drawn, levels, colours, people, words),
        extent=shapely.union_all(drawn.geometry.to_numpy()) if len(drawn) else None,
        markup=hatch_patterns(VILLAGES),
        notice="" if len(cells) else words["no_cells"],
        summary=_summary(cells, words),
    )
    return render_page(page, ground, **options)


def drawn_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cells that have a shape, wide ones first, with columns ``finest`` and ``area_m2``."""
    drawn = cells[~(cells.geometry.isna() | cells.geometry.is_empty)]
    order = {term.code: rank for rank, term in enumerate(LEVELS)}
    drawn = drawn.sort_values("level", key=lambda levels: levels.map(order), kind="stable")
    finest = np.array(finest_cells(drawn), dtype=bool)
    return drawn.assign(
        geometry=shapely.make_valid(drawn.geometry.to_numpy()), finest=finest, area_m2=geodesic_area_m2(drawn.geometry)
    )


def level_codes(cells: gpd.GeoDataFrame) -> list[str]:
    """Return the levels that occur, the widest first."""
    return [term.code for term in LEVELS if (cells["level"] == term.code).any()]


def people_of(cells: gpd.GeoDataFrame) -> list[tuple[str, list[int], list[int]]]:
    """Return who answers for what: name, positions of the cells led and assisted; by name."""
    found: dict[str, tuple[list[int], list[int]]] = {}
    for position, row in enumerate(cells.to_dict("records")):
        lead = text_of(row["lead"])
        if lead:
            found.setdefault(lead, ([], []))[0].append(position)
        for name in assists_of(row):
            found.setdefault(name, ([], []))[1].append(position)
    return [(name, *found[name]) for name in sorted(found)]


def assists_of(row: dict[str, Any]) -> list[str]:
    """Return the names of those who assist in a cell."""
    chain = row["chain"] if isinstance(row["chain"], list) else []
    if chain and isinstance(chain[0].get("assists"), list):
        return [str(name) for name in chain[0]["assists"]]
    return [name for name in text_of(row["assists"]).split("、") if name]


def short_name(row: dict[str, Any]) -> str:
    """Return a cell's name without its village's, which stands beside it on the map.

    Examples
    --------
    >>> short_name({"name": "石桥村一组网格", "village": "石桥村"}), short_name({"name": "石桥村", "village": "石桥村"})
    ('一组', '石桥村')
    """
    name = text_of(row["name"])
    return name.removeprefix(text_of(row["village"])).removesuffix("网格") or name


class _Links:
    """The links of all chains, each kept once, however many cells share it."""

    def __init__(self, words: Words) -> None:
        self.rows: list[list[str]] = []
        self._words = words
        self._at: dict[tuple[str, ...], int] = {}

    def position(self, link: dict[str, Any]) -> int:
        assists = link.get("assists") or []
        joined = assists if isinstance(assists, str) else "、".join(map(str, assists))
        level = self._words.term(LEVELS, text_of(link.get("level")))
        row = (level, text_of(link.get("name")), text_of(link.get("lead")), joined)
        if row not in self._at:
            self._at[row] = len(self.rows)
            self.rows.append(list(row))
        return self._at[row]


def _row(
    row: dict[str, Any],
    levels: list[str],
    colours: dict[str, int],
    links: _Links,
    *,
    record_url: Callable[[Any], str] | None,
    mu: str,
) -> dict[str, Any]:
    chain = row["chain"] if isinstance(row["chain"], list) else []
    return {
        "name": text_of(row["name"]) or text_of(row["code"]),
        "code": text_of(row["code"]),
        "village": text_of(row["village"]),
        "area": area_text(row["area_m2"], mu),
        "level": levels.index(row["level"]) if row["level"] in levels else -1,
        "finest": bool(row["finest"]),
        "colour": colours.get(text_of(row["village"]), -1),
        "vacant": row["status"] == "vacant",
        "assisted": bool(assists_of(row)),
        "chain": [links.position(link) for link in chain],
        "shape": polygons(row["geometry"]),
        "link": safe_link(record_url(row["id"])) if record_url else "",
    }


def _vacant_labels(drawn: gpd.GeoDataFrame, words: Words) -> list[dict[str, Any]]:
    labels = []
    for row in drawn[drawn["finest"]].to_dict("records"):
        vacant = row["status"] == "vacant"
        name = words["vacant"] if vacant else short_name(row)
        # A village's own name is on the ground already.
        if vacant or row["level"] == "group":
            west, south, east, north = row["geometry"].bounds
            label = {
                "text": name,
                "kind": "vacant" if vacant else "cell",
                "rank": 2.5 if vacant else 6,
                "at": [[round(y, 6), round(x, 6)] for x, y in label_places(row["geometry"])],
                "within": [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]],
            }
            labels.append(label)
    return labels


def _panel(
    drawn: gpd.GeoDataFrame,
    levels: list[str],
    colours: dict[str, int],
    people: list[tuple[str, list[int], list[int]]],
    words: Words,
) -> str:
    villages = [name for name in dict.fromkeys(map(text_of, drawn["village"])) if name in colours]
    return template(
        "responsibility.html",
        words=words,
        levels=[words.term(LEVELS, level) for level in levels],
        villages=[(fill_swatch(VILLAGES[colours[name]]), name) for name in villages],
        vacant=fill_swatch("url(#wg-vacant)", edge="#d3222a"),
        assisted=fill_swatch("url(#wg-assist-0)"),
        people=[(name, len(leads), len(assists)) for name, leads, assists in people],
        cells=len(drawn),
    )


def _summary(cells: gpd.GeoDataFrame, words: Words) -> list[tuple[str, str, str]]:
    if not len(cells):
        return []
    vacant = int((cells["status"] == "vacant").sum())
    return [
        (str(len(cells)), words["cells"], ""),
        (str(len(cells) - vacant), words["assigned"], ""),
        (str(vacant), words["vacant"], "bad" if vacant else ""),
    ]


_SCRIPT_WORDS = ("area", "assists", "chain", "code", "lead", "vacant", "vacant_cell", "village")
