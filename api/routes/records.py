"""Regions, cells, rivers, reaches, zones, sites, people and responsibilities."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.collections import GEOJSON, GeoJsonDep, answer_page
from api.dependencies import AccountDep, BoxDep, LevelDep, OptionalDay, ScopeDep, SessionDep, TodayDep
from api.paging import PagingDep
from api.privacy import mask_phone, may_see_phones
from api.schemas.records import Cell, Duty, Page, PersonOut, ReachOut, RegionOut, RiverOut, SiteOut, ZoneOut
from geo.services.records import Asked, record_page
from geo.types import ResponsibilityRole, TargetKind, ZoneClass

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["records"])

_Words = Annotated[str | None, Query(max_length=200, description="Part of the code or the name")]
_On = Annotated[OptionalDay, Query(description="The day of leads, posts and validity; by default today")]
_Choice = Annotated[str | None, Query(max_length=64)]


@dataclass(slots=True)
class Lookup:
    """One request for a page of a collection."""

    request: Request
    response: Response
    session: SessionDep
    scope: ScopeDep
    today: TodayDep
    paging: PagingDep
    geojson: GeoJsonDep
    bbox: BoxDep
    on: _On = None
    q: _Words = None

    def rows(self, collection: str, /, *, dated: bool = False, **equal: Any) -> tuple[list[dict[str, Any]], Any]:
        """Return the page's rows, and where the next page begins; `dated` records are those of the day."""
        on = self.on or (self.today if dated else None)
        asked = Asked(self.bbox, self.q, on, {name: value or None for name, value in equal.items()})
        after = self.paging.after_code() if collection == "regions" else self.paging.after_id()
        return record_page(
            self.session, collection, self.scope, asked,
            today=self.today, limit=self.paging.limit, after=after, with_shape=self.geojson,
        )  # fmt: skip

    def answer(self, collection: str, /, *, dated: bool = False, **equal: Any) -> Any:
        """Return the page."""
        return self.finish(*self.rows(collection, dated=dated, **equal))

    def finish(self, rows: list[dict[str, Any]], following: Any) -> Any:
        """Return rows in the form asked for."""
        return answer_page(self.request, self.response, rows, following, geojson=self.geojson)


LookupDep = Annotated[Lookup, Depends()]


@router.get("/regions", response_model=Page[RegionOut], responses=GEOJSON)
def regions(lookup: LookupDep, level: LevelDep) -> Any:
    """List regions by code."""
    return lookup.answer("regions", level=level)


@router.get("/cells", response_model=Page[Cell], responses=GEOJSON)
def cells(lookup: LookupDep, level: LevelDep) -> Any:
    """List the grid cells of a day, with who holds them."""
    return lookup.answer("cells", dated=True, level=level)


@router.get("/rivers", response_model=Page[RiverOut], responses=GEOJSON)
def rivers(lookup: LookupDep) -> Any:
    """List rivers."""
    return lookup.answer("rivers")


@router.get("/reaches", response_model=Page[ReachOut], responses=GEOJSON)
def reaches(lookup: LookupDep, level: LevelDep, code: _Choice = None) -> Any:
    """List reaches with their chiefs."""
    return lookup.answer("reaches", level=level, code=code)


@router.get("/zones", response_model=Page[ZoneOut], responses=GEOJSON)
def zones(lookup: LookupDep, zone_class: ZoneClass | None = None, status: _Choice = None) -> Any:
    """List water-source protection zones."""
    return lookup.answer("zones", zone_class=zone_class, status=status)


@router.get("/sites", response_model=Page[SiteOut], responses=GEOJSON)
def sites(lookup: LookupDep, kind: _Choice = None) -> Any:
    """List watched points."""
    return lookup.answer("sites", kind=kind)


@router.get("/people", response_model=Page[PersonOut], responses=GEOJSON)
def people(lookup: LookupDep, account: AccountDep) -> Any:
    """List people with their posts; numbers are masked for whoever need not call."""
    rows, following = lookup.rows("people")
    if not may_see_phones(account):
        rows = [row | {"phone": mask_phone(row["phone"])} for row in rows]
    return lookup.finish(rows, following)


@router.get("/responsibilities", response_model=Page[Duty], responses=GEOJSON)
def responsibilities(
    lookup: LookupDep, role: ResponsibilityRole | None = None, target_kind: TargetKind | None = None
) -> Any:
    """List who answers for what on a day."""
    return lookup.answer("responsibilities", dated=True, role=role, target_kind=target_kind)
