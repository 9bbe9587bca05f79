"""When a patrol counts (有效巡河): one rule for every threshold of a day."""

from dataclasses import dataclass

from geo.compute.tracks import CleaningRules
from geo.errors import InvalidInput

__all__ = ["ALL_MONTHS", "PatrolRule"]

ALL_MONTHS = tuple(range(1, 13))
_MOST = {"min_minutes": 1440, "min_distance_m": 1e6, "min_hours_since_last": 8784, "min_stretch_m": 1e5}


@dataclass(frozen=True, slots=True)
class PatrolRule:
    """What a patrol must reach to count, and how its track is read (巡河规则).

    The defaults ask for nothing beyond a track, since no threshold is true everywhere.

    Attributes
    ----------
    min_minutes, min_distance_m : float
        Duration and length of the kept track, at least.
    min_hours_since_last : float
        More than this must have passed since the end of the person's last valid patrol of the same reach.
    months : tuple of int
        Months in which patrols count, 1 to 12.
    corridor_m : float
        How near a walked line must pass for a metre of a reach to count (巡查走廊).
    min_stretch_m : float
        Shorter stretches are mere crossings and do not count.
    max_speed_kmh, max_gap_s, max_gap_m, max_accuracy_m : float
        See :class:`geo.compute.tracks.CleaningRules`.

    Raises
    ------
    InvalidInput
        If a threshold is negative, not a number, or more than a day, a year or a river can hold, if the
        corridor or a limit is not above 0, or a month is none.
    """

    min_minutes: float = 0.0
    min_distance_m: float = 0.0
    min_hours_since_last: float = 0.0
    months: tuple[int, ...] = ALL_MONTHS
    corridor_m: float = 30.0
    min_stretch_m: float = 0.0
    max_speed_kmh: float = 60.0
    max_gap_s: float = 120.0
    max_gap_m: float = 200.0
    max_accuracy_m: float = 50.0

    def __post_init__(self) -> None:
        """Check the thresholds; written so that NaN is refused too."""
        for field, most in _MOST.items():
            if not 0 <= getattr(self, field) <= most:
                raise InvalidInput("{field} must be from 0 to {most}", field=field, most=f"{most:.0f}")
        if not 0 < self.corridor_m <= 1000:
            raise InvalidInput("the corridor must be above 0 and at most 1000 m")
        if not self.months or not set(self.months) <= set(ALL_MONTHS):
            raise InvalidInput("months are numbers from 1 to 12, at least one of them")
        object.__setattr__(self, "months", tuple(sorted(set(self.months))))
        _ = self.cleaning

    @property
    def cleaning(self) -> CleaningRules:
        """The part that decides which fixes are kept."""
        return CleaningRules(self.max_speed_kmh, self.max_gap_s, self.max_gap_m, self.max_accuracy_m)
