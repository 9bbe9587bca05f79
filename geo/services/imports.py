"""Import a file: read, check, place, store, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from geo.errors import Refused
from geo.models import Audit
from geo.readers import Kind, Limits, Reading, Rejection, read
from geo.services import import_duties, import_ground, import_issues, import_tracks
from geo.services.import_batches import Batch, Counts
from geo.services.surroundings import Surroundings
from geo.services.suspicions import suspect_shift
from geo.store.regions import ensure_region
from geo.store.scoping import Scope
from geo.store.sources import keep_source
from geo.text import Text
from geo.types import RegionCode

__all__ = ["ImportReport", "import_file", "take_turn"]

# Imports take turns: each sees all that the ones before it stored.
_LOCK = 7_240_416

_STORE = {
    Kind.regions: import_ground.store_regions,
    Kind.cells: import_ground.store_cells,
    Kind.rivers: import_ground.store_rivers,
    Kind.reaches: import_ground.store_reaches,
    Kind.zones: import_ground.store_zones,
    Kind.sites: import_ground.store_sites,
    Kind.people: import_duties.store_people,
    Kind.responsibilities: import_duties.store_responsibilities,
    Kind.tracks: import_tracks.store_tracks,
    Kind.issues: import_issues.store_issues,
}


@dataclass(slots=True)
class ImportReport:
    """What became of one file (导入结果).

    Nothing of a file with rejected rows is stored, unless they were to be
    skipped; `stored` tells.
    """

    source: str
    kind: str
    stored: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    refused: Text | str | None = None


def import_file(
    session: Session,
    kind: Kind | str,
    path: Path,
    *,
    town: str | None = None,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    skip_rejected: bool = False,
    account_id: int | None = None,
    around: Surroundings | None = None,
) -> ImportReport:
    """Import one file in the session's transaction.

    Parameters
    ----------
    kind : Kind or str
        What its rows are.
    town : str, optional
        The region that rows belong to which name none; made under its code if it is not there.
    crs, mapping, limits
        As for :func:`geo.readers.read`.
    skip_rejected : bool
        Store the good rows though others were rejected.
    around : Surroundings, optional
        For many files in one call: what is known around them is then read once.

    Raises
    ------
    InvalidInput
        If the file as a whole cannot be used.
    """
    kind = Kind(kind)
    reading = read(kind, path, crs=crs, mapping=mapping, limits=limits or Limits())
    take_turn(session)
    home = RegionCode(town) if town else None
    around = around or Surroundings()
    around.refresh(session)
    if home is not None:
        ensure_region(session, home)
    report = ImportReport(reading.source, str(kind), rejected=list(reading.rejected), warnings=list(reading.warnings))
    if (suspicion := suspect_shift(session, reading, home, around)) is not None:
        report.warnings.append(suspicion)
    batch = Batch(session, reading, home, Scope.of(_county_of(home)), around, skip_rejected)
    savepoint = session.begin_nested()
    try:
        keep_source(session, reading, path, home)
        counts = _STORE[kind](batch)
        session.flush()
    except (IntegrityError, DataError) as error:
        savepoint.rollback()
        raise Refused("{file} contradicts what is stored: {why}", file=reading.source, why=_plain(error)) from error
    report.rejected = sorted([*report.rejected, *batch.rejected], key=lambda r: r.row)
    report.warnings += batch.warnings
    if report.rejected and not skip_rejected:
        savepoint.rollback()
        return report
    savepoint.commit()
    _note(report, counts, session, home, account_id, reading, mapping)
    return report


def take_turn(session: Session) -> None:
    """Wait until no other import is under way, and keep others waiting until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _county_of(home: RegionCode | None) -> str | None:
    # Names are looked up in the whole county, since a river or a chief may belong to the town above a village.
    return None if home is None else home[:6] + "000000"


def _note(
    report: ImportReport,
    counts: Counts,
    session: Session,
    home: RegionCode | None,
    account_id: int | None,
    reading: Reading,
    mapping: Mapping[str, str] | None,
) -> None:
    report.stored = True
    report.added, report.changed, report.unchanged = counts.added, counts.changed, counts.unchanged
    if counts.added or counts.changed:
        facts: dict[str, Any] = {
            "file": reading.source,
            "sha256": reading.sha256,
            "crs": reading.crs,
            "mapping": dict(mapping or {}),
            "added": counts.added,
            "changed": counts.changed,
        }
        session.add(
            Audit(
                action=f"import {report.kind}",
                target=reading.source,
                region_code=home,
                account_id=account_id,
                facts=facts,
            )
        )
        session.flush()


def _plain(error: IntegrityError | DataError) -> str:
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    return " ".join(lines[:2])
