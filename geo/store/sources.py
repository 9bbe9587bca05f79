"""The files that were imported, as they came."""

from pathlib import Path

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.models import SourceFile
from geo.readers import Reading

__all__ = ["keep_source"]


def keep_source(session: Session, reading: Reading, path: Path, region_code: str | None) -> None:
    """Keep a file's bytes by their digest, once."""
    content = path.read_bytes()
    values = {
        "sha256": reading.sha256,
        "name": reading.source,
        "kind": str(reading.kind),
        "size_bytes": len(content),
        "content": content,
        "region_code": region_code,
    }
    session.execute(insert(SourceFile).values(values).on_conflict_do_nothing())
