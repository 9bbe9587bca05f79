"""One state of the database for many sessions, and its division by town."""

import re

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.errors import InvalidInput
from geo.models import Reach
from geo.store.scoping import Scope, inside
from geo.types import RegionCode

__all__ = ["OwnCode", "export_snapshot", "reach_order", "town_codes", "use_snapshot"]

_SNAPSHOT = re.compile(r"[0-9A-F-]+")


class OwnCode(RegionCode):
    """A region's code whose scope is the region's own records, without those of the regions inside it."""

    __slots__ = ()

    @property
    def prefix(self) -> str:
        """The whole code: that of a county begins no town's."""
        return str(self)


def export_snapshot(session: Session) -> str:
    """Return the name of the state that a session sees; others can see the same as long as its transaction lasts."""
    return str(session.scalar(select(func.pg_export_snapshot())))


def use_snapshot(session: Session, name: str) -> None:
    """Let a session that has asked nothing yet, in a repeatable read transaction, see the state called `name`."""
    if not _SNAPSHOT.fullmatch(name):
        raise InvalidInput("there is no state {name} of the database", name=name)
    # A statement of its own kind, which takes no parameters; the name's form was checked.
    session.execute(text(f"SET TRANSACTION SNAPSHOT '{name}'"))


def town_codes(session: Session, scope: Scope, level: str | None = None) -> list[str]:
    """Return the 12-digit codes of the towns that have reaches in scope; a county's for reaches of its own."""
    query = select(func.left(Reach.region_code, 9)).where(inside(Reach.region_code, scope)).distinct()
    if level:
        query = query.where(Reach.level == level)
    return sorted(f"{code}000" for code in session.scalars(query))


def reach_order(session: Session, scope: Scope, level: str | None = None) -> list[int]:
    """Return the ids of the reaches in scope, in the order of :func:`geo.store.waters.reach_frame`."""
    query = select(Reach.id).where(inside(Reach.region_code, scope)).order_by(Reach.code, Reach.id)
    return list(session.scalars(query.where(Reach.level == level) if level else query))
