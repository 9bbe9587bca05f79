"""Rivers: smooth valleys, bent into meanders, joined at confluences."""

import numpy as np
from shapely import LineString, Point
from shapely.ops import substring

from data.frame import Floats, generator
from data.places import RIVERS, RiverPlan

__all__ = ["STEP_M", "resample", "rivers_in_plane", "smooth"]

STEP_M = 20.0
# Wavelengths of the meanders and their share of the river's amplitude.
_MEANDERS = ((1500.0, 0.8), (820.0, 0.75), (470.0, 0.34), (260.0, 0.12))


def rivers_in_plane() -> dict[str, LineString]:
    """Return each river by name, downstream, in the plane; tributaries end on their river."""
    lines: dict[str, LineString] = {}
    for number, plan in enumerate(RIVERS):
        line = _wind(plan, generator(1, number))
        if plan.into is not None:
            line = _join(line, lines[plan.into])
        lines[plan.name] = line.simplify(1.5)
    return lines


def _wind(plan: RiverPlan, random: np.random.Generator) -> LineString:
    """Bend the valley of `plan` sideways by a sum of waves; its ends stay."""
    points = resample(_spline(np.array(plan.valley, float)), STEP_M)
    along_m = np.arange(len(points)) * STEP_M
    bend = np.zeros(len(points))
    for wavelength_m, share in _MEANDERS:
        # The wavelength drifts along the river: no two bends are alike.
        drift = smooth(random.normal(0, 1, len(points)), 40) * 6
        phase = np.cumsum(2 * np.pi * STEP_M / wavelength_m * np.exp(0.35 * np.tanh(drift)))
        bend += share * np.sin(phase + random.uniform(0, 2 * np.pi))
    taper = np.minimum(1, np.minimum(along_m, along_m[-1] - along_m) / 300)
    grown = 0.55 + 0.45 * along_m / along_m[-1]
    direction = np.gradient(points, axis=0)
    normal = np.column_stack([-direction[:, 1], direction[:, 0]]) / np.hypot(*direction.T)[:, None]
    return LineString(points + normal * (plan.meander_m * bend * taper * grown)[:, None])


def _join(line: LineString, river: LineString) -> LineString:
    """Cut a tributary where it first meets its river, or lead it there, so that it ends on a vertex."""
    crossing = line.intersection(river)
    if not crossing.is_empty:
        first = min(line.project(Point(p)) for g in _parts(crossing) for p in g.coords)
        line = substring(line, 0, max(first - 40, 0))
    end = Point(line.coords[-1])
    # A little downstream of the nearest point, as confluences lie.
    target = min(river.project(end) + 25, river.length)
    vertices = np.array(river.coords)
    measures = np.array([river.project(Point(p)) for p in vertices])
    vertex = vertices[np.argmin(np.abs(measures - target))]
    return LineString([*line.coords[:-1], vertex])


def _parts(geometry: Point) -> list[Point]:
    return list(getattr(geometry, "geoms", [geometry]))


def _spline(points: Floats) -> Floats:
    """Return a Catmull-Rom curve through `points`, 24 steps a span."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    spans = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        spans.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - 3 * c + d - a) * t**3))
    return np.vstack([*spans, points[-1:]])


def resample(points: Floats, step_m: float) -> Floats:
    """Return points of the polyline about every `step_m`, both ends kept, shape (n, 2)."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, along[-1], max(round(along[-1] / step_m), 1) + 1)
    return np.column_stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])])


def smooth(values: Floats, sigma: float) -> Floats:
    """Return `values` smoothed along the first axis by a Gaussian of `sigma` steps; ends are mirrored."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    padding = [(reach, reach), *([(0, 0)] * (values.ndim - 1))]
    if len(values) > reach:
        # Mirrored through the end point, so that ends keep their place.
        padded = np.pad(values, padding, mode="reflect", reflect_type="odd")
    else:
        padded = np.pad(values, padding, mode="edge")
    columns = padded.reshape(len(padded), -1)
    result = np.column_stack([np.convolve(column, weights, mode="valid") for column in columns.T])
    return result.reshape(values.shape)
