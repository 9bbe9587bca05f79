"""Accounts, for administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.collections import answer_page
from api.dependencies import CurrentAccount, ScopeDep, SessionDep, require_role
from api.paging import PagingDep
from api.schemas.accounts import AccountMade, AccountPage, Change, NewAccount
from geo.errors import InvalidInput, Refused
from geo.services import accounts as service
from geo.services.records import person_known
from geo.types import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"])

AdminDep = Annotated[CurrentAccount, Depends(require_role(Role.admin))]
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", response_model=AccountPage)
def accounts(
    request: Request, response: Response, admin: AdminDep, session: SessionDep, scope: ScopeDep, paging: PagingDep
) -> Any:
    """List the accounts in scope."""
    del admin
    rows, following = service.account_page(session, scope, limit=paging.limit, after=paging.after_id())
    return answer_page(request, response, rows, following, geojson=False)


@router.post("", status_code=201, response_model=AccountMade)
def add_account(admin: AdminDep, session: SessionDep, scope: ScopeDep, wish: NewAccount) -> Any:
    """Add an account for the administrator's region or one inside it."""
    region = scope.narrowed(wish.region).region
    if not region:
        raise InvalidInput("an account needs a region")
    if wish.person_id is not None and not person_known(session, wish.person_id, scope):
        raise InvalidInput("there is no person {id}", id=wish.person_id)
    password = wish.password or service.generate_password()
    made = service.create_account(
        session, username=wish.username, display_name=wish.display_name, password=password,
        role=wish.role, region_code=region, person_id=wish.person_id, by=admin.id,
    )  # fmt: skip
    return {"id": made.id, "username": made.username, "password": None if wish.password else password}


@router.patch("/{account_id}", status_code=204)
def change_account(admin: AdminDep, session: SessionDep, scope: ScopeDep, account_id: _Id, change: Change) -> None:
    """Close an account, open it again, or set its password."""
    account = service.find_account(session, account_id, scope)
    if change.password is not None:
        service.change_password(session, account.username, change.password, by=admin.id)
    if change.disabled is not None:
        if change.disabled and account.id == admin.id:
            raise Refused("nobody closes the account that they use")
        service.disable(session, account.username, disabled=change.disabled, by=admin.id)
