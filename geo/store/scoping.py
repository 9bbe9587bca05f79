"""What an account may see: one region and all that lies inside it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from geo.errors import NotFound
from geo.types import RegionCode

__all__ = ["Scope", "inside"]


@dataclass(frozen=True, slots=True)
class Scope:
    """A region and all inside it (范围); the whole database when `region` is None."""

    region: RegionCode | None = None

    @classmethod
    def whole(cls) -> "Scope":
        """Return the scope of the operator, who sees everything."""
        return cls(None)

    @classmethod
    def of(cls, code: str | None) -> "Scope":
        """Return the scope of a region's code; of everything for None."""
        return cls(RegionCode(code) if code else None)

    def holds(self, code: str) -> bool:
        """Tell whether a record of region `code` may be seen."""
        return self.region is None or RegionCode(code).within(self.region)

    def narrowed(self, code: str | None) -> "Scope":
        """Return the scope of a region inside this one.

        Raises
        ------
        NotFound
            If `code` lies outside: what may not be seen does not exist.
        """
        if not code:
            return self
        if not self.holds(code):
            raise NotFound("there is no region {code}", code=code)
        return Scope(RegionCode(code))


def inside(column: "InstrumentedAttribute[Any] | ColumnElement[Any]", scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a region code lies in `scope`."""
    if scope.region is None:
        return true()
    condition: ColumnElement[bool] = column.like(scope.region.prefix + "%")
    return condition
