"""Coverage over time over HTTP; measures are ground metres from the reach's start."""

from datetime import date

from pydantic import BaseModel, Field

__all__ = ["LevelWalks", "NextWalk", "ReachWalks", "WalksOut"]


class _Sums(BaseModel):
    length_m: float
    covered_m: float
    half_m: float | None = Field(description="Covered with half the corridor; null unless asked for")
    double_m: float | None = Field(description="Covered with double the corridor; null unless asked for")
    times_m: list[float] = Field(description="Metres covered by at least 1, 2, … patrols")
    days_m: list[float] = Field(description="Metres covered on at least 1, 2, … days")
    stale_m: float = Field(description="Metres last walked more than `older_than_days` ago")
    never_m: float = Field(description="Metres not walked in the period")
    seasons_m: dict[str, float]


class NextWalk(BaseModel):
    """Where to walk next (建议巡查段)."""

    start_m: float
    end_m: float
    start: list[float] = Field(description="Longitude, latitude")
    end: list[float]
    stale_metre_days: float
    never_m: float
    oldest: date | None
    why: str
    of_chief: bool = Field(description="Whether it is the stalest of its chief's reaches")


class ReachWalks(_Sums):
    """One reach over time."""

    id: str
    name: str
    level: str
    river: str
    chief: str | None
    longest_gap_m: float
    oldest: date | None = Field(description="The earliest of the days on which its metres were last walked")
    newest: date | None
    times: list[tuple[float, float, int]]
    days: list[tuple[float, float, int]]
    recency: list[tuple[float, float, date]]
    gaps: list[tuple[float, float]]
    stale: list[tuple[float, float, date | None]]
    intervals: list[tuple[float, float, date, date]]
    next: NextWalk | None


class LevelWalks(_Sums):
    """The sums of one level of chiefs."""

    level: str
    reaches: int


class WalksOut(BaseModel):
    """Coverage over time (巡查频次)."""

    period: list[date]
    as_of: date
    older_than_days: int
    min_gap_m: float
    reaches: list[ReachWalks]
    levels: list[LevelWalks]
