"""规则与应巡次数: when a patrol counts, and how often one is due; every change begins on a day."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator

from api.dependencies import CurrentAccount, LevelDep, OptionalDay, require_role
from api.errors import status_of
from api.i18n import translate
from api.site.shell import Shell, ShellDep
from api.site.wording import days_in_words, months_in_words, rule_in_words
from geo.errors import InvalidInput, WanggeError
from geo.services.quotas import end_quota, list_quotas, set_quota
from geo.services.records import Asked, record_page
from geo.services.rule_changes import end_rule, set_rule
from geo.services.rules import list_rules
from geo.store.regions import region_names
from geo.types import Role

__all__ = ["router"]

router = APIRouter()

_OFFICE = (Role.admin, Role.office)
OfficeDep = Annotated[CurrentAccount, Depends(require_role(*_OFFICE))]
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_Word = Annotated[str, Form(max_length=200)]
_Day = Annotated[OptionalDay, Form()]
_Number = Annotated[
    float | None, BeforeValidator(lambda value: None if value == "" else value), Form(allow_inf_nan=False)
]
_Count = Annotated[int | None, BeforeValidator(lambda value: None if value == "" else value), Form(le=2**31 - 1)]
_MOST_REACHES = 1000


@router.get("/rules")
def rules_page(
    shell: ShellDep, level: LevelDep, saved: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None
) -> HTMLResponse:
    """Show the rules with their days, and how often which reach is to be patrolled.

    `saved` is how many patrols a change that was just made has read again.
    """
    return _page(shell, level=level, saved=saved)


def _page(
    shell: Shell,
    *,
    level: str | None = None,
    saved: int | None = None,
    fault: WanggeError | None = None,
    at: str = "",
    given: dict[str, Any] | None = None,
) -> HTMLResponse:
    rules = list_rules(shell.session, shell.scope)
    quotas = [row for row in list_quotas(shell.session, shell.scope) if level in (None, row["level"])]
    office = shell.account.role in _OFFICE
    regions = region_names(shell.session, shell.scope)
    return shell.page(
        "rules.html", dated=False, status=status_of(fault) if fault else 200, title=shell.say("规则与应巡次数"),
        rules=[row | {"words": _rule_words(shell, row), **_held(shell, row)} for row in rules],
        quotas=[row | _held(shell, row) for row in quotas], level=level, office=office,
        regions=regions[regions["level"] != "group"].to_dict("records"),
        reaches=_reaches(shell, level) if office else [], fault=translate(fault.text, shell.language) if fault else "",
        at=at, given=given or {}, saved=saved,
        per_month=sum(row["times"] for row in quotas if row["per"] == "month" and _holds(row, shell.today)),
    )  # fmt: skip


def _reaches(shell: Shell, level: str | None) -> list[dict[str, Any]]:
    asked = Asked(equal={"level": level})
    return record_page(shell.session, "reaches", shell.scope, asked, today=shell.today, limit=_MOST_REACHES)[0]


def _rule_words(shell: Shell, row: dict[str, Any]) -> dict[str, str]:
    months = tuple(row["months"])
    return {"asked": rule_in_words(shell, row), "months": months_in_words(shell, months)}


def _held(shell: Shell, row: dict[str, Any]) -> dict[str, Any]:
    own = shell.scope.holds(row["region"])
    words = days_in_words(shell, row["valid_from"], row["valid_to"])
    return {"days": words, "holds": _holds(row, shell.today), "open": row["valid_to"] is None and own}


def _holds(row: dict[str, Any], day: date) -> bool:
    return bool((row["valid_from"] or date.min) <= day <= (row["valid_to"] or date.max))


def _attempt(shell: Shell, at: str, act: Callable[[], dict[str, Any]], given: dict[str, Any]) -> Response:
    """Change something and show the page again; of what is refused nothing is kept."""
    try:
        with shell.session.begin_nested():
            told = act()
    except WanggeError as error:
        return _page(shell, fault=error, at=at, given=given)
    return RedirectResponse(shell.link("/rules", saved=told.get("reread") or 0), 303)


@router.post("/rules")
def add_rule(
    office: OfficeDep,
    shell: ShellDep,
    place: _Word = "",
    at_level: _Word = "",
    valid_from: _Day = None,
    valid_to: _Day = None,
    min_minutes: _Number = None,
    min_distance_m: _Number = None,
    min_hours_since_last: _Number = None,
    months: Annotated[list[int] | None, Form()] = None,
    corridor_m: _Number = None,
    min_stretch_m: _Number = None,
    max_speed_kmh: _Number = None,
    max_gap_s: _Number = None,
    max_gap_m: _Number = None,
    max_accuracy_m: _Number = None,
    note: _Word = "",
) -> Response:
    """Let a rule hold from a day on; what is left empty stays as it is."""
    values: dict[str, Any] = {
        "min_minutes": min_minutes, "min_distance_m": min_distance_m, "min_hours_since_last": min_hours_since_last,
        "months": tuple(months) if months else None, "corridor_m": corridor_m, "min_stretch_m": min_stretch_m,
        "max_speed_kmh": max_speed_kmh, "max_gap_s": max_gap_s, "max_gap_m": max_gap_m,
        "max_accuracy_m": max_accuracy_m,
    }  # fmt: skip

    def act() -> dict[str, Any]:
        return set_rule(
            shell.session, shell.scope, region_code=place, level=at_level or None, valid_from=_given(valid_from),
            valid_to=valid_to, values={name: value for name, value in values.items() if value is not None},
            remark=note.strip() or None, account_id=office.id,
        )  # fmt: skip

    facts = {"place": place, "at_level": at_level, "valid_from": valid_from, "valid_to": valid_to, "note": note}
    return _attempt(shell, "rule", act, values | facts)


@router.post("/rules/{rule_id}/end")
def stop_rule(office: OfficeDep, shell: ShellDep, rule_id: _Id, last_day: _Day = None) -> Response:
    """Let a rule hold for the last time on a day."""
    return _attempt(
        shell, "rules",
        lambda: end_rule(shell.session, shell.scope, rule_id, _given(last_day), account_id=office.id), {},
    )  # fmt: skip


@router.post("/quotas")
def add_quota(
    office: OfficeDep, shell: ShellDep, reach: _Word = "", times: _Count = None, per: _Word = "month",
    valid_from: _Day = None,
) -> Response:  # fmt: skip
    """Let a quota hold from a day on, for who leads the reach on that day."""

    def act() -> dict[str, Any]:
        return set_quota(
            shell.session, shell.scope, reach=reach, times=times or 0, per=per, valid_from=_given(valid_from),
            account_id=office.id,
        )  # fmt: skip

    return _attempt(shell, "quota", act, {"reach": reach, "times": times, "per": per, "quota_from": valid_from})


@router.post("/quotas/{quota_id}/end")
def stop_quota(office: OfficeDep, shell: ShellDep, quota_id: _Id, last_day: _Day = None) -> Response:
    """Let a quota hold for the last time on a day."""
    return _attempt(
        shell, "quotas",
        lambda: end_quota(shell.session, shell.scope, quota_id, _given(last_day), account_id=office.id), {},
    )  # fmt: skip


def _given(day: date | None) -> date:
    if day is None:
        raise InvalidInput("give the day")
    return day
