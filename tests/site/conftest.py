"""The site's pages on the town of two villages that the HTTP interface is tested with."""

from tests.api.conftest import app, as_account, bearer, client, quick_hashes, site_engine, site_session

__all__ = ["app", "as_account", "bearer", "client", "quick_hashes", "site_engine", "site_session"]
