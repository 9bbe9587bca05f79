"""Villages and groups grow over a raster from their settlements until they meet.

Ridges (far from streams) and the main river are hard to cross, so borders come
to lie on them, as they do in hilly country.
"""

import heapq

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from data.frame import Floats, fractal_noise, generator
from data.places import OUTLINE, VILLAGES

__all__ = ["PIXEL_M", "Labels", "Raster", "grow_groups", "grow_villages", "make_raster"]

Labels = NDArray[np.int64]

PIXEL_M = 25.0
_EAST_M, _NORTH_M = 5300.0, 6900.0
OUTSIDE = -1


class Raster:
    """The country as pixels: where the township is, how far the next stream, how hard the going."""

    def __init__(self, rivers: dict[str, LineString]) -> None:
        east = np.arange(-_EAST_M + PIXEL_M / 2, _EAST_M, PIXEL_M)
        north = np.arange(-_NORTH_M + PIXEL_M / 2, _NORTH_M, PIXEL_M)
        self.x, self.y = np.meshgrid(east, north)
        self.stream_m = _distances_m(self.x, self.y, list(rivers.values()))
        main_m = _distances_m(self.x, self.y, [rivers["清河"]])
        bumps = fractal_noise(self.x, self.y, (380.0, 200.0, 110.0, 60.0), 21)
        self.roughness: Floats = np.exp(1.5 * bumps)
        self.effort: Floats = self.roughness * (1 + 4 * np.minimum(self.stream_m / 700, 1.4) ** 2)
        self.effort += np.where(main_m < 30, 8.0, 0)
        self.inside = _inside(self.x, self.y)

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """Return the row and column of the pixel that holds a point."""
        return int((y + _NORTH_M) // PIXEL_M), int((x + _EAST_M) // PIXEL_M)

    def corner(self, row: Floats, column: Floats) -> Floats:
        """Return the plane's metres of pixel corners, shape (n, 2)."""
        return np.column_stack([column * PIXEL_M - _EAST_M, row * PIXEL_M - _NORTH_M])


def _distances_m(x: Floats, y: Floats, lines: list[LineString]) -> Floats:
    """Return the distance of each pixel from the nearest of `lines`."""
    points = shapely.points(x.ravel(), y.ravel())
    segments = [LineString(pair) for line in lines for pair in zip(line.coords, line.coords[1:], strict=False)]
    _, distance_m = shapely.STRtree(segments).query_nearest(points, return_distance=True, all_matches=False)
    return np.asarray(distance_m).reshape(x.shape)


def make_raster(rivers: dict[str, LineString]) -> Raster:
    """Return the raster of the country around `rivers`."""
    return Raster(rivers)


def _inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Return where the township lies: its outline bent by noise, one piece without holes."""
    bent_x = 1.03 * x + 420 * fractal_noise(x, y, (1700.0, 800.0, 380.0, 170.0, 90.0), 22)
    bent_y = 1.03 * y + 420 * fractal_noise(x, y, (1700.0, 800.0, 380.0, 170.0, 90.0), 23)
    outline = Polygon(OUTLINE)
    shapely.prepare(outline)
    raw = shapely.contains_xy(outline, bent_x.ravel(), bent_y.ravel()).reshape(x.shape)
    town = _component(raw, (raw.shape[0] // 2, raw.shape[1] // 2))
    return ~_component(~town, (0, 0))


def _component(mask: NDArray[np.bool_], start: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the pixels of `mask` joined to `start` by their edges."""
    found = np.zeros_like(mask)
    found[start] = True
    while True:
        grown = found.copy()
        grown[1:] |= found[:-1]
        grown[:-1] |= found[1:]
        grown[:, 1:] |= found[:, :-1]
        grown[:, :-1] |= found[:, 1:]
        grown &= mask
        if (grown == found).all():
            return found
        found = grown


def _grow(effort: Floats, allowed: NDArray[np.bool_], seeds: list[tuple[int, int]]) -> Labels:
    """Give each allowed pixel the seed that reaches it with the least effort (Dijkstra, eight neighbours)."""
    rows, columns = effort.shape
    straight, slanted = (-1, 1, -columns, columns), (-columns - 1, -columns + 1, columns - 1, columns + 1)
    steps = [(step, 1.0) for step in straight] + [(step, 2**0.5) for step in slanted]
    cost, free = effort.ravel().tolist(), allowed.ravel().tolist()
    label = [OUTSIDE] * (rows * columns)
    queue = [(0.0, seed[0] * columns + seed[1], number) for number, seed in enumerate(seeds)]
    heapq.heapify(queue)
    while queue:
        spent, at, number = heapq.heappop(queue)
        if label[at] != OUTSIDE or not free[at]:
            continue
        label[at] = number
        for step, share in steps:
            if free[at + step] and label[at + step] == OUTSIDE:
                heapq.heappush(queue, (spent + cost[at + step] * share, at + step, number))
    return _rejoin(np.array(label).reshape(rows, columns), seeds)


def _rejoin(labels: Labels, seeds: list[tuple[int, int]]) -> Labels:
    """Give pixels that touch their region only by a corner to a neighbour by edge."""
    kept = np.full_like(labels, OUTSIDE)
    for number, seed in enumerate(seeds):
        kept[_component(labels == number, seed)] = number
    loose = (labels != OUTSIDE) & (kept == OUTSIDE)
    while loose.any():
        for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
            offered = np.roll(kept, shift, axis)
            taken = loose & (kept == OUTSIDE) & (offered != OUTSIDE)
            kept[taken] = offered[taken]
        loose &= kept == OUTSIDE
    return kept


def grow_villages(raster: Raster) -> Labels:
    """Return for each pixel the position in VILLAGES of the village it belongs to, or -1."""
    seeds = [raster.pixel(*village.centre) for village in VILLAGES]
    return _grow(raster.effort, raster.inside, seeds)


def grow_groups(raster: Raster, villages: Labels) -> tuple[Labels, list[tuple[int, Floats]]]:
    """Divide each village among its groups.

    Returns
    -------
    labels : ndarray
        For each pixel the position of its group in the list, or -1.
    groups : list of (village, centre)
        The village's position, and the group's settlement in the plane.
    """
    labels = np.full(villages.shape, OUTSIDE)
    groups: list[tuple[int, Floats]] = []
    for number, village in enumerate(VILLAGES):
        mine = villages == number
        seeds = _settlements(raster, mine, village.groups, number)
        # Groups share a valley more readily than villages do.
        grown = _grow(raster.roughness * (1 + np.minimum(raster.stream_m / 900, 1.5)), mine, seeds)
        labels[mine] = grown[mine] + len(groups)
        groups += [(number, np.array([raster.x[seed], raster.y[seed]])) for seed in seeds]
    return labels, groups


def _settlements(raster: Raster, mine: NDArray[np.bool_], count: int, village: int) -> list[tuple[int, int]]:
    """Choose `count` settlements: spread by k-means, drawn towards the streams but never into them."""
    rows, columns = np.nonzero(mine)
    points = np.column_stack([raster.x[mine], raster.y[mine]])
    weight = np.exp(-((np.minimum(raster.stream_m[mine], 1500) / 700) ** 2)) + 0.25
    random = generator(24, village)
    centres = [np.array(VILLAGES[village].centre, float)]
    while len(centres) < count:
        distance = np.min([np.hypot(*(points - c).T) for c in centres], axis=0)
        centres.append(points[np.argmax(distance * weight * random.uniform(0.8, 1, len(points)))])
    for _ in range(12):
        nearest = np.argmin([np.hypot(*(points - c).T) for c in centres], axis=0)
        centres = [np.average(points[nearest == k], axis=0, weights=weight[nearest == k]) for k in range(count)]
    seeds = []
    for centre in centres:
        wet = np.where(raster.stream_m[mine] < 60, 1e4, 0)
        best = int(np.argmin(np.hypot(*(points - centre).T) + 0.4 * raster.stream_m[mine] + wet))
        seeds.append((int(rows[best]), int(columns[best])))
    return seeds
