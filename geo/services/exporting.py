"""Reaches and kept tracks as GeoParquet, a folder for each town, to hand a month on to the county or the province."""

from pathlib import Path

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.errors import AlreadyExists
from geo.readers.parquet import Fixes
from geo.readers.parquet_writing import write_fixes
from geo.services.filters import Period
from geo.store.exports import kept_paths, patrol_towns
from geo.store.partitions import OwnCode, town_codes
from geo.store.scoping import Scope
from geo.store.waters import reach_frame
from geo.types import Level, RegionCode

__all__ = ["export_reaches", "export_tracks"]


def export_reaches(session: Session, scope: Scope, folder: Path) -> int:
    """Write the scope's reaches, and return how many.

    Raises
    ------
    AlreadyExists
        If a file is there already: two exports in one folder would be read as one.
    """
    _require_empty(folder)
    count = 0
    for code in town_codes(session, scope):
        frame = reach_frame(session, _part(code, scope)).drop(columns="id").rename(columns={"code": "id"})
        frame.to_parquet(_file(folder, code), write_covering_bbox=True)
        count += len(frame)
    return count


def export_tracks(session: Session, scope: Scope, period: Period, folder: Path) -> int:
    """Write the kept fixes of the scope's patrols in a period, and return of how many patrols.

    What cleaning dropped is not handed on, nor patrols that are doubtful or rejected, nor who walked:
    a track is called by its patrol's id.

    Raises
    ------
    AlreadyExists
        As for :func:`export_reaches`.
    """
    _require_empty(folder)
    count = 0
    for code in patrol_towns(session, scope, period.starts_at, period.ends_at):
        paths = kept_paths(session, _part(code, scope), period.starts_at, period.ends_at)
        write_fixes(_file(folder, code), _fixes(paths))
        count += len(paths)
    return count


def _part(code: str, scope: Scope) -> Scope:
    """Return the scope of a town, or of what is a county's own; a scope within a town stays as it is."""
    if scope.region is not None and scope.region.level not in (Level.county, Level.town):
        return scope
    region = RegionCode(code)
    return Scope(OwnCode(code) if region.level is Level.county else region)


def _require_empty(folder: Path) -> None:
    if (there := next(folder.rglob("*.parquet"), None)) is not None:
        raise AlreadyExists("{file} is there already; choose an empty folder", file=str(there))


def _file(folder: Path, code: str) -> Path:
    path = folder / f"region={code[:9]}" / "part-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _fixes(paths: list[tuple[int, shapely.Geometry]]) -> Fixes:
    parts, path_of = shapely.get_parts([path for _, path in paths], return_index=True)
    coordinates, part_of = shapely.get_coordinates(parts, include_m=True, return_index=True)
    # A piece of one fix is stored as a line between this place and itself.
    doubled = np.append(False, (part_of[1:] == part_of[:-1]) & (coordinates[1:] == coordinates[:-1]).all(axis=1))
    coordinates, part_of = coordinates[~doubled[: len(part_of)]], part_of[~doubled[: len(part_of)]]
    track = path_of[part_of]
    starts = np.flatnonzero(np.append(True, track[1:] != track[:-1])[: len(track)])
    nothing_known = np.full(len(track), np.nan)
    return Fixes(
        tuple(paths[position][0] for position in track[starts]),
        starts.astype(np.int64),
        coordinates[:, 0],
        coordinates[:, 1],
        coordinates[:, 2],
        nothing_known,
        part_of.astype(np.int64),
    )
