"""A province's month in GeoParquet: what tracks in many files cover of reaches in many files (全省巡河覆盖)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from geopandas import GeoSeries
from numpy.typing import NDArray

from geo.compute.areas import ground_scale
from geo.compute.coverage import check_corridor
from geo.compute.partials import Stretches, TrackFigures, cover_part, merged, strict_union
from geo.compute.topology import name_cells
from geo.compute.tracks import CleanedTrack, CleaningRules, clean
from geo.crs import geodesic_length_m
from geo.errors import InvalidInput, UnknownDatum, Unreadable, WanggeError
from geo.readers import Limits, read_layer
from geo.readers.parquet import Bounds, Fixes, describe_fixes, is_parquet, parquet_files, read_fixes, read_parquet_layer
from geo.services.file_coverage import CoveredReach, FileCoverage, Remark, UsedTrack, named_reaches, only_lines
from geo.services.province import Failed, Run
from geo.text import Text

__all__ = ["How", "Partial", "Plan", "TrackPart", "cover_plan", "cover_track_part", "plan_parts"]

_PART_ROWS = 2_000_000
"""Fixes in one part; a larger file is divided at its row groups."""

_SLICE_ROWS = 400_000
"""Fixes that a worker holds at once, whatever the size of its part."""

_MARGIN_M = 50.0  # more than a step between two fixes bulges beyond the box of its ends


@dataclass(frozen=True, slots=True)
class ReachFile:
    """A file of reaches: the position of its first one among all, and where they lie."""

    path: Path
    first: int
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class How:
    """By what measure tracks are cleaned and reaches covered; see :func:`geo.services.file_coverage.cover_files`."""

    corridor_m: float = 30.0
    rules: CleaningRules = field(default_factory=CleaningRules)
    crs: str | None = None
    reaches_crs: str | None = None


@dataclass(frozen=True, slots=True)
class TrackPart:
    """The key of a task: some row groups of a file of fixes, and the files of reaches near them."""

    source: str
    path: Path
    first: int
    end: int
    rows: int
    reaches: tuple[ReachFile, ...]
    how: How


@dataclass(frozen=True, slots=True)
class Partial:
    """What comes back from a part."""

    stretches: Stretches
    tracks: tuple[tuple[str | int, TrackFigures], ...]
    warnings: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: reaches without their stretches, parts, and files that are refused already."""

    corridor_m: float
    reaches: tuple[CoveredReach, ...]
    parts: tuple[TrackPart, ...]
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def plan_parts(
    reaches: Path, tracks: Sequence[Path], how: How, *, part_rows: int = _PART_ROWS, limits: Limits | None = None
) -> Plan:
    """Divide the work into parts by what the ends of the files tell.

    Parameters
    ----------
    reaches : Path
        A GeoParquet file, a folder of them, or another layer of lines.
    tracks : sequence of Path
        GeoParquet files of fixes, see :mod:`geo.readers.parquet`, or folders of them.
    part_rows : int
        A file with more fixes becomes several parts.

    Raises
    ------
    InvalidInput
        If the reaches cannot be used, or `tracks` names another format.
    """
    check_corridor(how.corridor_m)
    limits = limits or Limits()
    found, files, warnings = _catalogue(reaches, how, limits)
    parts: list[TrackPart] = []
    refused: list[Remark] = []
    for source, path in _sources(tracks):
        try:
            parts += _parts(source, path, files, how, part_rows)
        except WanggeError as error:
            refused.append(Remark(source, error.text))
    return Plan(how.corridor_m, found, tuple(parts), tuple(refused), warnings)


