"""Patrols, and what they covered."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BeforeValidator

from api.collections import GEOJSON, GeoJsonDep, answer_page, feature_collection
from api.dependencies import AccountDep, LevelDep, PeriodDep, ScopeDep, SessionDep
from api.paging import PagingDep
from api.privacy import may_see_track
from api.schemas.records import Page, PatrolDetail, PatrolOut
from geo.services.coverage import stored_coverage
from geo.services.patrols import PatrolFilter, PatrolState, patrol_detail, patrol_page
from geo.services.periods import newest_period

__all__ = ["PatrolFilterDep", "router"]

router = APIRouter(prefix="/api/v1", tags=["patrols"])


def get_patrol_filter(
    level: LevelDep,
    reach_id: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only patrols of this reach")] = None,
    reach: Annotated[str | None, Query(max_length=64, description="Only of the reach with this code")] = None,
    river: Annotated[str | None, Query(max_length=200, description="Only of the river with this name")] = None,
    post: Annotated[str | None, Query(max_length=200, description="Only by holders of this title")] = None,
    state: Annotated[
        PatrolState | None,
        BeforeValidator(lambda value: value or None),
        Query(description="Only those that count, that the rule does not count, that wait for a decision, or refused"),
    ] = None,
) -> PatrolFilter:
    """Return which patrols are asked for."""
    return PatrolFilter(level, reach_id, reach or None, river or None, post or None, state)


PatrolFilterDep = Annotated[PatrolFilter, Depends(get_patrol_filter)]


@router.get("/patrols", response_model=Page[PatrolOut])
def patrols(
    request: Request,
    response: Response,
    session: SessionDep,
    scope: ScopeDep,
    period: PeriodDep,
    paging: PagingDep,
    chosen: PatrolFilterDep,
) -> Any:
    """List patrols, newest first; without a period, those of the newest year."""
    rows, following = patrol_page(
        session, scope, period or newest_period(session, scope, of="patrols"), chosen,
        limit=paging.limit, after=paging.after_id(),
    )  # fmt: skip
    return answer_page(request, response, rows, following, geojson=False)


@router.get("/patrols/{patrol_id}", response_model=PatrolDetail)
def patrol(
    account: AccountDep, session: SessionDep, scope: ScopeDep, patrol_id: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Any:
    """Return one patrol; its line only to supervisors and to who walked it."""
    found = patrol_detail(session, scope, patrol_id)
    allowed = may_see_track(account, found["person_id"])
    return found | {"track": json.loads(found["track"]) if allowed and found["track"] else None}


@router.get("/coverage", responses=GEOJSON)
def coverage(
    session: SessionDep, scope: ScopeDep, period: PeriodDep, geojson: GeoJsonDep, level: LevelDep
) -> dict[str, Any]:
    """Return what was walked of each reach, the document of ``wangge coverage --json``."""
    found = stored_coverage(session, scope, period or newest_period(session, scope, of="patrols"), level=level)
    if not geojson:
        return found.as_json()
    document = json.loads(found.reaches.drop(columns=["id"]).to_json())
    rows = [each["properties"] | {"geometry": each["geometry"]} for each in document["features"]]
    return feature_collection(rows, period=found.as_json()["period"])  # type: ignore[return-value] # a Response is answered as it is
