"""The record of who did what (操作日志); it only grows."""

from typing import Any

from sqlalchemy.orm import Session

from geo.store import accounts as store

__all__ = ["note"]


def note(
    session: Session,
    action: str,
    *,
    account_id: int | None = None,
    target: str = "",
    region_code: str | None = None,
    **facts: Any,
) -> None:
    """Record that an account did something, in the session's transaction.

    Parameters
    ----------
    action : str
        A short verb with its object, such as ``login`` or ``account disable``.
    account_id : int, optional
        Who did it; None for a command at the console, or somebody unknown.
    **facts
        What else is worth keeping; never a password or a token.
    """
    store.add_audit(session, action=action, account_id=account_id, target=target, region_code=region_code, facts=facts)
