"""What stands around every page: where one may go, which region, which days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from api.dependencies import AccountDep, LanguageDep, PeriodDep, ScopeDep, SessionDep, TodayDep
from api.i18n import translate
from api.site.rendering import render
from geo.services.filters import Period
from geo.services.periods import newest_period
from geo.store.regions import region_names
from geo.store.scoping import Scope
from geo.types import RegionCode, Role

__all__ = ["EXPORTERS", "NAVIGATION", "Shell", "ShellDep", "period_label"]

# Address, words, icon, and who may open it (empty: everybody).
EXPORTERS = (Role.admin, Role.office, Role.leader)
NAVIGATION: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("/", "总览", "layout-dashboard", ()),
    ("/issues", "问题", "alert-triangle", ()),
    ("/reaches", "巡河", "ripple", ()),
    ("/responsibility", "责任", "users", ()),
    ("/objects", "对象", "map-pin", ()),
    ("/reports", "报表", "file-spreadsheet", EXPORTERS),
    ("/settings", "设置", "settings", ()),
)
_KEPT = ("region", "from", "to", "lang")
# Pages that belong to an entry of the navigation without beginning with its address.
_ALSO = {"/patrols": "/reaches", "/rates": "/reaches", "/rules": "/reaches"}

Records = Literal["patrols", "issues"]


@dataclass(slots=True)
class Shell:
    """One request for a page."""

    request: Request
    session: SessionDep
    account: AccountDep
    scope: ScopeDep
    asked: PeriodDep
    today: TodayDep
    language: LanguageDep

    def say(self, chinese: str, **facts: Any) -> str:
        """Return a sentence in the reader's language."""
        return translate(chinese, self.language).format(**facts)

    def period(self, of: Records | None) -> Period:
        """Return the period asked for, else the newest year that has such records."""
        return self.asked or newest_period(self.session, self.scope, of=of)

    def link(self, path: str, query: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Return an address that keeps the region and the period."""
        kept = {name: self.request.query_params.get(name) for name in _KEPT}
        return _address(path, kept | dict(query or {}) | more)

    def here(self, query: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Return this page's address with another choice, at its first page."""
        params = self.request.query_params
        now: dict[str, Any] = {name: params.getlist(name) for name in params if name not in ("page", "cursor")}
        return _address(self.request.url.path, now | dict(query or {}) | more)

    def fragment(self, template: str, **context: Any) -> HTMLResponse:
        """Return a part of a page, for htmx."""
        return HTMLResponse(render(self.request, template, **self._common(), **context))

    def page(
        self, template: str, *, of: Records | None = None, dated: bool = True, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """Return a whole page.

        Parameters
        ----------
        of : {"patrols", "issues"}, optional
            The records whose newest year the page shows when no period is asked for.
        dated : bool
            Whether the period concerns the page at all.
        """
        period = self.period(of)
        around = {
            "navigation": self._navigation(), "path": self._path(), "children": self._children(), "dated": dated,
            "period": period, "period_name": self._period_name(period, of), "choices": self._choices(),
            "period_note": self._note(period, of),
        }  # fmt: skip
        return HTMLResponse(render(self.request, template, **around, **self._common(), **context), status)

    def _common(self) -> dict[str, Any]:
        return {
            "account": self.account, "link": self.link, "here": self.here, "today": self.today,
            "may_export": self.account.role in EXPORTERS, "asked": self.asked,
        }  # fmt: skip

    def _navigation(self) -> list[dict[str, Any]]:
        path = self.request.url.path
        path = next((home for also, home in _ALSO.items() if path.startswith(also)), path)
        return [
            {
                "href": self.link(href), "words": words, "icon": icon,
                "active": path == href or (href != "/" and path.startswith(href)),
            }
            for href, words, icon, roles in NAVIGATION
            if not roles or self.account.role in roles
        ]  # fmt: skip

    def _path(self) -> list[dict[str, Any]]:
        """Return the regions from the account's own down to the chosen one."""
        codes: list[str] = []
        region: RegionCode | None = self.scope.region
        while region is not None and region.within(self.account.region):
            codes.append(str(region))
            region = region.parent
        names = region_names(self.session, Scope.of(self.account.region)).set_index("code")["name"]
        return [
            {"code": code, "name": names.get(code, code), "href": self.here(region=code if code != own else None)}
            for own in [str(self.account.region)]
            for code in reversed(codes)
        ]

    def _children(self) -> list[dict[str, Any]]:
        names = region_names(self.session, self.scope)
        below = names[names["parent_code"] == str(self.scope.region)]
        return [{"code": row.code, "name": row.name, "href": self.here(region=row.code)} for row in below.itertuples()]

    def _choices(self) -> list[dict[str, Any]]:
        return [
            {
                "words": words, "href": self.here({"from": period.first_day, "to": period.last_day}),
                "active": period == self.asked,
            }
            for words, period in periods_around(self.today)
        ]  # fmt: skip

    def _period_name(self, period: Period, of: Records | None) -> str:
        if self.asked is None and of is None:
            return self.say("最近有记录的年份")
        words = next((words for words, choice in periods_around(self.today) if choice == self.asked), None)
        return self.say(words) if words else period_label(period, self.language)

    def _note(self, period: Period, of: Records | None) -> str:
        if self.asked is not None or of is None or period.first_day.year == self.today.year:
            return ""
        words = {
            "patrols": "本年还没有巡河记录，这里显示 {year} 年。",
            "issues": "本年还没有问题，这里显示 {year} 年。",
        }
        return self.say(words[of], year=period.first_day.year)


ShellDep = Annotated[Shell, Depends()]


def periods_around(today: date) -> list[tuple[str, Period]]:
    """Return the periods that a clerk thinks in: this week, month, quarter, year, and the year before."""
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    quarter = first.replace(month=(today.month - 1) // 3 * 3 + 1)
    return [
        ("本周", Period(monday, monday + timedelta(days=6))),
        ("本月", Period(first, _month_end(first))),
        ("本季", Period(quarter, _month_end(quarter.replace(month=quarter.month + 2)))),
        ("本年", Period.year(today.year)),
        ("上年", Period.year(today.year - 1)),
    ]


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def period_label(period: Period, language: str) -> str:
    """Return a period in few words: a year by its number, else both days."""
    if period == Period.year(period.first_day.year):
        return translate("{year} 年", language).format(year=period.first_day.year)
    return translate("{first} 至 {last}", language).format(first=period.first_day, last=period.last_day)


def _address(path: str, query: Mapping[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value not in (None, "", [], [""])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path
