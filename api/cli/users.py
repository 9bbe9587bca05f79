"""``wangge user``: accounts, from the console."""

import sys
from typing import Annotated

import typer

from api.cli.output import print_json, say, say_table

__all__ = ["register"]

_users = typer.Typer(help="Accounts of the site. 账号。", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="What the person signs in as. 用户名。")]
_FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input. 从标准输入读取密码。")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(_users, name="user")


@_users.command()
def add(
    name: _Name,
    *,
    role: Annotated[str, typer.Option(help="admin, office, leader, warden, chief or viewer. 角色。")],
    region: Annotated[str, typer.Option(help="Code of the region that the account sees. 区划代码。")],
    display_name: Annotated[str, typer.Option("--name", help="Name that others see. 显示名称。")] = "",
    person: Annotated[int | None, typer.Option(help="Id of the person who uses it. 责任人编号。")] = None,
    password_stdin: _FromStdin = False,
) -> None:
    """Add an account. 新增账号。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.accounts import create_account

    password, generated = _password(from_stdin=password_stdin)
    with transaction(get_engine()) as session:
        create_account(
            session, username=name, display_name=display_name, password=password, role=role,
            region_code=region, person_id=person,
        )  # fmt: skip
    _tell_password(name, password if generated else None)


@_users.command("list")
def list_users(*, as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False) -> None:
    """List all accounts. 账号列表。"""
    from sqlalchemy.orm import Session

    from api.database import get_engine
    from geo.store.accounts import account_rows
    from geo.store.scoping import Scope

    with Session(get_engine()) as session:
        rows = account_rows(session, Scope.whole())
    if as_json:
        print_json(rows)
        return
    table = [
        [row["username"], row["display_name"], row["role"], row["region"], row["region_name"], _state(row["disabled"])]
        for row in rows
    ]
    say_table(["account", "name", "role", "region", "", "state"], table)


@_users.command()
def password(name: _Name, *, password_stdin: _FromStdin = False) -> None:
    """Set a new password; the account is signed out everywhere. 重设密码。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.accounts import change_password

    chosen, generated = _password(from_stdin=password_stdin)
    with transaction(get_engine()) as session:
        change_password(session, name, chosen)
    _tell_password(name, chosen if generated else None)


@_users.command("disable")
def disable_user(
    name: _Name, *, undo: Annotated[bool, typer.Option("--undo", help="Let the account in again. 重新启用。")] = False
) -> None:
    """Close an account and end its sessions and tokens. 停用账号。"""
    from api.database import get_engine
    from geo.database.engine import transaction
    from geo.services.accounts import disable
    from geo.text import Text

    with transaction(get_engine()) as session:
        disable(session, name, disabled=not undo)
    say(Text("{name} may sign in again", name=name) if undo else Text("{name} may no longer sign in", name=name))


def _password(*, from_stdin: bool) -> tuple[str, bool]:
    from geo.services.accounts import generate_password

    return (sys.stdin.readline().rstrip("\r\n"), False) if from_stdin else (generate_password(), True)


def _tell_password(name: str, generated: str | None) -> None:
    from geo.text import Text

    if generated is None:
        say(Text("the password of {name} is set", name=name))
    else:
        say(Text("the password of {name}, shown this once: {password}", name=name, password=generated))


def _state(disabled: bool) -> str:
    from api.cli.output import tell

    return tell("disabled") if disabled else tell("active")
