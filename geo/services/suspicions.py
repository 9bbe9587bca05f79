"""Whether imported coordinates lie as if their datum was declared wrongly."""

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.datum import shift_suspicion
from geo.readers import Kind, Reading
from geo.services.surroundings import Surroundings
from geo.store.scoping import Scope
from geo.text import Text
from geo.types import RegionCode

__all__ = ["suspect_shift"]

# A sample tells as much as a million vertices.
_SAMPLE = 5_000


def suspect_shift(session: Session, reading: Reading, town: RegionCode | None, around: Surroundings) -> Text | None:
    """Return a warning when a file lies against the town's boundary as a GCJ-02 shift predicts.

    Regions themselves are not judged, since they bring the boundary.
    """
    if town is None or reading.kind == Kind.regions or reading.crs in ("gcj02", "bd09") or reading.frame.empty:
        return None
    regions = around.regions(session, Scope(town))
    boundary = regions[regions["code"] == town]
    if boundary.empty:
        return None
    places = _places(reading)
    step = max(1, len(places) // _SAMPLE)
    places = places[::step]
    return shift_suspicion(places[:, 0], places[:, 1], boundary.geometry.iloc[0])


def _places(reading: Reading) -> np.ndarray:
    frame = reading.frame
    if isinstance(frame, gpd.GeoDataFrame):
        coordinates: np.ndarray = shapely.get_coordinates(frame.geometry.to_numpy())
        return coordinates
    if {"lon", "lat"} <= set(frame.columns):
        fixes: np.ndarray = frame[["lon", "lat"]].to_numpy(dtype=float)
        placed: np.ndarray = fixes[np.isfinite(fixes).all(axis=1)]
        return placed
    return np.empty((0, 2))
