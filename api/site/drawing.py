"""Small drawings inside pages: a reach as a strip of its measures, and a reach with the walk along it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import cos, floor, log10, radians
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.stretches import MeasuredLine, recency_step

__all__ = ["Drawing", "Mark", "Part", "count_parts", "draw_lines", "parts_of", "strip_parts"]

_METRES_PER_DEGREE = 111_320.0
_BAR_SHARE = 0.3
_ROUNDING_M = 0.5
_MARGIN = 20
_SIGN = 17.0
# From how many times on a stretch belongs to a step of the ramp, 5 the palest.
_TIMES = ((12, 1), (6, 2), (3, 3), (2, 4), (1, 5))

Piece = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a reach: a gap (`step` 0), or walked at a step of the palette's ramp, 1 the latest.

    `start` and `width` are per cent of the reach.
    """

    start: float
    width: float
    step: int
    start_m: float
    end_m: float


def parts_of(length_m: float, walked: Iterable[tuple[float, float, date]], as_of: date) -> list[Part]:
    """Return a reach's pieces in order, the gaps between its walked stretches included.

    Less than half a metre is rounding, not a gap.
    """
    parts: list[Part] = []
    at_m = 0.0
    for start_m, end_m, day in sorted(walked):
        if start_m - at_m >= _ROUNDING_M:
            parts.append(_part(length_m, at_m, start_m, 0))
        parts.append(_part(length_m, start_m, end_m, recency_step(day, as_of) + 1))
        at_m = end_m
    if length_m - at_m >= _ROUNDING_M:
        parts.append(_part(length_m, at_m, length_m, 0))
    return parts


def _part(length_m: float, start_m: float, end_m: float, step: int) -> Part:
    return Part(100 * start_m / length_m, 100 * (end_m - start_m) / length_m, step, start_m, end_m)


def strip_parts(parts: Sequence[Part]) -> list[Part]:
    """Return the pieces with neighbours of one step joined: a strip is a few pixels high."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and last.step == part.step and part.start_m - last.end_m < _ROUNDING_M:
            joined[-1] = replace(last, width=part.start + part.width - last.start, end_m=part.end_m)
        else:
            joined.append(part)
    return joined


def count_parts(length_m: float, times: Iterable[tuple[float, float, int]]) -> list[Part]:
    """Return a reach's pieces by how often each was walked, the gaps included; neighbours of one step are joined."""
    parts: list[Part] = []
    at_m = 0.0
    for start_m, end_m, count in sorted(times):
        if start_m - at_m >= _ROUNDING_M:
            parts.append(_part(length_m, at_m, start_m, 0))
        parts.append(_part(length_m, start_m, end_m, next(step for least, step in _TIMES if count >= least)))
        at_m = end_m
    if length_m - at_m >= _ROUNDING_M:
        parts.append(_part(length_m, at_m, length_m, 0))
    return strip_parts(parts)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place with a sign on it: where a walk began or ended, or what is doubtful about it."""

    kind: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines in a box of `width` × `height`: class and path of each; the scale bar is `bar` wide."""

    width: int
    height: int
    paths: list[tuple[str, str]]
    bar: float
    bar_m: int
    marks: list[Mark]


def draw_lines(
    reach: Any,
    parts: Sequence[Part],
    track: Any = None,
    *,
    places: Sequence[tuple[str, Sequence[float]]] = (),
    width: int = 640,
    height: int = 300,
) -> Drawing | None:
    """Draw a reach with its walked pieces and gaps, and the walk.

    Parameters
    ----------
    reach, track : GeoJSON geometry or None
        Lines in degrees. The walk's beginning and end are marked; what was not recorded between its parts is
        drawn apart.
    places : sequence of (label, (lon, lat))
        Places to be marked; one far off stands at the edge.

    Returns
    -------
    Drawing or None
        None when there is nothing to draw.
    """
    lines: list[tuple[str, list[Piece]]] = []
    if reach is not None:
        measured = MeasuredLine(_shape(reach), max((part.end_m for part in parts), default=0.0))
        lines.append(("wg-reach", measured.parts))
        lines += [
            (f"wg-step-{part.step}" if part.step else "wg-gap", measured.cut(part.start_m, part.end_m))
            for part in strip_parts(parts)
        ]
    signs: list[tuple[str, str, Sequence[float]]] = [("doubt", label, place) for label, place in places]
    if track is not None:
        walk = _shape(track)
        walked = [shapely.get_coordinates(part) for part in getattr(walk, "geoms", [walk])]
        lines.append(("wg-unseen", [np.vstack([a[-1], b[0]]) for a, b in pairwise(walked)]))
        lines.append(("wg-track", walked))
        signs += [("start", "", walked[0][0].tolist()), ("end", "", walked[-1][-1].tolist())] if walked else []
    pieces = [piece for _, group in lines for piece in group if len(piece)]
    return _fit(lines, signs, np.vstack(pieces), width, height) if pieces else None


def _fit(
    lines: list[tuple[str, list[Piece]]],
    signs: list[tuple[str, str, Sequence[float]]],
    points: Piece,
    width: int,
    height: int,
) -> Drawing:
    low, high = points.min(axis=0), points.max(axis=0)
    across = cos(radians(float(low[1] + high[1]) / 2))
    span = np.maximum((high - low) * (across, 1.0), 1e-6)
    # The scale bar stands below.
    pixels = float(min((width - 2 * _MARGIN) / span[0], (height - 4 * _MARGIN) / span[1]))
    corner = (width - span[0] * pixels) / 2, (height - 2 * _MARGIN - span[1] * pixels) / 2

    def placed(at: Piece) -> Piece:
        x = corner[0] + (at[:, 0] - low[0]) * across * pixels
        return np.column_stack([x, corner[1] + (high[1] - at[:, 1]) * pixels])

    def path(piece: Piece) -> str:
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in placed(piece))

    paths = [(kind, " ".join(path(piece) for piece in group)) for kind, group in lines if group]
    inner = np.array([_MARGIN / 2, _MARGIN / 2]), np.array([width - _MARGIN / 2, height - 2 * _MARGIN])
    marks = [
        Mark(kind, label, *np.clip(placed(np.array([place], dtype=float))[0], *inner).round(1).tolist())
        for kind, label, place in signs
    ]
    bar_m = _round_down(_BAR_SHARE * width / pixels * _METRES_PER_DEGREE)
    return Drawing(width, height, paths, bar_m / _METRES_PER_DEGREE * pixels, bar_m, _apart(marks))


def _apart(marks: list[Mark]) -> list[Mark]:
    """Move marks that would hide one another to the right."""
    kept: list[Mark] = []
    for mark in marks:
        while any(abs(mark.x - other.x) < _SIGN and abs(mark.y - other.y) < _SIGN for other in kept):
            mark = replace(mark, x=mark.x + _SIGN)  # noqa: PLW2901 - until it stands free
        kept.append(mark)
    return kept


def _shape(geometry: Any) -> Any:
    return shapely.from_geojson(json.dumps(geometry))


def _round_down(metres: float) -> int:
    power: int = 10 ** floor(log10(max(metres, 1.0)))
    return next(step * power for step in (5, 2, 1) if step * power <= max(metres, 1.0))
