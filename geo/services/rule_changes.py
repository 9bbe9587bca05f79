"""Changing the rules of patrols (巡河规则); every change is recorded, and old days keep theirs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geo.compute.rules import PatrolRule
from geo.errors import InvalidInput, NotFound
from geo.services.audits import note
from geo.services.filters import Period
from geo.services.recomputing import recompute
from geo.services.rules import RuleBook, holds_on, list_rules, rule_of
from geo.store import duties as store
from geo.store.regions import regions_exist
from geo.store.scoping import Scope
from geo.types import RegionCode

__all__ = ["end_rule", "set_rule"]

_LEVELS = ("county", "town", "village")
_LAST = date(9998, 12, 31)


def set_rule(
    session: Session,
    scope: Scope,
    *,
    region_code: str,
    level: str | None,
    valid_from: date,
    valid_to: date | None = None,
    values: dict[str, Any],
    remark: str | None = None,
    account_id: int | None = None,
) -> dict[str, Any]:
    """Let a rule hold from a day on; what is not given is taken from the rule that held there before.

    Parameters
    ----------
    valid_to : date, optional
        The last day; the rule that held before goes on afterwards.
    values : dict
        Fields of :class:`geo.compute.rules.PatrolRule`.

    Returns
    -------
    dict
        The rule as :func:`geo.services.rules.list_rules` gives it, with ``reread``: how many patrols were read again
        from their kept files, because their corridor, shortest stretch or cleaning changed.

    Raises
    ------
    InvalidInput
        If a value is none, or a later rule begins within the days.
    NotFound
        If the region lies outside the scope.
    """
    region = _region_in(session, scope, region_code)
    if level is not None and level not in _LEVELS:
        raise InvalidInput("a rule's level is county, town or village, or none for all: {level}", level=level)
    if valid_to is not None and valid_to < valid_from:
        raise InvalidInput("the last day lies before the first")
    book = RuleBook.load(session)
    before = book.rule(str(region), level, valid_from)
    after = PatrolRule(**asdict(before) | values)
    held = store.rules_of(session, str(region), level)
    until = None if valid_to is None else valid_to + timedelta(days=1)
    rule_id = _write(session, held, _row(region, level, after, remark), valid_from, until)
    note(
        session, "rule set", account_id=account_id, target=str(rule_id), region_code=str(region), level=level,
        valid_from=valid_from.isoformat(), valid_to=valid_to and valid_to.isoformat(),
        before=asdict(before), after=asdict(after),
    )  # fmt: skip
    reread = _read_again(session, region, Period(valid_from, valid_to or _LAST), before, after, account_id)
    row = next(row for row in list_rules(session, Scope(region)) if row["id"] == rule_id)
    return row | {"reread": reread}


def _row(region: RegionCode, level: str | None, rule: PatrolRule, remark: str | None) -> dict[str, Any]:
    values = asdict(rule) | {"months": list(rule.months), "region_code": str(region), "level": level}
    return values | ({} if remark is None else {"note": remark})


def _write(
    session: Session, held: Sequence[dict[str, Any]], values: dict[str, Any], valid_from: date, until: date | None
) -> int:
    """End the rule that holds on the day, or change the one that begins on it; one that would go on resumes after."""
    same = next((row for row in held if row["valid_from"] == valid_from), None)
    if same is not None and until is None:
        until = same["valid_until"]
    for row in held:
        starts = row["valid_from"] or date.min
        if valid_from < starts < (until or date.max):
            raise InvalidInput(
                "from {day} on another rule holds there; end the new one the day before, or change that one", day=starts
            )
    before = same or next((row for row in held if holds_on(row, valid_from)), None)
    if same is not None:
        store.change_rule(session, same["id"], values, until)
        rule_id = int(same["id"])
    else:
        if before is not None:
            store.close_rule(session, before["id"], valid_from)
        rule_id = store.add_rule(session, values, valid_from, until)
    if before is not None and until is not None and until < (before["valid_until"] or date.max):
        store.add_rule(session, _values_of(before), until, before["valid_until"])
    return rule_id


def _values_of(row: dict[str, Any]) -> dict[str, Any]:
    own = {"region_code": row["region"], "level": row["level"], "note": row["note"]}
    return {name: row[name] for name in store.RULE_FIELDS} | own


def _read_again(
    session: Session,
    region: RegionCode,
    period: Period,
    before: PatrolRule,
    after: PatrolRule,
    account_id: int | None,
) -> int:
    """Read the patrols of a period again if they would be read otherwise; return how many were."""
    if (before.cleaning, before.corridor_m, before.min_stretch_m) == (
        after.cleaning, after.corridor_m, after.min_stretch_m,
    ):  # fmt: skip
        return 0
    return recompute(session, Scope(region), period, account_id=account_id)


def end_rule(
    session: Session, scope: Scope, rule_id: int, last_day: date, *, account_id: int | None = None
) -> dict[str, Any]:
    """Let a rule hold for the last time on a day; afterwards that of the wider region holds again.

    Raises
    ------
    NotFound
        If there is no such rule in scope.
    InvalidInput
        If the rule begins later, or has ended already.
    """
    row = next((row for row in store.rule_rows(session, scope=scope) if row["id"] == rule_id), None)
    if row is None:
        raise NotFound("there is no rule {id}", id=rule_id)
    if not holds_on(row, last_day):
        raise InvalidInput("the rule does not hold on {day}", day=last_day)
    store.close_rule(session, rule_id, last_day + timedelta(days=1))
    note(
        session, "rule end", account_id=account_id, target=str(rule_id), region_code=row["region"],
        last_day=last_day.isoformat(),
    )  # fmt: skip
    after = RuleBook.load(session).rule(row["region"], row["level"], last_day + timedelta(days=1))
    since = last_day + timedelta(days=1)
    reread = _read_again(session, RegionCode(row["region"]), Period(since, _LAST), rule_of(row), after, account_id)
    return row | {"valid_until": since, "valid_to": last_day, "reread": reread}


def _region_in(session: Session, scope: Scope, code: str) -> RegionCode:
    region = scope.narrowed(code).region
    if region is None or not regions_exist(session, {str(region)}):
        raise NotFound("there is no region {code}", code=code)
    return region
