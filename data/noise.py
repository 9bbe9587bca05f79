"""What a phone in a pocket makes of a walk: errors, gaps, leaps, frozen and repeated fixes."""

from dataclasses import dataclass

import numpy as np

from data.frame import Floats

__all__ = ["Fixes", "moments", "record"]

_INTERVAL_S = 12
_DRIFT_M = 2.6


@dataclass(frozen=True, slots=True)
class Fixes:
    """The fixes of one patrol in the order of the file: seconds since its start, plane, accuracy."""

    moment_s: Floats
    at: Floats
    accuracy_m: Floats


def moments(duration_s: float, factor: float, random: np.random.Generator) -> Floats:
    """Return the whole seconds at which a recorder takes a fix, about every 12 s.

    Their number depends on `duration_s` alone, so that a change of `factor`
    moves the fixes in time and changes nothing else; the last is at their product.
    """
    count = max(round(duration_s / _INTERVAL_S), 60)
    uneven = np.cumsum(random.choice([11, 12, 12, 13], count))
    return np.concatenate([[0.0], np.round(uneven * (duration_s * factor / uneven[-1]))])


def record(at: Floats, moment_s: Floats, random: np.random.Generator) -> Fixes:
    """Return the fixes that a receiver on this walk would write.

    Parameters
    ----------
    at : ndarray, shape (n, 2)
        True places in the plane.
    moment_s : ndarray, shape (n,)
    """
    count = len(at)
    quality = np.abs(_drift(count, 12, random)[:, 0])
    accuracy = np.round(3.5 + 3.0 * quality + random.uniform(0, 1.5, count), 1)
    seen = at + _DRIFT_M * _drift(count, 9, random)
    keep = np.ones(count, bool)
    if random.random() < 0.35:
        _cold_start(seen, accuracy, random)
    if random.random() < 0.22:
        _canopy(seen, accuracy, random)
    if random.random() < 0.24:
        _lose(keep, moment_s, random)
    if random.random() < 0.12:
        _freeze(seen, accuracy, random)
    if random.random() < 0.18:
        _leap(seen, random)
    order = np.flatnonzero(keep)
    if random.random() < 0.10:
        order = np.sort(np.concatenate([order, random.choice(order, 3)]))
    if random.random() < 0.05:
        swap = int(random.integers(5, len(order) - 5))
        order[[swap, swap + 2]] = order[[swap + 2, swap]]
    return Fixes(moment_s[order], seen[order], accuracy[order])


def _drift(count: int, sigma: int, random: np.random.Generator) -> Floats:
    """Return errors that wander slowly, of about unit deviation, shape (n, 2)."""
    kernel = np.exp(-0.5 * (np.arange(-3 * sigma, 3 * sigma + 1) / sigma) ** 2)
    kernel /= np.sqrt((kernel**2).sum())
    white = random.normal(0, 1, (count + 6 * sigma, 2))
    return np.column_stack([np.convolve(column, kernel, mode="valid") for column in white.T])


def _span(count: int, least: int, most: int, random: np.random.Generator) -> slice:
    """Return a stretch of fixes, away from both ends."""
    length = min(int(random.integers(least, most)), count // 4)
    first = int(random.integers(count // 8, count - length - count // 8))
    return slice(first, first + length)


def _cold_start(seen: Floats, accuracy: Floats, random: np.random.Generator) -> None:
    few = int(random.integers(1, 4))
    seen[:few] += random.normal(0, 45, (few, 2))
    accuracy[:few] = np.round(random.uniform(60, 160, few), 1)


def _canopy(seen: Floats, accuracy: Floats, random: np.random.Generator) -> None:
    """Under trees or between rocks: fixes that are worth little, and say so."""
    part = _span(len(seen), 4, 16, random)
    few = part.stop - part.start
    seen[part] += random.normal(0, 30, (few, 2))
    accuracy[part] = np.round(random.uniform(52, 140, few), 1)


def _lose(keep: np.ndarray, moment_s: Floats, random: np.random.Generator) -> None:
    """Let the recorder sleep: no fixes for two to nine minutes."""
    part = _span(len(moment_s), 10, 45, random)
    keep[part] = False


def _freeze(seen: Floats, accuracy: Floats, random: np.random.Generator) -> None:
    """Let the position stay while the walker goes on, then catch up over a minute."""
    part = _span(len(seen), 16, 34, random)
    stuck, freed = seen[part.start].copy(), seen[part.stop].copy()
    seen[part] = stuck
    back = np.linspace(0, 1, 7)[1:-1, None]
    seen[part.stop - 5 : part.stop] = stuck + back * (freed - stuck)
    accuracy[part] = accuracy[part.start]


def _leap(seen: Floats, random: np.random.Generator) -> None:
    """One or two fixes lie a kilometre away."""
    for _ in range(int(random.integers(1, 3))):
        angle = float(random.uniform(0, 2 * np.pi))
        where = int(random.integers(3, len(seen) - 3))
        seen[where] += float(random.uniform(600, 2500)) * np.array([np.cos(angle), np.sin(angle)])
