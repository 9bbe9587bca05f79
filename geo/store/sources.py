"""The files that were imported, as they came."""

import io
import zipfile
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.models import SourceFile
from geo.readers import Reading

__all__ = ["keep_source"]

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
