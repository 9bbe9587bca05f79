"""Where a chief walks: along one bank, round the gorges, with pauses and wrong turns."""

from dataclasses import dataclass

import numpy as np
from shapely import LineString

from data.frame import Floats, generator
from data.schedule import Outing
from data.valleys import resample, smooth

__all__ = ["Gorge", "Path", "find_gorges", "make_path", "walk"]

_STEP_M = 8.0
_BANK_M = 11.0
_GORGE_ROAD_M = 150.0
# Stretches without a way along the water: reach, share of its length, radius in metres, side of the road.
_GORGES = (
    ("QH01-05", 0.5, 380, 1),
    ("QH01-08", 0.75, 330, -1),
    ("QH03-01", 0.4, 430, 1),
    ("QH06-01", 0.6, 480, 1),
    ("QH07-01", 0.25, 460, -1),
    ("QH08-02", 0.55, 400, -1),
    ("QH11-01", 0.3, 420, 1),
    ("QH12-01", 0.2, 520, 1),
    ("QH09-01", 0.0, 480, 1),
    ("QH13-01", 0.0, 360, 1),
)


@dataclass(frozen=True, slots=True)
class Gorge:
    """A place where the way leaves the river for the road above."""

    x: float
    y: float
    radius_m: float
    side: int


@dataclass(frozen=True, slots=True)
class Path:
    """A way along a reach in the plane: its points, metres walked to each, and the reach's measure there."""

    points: Floats
    normal: Floats
    walked_m: Floats
    measure_m: Floats


def find_gorges(reaches: dict[str, LineString]) -> list[Gorge]:
    """Return the gorges, placed on the reaches' lines in the plane."""
    gorges = []
    for code, share, radius_m, side in _GORGES:
        middle = reaches[code].interpolate(share, normalized=True)
        gorges.append(Gorge(middle.x, middle.y, radius_m, side))
    return gorges


def make_path(line: LineString, side: int, gorges: list[Gorge]) -> Path:
    """Return the way along one bank (`side` 1 left, -1 right), on the road where a gorge is."""
    river = resample(np.array(line.coords), _STEP_M)
    near, wide = smooth(river, 3), smooth(river, 18)
    bank = near + side * _BANK_M * _normals(near)
    for gorge in gorges:
        away_m = np.hypot(river[:, 0] - gorge.x, river[:, 1] - gorge.y)
        share = np.clip((gorge.radius_m - away_m) / 110, 0, 1)
        share = (share * share * (3 - 2 * share))[:, None]
        bank = (1 - share) * bank + share * (wide + gorge.side * _GORGE_ROAD_M * _normals(wide))
    bank = smooth(bank, 2)
    walked_m = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(bank, axis=0).T))])
    return Path(bank, _normals(bank), walked_m, np.linspace(0, line.length, len(river)))


def _normals(points: Floats) -> Floats:
    """Return the unit vectors to the left of a polyline at its points."""
    along = np.gradient(points, axis=0)
    normal: Floats = np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return normal


def walk(outing: Outing, path: Path, moments_s: Floats, stretch: float) -> Floats:
    """Return where the chief is at each moment.

    Parameters
    ----------
    moments_s : ndarray, shape (n,)
        Seconds since the start.
    stretch : float
        Factor on the planned distance.

    Returns
    -------
    ndarray, shape (n, 2)
        In the plane, without errors of the receiver.
    """
    random = generator(72, outing.stream)
    length_m = float(path.walked_m[-1])
    start_m = float(np.interp(outing.from_m, path.measure_m, path.walked_m))
    gone_m = _progress(len(moments_s), random) * outing.distance_m * stretch
    unfolded = start_m + (-1 if outing.upstream else 1) * gone_m
    at = length_m - np.abs(length_m - unfolded % (2 * length_m))
    aside = 4.0 * _wave(len(at), 14, random)
    if random.random() < 0.16:
        # A wrong turn: away from the river and back.
        turn_m = float(random.uniform(0.2, 0.8)) * float(gone_m[-1])
        aside += float(random.choice([-1, 1]) * random.uniform(60, 140)) * np.exp(-(((gone_m - turn_m) / 70) ** 2))
    x, y, east, north = (np.interp(at, path.walked_m, column) for column in (*path.points.T, *path.normal.T))
    return np.column_stack([x + aside * east, y + aside * north])


def _progress(count: int, random: np.random.Generator) -> Floats:
    """Return the share of the distance walked at each fix: uneven, with pauses."""
    pace = np.exp(0.35 * _wave(count, 10, random))
    pauses = _wave(count, 5, random) > 0.65
    pace[pauses] *= 0.03
    gone = np.concatenate([[0], np.cumsum(pace[1:])])
    share: Floats = gone / gone[-1]
    return share


def _wave(count: int, sigma: float, random: np.random.Generator) -> Floats:
    """Return smooth noise of about unit deviation that keeps its value over some `sigma` fixes."""
    margin = int(3 * sigma) + 1
    white = random.normal(0, 1, count + 2 * margin)
    reach = np.arange(-margin, margin + 1)
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    wave: Floats = np.convolve(white, kernel / np.sqrt((kernel**2).sum()), mode="valid")
    return wave[:count]
