"""What commands let people choose: a region and a level, refused where there is none such."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from geo.store.scoping import Scope

__all__ = ["check_level", "scope_of"]

_LEVELS = ("county", "town", "village")


def check_level(level: str | None) -> str | None:
    """Return a level of river chiefs, as a callback of an option."""
    if level is not None and level not in _LEVELS:
        raise typer.BadParameter(f"{level}: {', '.join(_LEVELS)}")
    return level


def scope_of(session: "Session", town: str | None) -> "Scope":
    """Return the scope of a region, or of everything.

    Raises
    ------
    NotFound
        If there is no such region: figures of nowhere would look like figures of nothing.
    """
    from geo.errors import NotFound
    from geo.store.regions import regions_exist
    from geo.store.scoping import Scope

    scope = Scope.of(town)
    if scope.region is not None and not regions_exist(session, {str(scope.region)}):
        raise NotFound("there is no region {code}", code=str(scope.region))
    return scope
