"""Signing in and out, and the language."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import clear_session_cookie, log_in, set_session_cookie, token_of
from api.dependencies import SessionDep, SettingsDep
from api.errors import TooManyAttempts, status_of
from api.i18n import translate
from api.language import language_of
from api.site.rendering import render
from geo.errors import NotSignedIn
from geo.services import accounts

__all__ = ["router"]

router = APIRouter()

_YEAR_S = 366 * 24 * 3600
_Next = Annotated[str, Form(alias="next", max_length=2000)]


def own_path(path: str) -> str:
    """Return an address of this site; the start page for any other.

    Examples
    --------
    >>> own_path("/issues?page=2"), own_path("//elsewhere.example"), own_path("https://elsewhere.example")
    ('/issues?page=2', '/', '/')
    """
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"


@router.get("/login")
def login_page(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 - the name in the address
    """Show the form."""
    return HTMLResponse(render(request, "login.html", following=own_path(next), username="", fault=""))


@router.post("/login")
def sign_in(
    request: Request,
    settings: SettingsDep,
    username: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    following: _Next = "/",
) -> Response:
    """Sign in, and go where the person wanted to go."""
    try:
        token = log_in(request, username.strip(), password)
    except (NotSignedIn, TooManyAttempts) as error:
        fault = translate(error.text, language_of(request))
        page = render(request, "login.html", following=own_path(following), username=username, fault=fault)
        return HTMLResponse(page, status_of(error))
    answer = RedirectResponse(own_path(following), 303)
    set_session_cookie(answer, token, settings)
    return answer


@router.post("/logout")
def sign_out(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """Sign out."""
    token = token_of(request)
    if token:
        accounts.sign_out(session, token)
    answer = RedirectResponse("/login", 303)
    clear_session_cookie(answer, settings)
    return answer


@router.post("/language")
def choose_language(
    settings: SettingsDep, language: Annotated[Literal["zh", "en"], Form()], following: _Next = "/"
) -> Response:
    """Remember a language in this browser."""
    answer = RedirectResponse(own_path(following), 303)
    answer.set_cookie("lang", language, max_age=_YEAR_S, samesite="lax", secure=settings.secure_cookies, httponly=True)
    return answer
