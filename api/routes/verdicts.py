"""Verdicts on patrols: doubts with their evidence, decisions and answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.collections import answer_page
from api.dependencies import AccountDep, CurrentAccount, ScopeDep, SessionDep, require_role
from api.paging import PagingDep
from api.privacy import may_see_track
from api.schemas.records import Page
from api.schemas.verdicts import Answer, Decision, VerdictOut, WaitingOut
from geo.services import verdicts as service
from geo.types import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["patrols"])

DeciderDep = Annotated[CurrentAccount, Depends(require_role(Role.admin, Role.office, Role.leader))]
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/verdicts/waiting", response_model=Page[WaitingOut])
def waiting(
    request: Request, response: Response, decider: DeciderDep, session: SessionDep, scope: ScopeDep, paging: PagingDep
) -> Any:
    """List the patrols that wait for a decision, newest first; for those who decide."""
    del decider
    rows, following = service.doubtful_page(session, scope, limit=paging.limit, after=paging.after_id())
    return answer_page(request, response, rows, following, geojson=False)


@router.get("/patrols/{patrol_id}/verdict", response_model=VerdictOut)
def verdict(account: AccountDep, session: SessionDep, scope: ScopeDep, patrol_id: _Id) -> Any:
    """Return what is thought of a patrol's record; why, only to supervisors and to who walked it."""
    found = service.verdict_of_patrol(session, scope, patrol_id)
    return found if may_see_track(account, found["person_id"]) else service.without_details(found)


@router.post("/patrols/{patrol_id}/decision", status_code=201, response_model=VerdictOut)
def decision(account: AccountDep, session: SessionDep, scope: ScopeDep, patrol_id: _Id, wish: Decision) -> Any:
    """Decide about a patrol; not about one's own."""
    return service.decide(session, scope, account, patrol_id, wish.verdict, wish.note)


@router.post("/patrols/{patrol_id}/answer", status_code=201, response_model=VerdictOut)
def patrollers_answer(account: AccountDep, session: SessionDep, scope: ScopeDep, patrol_id: _Id, wish: Answer) -> Any:
    """Answer the doubts about one's own patrol."""
    return service.answer(session, scope, account, patrol_id, wish.note)
