"""What was found about patrols' records, and what people said of it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from geo.models import Account, Patrol, PatrolCheck, PatrolOpinion, Person, Reach, RegionRow
from geo.store.patrols import effective_verdict
from geo.store.scoping import Scope, inside

__all__ = ["add_opinion", "known_numbers", "opinion_rows", "verdict_row", "waiting", "waiting_rows"]

# Under a name of its own: the expression of what counts looks into the table for itself.
_Check = aliased(PatrolCheck)


def waiting() -> Any:
    """Return the condition that a patrol waits for a person: undecided and doubtful, or answered since the decision."""
    later = aliased(PatrolOpinion)
    answered = exists().where(
        PatrolOpinion.patrol_id == Patrol.id,
        PatrolOpinion.kind == "answer",
        ~exists().where(
            later.patrol_id == PatrolOpinion.patrol_id, later.kind == "decision", later.id > PatrolOpinion.id
        ),
    )
    return or_(effective_verdict() == "doubtful", answered)


def verdict_row(session: Session, scope: Scope, patrol_id: int) -> dict[str, Any] | None:
    """Return what counts of one patrol's verdicts, with the check behind it; None when it is not in scope."""
    row = (
        session.execute(
            select(
                Patrol.id, Patrol.number, Patrol.region_code.label("region"), Patrol.person_id,
                effective_verdict().label("verdict"), waiting().label("waiting"),
                func.coalesce(_Check.verdict, "valid").label("checked_verdict"),
                _Check.reasons, _Check.checked_at,
            )
            .outerjoin(_Check, _Check.patrol_id == Patrol.id)
            .where(Patrol.id == patrol_id, inside(Patrol.region_code, scope))
        )
        .mappings()
        .one_or_none()
    )  # fmt: skip
    return None if row is None else dict(row)


def opinion_rows(session: Session, patrol_id: int) -> list[dict[str, Any]]:
    """Return what was decided and answered about a patrol, oldest first."""
    rows = session.execute(
        select(
            PatrolOpinion.id, PatrolOpinion.kind, PatrolOpinion.verdict, PatrolOpinion.note, PatrolOpinion.made_at,
            Account.display_name.label("by"),
        )
        .outerjoin(Account, Account.id == PatrolOpinion.account_id)
        .where(PatrolOpinion.patrol_id == patrol_id)
        .order_by(PatrolOpinion.id)
    )  # fmt: skip
    return [dict(row) for row in rows.mappings()]


def add_opinion(session: Session, **values: Any) -> PatrolOpinion:
    """Add a decision or an answer; none is ever changed."""
    opinion = PatrolOpinion(**values)
    session.add(opinion)
    session.flush()
    return opinion


def known_numbers(session: Session, scope: Scope, ids: Iterable[int]) -> dict[int, str]:
    """Return the numbers of those of the patrols that are in scope."""
    rows = session.execute(
        select(Patrol.id, Patrol.number).where(Patrol.id.in_(list(ids)), inside(Patrol.region_code, scope))
    )
    return {row.id: row.number for row in rows}


def waiting_rows(session: Session, scope: Scope, *, limit: int, after: int | None = None) -> list[dict[str, Any]]:
    """Return the patrols that wait for a person, newest first; `after` is the id of the last row before."""
    query = (
        select(
            Patrol.id, Patrol.number, Patrol.region_code.label("region"), RegionRow.name.label("region_name"),
            Patrol.person_id, Person.name.label("person"), Reach.code.label("reach"), Reach.name.label("reach_name"),
            Patrol.started_at, Patrol.length_m, Patrol.duration_s,
            effective_verdict().label("verdict"), _Check.reasons, _Check.checked_at,
        )
        .join(RegionRow, RegionRow.code == Patrol.region_code)
        .outerjoin(Person, Person.id == Patrol.person_id)
        .outerjoin(Reach, Reach.id == Patrol.reach_id)
        .outerjoin(_Check, _Check.patrol_id == Patrol.id)
        .where(inside(Patrol.region_code, scope), waiting())
    )  # fmt: skip
    if after is not None:
        last = select(Patrol.started_at).where(Patrol.id == after).scalar_subquery()
        query = query.where(or_(Patrol.started_at < last, and_(Patrol.started_at == last, Patrol.id < after)))
    rows = session.execute(query.order_by(Patrol.started_at.desc(), Patrol.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]
