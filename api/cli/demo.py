"""``wangge demo``: from nothing to a township on maps."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.output import fail, progress, say, say_table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.settings import Settings

__all__ = ["register"]

_MAPS: tuple[Literal["issues", "coverage", "responsibility"], ...] = ("issues", "coverage", "responsibility")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(demo)


def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the site until Ctrl-C. 启动网站。")] = True,
    out: Annotated[Path, typer.Option(help="Folder for the three maps. 地图输出目录。")] = Path("out"),
    port: Annotated[int | None, typer.Option(help="Port of the site. 端口。")] = None,
) -> None:
    """Make the demo township 清河镇: issues, walked rivers and responsible people on maps. 演示。"""
    from api.database import get_engine
    from api.settings import get_settings
    from data import AS_OF

    settings = get_settings().model_copy(
        update={"today": AS_OF, "host": "127.0.0.1"} | ({"port": port} if port else {})
    )
    engine = get_engine()
    _refuse_other_data(engine)
    _load()
    _write_maps(engine, settings, out)
    _summarise(engine, settings)
    passwords = _accounts(engine)
    if passwords:
        say("accounts of the demo; the passwords are shown this once:")
        say_table(["account", "password", "may see"], passwords)
    else:
        say("the demo's accounts exist already; `./wangge user password NAME` sets a new password")
    if serve:
        from api.cli.serving import run_site

        run_site(settings, engine)


def _refuse_other_data(engine: "Engine") -> None:
    from sqlalchemy.orm import Session

    from data.places import TOWN
    from geo.errors import Refused
    from geo.store.regions import region_names
    from geo.store.scoping import Scope

    with Session(engine) as session:
        names = region_names(session, Scope.whole())
    foreign = names[~names["code"].str.startswith(TOWN[:6])]
    if len(foreign):
        raise Refused(
            "the database holds {name}; the demo wants one of its own: WANGGE_HOME=FOLDER ./wangge demo",
            name=str(foreign["name"].iloc[0]),
        )


def _load() -> None:
    import tempfile

    from api.cli.importing import import_one
    from data import write_demo
    from data.places import TOWN

    with tempfile.TemporaryDirectory(prefix="wangge-demo-") as folder:
        say("writing the demo's files")
        files = write_demo(Path(folder))
        with progress("importing", sum(map(len, files.values()))) as advance:
            for kind, paths in files.items():
                if kind == "tracks":
                    _set_rule()
                for path in paths:
                    report = import_one(kind, path, town=TOWN, crs="EPSG:4490")
                    if report.refused is not None:
                        fail(RuntimeError(f"{path.name}: {report.refused}"))
                    if report.rejected:
                        fail(RuntimeError(f"{path.name}: {report.rejected[0].row}: {report.rejected[0].reason}"))
                    advance()


def _set_rule() -> None:
    """Let the example rule hold, unless somebody has set one."""
    from api.database import get_engine
    from data.demo import EXAMPLE_NOTE, EXAMPLE_RULE, RULE_FROM
    from data.places import TOWN
    from geo.database.engine import transaction
    from geo.services.rule_changes import set_rule
    from geo.services.rules import list_rules
    from geo.store.scoping import Scope

    scope = Scope.of(TOWN)
    with transaction(get_engine()) as session:
        if not list_rules(session, scope):
            set_rule(
                session, scope, region_code=TOWN, level=None, valid_from=RULE_FROM, values=dict(EXAMPLE_RULE),
                remark=EXAMPLE_NOTE,
            )  # fmt: skip


def _write_maps(engine: "Engine", settings: "Settings", out: Path) -> None:
    from sqlalchemy.orm import Session

    from api.mapping import MapRequest, draw_page
    from data.places import TOWN
    from geo.services.filters import IssueFilter
    from geo.services.periods import newest_period
    from geo.store.scoping import Scope
    from geo.text import Text
    from maps import Assets

    out.mkdir(parents=True, exist_ok=True)
    with Session(engine) as session:
        scope = Scope.of(TOWN)
        for kind in _MAPS:
            period = newest_period(session, scope, of="patrols" if kind == "coverage" else None)
            request = MapRequest(
                kind=kind, scope=scope, period=period, today=settings.today or period.last_day,
                language=settings.language, chosen=IssueFilter(period=period),
            )  # fmt: skip
            page = draw_page(session, request, assets=Assets.inline(settings.assets_dir), settings=settings)
            (out / f"{kind}.html").write_text(page, encoding="utf-8")
    say(Text("the maps are written to {folder}", folder=str(out.resolve())))


def _summarise(engine: "Engine", settings: "Settings") -> None:
    from sqlalchemy.orm import Session

    from data.places import TOWN
    from geo.services.coverage import stored_coverage
    from geo.services.filters import IssueFilter
    from geo.services.issues import issue_counts
    from geo.services.periods import newest_period
    from geo.services.responsibility import responsibility_counts
    from geo.store.scoping import Scope
    from geo.text import Text

    scope = Scope.of(TOWN)
    with Session(engine) as session:
        period = newest_period(session, scope, of="patrols")
        today = settings.today or period.last_day
        issues = issue_counts(session, scope, IssueFilter(), today=today)
        found = stored_coverage(session, scope, period)
        held = responsibility_counts(session, scope, today)
    # A town's chief and a village's answer for the same water, so lengths are those of one level.
    reaches = found.reaches[found.reaches["level"] == "village"]
    walked, length = reaches["covered_m"].sum() / 1000, reaches["length_m"].sum() / 1000
    say(
        Text(
            "issues: {total}, open {open}, overdue {overdue}",
            total=issues.total,
            open=issues.open,
            overdue=issues.overdue,
        )
    )
    facts = found.total | {"walked": f"{walked:.2f}", "length": f"{length:.2f}"}
    say(
        Text(
            "patrols {first} to {last}: {patrols}, {hours} h, {km} km",
            first=period.first_day,
            last=period.last_day,
            **facts,
        )
    )
    say(Text("reaches of villages walked: {walked} of {length} km", **facts))
    say(Text("responsibility: {assigned} of {total} cells have a lead, {vacant} are vacant", **held["cell"]))


def _accounts(engine: "Engine") -> list[list[str]]:
    from api.cli.demo_accounts import make_demo_accounts

    return make_demo_accounts(engine)
