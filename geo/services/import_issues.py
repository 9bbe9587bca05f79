"""Store issues from a ledger, each with the beginning of its history."""

from typing import Any

import geopandas as gpd
import pandas as pd
from psycopg.types.json import Jsonb
from sqlalchemy import select

from geo.models import Issue, IssueEvent
from geo.services.filters import SHANGHAI
from geo.services.import_batches import Batch, Counts
from geo.services.placing import cells_at
from geo.store.bulk import copy_rows
from geo.store.cells import all_cells
from geo.store.issues import mark_vacant
from geo.text import Text

__all__ = ["store_issues"]


def store_issues(batch: Batch) -> Counts:
    """Store issues that are not there yet; a known number is left as it is, since history only grows."""
    reading, frame = batch.reading, batch.frame
    numbers = [
        str(number) if number is not None else f"{reading.sha256[:8]}-{row}"
        for row, number in zip(frame.index, batch.column("number"), strict=True)
    ]
    found_at = [pd.Timestamp(at).to_pydatetime() for at in batch.column("found_at")]
    closed_at = [None if at is None else pd.Timestamp(at).to_pydatetime() for at in batch.column("closed_at")]
    for row, found, closed in zip(frame.index, found_at, closed_at, strict=True):
        if closed is not None and closed < found:
            batch.reject(row, Text("the issue was closed before it was found"))
    states = [
        state or ("closed" if closed else "found")
        for state, closed in zip(batch.column("state"), closed_at, strict=True)
    ]
    cell_ids, statuses = _cells(batch, [at.astimezone(SHANGHAI).date() for at in found_at])
    columns: dict[str, list[Any]] = {
        "number": numbers,
        "region_code": batch.regions(),
        "cell_id": cell_ids,
        "place_status": statuses,
        "category": batch.column("category"),
        "source": batch.column("source"),
        "severity": batch.column("severity"),
        "state": states,
        "description": [text or "" for text in batch.column("description")],
        "place": batch.geometry(),
        "found_at": found_at,
        "due_on": [None if day is None else pd.Timestamp(day).date() for day in batch.column("due_on")],
        "closed_at": closed_at,
        "reporter": batch.column("reporter"),
        "reporter_phone": batch.column("reporter_phone"),
        "source_sha256": [reading.sha256] * len(frame),
    }
    counts = Counts()
    counts.add(batch.merge(Issue, columns, key=["town", "number"], update=False))
    mark_vacant(batch.session, reading.sha256)
    _begin_histories(batch)
    return counts


def _cells(batch: Batch, days: list[object]) -> tuple[list[int | None], list[str]]:
    frame = batch.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        return [None] * len(frame), ["unplaced"] * len(frame)
    places = frame.geometry.reset_index(drop=True)
    cells = all_cells(batch.session, batch.scope)
    found = cells_at(places, cells, days)
    ids = cells["id"].to_numpy()
    return [int(ids[c]) if c >= 0 else None for c in found.cell], [str(status) for status in found.status]


def _begin_histories(batch: Batch) -> None:
    """Write for each new issue that it was found, and, if it is further, that it came in that state."""
    begun = select(IssueEvent.id).where(IssueEvent.issue_id == Issue.id).exists()
    rows = batch.session.execute(
        select(Issue.id, Issue.found_at, Issue.closed_at, Issue.state).where(
            Issue.source_sha256 == batch.reading.sha256, ~begun
        )
    )
    facts = Jsonb({"file": batch.reading.source, "sha256": batch.reading.sha256})
    events: list[tuple[object, ...]] = []
    for id_, found_at, closed_at, state in rows:
        events.append((id_, found_at, "found", "found", facts))
        if state != "found":
            events.append((id_, closed_at or found_at, "imported", state, facts))
    copy_rows(batch.session, IssueEvent.__tablename__, ("issue_id", "happened_at", "kind", "state", "facts"), events)
