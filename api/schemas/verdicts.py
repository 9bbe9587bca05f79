"""Verdicts on patrols' records over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Answer", "Decision", "OpinionOut", "VerdictOut", "WaitingOut"]

_Note = Annotated[str, Field(min_length=1, max_length=2000)]


class Decision(BaseModel):
    """What a person decides about a patrol's record (核查意见)."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["valid", "rejected"]
    note: _Note = Field(description="Why")


class Answer(BaseModel):
    """What the patroller says to the doubts."""

    model_config = ConfigDict(extra="forbid")

    note: _Note


class OpinionOut(BaseModel):
    """A decision or an answer; none is ever changed."""

    id: int
    kind: str = Field(description="decision or answer")
    verdict: str | None = Field(description="valid or rejected, of a decision")
    note: str
    made_at: datetime
    by: str | None = Field(description="Name of the account")


class VerdictOut(BaseModel):
    """What is thought of a patrol's record; reasons and opinions only for supervisors and who walked it."""

    patrol_id: int
    number: str
    verdict: str = Field(description="valid, doubtful or rejected: the last decision, else the check's")
    checked_verdict: str = Field(description="What the check found")
    checked_at: datetime | None
    waiting: bool = Field(description="Whether somebody should look at it")
    reasons: list[dict[str, Any]] = Field(description="A code under reason, and the evidence; places as [lon, lat]")
    opinions: list[OpinionOut] = Field(description="Oldest first")


class WaitingOut(BaseModel):
    """A patrol that waits for a person to decide."""

    id: int
    number: str
    region: str
    region_name: str
    person_id: int | None
    person: str | None
    reach: str | None
    reach_name: str | None
    started_at: datetime
    length_m: float
    duration_s: float
    verdict: str
    reasons: list[str]
    checked_at: datetime | None
