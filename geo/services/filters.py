"""What a person asks for: a period, and issues of some kind."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from geo.errors import InvalidInput

__all__ = ["SHANGHAI", "IssueFilter", "Period"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included (时段), in Asia/Shanghai."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise InvalidInput(
                "the period ends before it begins: {first} to {last}", first=self.first_day, last=self.last_day
            )

    @classmethod
    def year(cls, year: int) -> "Period":
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def starts_at(self) -> datetime:
        """The first instant."""
        return datetime(self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the period."""
        after = self.last_day + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class IssueFilter:
    """Which issues (问题筛选); what is empty does not restrict. `bbox` is west, south, east, north in degrees."""

    categories: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    overdue: bool | None = None
    period: Period | None = None
    bbox: tuple[float, float, float, float] | None = None
    text: str | None = None
