"""The files that were imported, as they came."""

import io
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.models import SourceFile
from geo.readers import Reading

__all__ = ["keep_source", "last_change", "reading_of", "source_of"]

_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def keep_source(session: Session, reading: Reading, path: Path, region_code: str | None) -> None:
    """Keep a file's bytes by its digest, once; of a shapefile all its parts, as one archive."""
    content = _shapefile(path) if path.suffix.lower() == ".shp" else path.read_bytes()
    values = {
        "sha256": reading.sha256,
        "name": reading.source,
        "kind": str(reading.kind),
        "size_bytes": len(content),
        "content": content,
        "region_code": region_code,
    }
    session.execute(insert(SourceFile).values(values).on_conflict_do_nothing())


def _shapefile(path: Path) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part.suffix.lower() in _SHAPEFILE_PARTS:
                packed.write(part, part.name)
    return archive.getvalue()


def last_change(session: Session) -> int:
    """Return the number of the last recorded change to anything around tracks: other imports, and rules."""
    statement = text("SELECT max(id) FROM audit WHERE action ~ '^(import|rule)' AND action <> 'import tracks'")
    return session.scalar(statement) or 0


def reading_of(session: Session, sha256: str) -> dict[str, Any]:
    """Return how a file was read when it was imported: ``crs`` and ``mapping``; empty if that is not known."""
    facts = session.scalar(
        text(
            "SELECT facts FROM audit WHERE action = 'import tracks' AND facts ->> 'sha256' = :sha256"
            " ORDER BY id DESC LIMIT 1"
        ),
        {"sha256": sha256},
    )
    return facts or {}


def source_of(session: Session, sha256: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a kept file."""
    row = session.execute(select(SourceFile.name, SourceFile.content).where(SourceFile.sha256 == sha256)).one()
    return row[0], row[1]
