"""The town of ``tests.files`` with sites, zones, issues and patrols in both villages."""

from pathlib import Path

import shapely
from sqlalchemy.orm import Session

from geo.services.imports import import_file
from tests.files import TOWN, write_geojson, write_table, write_town

__all__ = ["A", "B", "fill_town"]

A, B = "500299108201", "500299108202"


def fill_town(session: Session, folder: Path) -> None:
    """Import the town."""
    files = write_town(folder)
    files["responsibilities"] = files.pop("responsibilities")
    for kind, paths in (files | _more(folder)).items():
        for path in paths:
            report = import_file(session, kind, path, town=TOWN, crs="EPSG:4490")
            assert report.stored, (path, report)


def _more(folder: Path) -> dict[str, list[Path]]:
    return {}
