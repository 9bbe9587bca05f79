"""``wangge db``: the database."""

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json, say

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command group to `app`."""
    group = typer.Typer(help="The database. 数据库。", no_args_is_help=True)
    for command in (start, stop, status, migrate, backup, restore):
        group.command()(command)
    app.add_typer(group, name="db")


def start() -> None:
    """Start the embedded database and bring its tables up to date. 启动数据库。"""
    from api.database import open_engine
    from api.settings import get_settings

    open_engine(get_settings())
    say("the database runs")


def stop() -> None:
    """Stop the embedded database. 停止数据库。"""
    from api.database import cluster_of
    from api.settings import get_settings
    from geo.errors import Refused

    cluster = cluster_of(get_settings())
    if cluster is None:
        raise Refused("WANGGE_DATABASE_URL names a real server; stop it with its own tools")
    say("the database has stopped" if cluster.stop() else "the database did not run")


def status(*, as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False) -> None:
    """Tell where the database is and whether it runs. 数据库状态。"""
    from api.database import cluster_of
    from api.settings import get_settings
    from geo.database.engine import make_engine
    from geo.database.migrate import current_revision, head_revision
    from geo.text import Text

    settings = get_settings()
    cluster = cluster_of(settings)
    running = cluster.is_running() if cluster else True
    url = settings.database_url or (cluster.url if cluster else "")
    engine = make_engine(url)
    facts = {
        "embedded": cluster is not None,
        "running": running,
        "address": engine.url.render_as_string(hide_password=True),
        "revision": current_revision(engine) if running else None,
        "newest": head_revision(),
    }
    if as_json:
        print_json(facts)
        return
    say(
        Text("the database at {address} runs, tables {revision} of {newest}", **facts)
        if running
        else "the database did not run"
    )


def migrate() -> None:
    """Bring the tables up to date. 升级数据表。"""
    from api.database import open_engine
    from api.settings import get_settings

    open_engine(get_settings())
    say("the tables are up to date")


def backup(file: Annotated[Path, typer.Argument(help="File to write. 备份文件。")]) -> None:
    """Write the whole database into one file. 备份。"""
    from geo.text import Text

    # A half-written backup must never look like a whole one.
    partial = file.with_name(file.name + ".partial")
    with partial.open("wb") as target:
        _run("pg_dump", ["--format=custom", "--no-owner"], stdout=target)
    partial.replace(file)
    say(Text("the database is written to {file}", file=str(file)))


def restore(
    file: Annotated[Path, typer.Argument(help="File that `db backup` wrote. 备份文件。")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. 不再询问。")] = False,
) -> None:
    """Replace everything in the database by a backup. 恢复。"""
    from geo.errors import Unreadable
    from geo.text import Text

    if not file.is_file() or file.open("rb").read(5) != b"PGDMP":
        raise Unreadable("{file} is no backup; `db backup FILE` writes one", file=str(file))
    if not yes:
        typer.confirm("This replaces everything in the database. 将覆盖数据库中的全部数据，继续？", abort=True)
    with file.open("rb") as source:
        _run("pg_restore", ["--clean", "--if-exists", "--no-owner", "--single-transaction"], stdin=source)
    say(Text("the database is restored from {file}", file=str(file)))


def _run(program: str, options: list[str], **streams: object) -> None:
    from sqlalchemy import make_url

    from api.database import cluster_of, open_engine
    from api.settings import get_settings
    from geo.errors import DatabaseUnavailable

    settings = get_settings()
    open_engine(settings).dispose()
    cluster = cluster_of(settings)
    url = make_url(settings.database_url or (cluster.url if cluster else "")).set(drivername="postgresql")
    command = cluster.command(program) if cluster else program
    address = url.render_as_string(hide_password=False)
    done = subprocess.run([command, *options, "--dbname", address], stderr=subprocess.PIPE, check=False, **streams)  # type: ignore[call-overload] # streams are files
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise DatabaseUnavailable("{program} failed: {why}", program=program, why=lines[-1] if lines else "")
