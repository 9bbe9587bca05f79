"""The site and the HTTP interface as one application."""

from importlib import import_module

from fastapi import FastAPI
from sqlalchemy import Engine

import maps
from api import errors
from api.auth import LoginLimiter
from api.description import describe
from api.security import SecurityMiddleware
from api.settings import Settings, get_settings
from api.site.rendering import error_page
from api.site.routes import router as pages
from api.static_files import mount_static

__all__ = ["create_app"]

# Nothing but small forms and documents is sent so far; a route that takes files will need a limit of its own.
_LARGEST_BODY = 1024**2
_ROUTES = (
    "health",
    "sessions",
    "accounts",
    "records",
    "issues",
    "patrols",
    "verdicts",
    "walks",
    "duties",
    "responsible",
    "drawn",
    "docs",
)


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    settings : Settings, optional
        By default those of the environment.
    engine : Engine, optional
        By default the one that the settings name.
    """
    settings = settings or get_settings()
    app = FastAPI(
        title="网格 Wangge", version="1", docs_url=None, redoc_url=None, openapi_url="/openapi.json",
        description="Grid supervision for a township's environment office.",
    )  # fmt: skip
    app.state.settings = settings
    app.state.engine = engine if engine is not None else _own_engine(settings)
    app.state.login_limiter = LoginLimiter()
    app.add_middleware(SecurityMiddleware, largest_body=_LARGEST_BODY, image_origins=_image_origins(settings))
    errors.install(app)
    app.state.error_page = error_page
    mount_static(app, settings.assets_dir)
    for name in _ROUTES:
        app.include_router(import_module(f"api.routes.{name}").router)
    app.include_router(pages)
    describe(app)
    return app


def _own_engine(settings: Settings) -> Engine:
    from api.database import open_engine  # noqa: PLC0415 - starts the database, which tests have already

    return open_engine(settings)


def _image_origins(settings: Settings) -> tuple[str, ...]:
    if settings.basemap == "tianditu":
        return maps.Basemap.tianditu(settings.tianditu_key or "").origins
    if settings.basemap == "tiles":
        return maps.Basemap.tiles(settings.tiles_url or "").origins
    return ()
