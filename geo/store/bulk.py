"""Many rows at once: copied into a passing table, then merged by their key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from geo.models.base import SRID

__all__ = ["Merged", "copy_bytes", "copy_rows", "ewkb_hex", "merge"]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did with its rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def ewkb_hex(shapes: Iterable[shapely.Geometry | None]) -> list[str | None]:
    """Return geometries as PostGIS reads them in COPY, with EPSG:4490."""
    array = shapely.set_srid(list(shapes), SRID)
    return [None if wkb is None else str(wkb) for wkb in shapely.to_wkb(array, hex=True, include_srid=True)]


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Send rows to a table with COPY; values are adapted by psycopg."""
    names = ", ".join(f'"{column}"' for column in columns)
    connection = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:  # type: ignore[union-attr] # psycopg's connection
        for row in rows:
            copy.write_row(row)


def copy_bytes(session: Session, table: str, columns: Sequence[str], parts: Iterable[bytes]) -> None:
    """Send rows to a table with COPY, in PostgreSQL's binary format."""
    names = ", ".join(f'"{column}"' for column in columns)
    connection = session.connection().connection.driver_connection
    statement = f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[union-attr] # psycopg's connection
        for part in parts:
            copy.write(part)


def merge(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    key: Sequence[str],
    update: bool = True,
) -> Merged:
    """Insert rows, and update those whose `key` exists with other values.

    Parameters
    ----------
    columns : sequence of str
        Names of the values in each row, `key` among them.
    key : sequence of str
        What is unique; empty to insert all rows.
    update : bool
        False leaves existing rows as they are, whatever they hold.
    """
    if not rows:
        return Merged()
    passing = f"incoming_{table.name}"
    names = ", ".join(f'"{column}"' for column in columns)
    others = [column for column in columns if column not in key]
    session.execute(
        text(f'CREATE TEMPORARY TABLE "{passing}" ON COMMIT DROP AS SELECT {names} FROM "{table.name}" LIMIT 0')  # noqa: S608 - names come from the models
    )
    copy_rows(session, passing, columns, rows)
    then = "DO NOTHING"
    if key and update and others:
        assigned = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
        differs = " OR ".join(f'old."{column}" IS DISTINCT FROM excluded."{column}"' for column in others)
        then = f"DO UPDATE SET {assigned} WHERE {differs}"
    target = ", ".join(f'"{column}"' for column in key)
    conflict = f"ON CONFLICT ({target}) {then}" if key else ""
    done = (
        session.execute(
            text(
                f'INSERT INTO "{table.name}" AS old ({names}) SELECT {names} FROM "{passing}" '  # noqa: S608 - as above
                f"{conflict} RETURNING (xmax = 0)"
            )
        )
        .scalars()
        .all()
    )
    session.execute(text(f'DROP TABLE "{passing}"'))
    added = sum(bool(new) for new in done)
    return Merged(added, len(done) - added, len(rows) - len(done))
