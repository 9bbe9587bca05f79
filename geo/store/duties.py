"""Rules and quotas of patrols, each with its days."""

from datetime import date
from typing import Any

from psycopg.types.range import DateRange
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geo.models import PatrolQuota, PatrolRuleRow, Person, Reach, RegionRow, Responsibility, River
from geo.store.responsibilities import valid_on
from geo.store.scoping import Scope, inside

__all__ = [
    "RULE_FIELDS", "add_quota", "add_rule", "change_rule", "close_quota", "close_rule", "drop_quota", "lead_of",
    "quota_rows", "quotas_of", "rule_rows", "rules_of",
]  # fmt: skip

RULE_FIELDS = (
    "min_minutes", "min_distance_m", "min_hours_since_last", "months", "corridor_m", "min_stretch_m",
    "max_speed_kmh", "max_gap_s", "max_gap_m", "max_accuracy_m",
)  # fmt: skip
_HELD = (func.lower(PatrolRuleRow.valid).label("valid_from"), func.upper(PatrolRuleRow.valid).label("valid_until"))


def rule_rows(
    session: Session, regions: list[str] | None = None, *, scope: Scope | None = None
) -> list[dict[str, Any]]:
    """Return rules by region, level and day: of `regions`, or of a scope, or all."""
    query = select(
        PatrolRuleRow.id, PatrolRuleRow.region_code.label("region"), RegionRow.name.label("region_name"),
        PatrolRuleRow.level, *_HELD, *(getattr(PatrolRuleRow, name) for name in RULE_FIELDS), PatrolRuleRow.note,
    ).join(RegionRow, RegionRow.code == PatrolRuleRow.region_code)  # fmt: skip
    if regions is not None:
        query = query.where(PatrolRuleRow.region_code.in_(regions))
    if scope is not None:
        query = query.where(inside(PatrolRuleRow.region_code, scope))
    query = query.order_by(
        PatrolRuleRow.region_code, PatrolRuleRow.level, func.lower(PatrolRuleRow.valid).nulls_first()
    )
    return [dict(row) for row in session.execute(query).mappings()]


def rules_of(session: Session, region: str, level: str | None) -> list[dict[str, Any]]:
    """Return the rules of exactly one region and level, locked against another change at the same time."""
    # The region's row is the lock: a rule that does not exist yet cannot be one.
    session.execute(select(RegionRow.code).where(RegionRow.code == region).with_for_update())
    return [row for row in rule_rows(session, [region]) if row["level"] == level]


def add_rule(session: Session, values: dict[str, Any], valid_from: date, valid_until: date | None) -> int:
    """Add a rule that holds from a day until the day before another."""
    row = PatrolRuleRow(**values, valid=DateRange(valid_from, valid_until))
    session.add(row)
    session.flush()
    return row.id


def change_rule(session: Session, rule_id: int, values: dict[str, Any], valid_until: date | None) -> None:
    """Change the rule that begins on the same day."""
    row = session.get_one(PatrolRuleRow, rule_id)
    for name, value in values.items():
        setattr(row, name, value)
    row.valid = DateRange(row.valid.lower, valid_until)  # type: ignore[assignment] # psycopg's range is written as well
    session.flush()


def close_rule(session: Session, rule_id: int, valid_until: date) -> None:
    """Let a rule hold until the day before `valid_until`."""
    _close(session, PatrolRuleRow, rule_id, valid_until)


def _close(session: Session, model: Any, key: int, valid_until: date) -> None:
    days = func.daterange(func.lower(model.valid), valid_until)
    session.execute(update(model).where(model.id == key).values(valid=days), {"synchronize_session": False})
    session.expire_all()


def quota_rows(
    session: Session, scope: Scope, *, on: date | None = None, during: tuple[date, date] | None = None
) -> list[dict[str, Any]]:
    """Return quotas of the reaches in scope; those of a day, or of a period (last day included), if one is given."""
    query = (
        select(
            PatrolQuota.id, PatrolQuota.responsibility_id, Person.id.label("person_id"), Person.code.label("person"),
            Person.name.label("person_name"), Reach.id.label("reach_id"), Reach.code.label("reach"),
            Reach.name.label("reach_name"), Reach.level, River.name.label("river"),
            Reach.region_code.label("region"), RegionRow.name.label("region_name"), PatrolQuota.times, PatrolQuota.per,
            func.lower(PatrolQuota.valid).label("valid_from"), func.upper(PatrolQuota.valid).label("valid_until"),
        )
        .join(Responsibility, Responsibility.id == PatrolQuota.responsibility_id)
        .join(Person, Person.id == Responsibility.person_id)
        .join(Reach, Reach.id == Responsibility.reach_id)
        .join(River, River.id == Reach.river_id)
        .join(RegionRow, RegionRow.code == Reach.region_code)
        .where(inside(Responsibility.region_code, scope))
        .order_by(Reach.code, func.lower(PatrolQuota.valid).nulls_first(), PatrolQuota.id)
    )  # fmt: skip
    if on is not None:
        query = query.where(valid_on(PatrolQuota.valid, on))
    if during is not None:
        query = query.where(PatrolQuota.valid.op("&&")(func.daterange(*during, "[]")))
    return [dict(row) for row in session.execute(query).mappings()]


def lead_of(session: Session, scope: Scope, reach: str, on: date) -> dict[str, Any] | None:
    """Return who leads a reach, known by its code, on a day: the responsibility, locked, with its days."""
    row = (
        session.execute(
            select(
                Responsibility.id, Person.name.label("person_name"), Responsibility.region_code.label("region"),
                func.lower(Responsibility.valid).label("valid_from"),
                func.upper(Responsibility.valid).label("valid_until"),
            )
            .join(Reach, Reach.id == Responsibility.reach_id)
            .join(Person, Person.id == Responsibility.person_id)
            .where(
                Reach.code == reach, Responsibility.role == "lead", valid_on(Responsibility.valid, on),
                inside(Reach.region_code, scope),
            )
            .with_for_update(of=Responsibility)
        )
        .mappings()
        .first()
    )  # fmt: skip
    return None if row is None else dict(row)


def quotas_of(session: Session, responsibility_id: int) -> list[dict[str, Any]]:
    """Return the quotas of one responsibility by day."""
    since, until = func.lower(PatrolQuota.valid), func.upper(PatrolQuota.valid)
    rows = session.execute(
        select(
            PatrolQuota.id, PatrolQuota.times, PatrolQuota.per, since.label("valid_from"), until.label("valid_until")
        )
        .where(PatrolQuota.responsibility_id == responsibility_id)
        .order_by(since.nulls_first())
    )
    return [dict(row) for row in rows.mappings()]


def add_quota(
    session: Session, responsibility_id: int, times: int, per: str, valid_from: date | None, valid_until: date | None
) -> int:
    """Add a quota that holds from a day until the day before another."""
    row = PatrolQuota(
        responsibility_id=responsibility_id, times=times, per=per, valid=DateRange(valid_from, valid_until)
    )
    session.add(row)
    session.flush()
    return row.id


def close_quota(session: Session, quota_id: int, valid_until: date) -> None:
    """Let a quota hold until the day before `valid_until`."""
    _close(session, PatrolQuota, quota_id, valid_until)


def drop_quota(session: Session, quota_id: int) -> None:
    """Remove a quota that begins on the very day on which another takes its place."""
    session.delete(session.get_one(PatrolQuota, quota_id))
    session.flush()
