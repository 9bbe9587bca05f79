"""Records over HTTP; areas and lines come in GeoJSON only."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

__all__ = ["Cell", "Duty", "EventOut", "IssueDetail", "IssueOut", "Page", "PatrolDetail", "PatrolOut", "PersonOut",
           "ReachOut", "RegionOut", "RiverOut", "SiteOut", "ZoneOut"]  # fmt: skip

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a collection."""

    items: list[Item]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class RegionOut(BaseModel):
    """A region (行政区划)."""

    code: str
    name: str
    level: str
    parent: str | None


class _Placed(BaseModel):
    id: int
    region: str
    region_name: str


class _Held(_Placed):
    code: str
    name: str
    lead: str | None
    assists: list[str]


class Cell(_Held):
    """A grid cell (网格) in the version of a day."""

    level: str
    valid_from: date | None
    valid_to: date | None


class RiverOut(_Placed):
    """A river (河流)."""

    code: str
    name: str
    level: str | None


class ReachOut(_Held):
    """A reach (河段)."""

    level: str
    river: str
    length_m: float


class ZoneOut(_Held):
    """A water-source protection zone (水源保护区)."""

    zone_class: str
    status: str


class SiteOut(_Held):
    """A watched point (点位)."""

    kind: str
    lon: float
    lat: float
    facts: dict[str, Any]


class PersonOut(_Placed):
    """Someone who holds a post (责任人)."""

    code: str
    name: str
    phone: str | None
    posts: list[str]


class Duty(_Placed):
    """That a person answers for a target (责任)."""

    person: str
    person_name: str
    role: str
    target_kind: str
    target: str
    target_name: str
    valid_from: date | None
    valid_to: date | None


class PatrolOut(_Placed):
    """One outing along a river (巡河)."""

    number: str
    level: str | None
    person_id: int | None
    person: str | None
    reach_id: int | None
    reach: str | None
    reach_name: str | None
    river: str | None
    started_at: datetime
    ended_at: datetime
    length_m: float
    duration_s: float
    claimed_m: float | None = Field(description="Mileage that the recording app claims")
    timed: bool = Field(description="False where the file had no time for each fix")
    state: str = Field(description="valid, short, doubtful or rejected: what it counts for")
    verdict: str = Field(description="valid, doubtful or rejected: what is thought of its record")
    reasons: list[str] = Field(description="Why the rule of its day does not count it")
    post: str | None = Field(description="Title of the patroller on the day")
    fixes: int
    kept: int
    dropped: dict[str, Any]


class StretchOut(BaseModel):
    """What a patrol covered of a reach, in metres along it."""

    reach: str
    reach_name: str
    length_m: float
    start_m: float
    end_m: float


class PatrolDetail(PatrolOut):
    """A patrol with what it covered; the track only for those who may see it."""

    stretches: list[StretchOut]
    track: dict[str, Any] | None


class IssueOut(_Placed):
    """Something found that must be put right (问题)."""

    number: str
    category: str
    source: str | None
    severity: str | None
    state: str
    overdue: bool
    found_at: datetime
    due_on: date | None
    closed_at: datetime | None
    description: str
    place_status: str
    lon: float | None
    lat: float | None


class EventOut(BaseModel):
    """One step in the life of an issue (办理记录)."""

    happened_at: datetime
    recorded_at: datetime
    kind: str
    state: str | None
    note: str


class IssueDetail(IssueOut):
    """An issue with its history; the reporter is masked for whoever need not know."""

    cell: str | None
    cell_name: str | None
    reporter: str | None
    reporter_phone: str | None
    events: list[EventOut]
