"""What can be wrong with a set of cells, and the report that lists it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.compute.pieces import Place
from geo.text import Text

__all__ = ["CellReport", "Gap", "InvalidCell", "Outside", "Overlap", "Sliver"]


@dataclass(frozen=True)
class InvalidCell:
    """A cell whose own border is broken; the rest of the check uses a repaired copy."""

    cell: Hashable
    reason: Text
    place: Place | None


@dataclass(frozen=True)
class Overlap:
    """Ground that two cells both claim (重叠), in one or more pieces."""

    cells: tuple[Hashable, Hashable]
    area_m2: float
    place: Place
    pieces: int
    shape: BaseGeometry = field(repr=False, compare=False)


@dataclass(frozen=True)
class Gap:
    """Ground that no cell claims (空隙), with the cells along its border."""

    area_m2: float
    place: Place
    neighbours: tuple[Hashable, ...]
    shape: BaseGeometry = field(repr=False, compare=False)


@dataclass(frozen=True)
class Outside:
    """What a cell claims outside the region (越界), in one or more pieces."""

    cell: Hashable
    area_m2: float
    place: Place
    pieces: int
    shape: BaseGeometry = field(repr=False, compare=False)


@dataclass(frozen=True)
class Sliver:
    """A defect below the tolerance (碎片); `kind` tells which: overlap, gap or outside."""

    kind: str
    cells: tuple[Hashable, ...]
    area_m2: float
    place: Place
    shape: BaseGeometry = field(repr=False, compare=False)


@dataclass(frozen=True)
class CellReport:
    """Every defect of a set of cells, the largest of each kind first."""

    cells: int
    invalid: tuple[InvalidCell, ...]
    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]
    outside: tuple[Outside, ...]
    slivers: tuple[Sliver, ...]

    @property
    def complete(self) -> bool:
        """Whether the cells are a partition; slivers do not count against it."""
        return not (self.invalid or self.overlaps or self.gaps or self.outside)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``check-cells --json`` prints; names of cells stay as they are."""
        listed = ("invalid", "overlaps", "gaps", "outside", "slivers")
        entries = {key: [_plain(defect) for defect in getattr(self, key)] for key in listed}
        return {"cells": self.cells, **entries, "complete": self.complete}


def _plain(defect: Any) -> dict[str, Any]:
    fields = {key: value for key, value in vars(defect).items() if key != "shape"}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()}
