"""The database that the settings name: a real server, or the embedded cluster started on demand."""

from functools import lru_cache

from sqlalchemy import Engine

from api.settings import Settings, get_settings
from geo.database.cluster import Cluster
from geo.database.engine import make_engine
from geo.database.migrate import current_revision, head_revision, upgrade

__all__ = ["cluster_of", "get_engine", "open_engine"]


def cluster_of(settings: Settings) -> Cluster | None:
    """Return the embedded cluster; None when a real server is set."""
    return None if settings.database_url else Cluster(settings.home)


def open_engine(settings: Settings, *, migrate: bool = True) -> Engine:
    """Return an engine on a running, current database.

    Raises
    ------
    DatabaseUnavailable
        If the server cannot be reached or started.
    """
    cluster = cluster_of(settings)
    if cluster is not None:
        cluster.start()
    engine = make_engine(settings.database_url or cluster.url)  # type: ignore[union-attr] # one of the two is set
    if migrate and current_revision(engine) != head_revision():
        upgrade(engine)
    return engine


@lru_cache
def get_engine() -> Engine:
    """Return the process's engine."""
    return open_engine(get_settings())
