"""Who answers for a place."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import OptionalDay, ScopeDep, SessionDep, TodayDep
from geo.services.responsibility import chain_at, responsibility_counts

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/responsible", tags=["responsibility"])


@router.get("")
def responsible(
    session: SessionDep,
    scope: ScopeDep,
    today: TodayDep,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    on: OptionalDay = None,
) -> dict[str, Any]:
    """Return the chain of a place on a day, the document of ``wangge responsible --json``."""
    return chain_at(session, scope, lon, lat, on=on or today).as_json()


@router.get("/counts")
def counts(session: SessionDep, scope: ScopeDep, today: TodayDep, on: OptionalDay = None) -> dict[str, dict[str, int]]:
    """Count what has a lead on a day, and what has none."""
    return responsibility_counts(session, scope, on or today)
