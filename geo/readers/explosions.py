"""Lines of a layer taken apart into fixes: tracks that a converter wrote as lines."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.readers.results import Layer

__all__ = ["explode_lines"]

# Where converters from GPX and KML to GeoJSON keep the times of a line's vertices.
TIMES = ("coordTimes", "coordinateProperties", "times")


def explode_lines(layer: Layer) -> tuple[Layer, npt.NDArray[np.int64] | None]:
    """Return a layer of points in which each line has become its vertices; other layers stay as they are.

    Parameters
    ----------
    layer : Layer
        Its row numbers, names and other columns are kept for each vertex. A line's times are
        taken from ``coordTimes``; without them the fixes have none.

    Returns
    -------
    layer : Layer
    segments : ndarray of int, or None
        The part of a line that each vertex belongs to: a new number is a break. None when nothing was done.
    """
    if layer.geometry is None or not np.isin(shapely.get_type_id(layer.geometry), (1, 5)).any():
        return layer, None
    lines = np.flatnonzero(np.isin(shapely.get_type_id(layer.geometry), (1, 5)))
    parts, owner = shapely.get_parts(layer.geometry[lines], return_index=True)
    coordinates, part_of = shapely.get_coordinates(parts, return_index=True)
    source = lines[owner[part_of]]
    frame = layer.frame.iloc[source].drop(columns=list(TIMES), errors="ignore").reset_index(drop=True)
    frame["track"] = source
    times = [moment for line in lines for moment in _times(layer.frame, int(line), _count(layer.geometry[line]))]
    if any(moment is not None for moment in times):
        frame["time"] = pd.Series(times, dtype=object)
    points = Layer(
        frame,
        shapely.points(coordinates),
        crs=layer.crs,
        defined=layer.defined,
        rows=np.arange(1, len(frame) + 1),
        warnings=list(layer.warnings),
    )
    return points, part_of


def _count(line: shapely.Geometry) -> int:
    return int(shapely.get_num_coordinates(line))


def _times(frame: pd.DataFrame, position: int, count: int) -> list[Any]:
    """Return one time for each vertex of a line, or None for each when they do not pair."""
    for name in TIMES:
        value = frame[name].iloc[position] if name in frame.columns else None
        if not isinstance(value, str):
            continue
        try:
            times = _flat(json.loads(value))
        except (ValueError, RecursionError):
            continue
        if len(times) == count:
            return times
    return [None] * count


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = value.get("times", [])
    if not isinstance(value, list):
        return []
    return [inner for item in value for inner in (item if isinstance(item, list) else [item])]
