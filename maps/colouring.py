"""Colours for neighbours that must differ (相邻异色)."""

from collections import Counter

import geopandas as gpd
import numpy as np
import shapely

from geo.vocabulary import LEVELS
from maps.palette import VILLAGES

__all__ = ["colour_villages", "finest_cells"]

_RANK = {term.code: rank for rank, term in enumerate(LEVELS)}


def colour_villages(cells: gpd.GeoDataFrame) -> dict[str, int]:
    """Return for each village the number of a colour that no neighbour has.

    Greedy, the village with the most neighbours first; among the free colours
    the least used. With more neighbours than colours, two may share one.
    """
    villages = cells[cells["village"].fillna("") != ""].dissolve("village", as_index=True)
    if villages.empty:
        return {}
    shapes = villages.geometry.to_numpy()
    # Borders drawn by hand seldom meet exactly: a hundred metres is next door.
    left, right = villages.sindex.query(shapely.buffer(shapes, 0.001), predicate="intersects")
    neighbours: dict[int, set[int]] = {number: set() for number in range(len(shapes))}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one != other:
            neighbours[one].add(other)
            neighbours[other].add(one)
    chosen: dict[int, int] = {}
    used: Counter[int] = Counter()
    for number in sorted(neighbours, key=lambda n: (-len(neighbours[n]), n)):
        taken = {chosen[other] for other in neighbours[number] if other in chosen}
        free = [colour for colour in range(len(VILLAGES)) if colour not in taken] or list(range(len(VILLAGES)))
        colour = min(free, key=lambda one: (used[one], one))
        chosen[number] = colour
        used[colour] += 1
    return {str(name): chosen[number] for number, name in enumerate(villages.index)}


def finest_cells(cells: gpd.GeoDataFrame) -> list[bool]:
    """Tell of each cell whether it is the finest there: not filled by cells of a lower level.

    A cell counts as filled from 95 % of its area on.
    """
    if cells.empty:
        return []
    shapes = shapely.make_valid(cells.geometry.to_numpy())
    ranks = np.array([_RANK.get(str(level), len(_RANK)) for level in cells["level"]])
    outer, inner = gpd.GeoSeries(shapes).sindex.query(shapes, predicate="intersects")
    finer = ranks[inner] > ranks[outer]
    outer, inner = outer[finer], inner[finer]
    # Of two finer levels only the next one counts, or their areas would add up twice.
    filled = np.zeros((len(shapes), len(_RANK) + 1))
    np.add.at(filled, (outer, ranks[inner]), shapely.area(shapely.intersection(shapes[outer], shapes[inner])))
    finest: list[bool] = (filled.max(axis=1) < 0.95 * shapely.area(shapes)).tolist()
    return finest
