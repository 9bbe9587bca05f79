"""Rules, quotas and rates over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Ending", "NewQuota", "NewRule", "QuotaOut", "RatesOut", "RuleOut"]

_Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RuleOut(BaseModel):
    """When a patrol counts in a region, on given days (巡河规则)."""

    id: int
    region: str
    region_name: str
    level: str | None = Field(description="null: every level")
    valid_from: date | None
    valid_to: date | None = Field(description="The last day; null: until further notice")
    min_minutes: float
    min_distance_m: float
    min_hours_since_last: float
    months: list[int]
    corridor_m: float
    min_stretch_m: float
    max_speed_kmh: float
    max_gap_s: float
    max_gap_m: float
    max_accuracy_m: float
    note: str
    reread: int | None = Field(
        default=None, description="After a change: how many patrols were read again from their kept files"
    )


class NewRule(_Strict):
    """A rule from a day on; what is not given is taken from the rule that held there before."""

    region: str
    level: Literal["county", "town", "village"] | None = None
    valid_from: _Day
    valid_to: _Day | None = None
    min_minutes: Annotated[float | None, Field(ge=0, le=1440)] = None
    min_distance_m: Annotated[float | None, Field(ge=0, le=1e6)] = None
    min_hours_since_last: Annotated[float | None, Field(ge=0, le=8784)] = None
    months: Annotated[list[Annotated[int, Field(ge=1, le=12)]] | None, Field(min_length=1)] = None
    corridor_m: Annotated[float | None, Field(gt=0, le=1000)] = None
    min_stretch_m: Annotated[float | None, Field(ge=0, le=1e5)] = None
    max_speed_kmh: Annotated[float | None, Field(gt=0, le=1000)] = None
    max_gap_s: Annotated[float | None, Field(gt=0, le=86400)] = None
    max_gap_m: Annotated[float | None, Field(gt=0, le=1e5)] = None
    max_accuracy_m: Annotated[float | None, Field(gt=0, le=1e4)] = None
    note: Annotated[str | None, Field(max_length=500)] = None

    def values(self) -> dict[str, Any]:
        """Return the thresholds that are given."""
        given = self.model_dump(exclude={"region", "level", "valid_from", "valid_to", "note"}, exclude_none=True)
        return given | ({"months": tuple(given["months"])} if "months" in given else {})


class Ending(_Strict):
    """The last day on which something holds."""

    last_day: _Day


class QuotaOut(BaseModel):
    """How often who leads a reach must patrol it (应巡次数)."""

    id: int
    reach: str
    reach_name: str
    river: str
    level: str
    region: str
    region_name: str
    person: str
    person_name: str
    times: int
    per: str
    valid_from: date | None
    valid_to: date | None


class NewQuota(_Strict):
    """A quota from a day on, for who leads the reach on that day."""

    reach: Annotated[str, Field(min_length=1, max_length=64)]
    times: Annotated[int, Field(ge=1, le=1000)]
    per: Literal["week", "ten_days", "month", "quarter"]
    valid_from: _Day


class RatesOut(BaseModel):
    """Rates of a period (巡河率): the document of ``wangge rates --json``."""

    period: list[date] = Field(min_length=2, max_length=2, description="First and last day")
    by: str
    definition: str = Field(description="count, days or persons: what stands above and below the line")
    rates: list[dict[str, Any]]
    total: dict[str, Any]
