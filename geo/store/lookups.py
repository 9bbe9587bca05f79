"""From a word in a file to the record that it means."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import GridCell, Person, Reach, River, Site, Zone
from geo.store.scoping import Scope, inside
from geo.text import Text

__all__ = ["Directory", "people_directory", "reach_directory", "river_directory", "target_directory"]

_TARGETS: dict[str, Any] = {"cell": GridCell, "reach": Reach, "zone": Zone, "site": Site}


class Directory:
    """Records by code, and by name where the name is unique; those of the home town go first."""

    def __init__(self, what: str, rows: Iterable[tuple[Any, str, str, str]], home: Scope) -> None:
        """Index rows of (id, code, name, region code)."""
        self.what = what
        self._home = home
        self._by_code: dict[str, list[tuple[Any, str]]] = {}
        self._by_name: dict[str, list[tuple[Any, str]]] = {}
        for id_, code, name, region in rows:
            self._by_code.setdefault(code, []).append((id_, region))
            self._by_name.setdefault(name, []).append((id_, region))

    def find(self, word: str) -> tuple[Any, str] | Text:
        """Return (id, region code) of the record that `word` names, or why there is none."""
        what = Text(self.what)
        found = self._by_code.get(word) or self._by_name.get(word, [])
        if len(found) > 1:
            found = [each for each in found if self._home.holds(each[1])] or found
        if len(found) == 1:
            return found[0]
        if found:
            return Text("{count} {what} are named {word}; use the code", count=len(found), what=what, word=word)
        return Text("there is no {what} {word}; import {what} first", what=what, word=word)


def _directory(session: Session, what: str, model: Any, scope: Scope, home: Scope) -> Directory:
    rows = session.execute(
        select(model.id, model.code, model.name, model.region_code)
        .where(inside(model.region_code, scope))
        .order_by(model.id)
    )
    return Directory(what, [(r[0], r[1], r[2], r[3]) for r in rows], home)


def river_directory(session: Session, scope: Scope, home: Scope) -> Directory:
    """Return the rivers in scope."""
    return _directory(session, "rivers", River, scope, home)


def reach_directory(session: Session, scope: Scope, home: Scope) -> Directory:
    """Return the reaches in scope."""
    return _directory(session, "reaches", Reach, scope, home)


def people_directory(session: Session, scope: Scope, home: Scope) -> Directory:
    """Return the people in scope."""
    return _directory(session, "people", Person, scope, home)


def target_directory(session: Session, kind: str, scope: Scope, home: Scope) -> Directory:
    """Return the cells, reaches, zones or sites in scope; of a cell's versions those that are open."""
    if kind != "cell":
        return _directory(session, f"{kind}s" if kind != "reach" else "reaches", _TARGETS[kind], scope, home)
    rows = session.execute(
        select(GridCell.id, GridCell.code, GridCell.name, GridCell.region_code)
        .where(inside(GridCell.region_code, scope), func.upper_inf(GridCell.valid))
        .order_by(GridCell.id)
    )
    return Directory("cells", [(r[0], r[1], r[2], r[3]) for r in rows], home)
