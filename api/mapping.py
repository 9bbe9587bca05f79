"""From services to maps: the maps as pages or pictures, for the site and the command line alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

import maps
from api.settings import Settings
from geo.services.coverage import stored_coverage
from geo.services.filters import IssueFilter, Period
from geo.services.ground import ground
from geo.services.issues import issue_frame
from geo.services.responsibility import cell_frame
from geo.services.walks import OLDER_THAN_DAYS, daily_walks
from geo.store.regions import region_names
from geo.store.scoping import Scope
from maps import Assets, Ground
from maps.labels import Words

__all__ = ["MapKind", "MapRequest", "draw_page", "draw_picture", "records_of"]

MapKind = Literal["issues", "coverage", "recency", "gaps", "responsibility"]

_PAGES = {
    "issues": "issue_map", "coverage": "coverage_map", "recency": "recency_map", "gaps": "gap_map",
    "responsibility": "responsibility_map",
}  # fmt: skip
_PICTURES = {
    "issues": "issue_png", "coverage": "coverage_png", "recency": "recency_png", "gaps": "gap_png",
    "responsibility": "responsibility_png",
}  # fmt: skip
TITLES = {
    "zh": {
        "issues": "{region}生态环境问题分布图",
        "coverage": "{region}巡河轨迹覆盖图",
        "recency": "{region}巡河时间图",
        "gaps": "{region}未巡河段图",
        "responsibility": "{region}网格责任图",
    },
    "en": {
        "issues": "{region}: issues",
        "coverage": "{region}: river-patrol coverage",
        "recency": "{region}: when the rivers were walked",
        "gaps": "{region}: where nobody walked",
        "responsibility": "{region}: who answers for what",
    },
}


@dataclass(frozen=True, slots=True)
class MapRequest:
    """Which map, of what.

    Attributes
    ----------
    on : date, optional
        The day of the responsibility map, or the one at which a time slider stands.
    within_days : int
        What was walked at most so many days before is no gap of the gap map; 0 for the whole period.
    """

    kind: MapKind
    scope: Scope
    period: Period
    today: date
    language: Literal["zh", "en"] = "zh"
    chosen: IssueFilter = field(default_factory=IssueFilter)
    level: str | None = None
    on: date | None = None
    within_days: int = OLDER_THAN_DAYS


def draw_page(
    session: Session,
    request: MapRequest,
    *,
    assets: Assets,
    settings: Settings,
    nonce: str | None = None,
    record_url: Callable[[Any], str] | None = None,
) -> str:
    """Return a whole HTML page."""
    draw = getattr(maps, _PAGES[request.kind])
    options = {"assets": assets, "nonce": nonce, "record_url": record_url, "basemap": _basemap(settings)}
    return str(
        draw(
            *_frames(session, request),
            **_words(session, request, picture=False),
            **_extra(request, picture=False),
            **options,
        )
    )


def draw_picture(session: Session, request: MapRequest, *, width_px: int = 1600) -> bytes:
    """Return a PNG for Word."""
    draw = getattr(maps, _PICTURES[request.kind])
    return bytes(
        draw(
            *_frames(session, request),
            **_words(session, request, picture=True),
            **_extra(request, picture=True),
            width_px=width_px,
        )
    )


def _frames(session: Session, request: MapRequest) -> tuple[Any, ...]:
    under = ground(session, request.scope)
    base = Ground(under.regions, under.rivers, under.zones)
    match request.kind:
        case "issues":
            return issue_frame(session, request.scope, request.chosen, today=request.today), base
        case "coverage":
            found = stored_coverage(session, request.scope, request.period, level=request.level)
            return found.reaches, found.stretches, base
        case "recency" | "gaps":
            return *daily_walks(session, request.scope, request.period, level=request.level), base
        case _:
            return cell_frame(session, request.scope, request.on or request.today), base


def _extra(request: MapRequest, *, picture: bool) -> dict[str, Any]:
    period = request.period
    if request.kind == "coverage":
        return {"as_of": min(period.last_day, request.today)}
    if request.kind not in {"recency", "gaps"}:
        return {}
    # Of days to come nothing is known; the slider ends today.
    last = max(min(period.last_day, request.today), period.first_day)
    found: dict[str, Any] = {"first_day": period.first_day, "day": _shown_day(request)}
    if not picture:
        found["last_day"] = last
    return found | ({"within_days": request.within_days} if request.kind == "gaps" else {})


def _shown_day(request: MapRequest) -> date:
    period = request.period
    last = max(min(period.last_day, request.today), period.first_day)
    return min(max(request.on or last, period.first_day), last)


def _words(session: Session, request: MapRequest, *, picture: bool) -> dict[str, Any]:
    title = TITLES[request.language][request.kind].format(region=_region_name(session, request.scope))
    period = request.period
    if request.kind == "responsibility":
        subtitle = (request.on or request.today).isoformat()
    else:
        to = "至" if request.language == "zh" else "to"
        subtitle = f"{period.first_day.isoformat()} {to} {period.last_day.isoformat()}"
    if request.kind == "gaps" and picture and request.within_days:
        note = Words(request.language).fill("not_within", days=request.within_days)
        subtitle += f"；{note}" if request.language == "zh" else f"; {note}"
    return {"title": title, "subtitle": subtitle, "language": request.language}


def _region_name(session: Session, scope: Scope) -> str:
    """Return the scope's name; of everything, the one town that there is, or nothing."""
    names = region_names(session, scope)
    wanted = names["level"] == "town" if scope.region is None else names["code"] == scope.region
    names = names[wanted]
    return str(names["name"].iloc[0]) if len(names) == 1 else ""


def _basemap(settings: Settings) -> Any:
    if settings.basemap == "tianditu":
        return maps.Basemap.tianditu(settings.tianditu_key or "")
    if settings.basemap == "tiles":
        return maps.Basemap.tiles(settings.tiles_url or "")
    return None


def records_of(kind: MapKind) -> Literal["patrols", "issues"]:
    """Return the records whose newest year a map shows when no period is asked for."""
    return "patrols" if kind in {"coverage", "recency", "gaps"} else "issues"
