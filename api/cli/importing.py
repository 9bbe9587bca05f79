"""``wangge import``: files into the database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import fail, print_json, progress, say, say_table, tell

if TYPE_CHECKING:
    from geo.services.imports import ImportReport
    from geo.services.surroundings import Surroundings

__all__ = ["import_one", "register"]

_SHOWN_REJECTIONS = 20
_SHOWN_FILES = 30


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("import")(import_files)


def import_files(
    kind: Annotated[
        str,
        typer.Argument(
            help="regions, cells, rivers, reaches, zones, sites, people, responsibilities, tracks or issues. 导入类型。"
        ),
    ],
    files: Annotated[
        list[Path], typer.Argument(help="GeoJSON, GeoPackage, Shapefile, KML, GPX, FIT, CSV, Excel. 文件。")
    ],
    *,
    town: Annotated[str | None, typer.Option(help="Region of rows that name none. 所属乡镇代码。")] = None,
    crs: Annotated[str | None, typer.Option(help="EPSG code, gcj02 or bd09. 坐标系。")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="field=column, repeatable. 字段=列名。")] = None,
    skip_rejected: Annotated[
        bool, typer.Option("--skip-rejected", help="Store the good rows of a file with rejected ones. 跳过不合格行。")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, only report. 试运行。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Import files, each whole or not at all. 导入数据文件。"""
    from geo.readers import Kind

    if kind not in set(Kind):
        raise typer.BadParameter(f"{kind}: {', '.join(Kind)}", param_hint="KIND")
    from geo.services.surroundings import Surroundings

    fields = _fields(mapping or [])
    reports: list[ImportReport] = []
    around = Surroundings()
    with progress("importing", len(files)) as advance:
        for file in files:
            reports.append(
                import_one(
                    kind, file, town=town, crs=crs, mapping=fields, skip_rejected=skip_rejected, dry_run=dry_run,
                    around=around,
                )
            )  # fmt: skip
            advance()
    if as_json:
        print_json(
            {"kind": kind, "dry_run": dry_run, "summary": _summary(reports), "files": [_as_json(r) for r in reports]}
        )
    else:
        _print(reports, dry_run=dry_run)
    if any(report.refused or report.rejected for report in reports):
        raise typer.Exit(1)


def _fields(pairs: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or not name or not column:
            raise typer.BadParameter(f"{pair}: field=column", param_hint="--map")
        fields[name] = column
    return fields


def import_one(
    kind: str,
    file: Path,
    *,
    town: str | None = None,
    crs: str | None = None,
    mapping: dict[str, str] | None = None,
    skip_rejected: bool = False,
    dry_run: bool = False,
    around: "Surroundings | None" = None,
) -> "ImportReport":
    """Import one file in a transaction of its own; a refusal is part of the report.

    For many files in one call, `around` keeps what is known around them.
    """
    from api.database import get_engine
    from api.settings import get_settings
    from geo.database.engine import transaction
    from geo.errors import DatabaseUnavailable, WanggeError
    from geo.readers import Limits
    from geo.services.imports import ImportReport, import_file

    limits = Limits(max_bytes=get_settings().max_upload_bytes)
    try:
        with transaction(get_engine()) as session:
            report = import_file(
                session, kind, file, town=town, crs=crs, mapping=mapping, limits=limits,
                skip_rejected=skip_rejected, around=around,
            )  # fmt: skip
            if dry_run:
                session.rollback()
                if around is not None:
                    # What this file would have made is not there.
                    around.forget()
            return report
    except DatabaseUnavailable as error:
        fail(error)
    except WanggeError as error:
        return ImportReport(file.name, kind, refused=error.text)


def _as_json(report: "ImportReport") -> dict[str, Any]:
    return {
        "source": report.source,
        "stored": report.stored,
        "accepted": report.added + report.changed + report.unchanged,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": [{"row": rejection.row, "reason": tell(rejection.reason)} for rejection in report.rejected],
        "warnings": [tell(warning) for warning in report.warnings],
        "refused": None if report.refused is None else tell(report.refused),
    }


def _summary(reports: list["ImportReport"]) -> dict[str, int]:
    """Count the files that are in whole, in part, and not at all; and the rows."""
    partly = sum(report.stored and bool(report.rejected) for report in reports)
    refused = sum(not report.stored for report in reports)
    rows = {name: sum(getattr(report, name) for report in reports) for name in ("added", "changed", "unchanged")}
    return {"files": len(reports), "done": len(reports) - partly - refused, "partly": partly, "refused": refused} | rows


def _print(reports: list["ImportReport"], *, dry_run: bool) -> None:
    if len(reports) <= _SHOWN_FILES:
        rows = [
            [report.source, str(report.added), str(report.changed), str(report.unchanged), str(len(report.rejected))]
            for report in reports
        ]
        say_table(["file", "added", "changed", "unchanged", "rejected"], rows)
        for report in reports:
            _print_report(report)
    else:
        _print_many(reports)
    if dry_run:
        say("this was a dry run; nothing was changed")


def _print_many(reports: list["ImportReport"]) -> None:
    """Print a line for each file that was refused or taken in part, as far as they fit, and the sums."""
    from geo.text import Text

    troubled = [report for report in reports if report.refused is not None or report.rejected]
    for report in troubled[:_SHOWN_FILES]:
        if report.refused is not None:
            say(Text("{file}: refused: {why}", file=report.source, why=report.refused))
            continue
        first = report.rejected[0]
        say(Text("{file}: row {row}: {why}", file=report.source, row=first.row, why=first.reason))
    if len(troubled) > _SHOWN_FILES:
        say(Text("and {more} more files; --json tells all", more=len(troubled) - _SHOWN_FILES))
    message = (
        "{files} files: {done} done, {partly} partly, {refused} refused; "
        "rows: {added} added, {changed} changed, {unchanged} there already"
    )
    say(Text(message, **_summary(reports)))


def _print_report(report: "ImportReport") -> None:
    from geo.text import Text

    for warning in report.warnings:
        say(Text("{file}: note: {warning}", file=report.source, warning=warning))
    if report.refused is not None:
        say(Text("{file}: refused: {why}", file=report.source, why=report.refused))
    for rejection in report.rejected[:_SHOWN_REJECTIONS]:
        say(Text("{file}: row {row}: {why}", file=report.source, row=rejection.row, why=rejection.reason))
    if len(report.rejected) > _SHOWN_REJECTIONS:
        say(Text("{file}: and {more} more rows", file=report.source, more=len(report.rejected) - _SHOWN_REJECTIONS))
    if report.rejected and not report.stored:
        say(
            Text(
                "{file}: nothing was stored; mend the rows, or leave them out with --skip-rejected", file=report.source
            )
        )
