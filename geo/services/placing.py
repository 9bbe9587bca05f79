"""Which region and which cell a record lies in, when its file does not say."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.compute.location import locate

__all__ = ["CellsFound", "cells_at", "narrowest_regions"]

NARROWEST_FIRST = ("group", "village", "town", "county")


def narrowest_regions(places: gpd.GeoSeries, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of the narrowest region around each place; None outside all.

    Parameters
    ----------
    places : GeoSeries of Point, shape (n,)
        In EPSG:4490; missing ones lie nowhere.
    regions : GeoDataFrame
        With ``code``, ``level`` and boundaries in EPSG:4490. A place on a
        border of groups belongs to their village, and so on.
    """
    found: pd.Series = pd.Series(None, index=places.index, dtype=object)
    for level in NARROWEST_FIRST:
        open_ = found.isna() & places.notna()
        of_level = regions[regions["level"] == level]
        if not open_.any() or of_level.empty:
            continue
        hits = locate(places[open_], of_level.geometry)
        inside = hits["cell"].to_numpy() >= 0
        found[hits.index[inside]] = of_level["code"].to_numpy()[hits["cell"].to_numpy()[inside]]
    return found


@dataclass(frozen=True, slots=True)
class CellsFound:
    """For each place its cell's position, -1 for none, and ``assigned``, ``border``, ``outside`` or ``unplaced``."""

    cell: np.ndarray
    status: np.ndarray


def cells_at(places: gpd.GeoSeries, cells: gpd.GeoDataFrame, days: Sequence[object]) -> CellsFound:
    """Find the narrowest cell around each place, in the version that was valid on its day.

    Parameters
    ----------
    places : GeoSeries of Point, shape (n,)
        In EPSG:4490, with a plain range as index.
    cells : GeoDataFrame
        With ``level``, ``first_day`` and ``end_day`` (exclusive; None for open) and boundaries in EPSG:4490.
    days : sequence of date, shape (n,)
    """
    cell = np.full(len(places), -1)
    status = np.where(places.notna(), "outside", "unplaced").astype(object)
    day = np.array(days, dtype="datetime64[D]")
    first = np.array([d or np.datetime64("0001-01-01") for d in cells["first_day"]], dtype="datetime64[D]")
    end = np.array([d or np.datetime64("9999-12-31") for d in cells["end_day"]], dtype="datetime64[D]")
    for edges in _spans(first, end):
        at = np.flatnonzero((day >= edges[0]) & (day < edges[1]) & places.notna().to_numpy())
        for level in NARROWEST_FIRST:
            at = at[status[at] == "outside"]
            version = np.flatnonzero((first <= edges[0]) & (end > edges[0]) & (cells["level"] == level).to_numpy())
            if not len(at) or not len(version):
                continue
            hits = locate(places.iloc[at].reset_index(drop=True), cells.geometry.iloc[version].reset_index(drop=True))
            position = hits["cell"].to_numpy()
            cell[at] = np.where(position >= 0, version[position], -1)
            status[at] = hits["status"].astype(object).to_numpy()
    return CellsFound(cell, status)


def _spans(first: np.ndarray, end: np.ndarray) -> list[tuple[np.datetime64, np.datetime64]]:
    """Return the spans of days during which the set of valid versions does not change."""
    edges = np.unique(np.concatenate([first, end]))
    return list(pairwise(edges))
