"""What tracks in files cover of reaches in a file; no database."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray

from geo.compute.coverage import check_corridor, cover_geographic
from geo.compute.partials import TrackFigures
from geo.compute.stretches import gaps_of, union_of
from geo.compute.topology import name_cells
from geo.compute.tracks import CleanedTrack, CleaningRules, clean, epoch_seconds
from geo.crs import STORAGE, geodesic_length_m
from geo.errors import InvalidInput, UnknownDatum, WanggeError
from geo.readers import Limits, Reading, read_layer, read_tracks
from geo.text import Text

__all__ = ["CoveredReach", "FileCoverage", "Remark", "UsedTrack", "cover_files", "named_reaches", "only_lines"]

_NAMES = ("name", "名称", "河段名称", "河段", "河流名称", "河名", "河流", "reach", "river")
_LINES = (1, 2, 5)  # shapely's types LineString, LinearRing, MultiLineString
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class CoveredReach:
    """A reach and what was walked of it; measures are ground metres from its start."""

    id: Hashable
    name: str | None
    length_m: float
    stretches: NDArray[np.float64]

    @property
    def covered_m(self) -> float:
        """The length of all stretches."""
        return float((self.stretches[:, 1] - self.stretches[:, 0]).sum())

    @property
    def share(self) -> float | None:
        """How much of it was covered, 0 to 1; None where there is no line."""
        return min(self.covered_m / self.length_m, 1.0) if self.length_m > 0 else None

    def as_json(self) -> dict[str, Any]:
        """Return the reach as in the contract of ``coverage --json``."""
        share = self.share
        return {
            "id": self.id,
            "name": self.name,
            "length_m": round(self.length_m, _DIGITS),
            "covered_m": round(self.covered_m, _DIGITS),
            "share": None if share is None else round(share, 9),
            "stretches": self.stretches.round(_DIGITS).tolist(),
            "gaps": gaps_of(self.stretches, self.length_m).round(_DIGITS).tolist(),
        }


@dataclass(frozen=True, slots=True)
class UsedTrack:
    """A track of a file, after cleaning."""

    source: str
    track: int | str
    cleaned: CleanedTrack | TrackFigures

    def as_json(self) -> dict[str, Any]:
        """Return the track as in the contract of ``coverage --json``."""
        return {
            "source": self.source,
            "track": self.track,
            "fixes": self.cleaned.fixes,
            "kept": self.cleaned.kept,
            "dropped": self.cleaned.dropped,
            "pieces": self.cleaned.pieces,
            "length_m": round(self.cleaned.length_m, _DIGITS),
            "duration_s": round(self.cleaned.duration_s, 3),
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """A file and what there is to say about it: why it was refused, or what to beware of."""

    source: str
    text: Text


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """Reaches in the order of their file, tracks in the order given, files that could not be used."""

    corridor_m: float
    reaches: tuple[CoveredReach, ...]
    tracks: tuple[UsedTrack, ...]
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]

    def as_json(self, tell: Callable[[str], str] = str) -> dict[str, Any]:
        """Return the document of ``coverage --json``; `tell` translates its sentences."""
        return {
            "corridor_m": self.corridor_m,
            "reaches": [reach.as_json() for reach in self.reaches],
            "tracks": [track.as_json() for track in self.tracks],
            "refused": [{"source": one.source, "reason": tell(one.text)} for one in self.refused],
            "warnings": [{"source": one.source, "warning": tell(one.text)} for one in self.warnings],
        }


def cover_files(
    reaches: Path,
    tracks: Sequence[Path],
    *,
    corridor_m: float = 30.0,
    rules: CleaningRules | None = None,
    crs: str | None = None,
    reaches_crs: str | None = None,
    limits: Limits | None = None,
    advance: Callable[[], object] = lambda: None,
) -> FileCoverage:
    """Compute what the tracks in files cover of each reach in a file.

    Parameters
    ----------
    reaches : Path
        A layer of lines. A feature without geometry is a reach of length 0.
    tracks : sequence of Path
        A file that cannot be used is named in ``refused``, and the others are used.
    corridor_m : float
        How near to the track a point of a reach must lie, in ground metres.
    rules : CleaningRules, optional
    crs : str, optional
        The datum of the tracks, before what the files say: an EPSG code, ``gcj02`` or ``bd09``.
    reaches_crs : str, optional
        The same for the reaches. By default they are read in what their file says, and in `crs` if it says nothing:
        an app's tracks in GCJ-02 say nothing about the office's rivers.
    limits : Limits, optional
        On each file.
    advance : callable
        Called after each file of tracks.

    Raises
    ------
    InvalidInput
        If the reaches cannot be used, or the corridor is not above 0.
    """
    rules = rules or CleaningRules()
    limits = limits or Limits()
    check_corridor(corridor_m)
    layer = only_lines(_read_reaches(reaches, reaches_crs, crs, limits), reaches.name)
    warnings = [Remark(reaches.name, text) for text in layer.attrs.get("warnings", ())]
    used: list[UsedTrack] = []
    cleaned: list[CleanedTrack] = []
    refused: list[Remark] = []
    for path, source in zip(tracks, _sources(tracks), strict=True):
        try:
            reading = read_tracks(path, crs=crs, limits=limits)
            found = _clean_all(reading, rules)
            warnings += _warnings(reading, source)
        except WanggeError as error:
            refused.append(Remark(source, error.text))
        else:
            used += [UsedTrack(source, number, track) for number, track in found]
            cleaned += [track for _, track in found]
        advance()
    covered = _cover(layer, cleaned, corridor_m)
    return FileCoverage(corridor_m, covered, tuple(used), tuple(refused), tuple(warnings))


def _read_reaches(path: Path, own_crs: str | None, other_crs: str | None, limits: Limits) -> GeoDataFrame:
    try:
        return read_layer(path, crs=own_crs, limits=limits)
    except UnknownDatum:
        if other_crs is None:
            raise
        return read_layer(path, crs=other_crs, limits=limits)


def only_lines(layer: GeoDataFrame, file: str) -> GeoDataFrame:
    """Check that every geometry is a line.

    Raises
    ------
    InvalidInput
        If one is none, or there is no line at all.
    """
    kinds = shapely.get_type_id(layer.geometry.array)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, *_LINES)) & ~shapely.is_empty(layer.geometry.array))
    if len(wrong):
        raise InvalidInput(
            "row {row} of {file} is a {kind}; reaches are lines",
            row=int(wrong[0]) + 1,
            file=file,
            kind=Text(layer.geometry.iloc[wrong[0]].geom_type),
        )
    if not np.isin(kinds, _LINES).any():
        raise InvalidInput("{file} has no line; reaches are lines", file=file)
    return layer


def _sources(paths: Sequence[Path]) -> list[str]:
    """Return each file's name, or its path where two files have one name."""
    names = [path.name for path in paths]
    return [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]


