"""Stretches of a reach (已巡段), intervals of its measures: their union and the gaps (未巡段) that they leave."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["NOISE_M", "gaps_of", "union_of", "union_of_groups"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

NOISE_M = 1e-6
"""Gaps and stretches that are not longer are rounding."""


def union_of(stretches: ArrayLike) -> Floats:
    """Return the union of stretches of one reach.

    Parameters
    ----------
    stretches : array of float, shape (n, 2)
        From and to in metres, in any order, overlapping or not.

    Returns
    -------
    ndarray of float, shape (k, 2)
        In order, none touching the next.

    Examples
    --------
    >>> union_of([(50, 60), (0, 10), (5, 20), (20, 30)]).tolist()
    [[0.0, 30.0], [50.0, 60.0]]
    """
    pairs = np.asarray(stretches, dtype=float).reshape(-1, 2)
    _, start_m, end_m = union_of_groups(np.zeros(len(pairs), np.int64), pairs[:, 0], pairs[:, 1])
    return np.column_stack([start_m, end_m])


def union_of_groups(group: Indices, start_m: Floats, end_m: Floats) -> tuple[Indices, Floats, Floats]:
    """Return the union of stretches within each group.

    Parameters
    ----------
    group : ndarray of int, shape (n,)
        What each stretch belongs to, such as the position of its reach.
    start_m, end_m : ndarray of float, shape (n,)
        In any order, overlapping or not.

    Returns
    -------
    group, start_m, end_m : ndarrays of shape (k,)
        Ordered by group and start, none touching the next.
    """
    if not len(group):
        return group, start_m, end_m
    if ((group[1:] < group[:-1]) | ((group[1:] == group[:-1]) & (start_m[1:] < start_m[:-1]))).any():
        order = np.lexsort((start_m, group))
        group, start_m, end_m = group[order], start_m[order], end_m[order]
    other = group[1:] != group[:-1]
    reached = end_m
    if (~other & (end_m[1:] < end_m[:-1])).any():
        reached = _reached(other, end_m)
    begins = np.flatnonzero(np.append(True, other | (start_m[1:] > reached[:-1] + NOISE_M)))
    group, start_m, end_m = group[begins], start_m[begins], np.maximum.reduceat(end_m, begins)
    long = end_m - start_m > NOISE_M
    return group[long], start_m[long], end_m[long]


def _reached(other: NDArray[np.bool_], end_m: Floats) -> Floats:
    """Return the greatest end so far within each group; `other` tells where the next group begins."""
    # The maximum is taken of ranks, each group's above those of the one before: integers lose no digits.
    count = len(end_m)
    order = np.argsort(end_m, kind="stable")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    base = np.append(0, np.cumsum(other)) * count
    reached: Floats = end_m[order[np.maximum.accumulate(base + rank) % count]]
    return reached


def gaps_of(stretches: ArrayLike, length_m: float) -> Floats:
    """Return what stretches leave of a reach.

    Parameters
    ----------
    stretches : array of float, shape (k, 2)
        As :func:`union_of` returns them.
    length_m : float
        Of the reach.

    Returns
    -------
    ndarray of float, shape (g, 2)

    Examples
    --------
    >>> gaps_of([(0, 10), (30, 40)], 50).tolist()
    [[10.0, 30.0], [40.0, 50.0]]
    """
    spans = np.asarray(stretches, dtype=float).reshape(-1, 2)
    gaps = np.column_stack([np.append(0.0, spans[:, 1]), np.append(spans[:, 0], length_m)])
    gaps = np.clip(gaps, 0.0, length_m)
    long: Floats = gaps[gaps[:, 1] - gaps[:, 0] > NOISE_M]
    return long
