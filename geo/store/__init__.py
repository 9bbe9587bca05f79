"""Queries: the only place with ``select()`` and ``ST_*``."""
