"""What reading a file gives: a good frame, the rejected rows and why."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from geo.text import Text

__all__ = ["Kind", "Layer", "Limits", "Reading", "Rejection"]

MIB = 1024**2


class Kind(StrEnum):
    """What the rows of an imported file are (导入类型)."""

    regions = "regions"
    cells = "cells"
    rivers = "rivers"
    reaches = "reaches"
    zones = "zones"
    sites = "sites"
    people = "people"
    responsibilities = "responsibilities"
    tracks = "tracks"
    issues = "issues"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not accepted: its number as a person counts it (first data row = 1), and why."""

    row: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold; whatever exceeds it is refused before it is parsed."""

    max_bytes: int = 200 * MIB
    max_unpacked_bytes: int = 1024 * MIB
    max_ratio: int = 200
    max_members: int = 1000
    max_rows: int = 2_000_000
    max_cells: int = 50_000_000
    max_vertices: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read.

    Attributes
    ----------
    kind : Kind
        What its rows are.
    source : str
        The file's name, without its folder.
    sha256 : str
        Of the file's bytes: the same file twice is recognised by it.
    crs : str
        The datum that its coordinates were read in, such as ``EPSG:4490`` or ``gcj02``;
        empty when the file has no coordinates.
    frame : GeoDataFrame or DataFrame
        The accepted rows under canonical names, geometry in EPSG:4490, longitude first. The
        index is the row's number in the source, first data row = 1.
    rejected : tuple of Rejection
        In the order of the rows.
    warnings : tuple of Text
        What a person should know, though it hindered nothing.
    """

    kind: Kind
    source: str
    sha256: str
    crs: str
    frame: gpd.GeoDataFrame | pd.DataFrame
    rejected: tuple[Rejection, ...] = ()
    warnings: tuple[Text, ...] = ()


@dataclass(slots=True)
class Layer:
    """Rows as a file holds them, before anything is known of their kind.

    Attributes
    ----------
    frame : DataFrame
        The attributes; column names are unique strings.
    geometry : ndarray of shapely geometries or None, shape (n,), or None
        None when the format has no geometry of its own (a table).
    crs : pyproj.CRS or None
        What the file itself declares.
    defined : str
        The rule by which the format has a datum though the file names none (``"GPX"``); empty if none.
    rows : ndarray of int, shape (n,)
        Each row's number in the source, first data row = 1.
    faults : dict of int to Text
        Rows (positions) that cannot be used, and why.
    truncated_names : bool
        Whether column names were cut at ten bytes, as a shapefile cuts them.
    """

    frame: pd.DataFrame
    geometry: npt.NDArray[np.object_] | None = None
    crs: pyproj.CRS | None = None
    defined: str = ""
    rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    faults: dict[int, Text] = field(default_factory=dict)
    warnings: list[Text] = field(default_factory=list)
    truncated_names: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count the rows when the format has no numbers of its own."""
        if len(self.rows) != len(self.frame):
            self.rows = np.arange(1, len(self.frame) + 1)
