"""What the import of every kind shares: one file's rows on their way into tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Table
from sqlalchemy.orm import Session

from geo.readers import Reading, Rejection
from geo.services.placing import narrowest_regions
from geo.services.surroundings import Surroundings
from geo.store.bulk import Merged, ewkb_hex, merge
from geo.store.scoping import Scope
from geo.text import Text
from geo.types import RegionCode

__all__ = ["Batch", "Counts"]


@dataclass(slots=True)
class Counts:
    """Rows that were new, changed something, or were there already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def add(self, merged: Merged) -> None:
        """Count a merge in."""
        self.added += merged.added
        self.changed += merged.changed
        self.unchanged += merged.unchanged


@dataclass(slots=True)
class Batch:
    """One file's good rows, what is known around them, and what is found wrong on the way.

    Attributes
    ----------
    town : RegionCode or None
        The region of rows that name none.
    scope : Scope
        Where names are looked up.
    around : Surroundings
        What is known around the rows.
    skip_rejected : bool
        Whether good rows are stored though others are rejected.
    """

    session: Session
    reading: Reading
    town: RegionCode | None
    scope: Scope
    around: Surroundings = field(default_factory=Surroundings)
    skip_rejected: bool = False
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)

    @property
    def home(self) -> Scope:
        """The town in which codes are unique; everything when no town is given."""
        return Scope(None if self.town is None else RegionCode(self.town[:9] + "000"))

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, indexed by their number in the file."""
        return self.reading.frame

    def column(self, name: str) -> list[Any]:
        """Return a column's values, None where it or the value is missing."""
        if name not in self.frame.columns:
            return [None] * len(self.frame)
        values = self.frame[name].astype(object)
        present: list[Any] = values.where(values.notna(), None).tolist()
        return present

    def reject(self, row: Any, reason: Text) -> None:
        """Refuse one row."""
        self.rejected.append(Rejection(int(row), reason))

    def geometry(self, *, multi: type[shapely.Geometry] | None = None) -> list[str | None]:
        """Return the rows' geometries for COPY, each made a collection of `multi` if it is not one."""
        if not isinstance(self.frame, gpd.GeoDataFrame):
            return [None] * len(self.frame)
        shapes = [None if s is None or s.is_empty else s for s in self.frame.geometry]
        if multi is not None:
            shapes = [s if s is None or isinstance(s, multi) else multi([s]) for s in shapes]
        return ewkb_hex(shapes)

    def regions(self) -> list[str | None]:
        """Return each row's region code: as given by code or name, else by place, else the town; None is rejected."""
        known = self.around.region_names(self.session, self.scope)
        codes = set(known["code"])
        inside = known if self.town is None else known[known["code"].str.startswith(self.town.prefix)]
        named = inside.drop_duplicates("name", keep=False).set_index("name")["code"].to_dict()
        given = [_resolved(word, codes, named) for word in self.column("region")]
        placed = self._regions_by_place()
        found: list[str | None] = []
        for row, word, code, place in zip(self.frame.index, self.column("region"), given, placed, strict=True):
            if word is not None and code is None:
                self.reject(row, Text("there is no region {word}; import regions first", word=word))
            elif code is None and place is None and self.town is None:
                self.reject(row, Text("the row names no region and lies in none; give --town CODE"))
            found.append(code or place or self.town)
        return found

    def _regions_by_place(self) -> list[str | None]:
        if not isinstance(self.frame, gpd.GeoDataFrame):
            return [None] * len(self.frame)
        regions = self.around.regions(self.session, self.scope)
        if regions.empty:
            return [None] * len(self.frame)
        shapes = self.frame.geometry.reset_index(drop=True)
        places = gpd.GeoSeries(shapely.point_on_surface(shapes.to_numpy()), crs=shapes.crs)
        found = narrowest_regions(places, regions)
        return [str(code) if isinstance(code, str) else None for code in found]

    def merge(
        self,
        table: Any,
        columns: dict[str, list[Any]],
        *,
        key: Sequence[str],
        update: bool = True,
        only: Sequence[bool] | None = None,
    ) -> Merged:
        """Store the rows that were not rejected, or of them those marked in `only`."""
        refused = {rejection.row for rejection in self.rejected}
        chosen = [int(row) not in refused for row in self.frame.index]
        if only is not None:
            chosen = [a and b for a, b in zip(chosen, only, strict=True)]
        rows = [values for values, use in zip(zip(*columns.values(), strict=True), chosen, strict=True) if use]
        model: Table = table.__table__
        return merge(self.session, model, list(columns), rows, key=key, update=update)


def _resolved(word: Any, codes: set[str], named: dict[str, str]) -> str | None:
    if word is None:
        return None
    return str(word) if word in codes else named.get(word)
