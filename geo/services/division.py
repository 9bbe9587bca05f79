"""How rivers and zones are divided among the cells that they lie in (按网格分段)."""

from datetime import date

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geo.compute.location import split_areas_by_cells
from geo.compute.splits import split_by_cells
from geo.services.responsibility import cell_frame
from geo.store.scoping import Scope
from geo.store.waters import reach_frame, zone_frame

__all__ = ["reach_shares", "zone_shares"]

_CELL = ("code", "name", "lead")


def reach_shares(session: Session, scope: Scope, on: date, *, level: str | None = None) -> pd.DataFrame:
    """Return who answers for which metres of which reach on a day.

    Parameters
    ----------
    level : str, optional
        The level of the cells; by default the narrowest that there is.

    Returns
    -------
    DataFrame with columns ``reach``, ``reach_name``, ``cell``, ``cell_name``, ``lead``,
        ``start_m``, ``end_m``, ``length_m``. Ordered along each reach. What lies in no cell has a row with an empty
        ``cell``, so that the metres of a reach always add up to its length.
    """
    reaches, cells = reach_frame(session, scope), cell_frame(session, scope, on, level=level)
    pieces = split_by_cells(reaches.geometry, cells.geometry)
    pieces["length_m"] = pieces["end_m"] - pieces["start_m"]
    left = reaches["length_m"] - pieces.groupby("reach")["length_m"].sum().reindex(range(len(reaches)), fill_value=0.0)
    return _named(pieces, _rest(left, "reach", "length_m"), reaches, cells, "reach")


def zone_shares(session: Session, scope: Scope, on: date, *, level: str | None = None) -> pd.DataFrame:
    """Return who answers for which square metres of which zone on a day.

    Parameters
    ----------
    level : str, optional
        The level of the cells; by default the narrowest that there is.

    Returns
    -------
    DataFrame with columns ``zone``, ``zone_name``, ``cell``, ``cell_name``, ``lead``, ``area_m2``
        What lies in no cell has a row with an empty ``cell``.
    """
    zones, cells = zone_frame(session, scope), cell_frame(session, scope, on, level=level)
    pieces = split_areas_by_cells(zones.geometry, cells.geometry).rename(columns={"polygon": "zone"})
    whole = (
        split_areas_by_cells(zones.geometry, zones.geometry).query("polygon == cell").set_index("polygon")["area_m2"]
    )
    left = whole - pieces.groupby("zone")["area_m2"].sum().reindex(whole.index, fill_value=0.0)
    return _named(pieces, _rest(left, "zone", "area_m2"), zones, cells, "zone")


def _rest(left: pd.Series, what: str, measure: str) -> pd.DataFrame:
    """Return a row for each target of which more than a rounding lies in no cell."""
    outside = left[left > 1e-3]
    return pd.DataFrame({what: outside.index, "cell": -1, measure: outside.to_numpy()})


def _named(
    pieces: pd.DataFrame, rest: pd.DataFrame, targets: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, what: str
) -> pd.DataFrame:
    rows = pd.concat([pieces, rest]) if len(rest) else pieces
    rows = rows.sort_values([what, *(["start_m"] if "start_m" in rows else [])], kind="stable").reset_index(drop=True)
    target, cell = rows[what].to_numpy(dtype=int), rows["cell"].to_numpy(dtype=int)
    named = {
        what: targets["code"].to_numpy()[target],
        f"{what}_name": targets["name"].to_numpy()[target],
    }
    for column, name in zip(_CELL, ("cell", "cell_name", "lead"), strict=True):
        values = cells[column].tolist()
        # As objects, so that an empty cell stays None.
        named[name] = pd.Series([values[position] if position >= 0 else None for position in cell], dtype=object)
    measures = [column for column in ("start_m", "end_m", "length_m", "area_m2") if column in rows]
    return pd.DataFrame(named | {column: rows[column].to_numpy() for column in measures})
