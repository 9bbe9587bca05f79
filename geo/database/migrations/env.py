"""Alembic's entry: runs the migrations on the connection that it is handed."""

from alembic import context

from geo.models import Base


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave PostGIS's own table alone."""
    return not (kind == "table" and name == "spatial_ref_sys")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=include_name,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