def cover_plan(plan: Plan, run: Run, *, advance: Callable[[], object] = lambda: None) -> FileCoverage:
    """Work on all parts and put them together.

    A file of which a part fails is refused whole, and the others are used.
    """
    results: dict[int, Partial | Failed] = {}
    # The largest first, so that no worker is left with one at the end.
    order = sorted(range(len(plan.parts)), key=lambda position: -plan.parts[position].rows)
    for place, result in run(cover_track_part, [plan.parts[position] for position in order]):
        results[order[place]] = result
        advance()
    good: list[Partial] = []
    used: list[UsedTrack] = []
    refused, warnings = list(plan.refused), list(plan.warnings)
    for source, partials in _by_source(plan.parts, results):
        fault = next((each.reason for each in partials if isinstance(each, Failed)), None) or _scattered(partials)
        if fault is not None:
            refused.append(Remark(source, fault))
            continue
        for partial in partials:
            if isinstance(partial, Partial):
                good.append(partial)
                used += [UsedTrack(source, name, figures) for name, figures in partial.tracks]
                warnings += [Remark(source, text) for text in partial.warnings]
    spans = merged(partial.stretches for partial in good)
    nothing = np.empty((0, 2))
    covered = tuple(
        CoveredReach(reach.id, reach.name, reach.length_m, spans.get(position, nothing))
        for position, reach in enumerate(plan.reaches)
    )
    return FileCoverage(plan.corridor_m, covered, tuple(used), tuple(refused), tuple(warnings))


def cover_track_part(part: TrackPart) -> Partial:
    """Read, clean and cover one part; what comes back is small.

    Raises
    ------
    WanggeError
        If the part cannot be used.
    """
    stretches: list[Stretches] = []
    figures: list[tuple[str | int, TrackFigures]] = []
    timeless: list[Text] = []
    for fixes in read_fixes(part.path, part.first, part.end, crs=part.how.crs, slice_rows=_SLICE_ROWS):
        tracks = _cleaned(fixes, part.how.rules, timeless)
        figures += [(name, TrackFigures.of(track)) for name, track in tracks]
        stretches.append(_cover(part, [track for _, track in tracks if track.kept]))
    fixes_read = sum(each.fixes for _, each in figures)
    if fixes_read and all(each.dropped.get("place") == each.fixes for _, each in figures):
        raise Unreadable("no fix of {file} lies on the earth; say --crs", file=part.path.name)
    return Partial(strict_union(stretches), tuple(figures), tuple(timeless))


def _catalogue(
    reaches: Path, how: How, limits: Limits
) -> tuple[tuple[CoveredReach, ...], tuple[ReachFile, ...], tuple[Remark, ...]]:
    """Read ids, names and lengths of all reaches, a file at a time, and where each file's reaches lie."""
    files: list[ReachFile] = []
    attributes: list[pd.DataFrame] = []
    lengths_m: list[NDArray[np.float64]] = []
    warnings: list[Remark] = []
    for path in parquet_files(reaches):
        layer = only_lines(_reach_layer(path, how, limits, bare=False), path.name)
        bounds = layer.total_bounds
        files.append(
            ReachFile(path, sum(map(len, attributes)), tuple(bounds.tolist()) if np.isfinite(bounds).all() else None)
        )
        attributes.append(pd.DataFrame(layer.drop(columns="geometry")))
        lengths_m.append(geodesic_length_m(layer.geometry))
        warnings += [Remark(path.name, text) for text in layer.attrs.get("warnings", ())]
    together = pd.concat(attributes, ignore_index=True)
    frame = gpd.GeoDataFrame(together, geometry=[None] * len(together))
    found = tuple(
        CoveredReach(code, name, float(length_m), np.empty((0, 2)))
        for code, name, length_m in zip(name_cells(frame), named_reaches(frame), np.concatenate(lengths_m), strict=True)
    )
    return found, tuple(files), tuple(warnings)


def _reach_layer(path: Path, how: How, limits: Limits, *, bare: bool) -> gpd.GeoDataFrame:
    def read(crs: str | None) -> gpd.GeoDataFrame:
        if is_parquet(path):
            return read_parquet_layer(path, crs=crs, limits=limits, bare=bare)
        return read_layer(path, crs=crs, limits=limits)

    try:
        return read(how.reaches_crs)
    except UnknownDatum:
        if how.crs is None:
            raise
        return read(how.crs)


