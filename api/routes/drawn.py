"""The maps, as pages and as pictures."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.dependencies import (
    IssueFilterDep,
    LanguageDep,
    LevelDep,
    OptionalDay,
    PeriodDep,
    ScopeDep,
    SessionDep,
    SettingsDep,
    TodayDep,
)
from api.mapping import MapKind, MapRequest, draw_page, draw_picture, records_of
from geo.services.periods import newest_period
from geo.services.records import names_by_id
from geo.store.scoping import Scope
from maps import Assets

__all__ = ["router"]

router = APIRouter(tags=["maps"])


@dataclass(slots=True)
class Wanted:
    """Which map, with the filters of the collections."""

    session: SessionDep
    scope: ScopeDep
    period: PeriodDep
    chosen: IssueFilterDep
    today: TodayDep
    language: LanguageDep
    level: LevelDep
    on: Annotated[OptionalDay, Query(description="The day of the responsibility map, or of a time slider")] = None
    older_than_days: Annotated[int, Query(ge=0, le=36_600, description="What was walked longer ago is a gap")] = 30

    def request(self, kind: MapKind) -> MapRequest:
        """Return what is to be drawn; without a period, the newest year of such records."""
        period = self.period or newest_period(self.session, self.scope, of=records_of(kind))
        return MapRequest(
            kind=kind, scope=self.scope, period=period, today=self.today, language=self.language,
            chosen=replace(self.chosen, period=period), level=self.level, on=self.on, within_days=self.older_than_days,
        )  # fmt: skip


WantedDep = Annotated[Wanted, Depends()]


@router.get("/maps/{kind}", response_class=HTMLResponse)
def map_page(http: Request, wanted: WantedDep, settings: SettingsDep, kind: MapKind) -> str:
    """Return a map as a whole page."""
    return draw_page(
        wanted.session, wanted.request(kind),
        assets=Assets.served("/static/vendor", settings.assets_dir), settings=settings, nonce=http.state.nonce,
        record_url=_links(wanted.session, wanted.scope, kind),
    )  # fmt: skip


@router.get("/api/v1/maps/{kind}.png", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def map_picture(
    wanted: WantedDep,
    kind: MapKind,
    width: Annotated[int, Query(ge=400, le=4000, description="Pixels")] = 1600,
) -> Response:
    """Return a map as a picture for a document."""
    return Response(draw_picture(wanted.session, wanted.request(kind), width_px=width), media_type="image/png")


def _links(session: Session, scope: Scope, kind: MapKind) -> Any:
    """Return what gives the page of a record; cells have none."""
    if kind == "responsibility":
        return None
    folder = "issues" if kind == "issues" else "reaches"
    names = names_by_id(session, folder, scope)
    return lambda id_: f"/{folder}/{quote(names[id_], safe='')}"
