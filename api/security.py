"""Headers that keep a page to itself, and a guard against other sites' requests."""

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import CrossSite, problem, status_of
from geo.errors import TooLarge, WanggeError

__all__ = ["SecurityMiddleware", "content_policy"]

_SAFE = ("GET", "HEAD", "OPTIONS")


def content_policy(nonce: str, image_origins: tuple[str, ...] = ()) -> str:
    """Return the Content-Security-Policy of a page.

    Parameters
    ----------
    nonce : str
        What the page's own inline scripts and styles carry.
    image_origins : tuple of str
        Where the operator's basemap comes from.
    """
    images = " ".join(("'self'", "data:", "blob:", *image_origins))
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src {images}; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
    )


class SecurityMiddleware:
    """Gives each request a nonce and each answer its headers; refuses unsafe requests of other sites."""

    def __init__(self, app: ASGIApp, *, largest_body: int, image_origins: tuple[str, ...] = ()) -> None:
        """Wrap `app`; a body that says that it has more bytes than `largest_body` is not read."""
        self._app = app
        self._largest_body = largest_body
        self._image_origins = image_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message), nonce, scope["path"])
            await send(message)

        error = _fault(scope["method"], Headers(scope=scope), self._largest_body)
        if error is not None:
            answer = problem(Request(scope, receive), status_of(error), error.text)
            await answer(scope, receive, send_with_headers)
            return
        await self._app(scope, _counted(receive, self._largest_body), send_with_headers)

    def _add_headers(self, headers: MutableHeaders, nonce: str, path: str) -> None:
        headers.setdefault("Content-Security-Policy", content_policy(nonce, self._image_origins))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if not path.startswith("/static/"):
            # What an account may see is for nobody else, nor for a proxy on the way.
            headers.setdefault("Cache-Control", "private, no-store")


def _fault(method: str, headers: Headers, largest_body: int) -> WanggeError | None:
    """Return why a request is not even looked at; None for most."""
    if method in _SAFE:
        return None
    if _comes_from_elsewhere(headers):
        return CrossSite()
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > largest_body:
        return TooLarge("what was sent is too large")
    return None


def _counted(receive: Receive, largest_body: int) -> Receive:
    """Return a `receive` that refuses a body which grew too large without having said so."""
    left = largest_body

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge("what was sent is too large")
        return message

    return counted


def _comes_from_elsewhere(headers: Headers) -> bool:
    """Tell whether a browser says that another site made the request.

    A program with a bearer token is no browser; one without either header is none either.
    """
    if headers.get("authorization", "").lower().startswith("bearer "):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
