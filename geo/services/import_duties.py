"""Store people with their posts, and what they answer for."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from psycopg.types.range import DateRange
from sqlalchemy import exists, select

from geo.models import PatrolQuota, Person, Post, Responsibility
from geo.services.import_batches import Batch, Counts
from geo.store.bulk import copy_rows
from geo.store.lookups import people_directory, target_directory
from geo.store.scoping import inside
from geo.text import Text

__all__ = ["store_people", "store_responsibilities"]


def store_people(batch: Batch) -> Counts:
    """Store people and their posts; one person may hold several, a row each."""
    codes = [str(code) for code in batch.column("code")]
    regions = batch.regions()
    first = [position == codes.index(code) for position, code in enumerate(codes)]
    people = {"code": codes, "name": batch.column("name"), "phone": batch.column("phone"), "region_code": regions}
    counts = Counts()
    counts.add(batch.merge(Person, people, key=["town", "code"], only=first))
    ids = dict(
        batch.session.execute(
            select(Person.code, Person.id).where(Person.code.in_(codes), inside(Person.region_code, batch.home))
        ).all()
    )
    held = {
        (person, title, region, _text(valid))
        for person, title, region, valid in batch.session.execute(
            select(Post.person_id, Post.title, Post.region_code, Post.valid).where(Post.person_id.in_(ids.values()))
        )
    }
    valid = _days(batch)
    posts = {
        "person_id": [ids.get(code) for code in codes],
        "title": batch.column("title"),
        "level": batch.column("level"),
        "region_code": regions,
        "valid": valid,
    }
    new = [
        (ids.get(code), title, region, _text(days)) not in held
        for code, title, region, days in zip(codes, posts["title"], regions, valid, strict=True)
    ]
    added = batch.merge(Post, posts, key=[], only=new)
    repeated = sum(not one for one in first)
    counts.added += min(added.added, repeated)
    return counts


def store_responsibilities(batch: Batch) -> Counts:
    """Store who answers for what on which days.

    Two leads for one target at one time are rejected here with both named; the
    database refuses them as well.
    """
    people = people_directory(batch.session, batch.scope, batch.home)
    kinds = batch.column("target_kind")
    targets = {kind: target_directory(batch.session, kind, batch.scope, batch.home) for kind in {k for k in kinds if k}}
    columns: dict[str, list[Any]] = {
        "person_id": [],
        "role": batch.column("role"),
        "region_code": [],
        "valid": _days(batch),
    }
    columns |= {f"{kind}_id": [] for kind in ("cell", "reach", "zone", "site")}
    for row, person, kind, target in zip(
        batch.frame.index, batch.column("person"), kinds, batch.column("target"), strict=True
    ):
        who, what = people.find(str(person)), targets[kind].find(str(target))
        for found in (who, what):
            if isinstance(found, Text):
                batch.reject(row, found)
        columns["person_id"].append(None if isinstance(who, Text) else who[0])
        columns["region_code"].append(None if isinstance(what, Text) else what[1])
        for each in ("cell", "reach", "zone", "site"):
            columns[f"{each}_id"].append(what[0] if each == kind and not isinstance(what, Text) else None)
    _reject_second_leads(batch, columns)
    key = ["person_id", "role", "cell_id", "reach_id", "zone_id", "site_id", "valid"]
    counts = Counts()
    counts.add(batch.merge(Responsibility, columns, key=key, update=False))
    quotas = _store_quotas(batch, columns)
    # A duty that was there and only gets its quota now has changed.
    moved = max(quotas - counts.added, 0)
    counts.changed += moved
    counts.unchanged -= moved
    return counts


def _store_quotas(batch: Batch, columns: dict[str, list[Any]]) -> int:
    """Store how often the reaches are to be patrolled, where nothing is known of it yet; return how many were new."""
    refused = {rejection.row for rejection in batch.rejected}
    asked = {
        (columns["person_id"][k], columns["reach_id"][k], _text(columns["valid"][k])): (int(times), str(per))
        for k, (row, times, per) in enumerate(
            zip(batch.frame.index, batch.column("quota"), batch.column("quota_per"), strict=True)
        )
        if times is not None and per is not None and int(row) not in refused
    }
    if not asked:
        return 0
    held = batch.session.execute(
        select(Responsibility.id, Responsibility.person_id, Responsibility.reach_id, Responsibility.valid)
        .where(
            Responsibility.role == "lead", Responsibility.reach_id.in_({reach for _, reach, _ in asked}),
            ~exists().where(PatrolQuota.responsibility_id == Responsibility.id),
        )
        .order_by(Responsibility.id)
    )  # fmt: skip
    rows = [
        (id_, *asked[person, reach, _text(valid)], DateRange(valid.lower, valid.upper))
        for id_, person, reach, valid in held
        if (person, reach, _text(valid)) in asked
    ]
    copy_rows(batch.session, PatrolQuota.__tablename__, ("responsibility_id", "times", "per", "valid"), rows)
    return len(rows)


def _reject_second_leads(batch: Batch, columns: dict[str, list[Any]]) -> None:
    """Refuse rows whose target has another lead on one of their days, in the file or in the database."""
    stored = batch.session.execute(
        select(
            Responsibility.cell_id, Responsibility.reach_id, Responsibility.zone_id, Responsibility.site_id,
            Responsibility.person_id, Responsibility.valid,
        ).where(Responsibility.role == "lead")
    )  # fmt: skip
    leads: dict[tuple[Any, ...], list[tuple[int, date, date]]] = {}
    for cell, reach, zone, site, person, valid in stored:
        leads.setdefault((cell, reach, zone, site), []).append((person, *_bounds(valid)))
    target_ids = [columns[f"{kind}_id"] for kind in ("cell", "reach", "zone", "site")]
    for position, row in enumerate(batch.frame.index):
        target = tuple(ids[position] for ids in target_ids)
        person = columns["person_id"][position]
        if columns["role"][position] != "lead" or person is None or not any(target):
            continue
        first, end = _bounds(columns["valid"][position])
        others = leads.setdefault(target, [])
        if any((first, end) != (f, e) and first < e and f < end for p, f, e in others if p == person) or any(
            first < e and f < end for p, f, e in others if p != person
        ):
            batch.reject(row, Text("the target has another lead on these days; end that responsibility first"))
        else:
            others.append((person, first, end))


def _bounds(valid: Any) -> tuple[date, date]:
    return valid.lower or date.min, valid.upper or date.max


def _days(batch: Batch) -> list[Any]:
    """Return each row's days; the last day in a file is included, the range's end is not."""
    days: list[Any] = []
    for row, first, last in zip(batch.frame.index, batch.column("valid_from"), batch.column("valid_to"), strict=True):
        start = None if first is None else pd.Timestamp(first).date()
        end = None if last is None else pd.Timestamp(last).date() + timedelta(days=1)
        if start is not None and end is not None and end <= start:
            batch.reject(row, Text("the last day lies before the first"))
            end = None
        days.append(DateRange(start, end))
    return days


def _text(valid: Any) -> str:
    return f"{valid.lower}–{valid.upper}"