def _clean_all(reading: Reading, rules: CleaningRules) -> list[tuple[int, CleanedTrack]]:
    return [(int(number), _clean(fixes, rules)) for number, fixes in reading.frame.groupby("track")]


def _clean(fixes: pd.DataFrame, rules: CleaningRules) -> CleanedTrack:
    accuracy = fixes["accuracy_m"].to_numpy(dtype=float, na_value=np.nan) if "accuracy_m" in fixes else None
    return clean(
        fixes["lon"].to_numpy(dtype=float),
        fixes["lat"].to_numpy(dtype=float),
        epoch_seconds(fixes["time"]),
        accuracy,
        fixes["segment"].to_numpy() if "segment" in fixes else None,
        rules=rules,
    )


def _warnings(reading: Reading, source: str) -> list[Remark]:
    texts = list(reading.warnings)
    if reading.rejected:
        first = reading.rejected[0]
        message = "{count} rows could not be read; the first is row {row}: {reason}"
        texts.append(Text(message, count=len(reading.rejected), row=first.row, reason=first.reason))
    return [Remark(source, text) for text in texts]


def _cover(layer: GeoDataFrame, tracks: Sequence[CleanedTrack], corridor_m: float) -> tuple[CoveredReach, ...]:
    lines = GeoSeries([track.geometry() for track in tracks], crs=STORAGE)
    stretches = cover_geographic(layer.geometry, lines, corridor_m=corridor_m, each=False)
    spans = {reach: group.to_numpy() for reach, group in stretches.groupby("reach")[["start_m", "end_m"]]}
    lengths_m = geodesic_length_m(layer.geometry)
    names = named_reaches(layer)
    return tuple(
        CoveredReach(code, names[k], float(lengths_m[k]), union_of(spans.get(k, ())))
        for k, code in enumerate(name_cells(layer))
    )


def named_reaches(layer: GeoDataFrame) -> list[str | None]:
    """Return each reach's name, by the first column that is called as one; None where there is none."""
    columns = {str(column).casefold(): column for column in reversed(layer.columns)}
    column = next((columns[name] for name in _NAMES if name in columns), None)
    if column is None:
        return [None] * len(layer)
    return [None if missing else str(value) for value, missing in zip(layer[column], layer[column].isna(), strict=True)]
