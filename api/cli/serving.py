"""``wangge serve``: the site, until somebody stops it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import say

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.settings import Settings

__all__ = ["register", "run_site"]

# Long enough for a map that is being drawn, short enough for somebody who waits.
_GRACE_S = 10


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(serve)


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on. 监听地址。")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port. 端口。")] = None,
) -> None:
    """Serve the site and the HTTP interface until Ctrl-C. 启动网站。"""
    from api.database import get_engine
    from api.settings import get_settings

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    run_site(get_settings().model_copy(update=chosen), get_engine())


def run_site(settings: "Settings", engine: "Engine") -> None:
    """Serve until Ctrl-C or SIGTERM; requests under way are finished.

    Raises
    ------
    Refused
        If the address cannot be listened on.
    """
    import socket

    import uvicorn

    from api.app import create_app
    from geo.errors import Refused
    from geo.text import Text

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            raise Refused(
                "cannot listen on {host}:{port}: {why}; choose another port with --port",
                host=settings.host, port=settings.port, why=error.strerror,
            ) from error  # fmt: skip
        site = create_app(settings, engine)
        config = uvicorn.Config(site, log_level="warning", timeout_graceful_shutdown=_GRACE_S, server_header=False)
        say(Text("the site is at {address}; stop it with Ctrl-C", address=_address(settings)))
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listening])


def _address(settings: "Settings") -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"
