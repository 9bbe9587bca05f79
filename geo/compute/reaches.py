"""Places along a reach, told by metres from its start (里程), and its division among cells."""

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import ArrayLike

from geo.compute.areas import ground_scale
from geo.compute.claims import require_one_crs
from geo.compute.segments import Floats, Segments, segments_of
from geo.compute.splits import split_by_cells
from geo.errors import InvalidInput

__all__ = ["cut_lines", "lengths_m", "measures_m", "split_by_cells"]


def lengths_m(lines: GeoSeries) -> Floats:
    """Return each line's length in ground metres: the measure of its end.

    Parameters
    ----------
    lines : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees (then along geodesics) or in a CRS with metre axes.

    Returns
    -------
    ndarray of float, shape (n,)
        0 where there is no line.
    """
    segments = segments_of(lines)
    lengths: Floats = np.zeros(len(lines))
    np.add.at(lengths, segments.line, segments.length_m)
    return lengths


def measures_m(lines: GeoSeries, places: GeoSeries) -> Floats:
    """Return how far along its line the point nearest to each place lies.

    Parameters
    ----------
    lines : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees or in a CRS with metre axes.
    places : GeoSeries of Point, shape (n,)
        In the same CRS; the first belongs to the first line, and so on.

    Returns
    -------
    ndarray of float, shape (n,)
        In ground metres from the line's start; the first such point where
        several are as near. NaN where the line or the place is missing.

    Raises
    ------
    WrongCRS
        If the two are in different systems.

    Examples
    --------
    >>> lines = GeoSeries.from_wkt(["LINESTRING(0 0, 100 0, 100 50)"], crs=4549)
    >>> measures_m(lines, GeoSeries.from_wkt(["POINT(90 20)"], crs=4549)).tolist()
    [120.0]
    """
    require_one_crs(lines, places)
    segments = segments_of(lines)
    points = np.column_stack([places.x, places.y])
    # Degrees of longitude are shorter than those of latitude: compare distances in metres.
    scale = np.column_stack(ground_scale(points[:, 1])) if lines.crs.is_geographic else np.ones_like(points)
    scale = scale[segments.line]
    along = (segments.end - segments.start) * scale
    share = ((points[segments.line] - segments.start) * scale * along).sum(axis=1) / (along**2).sum(axis=1)
    share = np.clip(share, 0, 1)
    nearest = segments.at(np.arange(len(share)), share)
    away = np.hypot(*((points[segments.line] - nearest) * scale).T)
    order = np.lexsort((np.arange(len(away)), away, segments.line))
    order = order[np.isfinite(away[order])]
    line, first = np.unique(segments.line[order], return_index=True)
    best = order[first]
    measures = np.full(len(lines), np.nan)
    measures[line] = segments.start_m[best] + share[best] * segments.length_m[best]
    return measures


def cut_lines(lines: GeoSeries, line: ArrayLike, start_m: ArrayLike, end_m: ArrayLike) -> GeoSeries:
    """Return the pieces of lines between pairs of measures.

    Parameters
    ----------
    lines : GeoSeries of LineString or MultiLineString, shape (n,)
        In degrees or in a CRS with metre axes.
    line : array of int, shape (k,)
        The position of each piece's line in `lines`.
    start_m, end_m : array of float, shape (k,)
        In ground metres; clipped to the line.

    Returns
    -------
    GeoSeries of LineString or MultiLineString, shape (k,)
        Indexed by 0 … k-1. None for a piece without length.

    Raises
    ------
    InvalidInput
        If a piece ends before it starts.

    Examples
    --------
    >>> lines = GeoSeries.from_wkt(["LINESTRING(0 0, 100 0, 100 50)"], crs=4549)
    >>> cut_lines(lines, [0], [90], [120])[0].wkt
    'LINESTRING (90 0, 100 0, 100 20)'
    """
    of_line, start, end = np.asarray(line, np.int64), np.asarray(start_m, float), np.asarray(end_m, float)
    if (end < start).any():
        piece = int(np.flatnonzero(end < start)[0])
        raise InvalidInput(
            "a piece from {start} m to {end} m ends before it starts", start=start[piece], end=end[piece]
        )
    segments = segments_of(lines)
    first = np.searchsorted(segments.line, of_line, side="left")
    last = np.searchsorted(segments.line, of_line, side="right")
    cut = [
        _cut(segments, slice(*bounds), piece_start, piece_end)
        for *bounds, piece_start, piece_end in zip(first, last, start, end, strict=True)
    ]
    return GeoSeries(cut, crs=lines.crs)


def _cut(segments: Segments, within: slice, start_m: float, end_m: float) -> shapely.Geometry | None:
    begins, ends = segments.start_m[within], segments.end_m[within]
    touched = np.flatnonzero((begins < end_m) & (ends > start_m)) + within.start
    if not len(touched) or end_m == start_m:
        return None
    length = segments.length_m[touched]
    head = segments.at(touched, np.clip((start_m - segments.start_m[touched]) / length, 0, 1))
    tail = segments.at(touched, np.clip((end_m - segments.start_m[touched]) / length, 0, 1))
    pieces = []
    for part in np.unique(segments.part[touched]):
        here = segments.part[touched] == part
        pieces.append(shapely.linestrings(np.vstack([head[here], tail[here][-1:]])))
    return pieces[0] if len(pieces) == 1 else shapely.multilinestrings(pieces)
