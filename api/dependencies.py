"""What routes ask for: a session, who is asking, what they may see, and of which days."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator
from sqlalchemy.orm import Session

from api.auth import token_of
from api.language import Language, language_of
from api.settings import Settings
from geo.database.engine import transaction
from geo.errors import Forbidden, InvalidInput, NotSignedIn
from geo.services import periods
from geo.services.accounts import CurrentAccount, account_of_token
from geo.services.filters import IssueFilter, Period
from geo.store.scoping import Scope
from geo.text import Text
from geo.types import Level, Role

__all__ = [
    "AccountDep",
    "BoxDep",
    "CurrentAccount",
    "IssueFilterDep",
    "LanguageDep",
    "LevelDep",
    "OptionalDay",
    "PeriodDep",
    "ScopeDep",
    "SessionDep",
    "SettingsDep",
    "TodayDep",
    "get_account",
    "get_session",
    "require_role",
]

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def get_session(request: Request) -> Iterator[Session]:
    """Open the request's one transaction; it commits before the answer leaves."""
    with transaction(request.app.state.engine) as session:
        yield session


# With scope "function" a commit that fails is an error, and not a 200 already sent.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def get_settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings_of)]


def get_account(request: Request, session: SessionDep) -> CurrentAccount:
    """Return who is signed in.

    Raises
    ------
    NotSignedIn
        If nobody is.
    """
    token = token_of(request)
    account = account_of_token(session, token) if token else None
    if account is None:
        raise NotSignedIn("sign in first")
    return account


AccountDep = Annotated[CurrentAccount, Depends(get_account)]


def require_role(*roles: Role | str) -> Callable[..., CurrentAccount]:
    """Return a dependency that only lets accounts of `roles` pass."""

    def check(account: AccountDep) -> CurrentAccount:
        if account.role not in roles:
            raise Forbidden("the role {role} may not do this", role=Text(str(account.role)))
        return account

    return check


def _checked(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def _absent_when_empty(value: Any) -> Any:
    # A form sends the fields that nobody filled in.
    return None if value == "" else value


# Beyond these no day of supervision lies, and instants of a day could not be told in every time zone.
_Day = Annotated[date, AfterValidator(_checked)]
OptionalDay = Annotated[_Day | None, BeforeValidator(_absent_when_empty)]
OptionalLevel = Annotated[Level | None, BeforeValidator(_absent_when_empty)]
_OptionalBool = Annotated[bool | None, BeforeValidator(_absent_when_empty)]


def get_scope(
    account: AccountDep, region: Annotated[str | None, Query(description="Only this region and all inside it")] = None
) -> Scope:
    """Return what the account may see, narrowed to ``?region``.

    Raises
    ------
    NotFound
        If that region lies outside.
    """
    return Scope.of(account.region).narrowed(region)


ScopeDep = Annotated[Scope, Depends(get_scope)]


def get_level(
    level: Annotated[OptionalLevel, Query(description="Only this administrative level")] = None,
) -> Level | None:
    """Return the level asked for."""
    return level


LevelDep = Annotated[Level | None, Depends(get_level)]


def get_today(settings: SettingsDep) -> date:
    """Return the day that counts as today."""
    return settings.today or periods.today()


TodayDep = Annotated[date, Depends(get_today)]


def get_language(request: Request) -> Language:
    """Return the language of the answer."""
    return language_of(request)


LanguageDep = Annotated[Language, Depends(get_language)]


def get_period(
    session: SessionDep,
    scope: ScopeDep,
    first_day: Annotated[OptionalDay, Query(alias="from", description="First day")] = None,
    last_day: Annotated[OptionalDay, Query(alias="to", description="Last day, included")] = None,
) -> Period | None:
    """Return the period asked for; None when none is; an open end is that of the newest records."""
    if first_day is None and last_day is None:
        return None
    return periods.period_or_newest(session, scope, first_day, last_day)


PeriodDep = Annotated[Period | None, Depends(get_period)]


def get_box(
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees")] = None,
) -> tuple[float, float, float, float] | None:
    """Return the box asked for.

    Raises
    ------
    InvalidInput
        If it is not four numbers on the globe, west to east and south to north.
    """
    if not bbox:
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError:
        raise InvalidInput("bbox is west,south,east,north in degrees: {bbox}", bbox=bbox) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput("bbox is west,south,east,north in degrees: {bbox}", bbox=bbox)
    return west, south, east, north


BoxDep = Annotated[tuple[float, float, float, float] | None, Depends(get_box)]


def get_issue_filter(
    period: PeriodDep,
    bbox: BoxDep,
    category: Annotated[list[str] | None, Query()] = None,
    state: Annotated[list[str] | None, Query()] = None,
    source: Annotated[list[str] | None, Query()] = None,
    overdue: Annotated[_OptionalBool, Query(description="Only overdue ones, or only the others")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words of the number or the description")] = None,
) -> IssueFilter:
    """Return which issues are asked for."""
    return IssueFilter(
        categories=_given(category), states=_given(state), sources=_given(source),
        overdue=overdue, period=period, bbox=bbox, text=(q or "").strip() or None,
    )  # fmt: skip


def _given(values: list[str] | None) -> tuple[str, ...]:
    return tuple(value for value in values or () if value)


IssueFilterDep = Annotated[IssueFilter, Depends(get_issue_filter)]
