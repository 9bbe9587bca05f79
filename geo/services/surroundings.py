"""What is known around the rows of a file, kept from one file of a call to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geo.services.rules import RuleBook
from geo.store.lookups import Directory, people_directory, reach_directory
from geo.store.regions import region_frame, region_names
from geo.store.scoping import Scope
from geo.store.sources import last_change
from geo.store.waters import reach_frame

__all__ = ["Surroundings"]

Value = TypeVar("Value")


@dataclass(slots=True)
class Surroundings:
    """Regions, reaches, names and rules as they stand (周边数据).

    They are read when first asked for, and again once anything but tracks was imported or a rule changed,
    by whomever.
    """

    _stamp: int | None = None
    _kept: dict[Any, Any] = field(default_factory=dict)

    def refresh(self, session: Session) -> None:
        """Forget what may have changed; to be called at the start of a transaction."""
        stamp = last_change(session)
        if stamp != self._stamp:
            self.forget()
            self._stamp = stamp

    def forget(self) -> None:
        """Read everything again when it is next asked for."""
        self._kept.clear()
        self._stamp = None

    def _get(self, key: Any, read: Callable[[], Value]) -> Value:
        if key not in self._kept:
            self._kept[key] = read()
        value: Value = self._kept[key]
        return value

    def regions(self, session: Session, scope: Scope) -> gpd.GeoDataFrame:
        """Return the regions in scope that have a boundary."""
        return self._get(("regions", scope), lambda: region_frame(session, scope))

    def region_names(self, session: Session, scope: Scope) -> pd.DataFrame:
        """Return the names of the regions in scope."""
        return self._get(("names", scope), lambda: region_names(session, scope))

    def reaches(self, session: Session, scope: Scope) -> gpd.GeoDataFrame:
        """Return the reaches in scope."""
        return self._get(("reaches", scope), lambda: reach_frame(session, scope))

    def people_directory(self, session: Session, scope: Scope, home: Scope) -> Directory:
        """Return the people in scope by code and name."""
        return self._get(("people", scope, home), lambda: people_directory(session, scope, home))

    def reach_directory(self, session: Session, scope: Scope, home: Scope) -> Directory:
        """Return the reaches in scope by code and name."""
        return self._get(("by name", scope, home), lambda: reach_directory(session, scope, home))

    def rules(self, session: Session) -> RuleBook:
        """Return the rules of patrols."""
        return self._get("rules", lambda: RuleBook.load(session))
