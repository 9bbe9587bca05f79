"""Kept tracks as they are handed on."""

from datetime import datetime

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from geo.models import Patrol, Track
from geo.store.patrols import effective_verdict
from geo.store.scoping import Scope, inside

__all__ = ["kept_paths", "patrol_towns"]


def _counting(scope: Scope, starts_at: datetime, ends_at: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of what covers reaches too; see :func:`geo.store.patrols.walked_stretches`."""
    period = [Patrol.started_at >= starts_at, Patrol.started_at < ends_at]
    return [inside(Patrol.region_code, scope), *period, effective_verdict() == "valid"]


def patrol_towns(session: Session, scope: Scope, starts_at: datetime, ends_at: datetime) -> list[str]:
    """Return the 12-digit codes of the towns that have patrols; a county's for patrols of its own."""
    query = select(func.left(Patrol.region_code, 9)).where(*_counting(scope, starts_at, ends_at))
    return sorted(f"{code}000" for code in session.scalars(query.distinct()))


def kept_paths(
    session: Session, scope: Scope, starts_at: datetime, ends_at: datetime
) -> list[tuple[int, shapely.Geometry]]:
    """Return each patrol's id and its kept line with epoch seconds as measures, in the order of ids.

    Patrols whose record is doubtful or rejected are left out, since they cover nothing.
    """
    rows = session.execute(
        select(Patrol.id, Track.path)
        .join(Track, Track.patrol_id == Patrol.id)
        .where(*_counting(scope, starts_at, ends_at), Track.path.is_not(None))
        .order_by(Patrol.id)
    )
    return [(int(id_), to_shape(path)) for id_, path in rows if path is not None]
