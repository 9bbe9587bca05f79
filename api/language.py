"""Which language a request is answered in."""

from typing import Literal, cast

from starlette.requests import HTTPConnection

from api.settings import Settings, get_settings

__all__ = ["Language", "language_of", "settings_of"]

Language = Literal["zh", "en"]


def settings_of(request: HTTPConnection) -> Settings:
    """Return the settings of the application that answers."""
    return getattr(request.app.state, "settings", None) or get_settings()


def language_of(request: HTTPConnection) -> Language:
    """Return what ``?lang`` asks for, else the cookie ``lang``, else the setting."""
    for wish in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wish in ("zh", "en"):
            return cast("Language", wish)
    return settings_of(request).language
