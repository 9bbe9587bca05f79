"""Signing in and out, one's own account, and tokens for programs."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from api.auth import SESSION_COOKIE, clear_session_cookie, log_in, set_session_cookie
from api.dependencies import AccountDep, SessionDep, SettingsDep
from api.schemas.accounts import Login, Me, NewToken, OwnPassword, TokenMade, TokenOut
from geo.services import accounts

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["me"])


@router.post("/session", status_code=204)
def sign_in(request: Request, response: Response, login: Login, settings: SettingsDep) -> None:
    """Sign in with a password; the answer sets the session's cookie."""
    set_session_cookie(response, log_in(request, login.username, login.password), settings)


@router.delete("/session", status_code=204)
def sign_out(request: Request, response: Response, session: SessionDep, settings: SettingsDep) -> None:
    """Sign out of the browser's session; a program's token is ended under ``/tokens``."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        accounts.sign_out(session, token)
    clear_session_cookie(response, settings)


@router.get("/me", response_model=Me)
def me(account: AccountDep) -> dict[str, Any]:
    """Return one's own account."""
    return asdict(account)


@router.put("/me/password", status_code=204)
def change_password(account: AccountDep, session: SessionDep, change: OwnPassword) -> None:
    """Change one's own password; every session and token ends."""
    accounts.change_own_password(session, account.username, change.old, change.new)


@router.get("/tokens", response_model=list[TokenOut])
def tokens(account: AccountDep, session: SessionDep) -> list[dict[str, Any]]:
    """List one's own tokens."""
    return accounts.tokens_of(session, account.id)


@router.post("/tokens", status_code=201, response_model=TokenMade)
def make_token(account: AccountDep, session: SessionDep, wish: NewToken) -> dict[str, Any]:
    """Make a token for a program that acts as oneself; it is shown this once."""
    token = accounts.make_token(session, account.id, wish.label, wish.days)
    return {"token": token, "label": wish.label, "days": wish.days}


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(account: AccountDep, session: SessionDep, token_id: str) -> None:
    """End one of one's own tokens."""
    accounts.revoke_token(session, account.id, token_id)
