"""The limits beyond which a track is doubted (核查标准), each with its reason."""

from dataclasses import dataclass

__all__ = ["DEFAULT_RULES", "IntegrityRules"]

_COMMON_SPEED_KMH = 60.0


@dataclass(frozen=True, slots=True)
class IntegrityRules:
    """From where on a track is doubted; infinity switches a limit off.

    Attributes
    ----------
    walking_kmh : float
        Faster is no walk. A brisk walk is 7, a jog 10, a ride on an electric bicycle 15 to 25.
    fast_share : float
        The share of the moving time beyond which it was fast `throughout`. Even on a bus every
        third minute is slow: of real rides two in three reach 0.6 and one in six 0.8, and of
        real walks none reaches 0.6.
    window_s : float
        Speeds are taken over so many seconds: noise of 5 m is 18 km/h over one, 0.6 over thirty.
    moving_kmh : float
        Slower is a rest, which says nothing about how somebody moves.
    moving_least_s : float
        With less moving time, there is no `throughout`.
    teleport_kmh, teleport_m : float
        A step that needs more than this speed and is longer than this is a leap. Between high
        houses positions drift off for minutes and jump back by up to a kilometre; leaps of more
        than 200 m earn no length anyway. A receiver's own leaps last a fix or two and lead back;
        so a leap counts only if the track goes on where it leads, for `stay_s` and `stay_fixes`
        on either side.
    stay_s, stay_fixes : float, int
        See above; at least 3 fixes.
    leap_share, leaps_least : float, int
        So many leaps, and such a share of all steps, count even if the track stays nowhere.
    frozen_s : float
        The position is frozen where fixes are equal to the last digit for this long.
        Phones also freeze while somebody rests, so that only a share of the whole counts.
    frozen_share : float
        The share of the recorded time.
    still_m : float
        A track that never leaves a box of this diagonal, however far its noise adds up, went nowhere.
    still_s : float
        How long a track must be frozen or still before it is doubted.
    accuracy_fixes : int
        With fewer fixes, equal accuracies say nothing. Good phones in the open report few
        different ones, mock locations exactly one.
    zero_share : float
        The share of accuracies of exactly 0, which no receiver reports.
    clock_s : float
        How far ahead a phone's clock may be.
    max_gap_s : float
        Time between fixes that are further apart was not recorded.
    near_share : float
        Less of the track than this near its reach is `mostly outside`. Ways leave the water
        for a road where there is a gorge: of the demo's honest walks 45 of 922 are outside for
        more than half of their length, and none for more than 0.7. A walk elsewhere is near 0.
    """

    walking_kmh: float = 10.0
    fast_share: float = 0.6
    window_s: float = 30.0
    moving_kmh: float = 2.0
    moving_least_s: float = 120.0
    teleport_kmh: float = 150.0
    teleport_m: float = 1000.0
    stay_s: float = 60.0
    stay_fixes: int = 5
    leap_share: float = 0.08
    leaps_least: int = 8
    frozen_s: float = 120.0
    frozen_share: float = 0.5
    still_m: float = 60.0
    still_s: float = 300.0
    accuracy_fixes: int = 20
    zero_share: float = 0.5
    clock_s: float = 300.0
    max_gap_s: float = 120.0
    near_share: float = 0.25

    @classmethod
    def for_speed(cls, max_speed_kmh: float) -> "IntegrityRules":
        """Return the limits under a patrol rule: one that permits more than 60 km/h means boats or cars.

        Then only what is faster than the rule is too fast.
        """
        if max_speed_kmh <= _COMMON_SPEED_KMH:
            return cls()
        return cls(walking_kmh=max_speed_kmh, teleport_kmh=max(cls().teleport_kmh, 2 * max_speed_kmh))


DEFAULT_RULES = IntegrityRules()
