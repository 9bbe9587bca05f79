"""Store regions, cells, rivers, reaches, zones and sites."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from psycopg.types.json import Jsonb
from psycopg.types.range import DateRange

from geo.crs import geodesic_length_m
from geo.models import GridCell, Reach, RegionRow, River, Site, Zone
from geo.services.import_batches import Batch, Counts
from geo.store.cells import close_version, open_versions
from geo.store.lookups import river_directory
from geo.store.regions import regions_exist
from geo.text import Text
from geo.types import RegionCode

__all__ = ["store_cells", "store_reaches", "store_regions", "store_rivers", "store_sites", "store_zones"]


def store_regions(batch: Batch) -> Counts:
    """Store regions; a parent that is named nowhere is left out."""
    codes = [str(code) for code in batch.column("code")]
    given = batch.column("parent")
    parents = [parent or RegionCode(code).parent for code, parent in zip(codes, given, strict=True)]
    known = set(codes) | regions_exist(batch.session, {str(p) for p in parents if p})
    columns = {
        "code": codes,
        "name": batch.column("name"),
        "level": [
            level or str(RegionCode(code).level) for code, level in zip(codes, batch.column("level"), strict=True)
        ],
        "boundary": batch.geometry(multi=shapely.MultiPolygon),
    }
    counts = Counts()
    counts.add(batch.merge(RegionRow, columns, key=["code"]))
    # Parents are set once all rows are there, so that their order in the file does not matter.
    columns |= {"parent_code": [str(p) if p and str(p) in known else None for p in parents]}
    linked = batch.merge(RegionRow, columns, key=["code"])
    counts.changed += max(0, linked.changed - counts.added)
    counts.unchanged = len(codes) - counts.added - counts.changed
    return counts


def store_cells(batch: Batch) -> Counts:
    """Store cells; another boundary under a known code is a new version and needs its first day."""
    codes = [str(code) for code in batch.column("code")]
    shapes = batch.geometry(multi=shapely.MultiPolygon)
    first_days = [None if day is None else pd.Timestamp(day).date() for day in batch.column("valid_from")]
    columns: dict[str, list[Any]] = {
        "code": codes,
        "name": batch.column("name"),
        "level": batch.column("level"),
        "region_code": batch.regions(),
        "boundary": shapes,
    }
    existing = open_versions(batch.session, codes, batch.home)
    olds = [existing.get(code) for code in codes]
    same = [old is not None and old.boundary_hex == shape for old, shape in zip(olds, shapes, strict=True)]
    for row, old, unchanged, first in zip(batch.frame.index, olds, same, first_days, strict=True):
        if old is None or unchanged:
            continue
        if first is None or (old.first_day is not None and first <= old.first_day):
            batch.reject(
                row, Text("cell {code} has another boundary; a new version needs a later valid_from", code=old.code)
            )
        else:
            close_version(batch.session, old.id, first)
    counts = Counts()
    ids = [None if old is None else old.id for old in olds]
    counts.add(batch.merge(GridCell, columns | {"id": ids}, key=["id"], only=same))
    valid = [DateRange(first, None) for first in first_days]
    counts.add(batch.merge(GridCell, columns | {"valid": valid}, key=[], only=[not s for s in same]))
    return counts


def store_rivers(batch: Batch) -> Counts:
    """Store rivers."""
    columns = {
        "code": batch.column("code"),
        "name": batch.column("name"),
        "level": batch.column("level"),
        "region_code": batch.regions(),
        "centreline": batch.geometry(multi=shapely.MultiLineString),
    }
    counts = Counts()
    counts.add(batch.merge(River, columns, key=["town", "code"]))
    return counts


def store_reaches(batch: Batch) -> Counts:
    """Store reaches with their length in ground metres; a river that is not there is a reason to reject."""
    rivers = river_directory(batch.session, batch.scope, batch.home)
    river_ids: list[Any] = []
    for row, word in zip(batch.frame.index, batch.column("river"), strict=True):
        found = rivers.find(str(word))
        if isinstance(found, Text):
            batch.reject(row, found)
        river_ids.append(None if isinstance(found, Text) else found[0])
    columns = {
        "code": batch.column("code"),
        "name": batch.column("name"),
        "river_id": river_ids,
        "level": batch.column("level"),
        "region_code": batch.regions(),
        "length_m": np.asarray(geodesic_length_m(batch.frame.geometry)).tolist(),
        "centreline": batch.geometry(),
    }
    counts = Counts()
    counts.add(batch.merge(Reach, columns, key=["town", "code"]))
    return counts


def store_zones(batch: Batch) -> Counts:
    """Store water-source protection zones."""
    columns = {
        "code": batch.column("code"),
        "name": batch.column("name"),
        "zone_class": batch.column("zone_class"),
        "status": [status or "gazetted" for status in batch.column("status")],
        "region_code": batch.regions(),
        "boundary": batch.geometry(multi=shapely.MultiPolygon),
    }
    counts = Counts()
    counts.add(batch.merge(Zone, columns, key=["town", "code"]))
    return counts


def store_sites(batch: Batch) -> Counts:
    """Store sites; columns that mean nothing here are kept as their facts."""
    columns = {
        "code": batch.column("code"),
        "name": batch.column("name"),
        "kind": batch.column("kind"),
        "region_code": batch.regions(),
        "place": batch.geometry(),
        "facts": [Jsonb(facts or {}) for facts in batch.column("facts")],
    }
    counts = Counts()
    counts.add(batch.merge(Site, columns, key=["town", "code"]))
    return counts