def _sources(tracks: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return each file and what it is called: within its folder, by its name, or by its path where two are one name."""
    found: list[tuple[str, Path]] = []
    for path in tracks:
        if not is_parquet(path):
            message = "{file} is not GeoParquet; such files go without --engine dask, and not together with GeoParquet"
            raise InvalidInput(message, file=path.name)
        folder = path if path.is_dir() else path.parent
        found += [(each.relative_to(folder).as_posix(), each) for each in parquet_files(path)]
    names = [name for name, _ in found]
    return [(name if names.count(name) == 1 else str(path), path) for name, path in found]


def _parts(source: str, path: Path, reaches: Sequence[ReachFile], how: How, part_rows: int) -> list[TrackPart]:
    described = describe_fixes(path)
    cuts = [0]
    for group in range(1, len(described.rows)):
        if sum(described.rows[cuts[-1] : group + 1]) > part_rows:
            cuts.append(group)
    parts = []
    for first, end in zip(cuts, [*cuts[1:], len(described.rows)], strict=True):
        # A track that begins here may end in any later row group.
        bounds = None if how.crs else _around(described.bounds[first:])
        near = tuple(each for each in reaches if _near(each.bounds, bounds, how.corridor_m))
        parts.append(TrackPart(source, path, first, end, sum(described.rows[first:end]), near, how))
    return parts


def _around(boxes: Sequence[Bounds | None]) -> Bounds | None:
    known = [box for box in boxes if box is not None]
    if len(known) < len(boxes) or not known:
        return None
    west, south, east, north = zip(*known, strict=True)
    return min(west), min(south), max(east), max(north)


def _near(reaches: Bounds | None, tracks: Bounds | None, corridor_m: float) -> bool:
    if reaches is None:
        return False
    return tracks is None or bool(_meet(np.array([reaches]), tracks, corridor_m)[0])


def _meet(boxes: NDArray[np.float64], window: Bounds, corridor_m: float) -> NDArray[np.bool_]:
    """Tell which boxes come near a window in degrees, rather too many than too few."""
    west, south, east, north = window
    east_m, north_m = ground_scale([min(max(abs(south), abs(north)), 89.0), 0.0])
    x, y = (corridor_m + _MARGIN_M) / east_m[0], (corridor_m + _MARGIN_M) / north_m[1]
    meet: NDArray[np.bool_] = (boxes[:, 0] <= east + x) & (boxes[:, 2] >= west - x)
    meet &= (boxes[:, 1] <= north + y) & (boxes[:, 3] >= south - y)
    return meet


def _cleaned(fixes: Fixes, rules: CleaningRules, timeless: list[Text]) -> list[tuple[str | int, CleanedTrack]]:
    tracks = []
    for name, columns in fixes.tracks():
        try:
            tracks.append((name, clean(*columns, rules=rules)))
        except InvalidInput as error:
            timeless.append(Text("track {track} was left out: {reason}", track=name, reason=error.text))
    return tracks


def _cover(part: TrackPart, tracks: Sequence[CleanedTrack]) -> Stretches:
    if not tracks:
        return Stretches.none()
    window = (
        min(track.lon.min() for track in tracks),
        min(track.lat.min() for track in tracks),
        max(track.lon.max() for track in tracks),
        max(track.lat.max() for track in tracks),
    )
    lines: list[GeoSeries] = []
    positions: list[NDArray[np.int64]] = []
    for file in part.reaches:
        if _near(file.bounds, window, part.how.corridor_m):
            of_file = _lines_of(file.path, file.path.stat().st_mtime_ns, part.how)
            near = np.flatnonzero(_meet(of_file.bounds.to_numpy(), window, part.how.corridor_m))
            lines.append(of_file.iloc[near])
            positions.append(file.first + near)
    if not lines:
        return Stretches.none()
    return cover_part(pd.concat(lines), np.concatenate(positions), tracks, corridor_m=part.how.corridor_m)


@lru_cache(maxsize=4)
def _lines_of(path: Path, changed_ns: int, how: How) -> GeoSeries:  # noqa: ARG001 - a changed file is read again
    """Return a file's reaches; the next slice and the next part often need the same."""
    return _reach_layer(path, how, Limits(), bare=True).geometry


def _by_source(
    parts: Sequence[TrackPart], results: dict[int, Partial | Failed]
) -> Iterable[tuple[str, list[Partial | Failed]]]:
    found: dict[str, list[Partial | Failed]] = {}
    for position, part in enumerate(parts):
        found.setdefault(part.source, []).append(results[position])
    return found.items()


def _scattered(partials: Sequence[Partial | Failed]) -> Text | None:
    """Return what is wrong with a file that comes back to a track after another one."""
    seen: set[str | int] = set()
    for partial in partials:
        for name, _ in partial.tracks if isinstance(partial, Partial) else ():
            if name in seen:
                return Text("the rows of track {track} do not stand together; sort the file by track", track=name)
            seen.add(name)
    return None
