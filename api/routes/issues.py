"""Issues: lists, one by one, and vector tiles."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.collections import GEOJSON, GeoJsonDep, answer_page
from api.dependencies import AccountDep, IssueFilterDep, ScopeDep, SessionDep, TodayDep
from api.paging import PagingDep
from api.privacy import may_see_reporter, without_reporter
from api.schemas.records import IssueDetail, IssueOut, Page
from geo.services import issues as service
from geo.services.audits import note

__all__ = ["router"]

router = APIRouter(tags=["issues"])


@router.get("/api/v1/issues", response_model=Page[IssueOut], responses=GEOJSON)
def issues(
    request: Request,
    response: Response,
    session: SessionDep,
    scope: ScopeDep,
    chosen: IssueFilterDep,
    today: TodayDep,
    paging: PagingDep,
    geojson: GeoJsonDep,
) -> Any:
    """List issues, newest first."""
    rows, following = service.issue_page(
        session, scope, chosen, today=today, limit=paging.limit, after=paging.after_id()
    )
    return answer_page(request, response, rows, following, geojson=geojson)


@router.get("/api/v1/issues/{number:path}", response_model=IssueDetail)
def issue(account: AccountDep, session: SessionDep, scope: ScopeDep, today: TodayDep, number: str) -> Any:
    """Return one issue with its history; its number may contain a slash.

    Who reported it is masked for all but the office, and that the office read it is recorded.
    """
    found = service.issue_detail(session, scope, number, today=today)
    if may_see_reporter(account) and found["reporter"]:
        note(session, "reporter view", account_id=account.id, target=number, region_code=str(found["region"]))
    return without_reporter(found, account)


@router.get(
    "/tiles/issues/{z}/{x}/{y}",
    response_class=Response,
    responses={200: {"content": {"application/vnd.mapbox-vector-tile": {}}}, 204: {"description": "Nothing there"}},
)
def issue_tile(
    session: SessionDep, scope: ScopeDep, chosen: IssueFilterDep, today: TodayDep, z: int, x: int, y: int
) -> Response:
    """Return a Mapbox vector tile, layer ``issues``."""
    tile = service.issue_tile(session, scope, z, x, y, chosen, today=today)
    if not tile:
        return Response(status_code=204)
    return Response(tile, media_type="application/vnd.mapbox-vector-tile")
