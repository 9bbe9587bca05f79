"""Accounts: making them, signing in and out, tokens for programs (账号).

Passwords are kept as Argon2id hashes; of sessions and tokens only a SHA-256
is stored, so that a copy of the database lets nobody in.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.errors import AlreadyExists, InvalidInput, NotFound, NotSignedIn
from geo.models import Account
from geo.services.audits import note
from geo.services.filters import SHANGHAI
from geo.store import accounts as store
from geo.store.scoping import Scope
from geo.types import RegionCode, Role

__all__ = [
    "CurrentAccount",
    "account_of_token",
    "account_page",
    "change_own_password",
    "change_password",
    "create_account",
    "disable",
    "find_account",
    "generate_password",
    "make_token",
    "note_failed_sign_in",
    "revoke_token",
    "sign_in",
    "sign_out",
    "tokens_of",
]

# Without 0/O, 1/l/I and their like, so that a password survives being read aloud or copied by hand.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_USERNAME = re.compile(r"[0-9A-Za-z_.\-\u4e00-\u9fff]{2,32}")
_SHORTEST, _LONGEST = 10, 200
_LONGEST_TOKEN_DAYS = 366
_LONGEST_LABEL = 100

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """The account behind a request."""

    id: int
    username: str
    display_name: str
    role: Role
    region: RegionCode
    region_name: str
    person_id: int | None


def generate_password() -> str:
    """Return a password of four groups of five readable letters and digits (about 99 bits).

    Examples
    --------
    >>> len(generate_password())
    23
    """
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))


def create_account(
    session: Session,
    *,
    username: str,
    display_name: str,
    password: str,
    role: str,
    region_code: str,
    person_id: int | None = None,
    by: int | None = None,
) -> Account:
    """Make an account.

    Parameters
    ----------
    by : int, optional
        The account that makes it; None for a command at the console.

    Raises
    ------
    AlreadyExists
        If the username is taken.
    InvalidInput
        If the username, the password, the role or the region cannot be used.
    """
    if not _USERNAME.fullmatch(username):
        raise InvalidInput("a username has 2 to 32 letters, digits or . _ -: {username}", username=username)
    if role not in set(Role):
        raise InvalidInput("there is no role {role}; choose one of {roles}", role=role, roles=", ".join(Role))
    _check_password(password)
    region = RegionCode(region_code)
    if not store.region_known(session, region):
        raise InvalidInput("there is no region {code}", code=region)
    if store.account_by_name(session, username) is not None:
        raise AlreadyExists("there is an account {username} already", username=username)
    account = Account(
        username=username, display_name=display_name.strip() or username, password_hash=_hasher.hash(password),
        role=str(role), region_code=region, person_id=person_id,
    )  # fmt: skip
    savepoint = session.begin_nested()
    try:
        session.add(account)
        session.flush()
    except IntegrityError as error:
        savepoint.rollback()
        raise _clash(error, username, person_id) from error
    savepoint.commit()
    note(session, "account create", account_id=by, target=username, region_code=region, role=str(role))
    return account


def _clash(error: IntegrityError, username: str, person_id: int | None) -> Exception:
    if "person" in str(error.orig):
        return InvalidInput("there is no person {id}", id=person_id)
    return AlreadyExists("there is an account {username} already", username=username)


def _check_password(password: str) -> None:
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise InvalidInput("a password has {shortest} to {longest} characters", shortest=_SHORTEST, longest=_LONGEST)


@lru_cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def _matches(account: Account | None, password: str) -> bool:
    """Verify a password; for nobody it takes as long and fails."""
    try:
        _hasher.verify(account.password_hash if account else _nobodys_hash(), password[: _LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return account is not None and not account.disabled


def sign_in(session: Session, username: str, password: str, *, hours: float) -> str:
    """Check a password and return a new session's token.

    Raises
    ------
    NotSignedIn
        If the username is unknown, the password is wrong or the account is disabled; it does not say which.
    """
    account = store.account_by_name(session, username)
    if not _matches(account, password) or account is None:
        raise NotSignedIn("the username or the password is wrong")
    if _hasher.check_needs_rehash(account.password_hash):
        store.update_account(session, account.id, password_hash=_hasher.hash(password))
    token = _issue(session, account.id, "session", "", timedelta(hours=hours))
    note(session, "login", account_id=account.id, target=account.username, region_code=account.region_code)
    return token


def note_failed_sign_in(session: Session, username: str) -> None:
    """Record a failed attempt; a name that is no account's may be a password typed in the wrong field."""
    account = store.account_by_name(session, username)
    note(
        session,
        "login failed",
        target=account.username if account else "",
        region_code=account.region_code if account else None,
        known=account is not None,
    )


