"""Stretches of a reach (已巡段): unions, and the gaps (未巡段) that they leave."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["NOISE_M", "gaps_between", "unite"]

Floats = NDArray[np.float64]

NOISE_M = 1e-6
"""What lies between two stretches nearer than this is rounding, not a gap."""


def unite(stretches: ArrayLike) -> Floats:
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
    >>> unite([(50, 60), (0, 10), (5, 20), (20, 30)]).tolist()
    [[0.0, 30.0], [50.0, 60.0]]
    """
    spans = np.asarray(stretches, dtype=float).reshape(-1, 2)
    if not len(spans):
        return spans
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reached = np.maximum.accumulate(spans[:, 1])
    begins = np.append(True, spans[1:, 0] - reached[:-1] > NOISE_M)
    ends = np.append(begins[1:], True)
    return np.column_stack([spans[begins, 0], reached[ends]])


def gaps_between(stretches: ArrayLike, length_m: float) -> Floats:
    """Return what united stretches leave of a reach.

    Parameters
    ----------
    stretches : array of float, shape (k, 2)
        As :func:`unite` returns them.
    length_m : float
        Of the reach.

    Returns
    -------
    ndarray of float, shape (g, 2)

    Examples
    --------
    >>> gaps_between([(0, 10), (30, 40)], 50).tolist()
    [[10.0, 30.0], [40.0, 50.0]]
    """
    spans = np.asarray(stretches, dtype=float).reshape(-1, 2)
    gaps = np.column_stack([np.append(0.0, spans[:, 1]), np.append(spans[:, 0], length_m)])
    gaps = gaps[gaps[:, 1] - gaps[:, 0] > NOISE_M]
    return gaps
