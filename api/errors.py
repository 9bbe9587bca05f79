"""Errors as HTTP: the one table from error to status, and problem documents (RFC 9457)."""

import logging
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from api.i18n import translate
from api.language import language_of
from geo.errors import (
    DatabaseUnavailable,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    Refused,
    TooLarge,
    WanggeError,
)
from geo.text import Text

__all__ = ["STATUS", "CrossSite", "TooManyAttempts", "install", "problem", "status_of"]

_LOG = logging.getLogger("wangge")


class TooManyAttempts(WanggeError):
    """There were too many requests."""


class CrossSite(Forbidden):
    """The request came from another site, so nothing was done."""


STATUS: dict[type[WanggeError], int] = {
    NotFound: 404,
    Refused: 409,
    InvalidInput: 422,
    NotSignedIn: 401,
    Forbidden: 403,
    TooLarge: 413,
    TooManyAttempts: 429,
    DatabaseUnavailable: 503,
}

_BOUNDS = {
    "greater_than_equal": Text("it must be at least {ge}", ge=""),
    "less_than_equal": Text("it must be at most {le}", le=""),
    "string_too_long": Text("it must have at most {max_length} characters", max_length=""),
    "string_too_short": Text("it must have at least {min_length} characters", min_length=""),
}
_FORMS = {
    "int": Text("it must be a whole number"),
    "float": Text("it must be a number"),
    "finite": Text("it must be a number"),
    "bool": Text("it must be true or false"),
    "date": Text("it must be a date such as 2024-06-05"),
}


def status_of(error: WanggeError) -> int:
    """Return the status of an error's class, or of the nearest class above it."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(request: Request, status: int, detail: str, **more: Any) -> Response:
    """Return an error as the asker reads it: a page for a browser, a problem document for a program.

    Parameters
    ----------
    detail : str
        One clear line; a :class:`geo.text.Text` is translated.
    **more
        Further members of the problem document.
    """
    language = language_of(request)
    title = translate(HTTPStatus(status).phrase, language)
    told = translate(detail, language)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if wants_page(request):
        page = _page(request, status=status, title=title, detail=told, language=language)
        return HTMLResponse(page, status, headers=headers)
    document = {"type": "about:blank", "title": title, "status": status, "detail": told, "instance": request.url.path}
    return JSONResponse(document | more, status, headers, media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    """Tell whether a person looks at the answer: a browser, outside ``/api``."""
    accept = request.headers.get("accept", "")
    return "text/html" in accept and not request.url.path.startswith("/api/")


def _page(request: Request, **words: Any) -> str:
    """Return the site's error page, ``app.state.error_page``; without a site, a bare one."""
    site: Callable[..., str] | None = getattr(request.app.state, "error_page", None)
    if site is not None:
        return site(request, **words)
    return (
        f'<!DOCTYPE html><html lang="{words["language"]}"><meta charset="utf-8"><title>{escape(words["title"])}'
        f"</title><h1>{escape(words['title'])}</h1><p>{escape(words['detail'])}</p></html>"
    )


def install(app: FastAPI) -> None:
    """Let `app` answer every error in this way."""
    app.add_exception_handler(WanggeError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _impossible)
    app.add_exception_handler(OperationalError, _unreachable)
    app.add_exception_handler(InterfaceError, _unreachable)
    app.add_exception_handler(NoConnectionFree, _unreachable)
    app.add_exception_handler(Exception, _unexpected)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, WanggeError)  # noqa: S101 - the class it is installed for
    status = status_of(error)
    if isinstance(error, NotSignedIn) and wants_page(request) and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login?" + urlencode({"next": here}), HTTPStatus.SEE_OTHER)
    return problem(request, status, error.text)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the class it is installed for
    # What was sent is not echoed: it may be a password.
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": str(fault["msg"])}
        for fault in error.errors()
    ]
    first = faults[0] if faults else {"field": "", "message": ""}
    detail = Text("{field} cannot be used: {why}", field=first["field"], why=first["message"])
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the class it is installed for
    sentences = {
        404: Text("there is nothing at {path}", path=request.url.path),
        405: Text("{path} does not answer {method}", path=request.url.path, method=request.method),
        413: Text("what was sent is too large"),
    }
    answer = problem(request, error.status_code, sentences.get(error.status_code, Text(str(error.detail))))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def _impossible(request: Request, error: Exception) -> Response:
    _LOG.info("the database refused a value: %s", error)
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, Text("a value in the request cannot be used"))


def _unreachable(request: Request, error: Exception) -> Response:
    _LOG.error("the database failed: %s", error)
    sentence = Text("the database cannot be reached; nothing was changed. Try again in a moment")
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence)


def _unexpected(request: Request, error: Exception) -> Response:
    del error  # the server logs it with its traceback
    sentence = Text("something went wrong here; nothing was changed. The log says what")
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, sentence)
