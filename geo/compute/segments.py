"""The straight pieces of lines, with their places on the line in ground metres."""

from typing import NamedTuple

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray

from geo.crs import ELLIPSOID
from geo.errors import WrongCRS

__all__ = ["Floats", "Indices", "Segments", "segments_of"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_NOTHING = 1e-14  # in units of the plane: below what its numbers can tell apart


class Segments(NamedTuple):
    """The straight pieces of lines, in order; parts of a line follow one another in its measures."""

    line: Indices
    part: Indices
    start: Floats
    end: Floats
    start_m: Floats
    end_m: Floats

    @property
    def length_m(self) -> Floats:
        """Return each segment's length in ground metres."""
        length_m: Floats = self.end_m - self.start_m
        return length_m

    def at(self, segment: NDArray[np.integer], share: Floats) -> Floats:
        """Return the place at a share of each segment, 0 its start and 1 its end."""
        start = self.start[segment]
        places: Floats = start + share[:, None] * (self.end[segment] - start)
        return places

    @property
    def extent(self) -> Floats:
        """Return each segment's length in units of the plane."""
        extent: Floats = np.hypot(*(self.end - self.start).T)
        return extent


def segments_of(lines: GeoSeries) -> Segments:
    """Return the segments of lines that have a length.

    Parameters
    ----------
    lines : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees (lengths are then geodesic) or in a CRS with metre axes.

    Raises
    ------
    WrongCRS
        If they have no CRS.
    """
    if lines.crs is None:
        raise WrongCRS("the lines have no reference system")
    shapes = shapely.force_2d(np.asarray(lines.array, dtype=object))
    parts, line_of = shapely.get_parts(shapes, return_index=True)
    coords, part_of = shapely.get_coordinates(parts, return_index=True)
    together = part_of[1:] == part_of[:-1]
    start, end, part = coords[:-1][together], coords[1:][together], part_of[1:][together]
    moved = np.hypot(*(end - start).T) > _NOTHING
    start, end, part = start[moved], end[moved], part[moved]
    if lines.crs.is_geographic:
        length_m = np.asarray(ELLIPSOID.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2], dtype=float)
    else:
        length_m = np.hypot(*(end - start).T)
    line = line_of[part].astype(np.int64)
    begins = np.diff(line, prepend=-1) != 0
    before = np.append(0.0, np.cumsum(length_m))
    base = np.repeat(before[:-1][begins], np.diff(np.append(np.flatnonzero(begins), len(line))))
    # A segment starts at the very number where the one before it ends.
    return Segments(line, part.astype(np.int64), start, end, before[:-1] - base, before[1:] - base)
