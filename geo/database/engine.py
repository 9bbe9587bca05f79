"""Engines and sessions, the same for the embedded cluster and a real server."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from geo.errors import DatabaseUnavailable

__all__ = ["make_engine", "transaction"]


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """Return an engine whose connections are tested before use, so that it survives a server's restart."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args={"application_name": "wangge", "options": "-c timezone=Asia/Shanghai"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session and commit at the end, or roll back whole.

    Raises
    ------
    DatabaseUnavailable
        If the server cannot be reached or goes away; nothing is kept then.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except (OperationalError, InterfaceError) as error:
        if getattr(error, "connection_invalidated", False) or "connect" in str(error.orig):
            raise DatabaseUnavailable(
                "the database cannot be reached, nothing was changed: {why}",
                why=str(error.orig).strip().splitlines()[0],
            ) from error
        raise
