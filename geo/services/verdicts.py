"""Verdicts on patrols' records (轨迹核查): what the machine doubts, a person decides, the patroller answers.

Nothing said is ever changed: another opinion is another row, and the last decision counts.
"""

from typing import Any

from sqlalchemy.orm import Session

from geo.errors import Forbidden, InvalidInput, NotFound, Refused
from geo.services.accounts import CurrentAccount
from geo.services.audits import note as record
from geo.store import verdicts as store
from geo.store.scoping import Scope
from geo.text import Text
from geo.types import Role

__all__ = ["answer", "decide", "doubtful_page", "verdict_of_patrol", "without_details"]

_DECIDERS = (Role.admin, Role.office, Role.leader)
_VERDICTS = ("valid", "rejected")
_LONGEST = 2000


def verdict_of_patrol(session: Session, scope: Scope, patrol_id: int) -> dict[str, Any]:
    """Return what is thought of a patrol's record, and why.

    Returns
    -------
    dict
        ``patrol_id``, ``number``, ``person_id``; ``verdict``, which counts: the last decision, else the
        machine's; ``checked_verdict``, the machine's; ``reasons``, each with its evidence; ``checked_at``;
        ``opinions``, oldest first; ``waiting``: whether a person should look at it, since it is doubtful
        and undecided, or answered after it was decided.

        Evidence about another patrol names it by ``patrol`` (id) and ``number`` only within the scope.

    Raises
    ------
    NotFound
        If there is none, or it lies outside the scope.
    """
    row = _found(session, scope, patrol_id)
    return {
        "patrol_id": row["id"],
        **{name: row[name] for name in ("number", "person_id", "verdict", "checked_verdict", "checked_at", "waiting")},
        "reasons": _within(session, scope, row["reasons"] or []),
        "opinions": store.opinion_rows(session, patrol_id),
    }


def decide(
    session: Session, scope: Scope, account: CurrentAccount, patrol_id: int, verdict: str, note: str
) -> dict[str, Any]:
    """Decide whether a patrol's record is valid or rejected; a later decision takes the place of this one.

    Returns
    -------
    dict
        See :func:`verdict_of_patrol`.

    Raises
    ------
    Forbidden
        If the account's role does not decide.
    Refused
        If the patrol is the account's own.
    InvalidInput
        If the verdict is none, or the note says nothing.
    NotFound
        If there is no such patrol in scope.
    """
    if account.role not in _DECIDERS:
        raise Forbidden("the role {role} may not do this", role=Text(str(account.role)))
    row = _found(session, scope, patrol_id)
    if account.person_id is not None and account.person_id == row["person_id"]:
        raise Refused("nobody decides on a patrol of their own; let somebody else do it")
    if verdict not in _VERDICTS:
        raise InvalidInput("a decision is {verdicts}: {verdict}", verdicts=", ".join(_VERDICTS), verdict=verdict)
    _add(session, row, account, "decision", verdict, note)
    return verdict_of_patrol(session, scope, patrol_id)


def answer(session: Session, scope: Scope, account: CurrentAccount, patrol_id: int, note: str) -> dict[str, Any]:
    """Answer the doubts about a patrol, as its patroller.

    Returns
    -------
    dict
        See :func:`verdict_of_patrol`.

    Raises
    ------
    Forbidden
        If it is not the account's own patrol.
    Refused
        If nobody has doubted it.
    InvalidInput
        If the note says nothing.
    NotFound
        If there is no such patrol in scope.
    """
    row = _found(session, scope, patrol_id)
    if account.person_id is None or account.person_id != row["person_id"]:
        raise Forbidden("only who walked a patrol answers for it")
    if row["checked_verdict"] == "valid" and not store.opinion_rows(session, patrol_id):
        raise Refused("nobody doubts this patrol, so there is nothing to answer")
    _add(session, row, account, "answer", None, note)
    return verdict_of_patrol(session, scope, patrol_id)


def doubtful_page(
    session: Session, scope: Scope, *, limit: int = 50, after: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page of the patrols that wait for a person, newest first, and where the next begins; None at the end.

    ``reasons`` are codes here; their evidence is in :func:`verdict_of_patrol`.
    """
    rows = store.waiting_rows(session, scope, limit=limit + 1, after=after)
    page = [row | {"reasons": [reason["reason"] for reason in row["reasons"] or []]} for row in rows[:limit]]
    return page, rows[limit - 1]["id"] if len(rows) > limit else None


def without_details(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict for those who may not see where its person walked: no reasons, no words of people."""
    return verdict | {"reasons": [], "opinions": []}


def _found(session: Session, scope: Scope, patrol_id: int) -> dict[str, Any]:
    row = store.verdict_row(session, scope, patrol_id)
    if row is None:
        raise NotFound("there is no patrol {id}", id=patrol_id)
    return row


def _add(
    session: Session, row: dict[str, Any], account: CurrentAccount, kind: str, verdict: str | None, words: str
) -> None:
    words = words.strip()
    if not words:
        raise InvalidInput("say why: the note is empty")
    if len(words) > _LONGEST:
        raise InvalidInput("a note has at most {longest} characters", longest=_LONGEST)
    opinion = store.add_opinion(
        session, patrol_id=row["id"], kind=kind, verdict=verdict, note=words, account_id=account.id
    )
    record(
        session, f"patrol {kind}", account_id=account.id, target=row["number"], region_code=row["region"],
        patrol=row["id"], opinion=opinion.id, **({"verdict": verdict, "before": row["verdict"]} if verdict else {}),
    )  # fmt: skip


def _within(session: Session, scope: Scope, reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Name other patrols by id and number where they are in scope, and not at all where they are not."""
    others = {reason["patrol"] for reason in reasons if isinstance(reason.get("patrol"), int)}
    numbers = store.known_numbers(session, scope, others) if others else {}
    return [_named(reason, numbers) if "patrol" in reason else reason for reason in reasons]


def _named(reason: dict[str, Any], numbers: dict[int, str]) -> dict[str, Any]:
    other = reason["patrol"]
    known = numbers.get(other) if isinstance(other, int) else None
    return reason | {"patrol": None if known is None else other, "number": known}
