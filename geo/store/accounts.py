"""Accounts and the tickets that prove them; only digests of tickets are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from geo.models import Account, Audit, RegionRow, Ticket
from geo.store.scoping import Scope, inside

__all__ = [
    "account_by_id",
    "account_by_name",
    "account_by_ticket",
    "account_rows",
    "add_audit",
    "add_ticket",
    "delete_ticket",
    "delete_tickets",
    "delete_token",
    "region_known",
    "ticket_rows",
    "update_account",
]


def account_by_name(session: Session, username: str) -> Account | None:
    """Return the account that signs in as `username`."""
    return session.scalar(select(Account).where(Account.username == username))


def account_by_id(session: Session, account_id: int, scope: Scope) -> Account | None:
    """Return an account; None when it is not in scope."""
    return session.scalar(select(Account).where(Account.id == account_id, inside(Account.region_code, scope)))


def account_by_ticket(session: Session, digest: str) -> dict[str, Any] | None:
    """Return who holds a ticket that has not expired; None for a disabled account."""
    row = session.execute(
        select(
            Account.id, Account.username, Account.display_name, Account.role, Account.region_code.label("region"),
            RegionRow.name.label("region_name"), Account.person_id,
        )
        .join(Ticket, Ticket.account_id == Account.id)
        .join(RegionRow, RegionRow.code == Account.region_code)
        .where(Ticket.digest == digest, Ticket.expires_at > func.now(), ~Account.disabled)
    ).mappings().one_or_none()  # fmt: skip
    return None if row is None else dict(row)


def account_rows(
    session: Session, scope: Scope, *, limit: int | None = None, after: int | None = None
) -> list[dict[str, Any]]:
    """Return the accounts in scope by id, without their passwords."""
    query = (
        select(
            Account.id, Account.username, Account.display_name, Account.role, Account.region_code.label("region"),
            RegionRow.name.label("region_name"), Account.person_id, Account.disabled, Account.created_at,
        )
        .join(RegionRow, RegionRow.code == Account.region_code)
        .where(inside(Account.region_code, scope))
        .order_by(Account.id)
        .limit(limit)
    )  # fmt: skip
    if after is not None:
        query = query.where(Account.id > after)
    return [dict(row) for row in session.execute(query).mappings()]


def update_account(session: Session, account_id: int, **values: Any) -> None:
    """Change columns of an account."""
    session.execute(update(Account).where(Account.id == account_id).values(values))


def add_ticket(
    session: Session, *, digest: str, account_id: int, kind: str, label: str, expires_at: datetime
) -> Ticket:
    """Store a ticket's digest, and forget what has expired."""
    session.execute(delete(Ticket).where(Ticket.expires_at < func.now()))
    ticket = Ticket(digest=digest, account_id=account_id, kind=kind, label=label, expires_at=expires_at)
    session.add(ticket)
    session.flush()
    return ticket


def ticket_rows(session: Session, account_id: int, kind: str) -> list[dict[str, Any]]:
    """Return an account's tickets that have not expired; `id` is the beginning of the digest."""
    rows = session.execute(
        select(func.left(Ticket.digest, 12).label("id"), Ticket.label, Ticket.created_at, Ticket.expires_at)
        .where(Ticket.account_id == account_id, Ticket.kind == kind, Ticket.expires_at > func.now())
        .order_by(Ticket.created_at, Ticket.digest)
    )
    return [dict(row) for row in rows.mappings()]


def delete_ticket(session: Session, digest: str) -> int | None:
    """End one ticket and return whose it was; None when there was none."""
    return session.scalar(delete(Ticket).where(Ticket.digest == digest).returning(Ticket.account_id))


def delete_token(session: Session, account_id: int, token_id: str) -> bool:
    """End a program's token by the beginning of its digest; tells whether there was one."""
    gone = session.execute(
        delete(Ticket)
        .where(Ticket.account_id == account_id, Ticket.kind == "token", func.left(Ticket.digest, 12) == token_id)
        .returning(Ticket.digest)
    ).all()
    return bool(gone)


def delete_tickets(session: Session, account_id: int) -> None:
    """End everything by which an account is signed in."""
    session.execute(delete(Ticket).where(Ticket.account_id == account_id))


def region_known(session: Session, code: str) -> bool:
    """Tell whether there is a region `code`."""
    return session.scalar(select(RegionRow.code).where(RegionRow.code == code)) is not None


def add_audit(session: Session, **values: Any) -> None:
    """Add a line to the record of what was done."""
    session.add(Audit(**values))
    session.flush()
