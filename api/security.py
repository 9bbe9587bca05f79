"""Headers that keep a page to itself, and a guard against other sites' requests."""

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import CrossSite, problem, status_of

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

    def __init__(self, app: ASGIApp, image_origins: tuple[str, ...] = ()) -> None:
        """Wrap `app`."""
        self._app = app
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

        if scope["method"] not in _SAFE and _comes_from_elsewhere(Headers(scope=scope)):
            request = Request(scope, receive)
            error = CrossSite()
            await problem(request, status_of(error), error.text)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _add_headers(self, headers: MutableHeaders, nonce: str, path: str) -> None:
        headers.setdefault("Content-Security-Policy", content_policy(nonce, self._image_origins))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if not path.startswith("/static/"):
            # What an account may see is for nobody else, nor for a proxy on the way.
            headers.setdefault("Cache-Control", "private, no-store")


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
