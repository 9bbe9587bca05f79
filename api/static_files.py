"""The files that pages load: front-end libraries from a fixed list, and the site's own."""

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from maps.palette import css_variables

__all__ = ["PACKAGES", "mount_static"]

PACKAGES = (
    "@tabler/core",
    "@tabler/icons-webfont",
    "htmx.org",
    "leaflet",
    "leaflet.markercluster",
    "leaflet.heat",
    "swagger-ui-dist",
)
_SERVED = {".css", ".gif", ".ico", ".js", ".json", ".map", ".png", ".svg", ".webp", ".woff", ".woff2"}
_HERE = Path(__file__).parent


class _Files(StaticFiles):
    """Files of the kinds that pages load; a versioned address may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return one file."""
        if Path(path).suffix not in _SERVED or "\x00" in path:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


def _palette(request: Request) -> Response:
    """Return the one palette as custom properties of CSS."""
    del request
    return Response(css_variables(), media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})


def mount_static(app: FastAPI, assets_dir: Path) -> None:
    """Serve ``/static/vendor/<package>/…``, ``/static/app/…``, ``/static/api/…`` and ``/static/palette.css``."""
    app.add_route("/static/palette.css", _palette, include_in_schema=False)
    folders = {f"vendor/{package}": assets_dir / package for package in PACKAGES}
    folders |= {"app": _HERE / "site" / "static", "api": _HERE / "static"}
    for name, folder in folders.items():
        if folder.is_dir():
            app.mount(f"/static/{name}", _Files(directory=folder), name=f"static {name}")
