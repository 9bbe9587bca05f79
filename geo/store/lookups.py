"""From a word in a file to the record that it means."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import GridCell, Person, Reach, River, Site, Zone
from geo.store.scoping import Scope, inside
from geo.text import Text

__all__ = ["Directory", "people_directory", "reach_directory", "river_directory", "target_directory"]

_TARGETS: dict[str, Any] = {"cell": GridCell, "reach": Reach, "zone": Zone, "site": Site}


class Directory:
    """Records by code, and by name where the name is unique."""

    def __init__(self, what: str, rows: Iterable[tuple[Any, str, str, str]]) -> None:
        """Index rows of (id, code, name, region code)."""
        self.what = what
        self._by_code: dict[str, tuple[Any, str]] = {}
        self._by_name: dict[str, list[tuple[Any, str]]] = {}
        for id_, code, name, region in rows:
            self._by_code[code] = (id_, region)
            self._by_name.setdefault(name, []).append((id_, region))

    def find(self, word: str) -> tuple[Any, str] | Text:
        """Return (id, region code) of the record that `word` names, or why there is none."""
        found = self._by_code.get(word)
        if found:
            return found
        named = self._by_name.get(word, [])
        if len(named) == 1:
            return named[0]
        if named:
            return Text(
                "{count} {what} are named {word}; use the code", count=len(named), what=Text(self.what), word=word
            )
        return Text("there is no {what} {word}; import {what} first", what=Text(self.what), word=word)


def _directory(session: Session, what: str, model: Any, scope: Scope) -> Directory:
    rows = session.execute(
        select(model.id, model.code, model.name, model.region_code)
        .where(inside(model.region_code, scope))
        .order_by(model.id)
    )
    return Directory(what, [(r[0], r[1], r[2], r[3]) for r in rows])


def river_directory(session: Session, scope: Scope) -> Directory:
    """Return the rivers in scope."""
    return _directory(session, "rivers", River, scope)


def reach_directory(session: Session, scope: Scope) -> Directory:
    """Return the reaches in scope."""
    return _directory(session, "reaches", Reach, scope)


def people_directory(session: Session, scope: Scope) -> Directory:
    """Return the people in scope."""
    return _directory(session, "people", Person, scope)


def target_directory(session: Session, kind: str, scope: Scope) -> Directory:
    """Return the cells, reaches, zones or sites in scope; of a cell's versions the newest."""
    return _directory(
        session, {"cell": "cells", "reach": "reaches", "zone": "zones", "site": "sites"}[kind], _TARGETS[kind], scope
    )
