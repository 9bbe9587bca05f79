"""When patrols count, how many are due, and the rates that follow."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from api.dependencies import (
    AccountDep,
    CurrentAccount,
    LevelDep,
    PeriodDep,
    ScopeDep,
    SessionDep,
    TodayDep,
    require_role,
)
from api.dependencies import OptionalDay as Day
from api.schemas.duties import Ending, NewQuota, NewRule, QuotaOut, RatesOut, RuleOut
from geo.compute.rates import Definition
from geo.services import quotas as quota_service
from geo.services import rules as rule_service
from geo.services.patrol_report import patrol_report
from geo.services.periods import newest_period
from geo.services.rates import Grouping, rates
from geo.services.rule_changes import end_rule, set_rule
from geo.types import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["patrols"])

OfficeDep = Annotated[CurrentAccount, Depends(require_role(Role.admin, Role.office))]
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_On = Annotated[Day, Query(description="Only those of a day")]


@router.get("/rates", response_model=RatesOut)
def get_rates(
    session: SessionDep,
    scope: ScopeDep,
    period: PeriodDep,
    level: LevelDep,
    by: Annotated[Grouping, Query(description="What rates are grouped by; never a person")] = "level",
    definition: Annotated[Definition, Query(description="What stands above and below the line")] = "count",
) -> Any:
    """Return patrols, valid ones, the plan and the rate; without a period, those of the newest year of patrols."""
    days = period or newest_period(session, scope, of="patrols")
    return rates(session, scope, days, by=by, definition=definition, level=level).as_json()


@router.get("/reports/patrols")
def get_patrol_report(session: SessionDep, scope: ScopeDep, period: PeriodDep, today: TodayDep) -> dict[str, Any]:
    """Return a period's patrols and the issues of rivers found in it, the document of ``wangge report patrols``."""
    return patrol_report(session, scope, period or newest_period(session, scope, of="patrols"), today=today).as_json()


@router.get("/rules", response_model=list[RuleOut])
def get_rules(session: SessionDep, scope: ScopeDep, on: _On = None) -> Any:
    """List the rules that concern the region: its own, those inside it, and those above it."""
    return rule_service.list_rules(session, scope, on=on)


@router.post("/rules", status_code=201, response_model=RuleOut)
def add_rule(office: OfficeDep, session: SessionDep, scope: ScopeDep, wish: NewRule) -> Any:
    """Let a rule hold from a day on; the days before keep theirs."""
    return set_rule(
        session, scope, region_code=wish.region, level=wish.level, valid_from=wish.valid_from, valid_to=wish.valid_to,
        values=wish.values(), remark=wish.note, account_id=office.id,
    )  # fmt: skip


@router.post("/rules/{rule_id}/end", response_model=RuleOut)
def stop_rule(office: OfficeDep, session: SessionDep, scope: ScopeDep, rule_id: _Id, ending: Ending) -> Any:
    """Let a rule hold for the last time on a day."""
    return end_rule(session, scope, rule_id, ending.last_day, account_id=office.id)


@router.get("/quotas", response_model=list[QuotaOut])
def get_quotas(account: AccountDep, session: SessionDep, scope: ScopeDep, on: _On = None) -> Any:
    """List how often who must patrol which reach."""
    del account
    return quota_service.list_quotas(session, scope, on=on)


@router.post("/quotas", status_code=201, response_model=QuotaOut)
def add_quota(office: OfficeDep, session: SessionDep, scope: ScopeDep, wish: NewQuota) -> Any:
    """Let a quota hold from a day on, for who leads the reach on that day."""
    return quota_service.set_quota(session, scope, **wish.model_dump(), account_id=office.id)


@router.post("/quotas/{quota_id}/end", response_model=QuotaOut)
def stop_quota(office: OfficeDep, session: SessionDep, scope: ScopeDep, quota_id: _Id, ending: Ending) -> Any:
    """Let a quota hold for the last time on a day."""
    return quota_service.end_quota(session, scope, quota_id, ending.last_day, account_id=office.id)
