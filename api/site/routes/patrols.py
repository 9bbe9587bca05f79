"""巡河记录: the patrols, what each counts for and why, and what is thought of its track."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.errors import status_of
from api.i18n import translate
from api.paging import PagingDep, cursor_of
from api.privacy import may_see_track
from api.routes.patrols import PatrolFilterDep
from api.site.doubts import ToldDoubt, told_doubts
from api.site.drawing import draw_lines, parts_of
from api.site.shell import Shell, ShellDep
from api.site.wording import rule_in_words, shortfalls, thresholds
from geo.errors import WanggeError
from geo.services import verdicts
from geo.services.filters import SHANGHAI
from geo.services.patrol_counts import patrol_counts
from geo.services.patrols import patrol_detail, patrol_page
from geo.services.records import Asked, record_page
from geo.services.rules import RuleBook
from geo.types import Role

__all__ = ["router"]

router = APIRouter()

_MOST_ROWS = 50
_MOST_WAITING = 1000
_DECIDERS = (Role.admin, Role.office, Role.leader)
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_Words = Annotated[str, Form(max_length=4000)]


@router.get("/patrols")
def patrols(shell: ShellDep, chosen: PatrolFilterDep, paging: PagingDep) -> HTMLResponse:
    """List patrols, newest first, with the sums of all that the filter finds."""
    period = shell.period("patrols")
    rows, following = patrol_page(
        shell.session, shell.scope, period, chosen, limit=min(paging.limit, _MOST_ROWS), after=paging.after_id()
    )
    book = RuleBook.load(shell.session)
    return shell.page(
        "patrols.html", of="patrols", title=shell.say("待核轨迹" if chosen.state == "doubtful" else "巡河记录"),
        shown=[row | {"why": shortfalls(shell, row, book)} for row in rows], following=cursor_of(following),
        counts=patrol_counts(shell.session, shell.scope, period, chosen), chosen=chosen,
        answered=_answered(shell) if chosen.state == "doubtful" else [],
        begun=paging.after is not None,
    )  # fmt: skip


def _answered(shell: Shell) -> list[dict[str, Any]]:
    """Return the patrols, of any time, whose patroller had something to say about the last decision."""
    if shell.account.role not in _DECIDERS:
        return []
    waiting, _ = verdicts.doubtful_page(shell.session, shell.scope, limit=_MOST_WAITING)
    return [row for row in waiting if row["verdict"] != "doubtful"][:_MOST_ROWS]


@router.get("/patrols/{patrol_id}")
def patrol(shell: ShellDep, patrol_id: _Id) -> HTMLResponse:
    """Show one patrol; its line, and why it is doubted, only to supervisors and to who walked it."""
    return _page(shell, patrol_id)


@router.post("/patrols/{patrol_id}/decision")
def decide(
    shell: ShellDep,
    patrol_id: _Id,
    verdict: Annotated[Literal["", "valid", "rejected"], Form()] = "",
    note: _Words = "",
) -> Response:
    """Decide whether a patrol's record is accepted."""
    return _said(
        shell, patrol_id, "decision",
        lambda: verdicts.decide(shell.session, shell.scope, shell.account, patrol_id, verdict, note), note,
    )  # fmt: skip


@router.post("/patrols/{patrol_id}/answer")
def answer(shell: ShellDep, patrol_id: _Id, note: _Words = "") -> Response:
    """Answer the doubts about one's own patrol."""
    return _said(
        shell, patrol_id, "answer",
        lambda: verdicts.answer(shell.session, shell.scope, shell.account, patrol_id, note), note,
    )  # fmt: skip


def _said(shell: Shell, patrol_id: int, at: str, act: Callable[[], Any], note: str) -> Response:
    """Record what a person says and show the page again; a refusal is shown beside the form."""
    try:
        with shell.session.begin_nested():
            act()
    except WanggeError as error:
        return _page(shell, patrol_id, fault=error, at=at, note=note)
    return RedirectResponse(shell.link(f"/patrols/{patrol_id}"), 303)


def _page(
    shell: Shell, patrol_id: int, *, fault: WanggeError | None = None, at: str = "", note: str = ""
) -> HTMLResponse:
    found = patrol_detail(shell.session, shell.scope, patrol_id)
    own = shell.account.person_id is not None and shell.account.person_id == found["person_id"]
    allowed = may_see_track(shell.account, found["person_id"])
    judged = verdicts.verdict_of_patrol(shell.session, shell.scope, patrol_id)
    if not allowed:
        judged = verdicts.without_details(judged)
    doubts = told_doubts(shell, judged["reasons"])
    book = RuleBook.load(shell.session)
    rule = book.rule(found["region"], found["level"], found["started_at"].astimezone(SHANGHAI).date())
    doubted = judged["checked_verdict"] != "valid" or bool(judged["opinions"])
    return shell.page(
        "patrol.html", of="patrols", dated=False, status=status_of(fault) if fault else 200,
        title=f"{shell.say('巡河记录')} {found['number']}", patrol=found | {"track": None}, allowed=allowed,
        drawing=_drawing(shell, found, allowed, doubts), judged=judged, doubts=doubts,
        thresholds=thresholds(shell, found, rule), rule=rule, rule_words=rule_in_words(shell, rule),
        may_decide=shell.account.role in _DECIDERS and not own, may_answer=own and doubted, own=own,
        fault=translate(fault.text, shell.language) if fault else "", at=at, note=note,
    )  # fmt: skip


def _drawing(shell: Shell, patrol: dict[str, Any], allowed: bool, doubts: list[ToldDoubt]) -> Any:
    track = json.loads(patrol["track"]) if allowed and patrol["track"] else None
    day = patrol["started_at"].astimezone(SHANGHAI).date()
    shape, parts = None, []
    if patrol["reach"]:
        asked = Asked(equal={"code": patrol["reach"]})
        rows, _ = record_page(shell.session, "reaches", shell.scope, asked, today=shell.today, with_shape=True)
        if rows and rows[0]["geometry"]:
            shape = rows[0]["geometry"]
            mine = [piece for piece in patrol["stretches"] if piece["reach"] == patrol["reach"]]
            walked = [(piece["start_m"], piece["end_m"], day) for piece in mine]
            parts = parts_of(rows[0]["length_m"], walked, day)
    places = [place for doubt in doubts for place in doubt.places] if allowed else []
    return draw_lines(shape, parts, track, places=places, height=380) if shape or track else None
