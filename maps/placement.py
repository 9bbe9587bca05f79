"""Where names go on a picture so that none covers another (注记避让)."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Names", "Spot", "along_line", "beads"]

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a name, in pixels: its middle, its turn in radians, what it covers."""

    x: float
    y: float
    angle: float
    boxes: tuple[Box, ...]

    @classmethod
    def level(cls, x: float, y: float, width: float, height: float, margin: float = 3.0) -> "Spot":
        """Return a spot for level text of this size around its middle."""
        half, tall = width / 2 + margin, height / 2 + margin
        return cls(x, y, 0.0, ((x - half, y - tall, x + half, y + tall),))


class Names:
    """What is taken on a picture already.

    Examples
    --------
    >>> names = Names((0, 0, 100, 100))
    >>> first, second = Spot.level(50, 50, 40, 10), Spot.level(50, 80, 40, 10)
    >>> names.place([first]).y, names.place([first, second]).y, names.place([first])
    (50, 80, None)
    """

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self._taken: list[Box] = []
        self._avoided: NDArray[np.float64] = np.empty((0, 4))

    def avoid(self, boxes: Iterable[Box]) -> None:
        """Keep names off these boxes where they have another place."""
        rows = np.array(list(boxes), dtype=float).reshape(-1, 4)
        self._avoided = np.vstack([self._avoided, rows])

    def place(self, spots: Iterable[Spot]) -> Spot | None:
        """Take the first free spot, best one that avoids everything; None when none is free."""
        free = [spot for spot in spots if self._is_free(spot)]
        if not free:
            return None
        chosen = next((spot for spot in free if not self._is_avoided(spot)), free[0])
        self._taken.extend(chosen.boxes)
        return chosen

    def _is_free(self, spot: Spot) -> bool:
        west, south, east, north = self.frame
        return all(
            box[0] >= west
            and box[1] >= south
            and box[2] <= east
            and box[3] <= north
            and not any(_meet(box, other) for other in self._taken)
            for box in spot.boxes
        )

    def _is_avoided(self, spot: Spot) -> bool:
        other = self._avoided
        return any(
            bool(
                (
                    (other[:, 0] < box[2]) & (box[0] < other[:, 2]) & (other[:, 1] < box[3]) & (box[1] < other[:, 3])
                ).any()
            )
            for box in spot.boxes
        )


def along_line(points: NDArray[np.float64], width: float, height: float, beside: float) -> Iterator[Spot]:
    """Yield spots beside a line, turned along it, where it is straight enough.

    Parameters
    ----------
    points : ndarray (n, 2)
        In pixels.
    beside : float
        The space between the line and the text.
    """
    steps = np.hypot(*np.diff(points, axis=0).T)
    ends = np.concatenate([[0.0], np.cumsum(steps)])
    length = float(ends[-1])
    if length < width * 1.3:
        return

    def at(measure: float) -> NDArray[np.float64]:
        return np.array([np.interp(measure, ends, points[:, axis]) for axis in (0, 1)])

    for share in (0.5, 0.38, 0.62, 0.25, 0.75, 0.14, 0.86):
        middle = share * length
        if middle < width / 2 or middle + width / 2 > length:
            continue
        first, last = at(middle - width / 2), at(middle + width / 2)
        across, up = (last - first).tolist()
        if math.hypot(across, up) < 0.86 * width:
            continue
        angle = math.atan2(up, across)
        if abs(angle) > math.pi / 2:
            angle -= math.copysign(math.pi, angle)
        centre = ((first + last) / 2 + at(middle)) / 2
        for side in (1, -1):
            off = (height / 2 + beside) * side
            x, y = centre[0] - math.sin(angle) * off, centre[1] + math.cos(angle) * off
            yield Spot(float(x), float(y), angle, tuple(_tiles(float(x), float(y), angle, width, height)))


def beads(points: NDArray[np.float64], *, apart: float = 14.0, half: float = 4.0) -> list[Box]:
    """Return small boxes along a line, close enough that no name fits between them."""
    ends = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.arange(0.0, ends[-1] + 1e-9, apart)
    x, y = (np.interp(at, ends, points[:, axis]) for axis in (0, 1))
    corners = np.column_stack([x - half, y - half, x + half, y + half])
    return [(west, south, east, north) for west, south, east, north in corners.tolist()]


def _tiles(x: float, y: float, angle: float, width: float, height: float) -> Iterator[Box]:
    count = max(2, math.ceil(width / height))
    half = height / 2 + 1
    for number in range(count):
        along = ((number + 0.5) / count - 0.5) * width
        cx, cy = x + math.cos(angle) * along, y + math.sin(angle) * along
        yield cx - half, cy - half, cx + half, cy + half


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
