"""When each chief walked which reach in 2024: 106 patrols of the town's, 816 of the villages' (巡河)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from data.frame import CHINA, generator

__all__ = ["Chief", "Outing", "ReachPlan", "plan_outings", "reach_plans"]

TOWN_COUNT, VILLAGE_COUNT = 106, 816
YEAR = [date(2024, 1, 1) + timedelta(days=k) for k in range(366)]
_TOWN_COUNTS = {"QH01-T1": 26, "QH01-T2": 25, "QH02-T1": 14, "QH03-T1": 15, "QH08-T1": 14, "QH05-T1": 12}
# Reaches that were walked seldom, and not again after a day: their stretches are old by the year's end.
_SELDOM = {"QH09-01": (5, date(2024, 3, 31)), "QH06-01": (6, date(2024, 5, 15)), "QH04-01": (9, date(2024, 8, 31))}
_FREE_DAYS = {date(2024, 2, day) for day in range(10, 18)} | {date(2024, 10, day) for day in range(1, 8)}


@dataclass(frozen=True, slots=True)
class Chief:
    """Who leads a reach from when to when; `valid_to` is the last day, None if it goes on."""

    person: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ReachPlan:
    """What the schedule must know of a reach."""

    code: str
    level: str
    length_m: float
    chiefs: tuple[Chief, ...]

    def chief_on(self, day: date) -> str | None:
        """Return who leads the reach on a day, None if nobody does."""
        for chief in self.chiefs:
            if chief.valid_from <= day and (chief.valid_to is None or day <= chief.valid_to):
                return chief.person
        return None


@dataclass(frozen=True, slots=True)
class Outing:
    """One patrol as planned: the walk starts at `from_m`, turns at the reach's ends, and is `distance_m` long."""

    number: str
    reach: str
    level: str
    person: str
    start: datetime
    duration_s: float
    distance_m: float
    from_m: float
    upstream: bool
    stream: int

    def place_m(self, share: float, length_m: float) -> float:
        """Return the measure on the reach after a share of the walk.

        Examples
        --------
        >>> walk = Outing("", "", "", "", datetime(2024, 1, 1, tzinfo=CHINA), 60.0, 300.0, 900.0, False, 0)
        >>> walk.place_m(0.0, 1000.0), round(walk.place_m(1.0, 1000.0))
        (900.0, 800)
        """
        unfolded = self.from_m + (-1 if self.upstream else 1) * share * self.distance_m
        return length_m - abs(length_m - unfolded % (2 * length_m))


def reach_plans(
    reaches: Iterable[tuple[str, str, float]], duties: Iterable[tuple[str, str, date, date | None]]
) -> list[ReachPlan]:
    """Return what the schedule must know.

    Parameters
    ----------
    reaches : iterable of (code, level, length_m)
    duties : iterable of (reach, person, valid_from, valid_to)
        Of leads only.
    """
    chiefs: dict[str, list[Chief]] = {}
    for reach, person, first, last in duties:
        chiefs.setdefault(reach, []).append(Chief(person, first, last))
    return [ReachPlan(code, level, length_m, tuple(chiefs[code])) for code, level, length_m in reaches]


def plan_outings(reaches: Sequence[ReachPlan]) -> list[Outing]:
    """Return the year's patrols in the order of their start, numbered so."""
    counts = _TOWN_COUNTS | _village_counts([reach.code for reach in reaches if reach.level == "village"])
    drafts: list[Outing] = []
    for stream, reach in enumerate(reaches):
        random = generator(70, stream)
        last = _SELDOM.get(reach.code, (0, YEAR[-1]))[1]
        days = [day for day in YEAR if day <= last and reach.chief_on(day) is not None]
        weights = np.array([_weight(day) for day in days])
        chosen = random.choice(len(days), counts[reach.code], replace=False, p=weights / weights.sum())
        drafts += [_outing(reach, days[k], random) for k in sorted(chosen.tolist())]
    drafts.sort(key=lambda outing: (outing.start, outing.reach))
    return [
        Outing(
            f"XH2024-{number + 1:04d}",
            o.reach,
            o.level,
            o.person,
            o.start,
            o.duration_s,
            o.distance_m,
            o.from_m,
            o.upstream,
            number,
        )
        for number, o in enumerate(drafts)
    ]


def _village_counts(codes: list[str]) -> dict[str, int]:
    """Share the villages' patrols among their reaches."""
    random = generator(71)
    often = [code for code in codes if code not in _SELDOM]
    rest = VILLAGE_COUNT - sum(count for count, _ in _SELDOM.values())
    weights = random.uniform(0.7, 1.3, len(often))
    counts = np.floor(rest * weights / weights.sum()).astype(int)
    counts[: rest - int(counts.sum())] += 1
    return {code: count for code, (count, _) in _SELDOM.items()} | dict(zip(often, counts.tolist(), strict=True))


def _weight(day: date) -> float:
    """More patrols in the months of high water, few at weekends and holidays."""
    if day in _FREE_DAYS:
        return 0.1
    return (0.35 if day.weekday() >= 5 else 1.0) * (1.35 if 5 <= day.month <= 9 else 1.0)


def _outing(reach: ReachPlan, day: date, random: np.random.Generator) -> Outing:
    mean_m, mean_s = (4700.0, 7300.0) if reach.level == "town" else (3050.0, 5450.0)
    distance_m = float(np.clip(random.lognormal(np.log(mean_m), 0.3), 1200, 9500))
    pace = float(random.lognormal(0, 0.13))
    duration_s = float(np.clip(mean_s * (distance_m / mean_m) ** 0.8 * pace, 1500, 15000))
    start = datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(
        seconds=int(random.integers(7 * 3600 + 1200, 15 * 3600))
    )
    # Most walks begin at one end, some in between, where the road comes down to the water.
    where = float(random.choice([0.0, 1.0, 0.45], p=[0.42, 0.3, 0.28]) + random.normal(0, 0.03))
    where = float(np.clip(where, 0, 1))
    upstream = where > 0.6 or (where > 0.3 and random.random() < 0.5)
    person = reach.chief_on(day)
    if person is None:
        raise RuntimeError(f"nobody leads {reach.code} on {day}")
    return Outing(
        "", reach.code, reach.level, person, start, duration_s, distance_m, where * reach.length_m, upstream, 0
    )
