"""How often and when last each metre was walked, and where to walk next."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from shapely.geometry import mapping

from api.collections import GEOJSON, GeoJsonDep, feature_collection
from api.dependencies import LanguageDep, LevelDep, OptionalDay, PeriodDep, ScopeDep, SessionDep, TodayDep
from api.i18n import translate
from api.schemas.walks import WalksOut
from geo.compute.reaches import cut_lines
from geo.services.periods import newest_period
from geo.services.walks import LONGEST_M, OLDER_THAN_DAYS, CoverageOverTime, coverage_over_time

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["patrols"])

_Days = Annotated[int, Query(ge=0, le=36_600, description="What was last walked longer ago is stale")]
_Gap = Annotated[float, Query(ge=0, allow_inf_nan=False, description="Only longer gaps are listed, in metres")]
_Longest = Annotated[float, Query(ge=1, allow_inf_nan=False, description="How far a suggested patrol goes, in metres")]


@router.get("/walks", response_model=WalksOut, responses=GEOJSON)
def walks(
    session: SessionDep,
    scope: ScopeDep,
    period: PeriodDep,
    today: TodayDep,
    language: LanguageDep,
    geojson: GeoJsonDep,
    level: LevelDep,
    reach: Annotated[str | None, Query(description="Only the reach of this code")] = None,
    as_of: Annotated[OptionalDay, Query(description="Later walks are not known")] = None,
    older_than_days: _Days = OLDER_THAN_DAYS,
    min_gap_m: _Gap = 0.0,
    longest_m: _Longest = LONGEST_M,
    corridors: Annotated[bool, Query(description="Compute coverage with half and double the corridor too")] = False,
) -> Any:
    """Return coverage over time, the document of ``wangge walked --json``; as GeoJSON, stretches by their last day.

    Without a period, the year of the newest patrols; without `as_of`, up to today.
    """
    period = period or newest_period(session, scope, of="patrols")
    found = coverage_over_time(
        session, scope, period, level=level, reach=reach or None,
        as_of=as_of or max(min(period.last_day, today), period.first_day),
        older_than_days=older_than_days, min_gap_m=min_gap_m, longest_m=longest_m,
        corridors=corridors and not geojson,
    )  # fmt: skip
    if geojson:
        return feature_collection(list(_stretches(found)), as_of=found.rules.as_of.isoformat())
    document = found.as_json()
    for each in document["reaches"]:
        if each["next"]:
            each["next"]["why"] = translate(each["next"]["why"], language)
    return document


def _stretches(found: CoverageOverTime) -> Iterator[dict[str, Any]]:
    """Yield the stretches and gaps of every reach, each with its line and the day it was last walked."""
    reaches = found.reaches
    rows: list[tuple[int, float, float, date | None]] = []
    for number, history in enumerate(found.histories):
        gaps: list[tuple[float, float, date | None]] = [(*gap, None) for gap in history.gaps]
        rows += [(number, *row) for row in sorted([*history.recency, *gaps], key=lambda row: row[:2])]
    lines = cut_lines(reaches.geometry, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    codes, names, levels = (reaches[name].tolist() for name in ("code", "name", "level"))
    for (number, start, end, day), line in zip(rows, lines, strict=True):
        yield {
            "reach": codes[number], "name": names[number], "level": levels[number], "start_m": start, "end_m": end,
            "last_walked": day and day.isoformat(), "geometry": None if line is None else mapping(line),
        }  # fmt: skip