def sign_out(session: Session, token: str) -> None:
    """End the session of a token; nothing happens if it has ended already."""
    account_id = store.delete_ticket(session, _digest(token))
    if account_id is not None:
        note(session, "logout", account_id=account_id)


def account_of_token(session: Session, token: str) -> CurrentAccount | None:
    """Return who a token belongs to; None if it is unknown or has expired, or the account is disabled."""
    row = store.account_by_ticket(session, _digest(token))
    if row is None:
        return None
    return CurrentAccount(**row | {"role": Role(row["role"]), "region": RegionCode(row["region"])})


def find_account(session: Session, account_id: int, scope: Scope) -> Account:
    """Return an account in scope.

    Raises
    ------
    NotFound
        If there is none.
    """
    account = store.account_by_id(session, account_id, scope)
    if account is None:
        raise NotFound("there is no account {id}", id=account_id)
    return account


def account_page(
    session: Session, scope: Scope, *, limit: int = 50, after: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page of the accounts in scope, and where the next begins; None at the end."""
    rows = store.account_rows(session, scope, limit=limit + 1, after=after)
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def change_password(session: Session, username: str, password: str, *, by: int | None = None) -> None:
    """Set a password; whoever was signed in with the old one no longer is.

    Raises
    ------
    NotFound
        If there is no such account.
    """
    account = _named(session, username)
    _check_password(password)
    store.update_account(session, account.id, password_hash=_hasher.hash(password))
    store.delete_tickets(session, account.id)
    note(session, "account password", account_id=by, target=username, region_code=account.region_code)


def change_own_password(session: Session, username: str, old: str, new: str) -> None:
    """Set one's own password, which takes the old one.

    Raises
    ------
    InvalidInput
        If the old password is wrong.
    """
    account = _named(session, username)
    if not _matches(account, old):
        raise InvalidInput("the present password is wrong")
    change_password(session, username, new, by=account.id)


def disable(session: Session, username: str, *, disabled: bool = True, by: int | None = None) -> None:
    """Close an account and end its sessions and tokens, or open it again.

    Raises
    ------
    NotFound
        If there is no such account.
    """
    account = _named(session, username)
    store.update_account(session, account.id, disabled=disabled)
    if disabled:
        store.delete_tickets(session, account.id)
    action = "account disable" if disabled else "account enable"
    note(session, action, account_id=by, target=username, region_code=account.region_code)


def make_token(session: Session, account_id: int, label: str, days: int) -> str:
    """Return a new token for a program that acts as the account; it is shown this once.

    Raises
    ------
    InvalidInput
        If `days` is not between 1 and 366, or the label is empty or too long.
    """
    if not 1 <= days <= _LONGEST_TOKEN_DAYS:
        raise InvalidInput("a token lasts 1 to {longest} days", longest=_LONGEST_TOKEN_DAYS)
    label = label.strip()
    if not 1 <= len(label) <= _LONGEST_LABEL:
        raise InvalidInput("a token needs a label of 1 to {longest} characters", longest=_LONGEST_LABEL)
    token = _issue(session, account_id, "token", label, timedelta(days=days))
    note(session, "token create", account_id=account_id, target=label, days=days)
    return token


def tokens_of(session: Session, account_id: int) -> list[dict[str, Any]]:
    """Return the tokens of an account: ``id``, ``label``, ``created_at``, ``expires_at``; never the token."""
    return store.ticket_rows(session, account_id, "token")


def revoke_token(session: Session, account_id: int, token_id: str) -> None:
    """End a token of the account.

    Raises
    ------
    NotFound
        If it has none such.
    """
    if not store.delete_token(session, account_id, token_id):
        raise NotFound("there is no token {id}", id=token_id)
    note(session, "token revoke", account_id=account_id, target=token_id)


def _named(session: Session, username: str) -> Account:
    account = store.account_by_name(session, username)
    if account is None:
        raise NotFound("there is no account {username}", username=username)
    return account


def _issue(session: Session, account_id: int, kind: str, label: str, lasts: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    expires_at = datetime.now(SHANGHAI) + lasts
    store.add_ticket(
        session, digest=_digest(token), account_id=account_id, kind=kind, label=label, expires_at=expires_at
    )
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
