"""Signing in and out of the site: the cookie, the bearer token, and a limit on guesses."""

import hashlib

from fastapi import Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.errors import TooManyAttempts
from api.settings import Settings
from geo.database.engine import transaction
from geo.errors import NotSignedIn
from geo.services import accounts

__all__ = ["SESSION_COOKIE", "LoginLimiter", "clear_session_cookie", "log_in", "set_session_cookie", "token_of"]

SESSION_COOKIE = "wangge_session"


class LoginLimiter:
    """Counts attempts to sign in, by account and by address, in this process.

    An office behind one address shares its larger allowance; whoever signs
    in properly gets the account's back.
    """

    def __init__(self, per_account: int = 10, per_address: int = 100, minutes: int = 5) -> None:
        """Allow so many attempts in any `minutes`."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_account = RateLimitItemPerMinute(per_account, minutes, namespace="account")
        self._per_address = RateLimitItemPerMinute(per_address, minutes, namespace="address")

    def count(self, username: str, address: str) -> None:
        """Count an attempt.

        Raises
        ------
        TooManyAttempts
            If there were too many.
        """
        allowed = self._limiter.hit(self._per_address, address)
        if not allowed or not self._limiter.hit(self._per_account, _key(username)):
            raise TooManyAttempts("too many attempts to sign in; wait a few minutes")

    def forgive(self, username: str) -> None:
        """Forget the attempts of an account that has signed in."""
        self._limiter.clear(self._per_account, _key(username))


def _key(username: str) -> str:
    # What was typed may be long, or a password in the wrong field.
    return hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()


def token_of(request: Request) -> str | None:
    """Return the token that a request carries: ``Authorization: Bearer`` before the cookie."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.cookies.get(SESSION_COOKIE)


def log_in(request: Request, username: str, password: str) -> str:
    """Return a new session's token, for :func:`set_session_cookie`.

    The transactions are its own, since a failure is recorded as well.

    Raises
    ------
    NotSignedIn
        If the username or the password is wrong.
    TooManyAttempts
        If there were too many attempts.
    """
    state = request.app.state
    state.login_limiter.count(username, request.client.host if request.client else "")
    try:
        with transaction(state.engine) as session:
            token = accounts.sign_in(session, username, password, hours=state.settings.session_hours)
    except NotSignedIn:
        with transaction(state.engine) as session:
            accounts.note_failed_sign_in(session, username)
        raise
    state.login_limiter.forgive(username)
    return token


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    """Let the browser keep the session; scripts cannot read it, other sites cannot send it."""
    response.set_cookie(
        SESSION_COOKIE, token, max_age=settings.session_hours * 3600, path="/",
        httponly=True, samesite="lax", secure=settings.secure_cookies,
    )  # fmt: skip


def clear_session_cookie(response: Response, settings: Settings) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=settings.secure_cookies)
