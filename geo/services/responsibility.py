"""Who answers for a place, and for every cell (责任)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geo.errors import InvalidInput
from geo.services.placing import NARROWEST_FIRST
from geo.store.cells import all_cells
from geo.store.regions import region_names
from geo.store.responsibilities import cells_around, count_targets, holders_of
from geo.store.scoping import Scope
from geo.types import RegionCode

__all__ = ["Chain", "ChainLink", "cell_frame", "chain_at", "responsibility_counts"]

# A place nearer to a border than a survey can tell belongs to neither side.
BORDER_M = 0.01


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One level of a chain: the cell and who holds it."""

    level: str
    cell: str
    name: str
    lead: str | None
    assists: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the link as the command prints it."""
        return {
            "level": self.level,
            "cell": self.cell,
            "name": self.name,
            "lead": self.lead,
            "assists": list(self.assists),
        }


@dataclass(frozen=True, slots=True)
class Chain:
    """Who answers for a place on a day, lowest level first (责任链).

    ``status`` is ``assigned``; ``vacant`` when the lowest cell has no lead;
    ``border`` when the place lies on the border of cells of one level, which
    are then all listed; ``outside`` when no cell holds it.
    """

    place: tuple[float, float]
    on: date
    links: tuple[ChainLink, ...]
    status: str

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``responsible --json``."""
        return {
            "place": list(self.place),
            "on": self.on.isoformat(),
            "chain": [link.as_json() for link in self.links],
            "status": self.status,
        }


def chain_at(session: Session, scope: Scope, lon: float, lat: float, *, on: date) -> Chain:
    """Find the chain of a place on a day.

    Parameters
    ----------
    scope : Scope
        A place whose cells all lie outside it is ``outside``. Cells above the scope are
        named: who leads a village's town is no secret to the village.
    lon, lat : float
        In EPSG:4490, degrees.

    Raises
    ------
    InvalidInput
        If the place is not on the globe.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput("{lon} {lat} is no place; give longitude, then latitude, in degrees", lon=lon, lat=lat)
    cells = [cell for cell in cells_around(session, lon, lat, on) if _may_see(scope, cell["region"])]
    cells.sort(key=lambda cell: NARROWEST_FIRST.index(cell["level"]))
    if not any(scope.holds(cell["region"]) for cell in cells):
        return Chain((lon, lat), on, (), "outside")
    holders = holders_of(session, "cell", [cell["id"] for cell in cells], on)
    links = tuple(
        ChainLink(
            cell["level"],
            cell["code"],
            cell["name"],
            holders[cell["id"]]["lead"],
            tuple(holders[cell["id"]]["assists"]),
        )
        for cell in cells
    )
    return Chain((lon, lat), on, links, _status(cells, links))


def _may_see(scope: Scope, region: str) -> bool:
    return scope.holds(region) or (scope.region is not None and scope.region.within(RegionCode(region)))


def _status(cells: list[dict[str, Any]], links: tuple[ChainLink, ...]) -> str:
    lowest = [cell for cell in cells if cell["level"] == cells[0]["level"]]
    # A second cell of the same level, or a border within reach, is a border; the region's outer rim is one too.
    if len(lowest) > 1 or lowest[0]["on_border_m"] < BORDER_M:
        return "border"
    return "assigned" if links[0].lead else "vacant"


def cell_frame(session: Session, scope: Scope, on: date, *, level: str | None = None) -> gpd.GeoDataFrame:
    """Return the cells of a day with who holds them, as the responsibility map draws them.

    Parameters
    ----------
    level : str, optional
        Only cells of this level; by default the narrowest level that there is.

    Returns
    -------
    GeoDataFrame in EPSG:4490
        With ``id``, ``code``, ``name``, ``level``, ``region``, ``village``, ``lead`` (None when
        vacant), ``assists`` (names joined by 、), ``status`` and ``chain``, lowest level first.
    """
    around = Scope(scope.region.parent or scope.region) if scope.region and scope.region.level == "group" else scope
    cells = all_cells(session, _with_town(around))
    days = [
        (first is None or first <= on) and (end is None or on < end)
        for first, end in zip(cells["first_day"], cells["end_day"], strict=True)
    ]
    cells = cells[days].reset_index(drop=True)
    holders = holders_of(session, "cell", cells["id"].tolist(), on)
    names = region_names(session, _with_town(around)).set_index("code")["name"].to_dict()
    by_region = {(cell.level, cell.region): cell for cell in cells.itertuples()}
    mine = cells[[scope.holds(region) for region in cells["region"]]]
    levels = [each for each in NARROWEST_FIRST if (mine["level"] == each).any()]
    if level or levels:
        mine = mine[mine["level"] == (level or levels[0])]
    mine = mine.reset_index(drop=True)
    held = [holders[id_] for id_ in mine["id"]]
    return mine.assign(
        village=[names.get(_village(region), "") for region in mine["region"]],
        # As objects, so that a vacancy stays None and does not become NaN.
        lead=pd.Series([each["lead"] for each in held], dtype=object),
        assists=["、".join(each["assists"]) for each in held],
        status=["assigned" if each["lead"] else "vacant" for each in held],
        chain=[_chain(cell, by_region, holders) for cell in mine.itertuples()],
    )


def _with_town(scope: Scope) -> Scope:
    # The chain of a village's cells ends at its town.
    return Scope(RegionCode(scope.region[:9] + "000")) if scope.region and scope.region[6:9] != "000" else scope


def _village(region: str) -> str:
    return region[:12]


def _chain(
    cell: Any, by_region: dict[tuple[str, str], Any], holders: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the links of a cell: itself, then the cells of the regions above it."""
    links = [cell]
    region: RegionCode | None = RegionCode(cell.region)
    for level in NARROWEST_FIRST[NARROWEST_FIRST.index(cell.level) + 1 :]:
        while region is not None and NARROWEST_FIRST.index(str(region.level)) < NARROWEST_FIRST.index(level):
            region = region.parent
        above = by_region.get((level, str(region)))
        if above is not None:
            links.append(above)
    return [
        ChainLink(
            link.level, link.code, link.name, holders[link.id]["lead"], tuple(holders[link.id]["assists"])
        ).as_json()
        for link in links
    ]


def responsibility_counts(session: Session, scope: Scope, on: date) -> dict[str, dict[str, int]]:
    """Count cells, reaches, zones and sites: ``total``, ``assigned`` (with a lead that day) and ``vacant``."""
    counts: dict[str, dict[str, int]] = {}
    for kind in ("cell", "reach", "zone", "site"):
        total, assigned = count_targets(session, kind, scope, on)
        counts[kind] = {"total": total, "assigned": assigned, "vacant": total - assigned}
    return counts
