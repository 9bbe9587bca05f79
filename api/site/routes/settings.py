"""设置: one's own account, tokens for programs, and the accounts of others."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.auth import clear_session_cookie
from api.dependencies import CurrentAccount, SettingsDep, require_role
from api.errors import status_of
from api.i18n import translate
from api.site.shell import Shell, ShellDep
from geo.errors import InvalidInput, Refused, WanggeError
from geo.services import accounts
from geo.store.regions import region_names
from geo.types import Role

__all__ = ["router"]

router = APIRouter()

AdminDep = Annotated[CurrentAccount, Depends(require_role(Role.admin))]
_Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_Word = Annotated[str, Form(max_length=200)]


@router.get("/settings")
def settings_page(shell: ShellDep) -> HTMLResponse:
    """Show one's own account, and to administrators those of others."""
    return _page(shell)


def _page(shell: Shell, *, fault: WanggeError | None = None, at: str = "", **told: Any) -> HTMLResponse:
    admin = shell.account.role == Role.admin
    others = accounts.account_page(shell.session, shell.scope, limit=1000)[0] if admin else []
    regions = region_names(shell.session, shell.scope) if admin else None
    told = {"made": None, "token": None} | told
    return shell.page(
        "settings.html", dated=False, status=status_of(fault) if fault else 200, title=shell.say("设置"),
        tokens=accounts.tokens_of(shell.session, shell.account.id), accounts=others, admin=admin,
        regions=[] if regions is None else regions[regions["level"] != "group"].to_dict("records"), at=at,
        fault=translate(fault.text, shell.language) if fault else "", **told,
    )  # fmt: skip


def _attempt(shell: Shell, at: str, act: Callable[[], dict[str, Any]]) -> HTMLResponse:
    """Do something and show the page, with what came of it; a refusal is shown beside its form."""
    try:
        told = act()
    except WanggeError as error:
        return _page(shell, fault=error, at=at)
    return _page(shell, at=at, **told)


@router.post("/settings/password")
def change_password(
    shell: ShellDep, settings: SettingsDep, old: _Word = "", new: _Word = "", again: _Word = ""
) -> Response:
    """Set one's own password; every session ends, so that one signs in with the new one."""
    try:
        if new != again:
            raise InvalidInput("the two new passwords differ")
        accounts.change_own_password(shell.session, shell.account.username, old, new)
    except WanggeError as error:
        return _page(shell, fault=error, at="password")
    answer = RedirectResponse("/login", 303)
    clear_session_cookie(answer, settings)
    return answer


@router.post("/settings/tokens")
def make_token(shell: ShellDep, label: _Word = "", days: Annotated[int, Form(ge=1, le=366)] = 90) -> HTMLResponse:
    """Make a token; it is shown this once."""
    return _attempt(
        shell, "tokens", lambda: {"token": accounts.make_token(shell.session, shell.account.id, label, days)}
    )


@router.post("/settings/tokens/{token_id}/revoke")
def revoke_token(shell: ShellDep, token_id: str) -> HTMLResponse:
    """End one of one's own tokens."""

    def act() -> dict[str, Any]:
        accounts.revoke_token(shell.session, shell.account.id, token_id)
        return {}

    return _attempt(shell, "tokens", act)


@router.post("/settings/accounts")
def add_account(
    admin: AdminDep,
    shell: ShellDep,
    username: _Word = "",
    display_name: _Word = "",
    role: _Word = "",
    place: _Word = "",
) -> HTMLResponse:
    """Add an account; its password is generated and shown this once."""

    def act() -> dict[str, Any]:
        region = shell.scope.narrowed(place).region
        password = accounts.generate_password()
        accounts.create_account(
            shell.session, username=username.strip(), display_name=display_name, password=password, role=role,
            region_code=str(region), by=admin.id,
        )  # fmt: skip
        return {"made": {"username": username.strip(), "password": password}}

    return _attempt(shell, "accounts", act)


@router.post("/settings/accounts/{account_id}/password")
def reset_password(admin: AdminDep, shell: ShellDep, account_id: _Id) -> HTMLResponse:
    """Give an account a new password, shown this once."""

    def act() -> dict[str, Any]:
        account = accounts.find_account(shell.session, account_id, shell.scope)
        password = accounts.generate_password()
        accounts.change_password(shell.session, account.username, password, by=admin.id)
        return {"made": {"username": account.username, "password": password}}

    return _attempt(shell, "accounts", act)


@router.post("/settings/accounts/{account_id}/{state}")
def close_account(
    admin: AdminDep, shell: ShellDep, account_id: _Id, state: Annotated[str, Path(pattern="^(disable|enable)$")]
) -> HTMLResponse:
    """Close an account, or open it again."""

    def act() -> dict[str, Any]:
        account = accounts.find_account(shell.session, account_id, shell.scope)
        if state == "disable" and account.id == admin.id:
            raise Refused("nobody closes the account that they use")
        accounts.disable(shell.session, account.username, disabled=state == "disable", by=admin.id)
        return {}

    return _attempt(shell, "accounts", act)
