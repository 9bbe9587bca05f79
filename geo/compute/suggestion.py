"""Where to walk next: the part of a reach that was walked longest ago or never (建议巡查段)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.compute.overtime import Walk, stale_stretches
from geo.errors import InvalidInput

__all__ = ["Suggestion", "suggest_next"]

Floats = NDArray[np.float64]

_SAME = 1e-9  # of the largest staleness: what differs by less is rounding


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A part of a reach to walk next.

    Attributes
    ----------
    start_m, end_m : float
    stale_metre_days : float
        Its metres, each times the days since it was last walked.
    never_m : float
        Its metres that were never walked.
    oldest : date or None
        The earliest of the days on which its walked metres were last walked.
    """

    start_m: float
    end_m: float
    stale_metre_days: float
    never_m: float
    oldest: date | None


def suggest_next(
    walks: Iterable[Walk], length_m: float, as_of: date, longest_m: float, *, since: date | None = None
) -> Suggestion | None:
    """Suggest the part of a reach to walk next.

    Parameters
    ----------
    walks : iterable of (start_m, end_m, day)
        Those after `as_of` are passed over.
    longest_m : float
        How far one patrol goes; the part is at most so long.
    since : date, optional
        The first day of which anything is known: what was never walked counts
        as walked the day before. By default the first day walked.

    Returns
    -------
    Suggestion or None
        The window with most metre-days since its metres were last walked; of
        those with as many, the one with most metres never walked, then the
        one nearest to the reach's start. Metres walked on `as_of` itself are
        cut off its ends. None where every metre was.

    Raises
    ------
    InvalidInput
        If `longest_m` is not above 0.

    Notes
    -----
    The staleness is constant between the edges of stretches, so the best
    window of the full length begins or ends at an edge: with staleness summed
    up along the reach, each is two look-ups, and the whole O(n log n).

    Examples
    --------
    >>> walks = [(0, 900, date(2024, 6, 1)), (300, 900, date(2024, 6, 20))]
    >>> found = suggest_next(walks, 1000, date(2024, 6, 30), 400)
    >>> found.start_m, found.end_m, found.stale_metre_days
    (0.0, 400.0, 9700.0)
    """
    if not longest_m > 0:
        raise InvalidInput("the longest patrol to suggest must be above 0 m")
    known = [walk for walk in walks if walk[2] <= as_of]
    stale = stale_stretches(known, length_m, as_of, 0)
    if not stale:
        return None
    unknown = min([since or as_of, *(walk[2] for walk in known)]) - timedelta(days=1)
    ages = np.array([(as_of - (day or unknown)).days for *_, day in stale], dtype=float)
    never = np.array([day is None for *_, day in stale], dtype=float)
    spans = np.array([row[:2] for row in stale])
    edges = spans.ravel()
    starts = _candidates(edges, length_m, min(longest_m, length_m))
    ends = np.minimum(starts + min(longest_m, length_m), length_m)
    metre_days, never_m = (_between(spans, density, starts, ends) for density in (ages, never))
    best = _best(metre_days, never_m)
    start, end = _trimmed(spans, starts[best], ends[best])
    touched = [day for begin, until, day in stale if begin < end and until > start and day is not None]
    return Suggestion(start, end, float(metre_days[best]), float(never_m[best]), min(touched) if touched else None)


def _candidates(edges: Floats, length_m: float, window_m: float) -> Floats:
    """Return where a best window may start, in order."""
    starts: Floats = np.unique(np.clip(np.concatenate([edges, edges - window_m]), 0.0, length_m - window_m))
    return starts


def _between(spans: Floats, density: Floats, start_m: Floats, end_m: Floats) -> Floats:
    """Return the density summed up from each start to each end."""
    total = np.append(0.0, np.cumsum(np.diff(spans, axis=1)[:, 0] * density))
    # Sums at the ends of spans; between spans nothing is added.
    sums = np.column_stack([total[:-1], total[1:]]).ravel()
    between: Floats = np.interp(end_m, spans.ravel(), sums) - np.interp(start_m, spans.ravel(), sums)
    return between


def _best(metre_days: Floats, never_m: Floats) -> int:
    most = metre_days.max()
    equal = np.flatnonzero(metre_days >= most - _SAME * max(most, 1.0))
    longest = never_m[equal].max()
    return int(equal[np.argmax(never_m[equal] >= longest - _SAME * max(longest, 1.0))])


def _trimmed(spans: Floats, start_m: float, end_m: float) -> tuple[float, float]:
    """Cut off what of a window lies before its first span and after its last."""
    inside = spans[(spans[:, 0] < end_m) & (spans[:, 1] > start_m)]
    return float(max(start_m, inside[0, 0])), float(min(end_m, inside[-1, 1]))
