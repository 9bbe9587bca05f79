"""``wangge coverage``: where the rivers were really walked."""

from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.choosing import check_level
from api.cli.output import tell

__all__ = ["register"]


class Engine(StrEnum):
    """What computes."""

    local = "local"
    dask = "dask"


_ON_FILES = ("corridor", "max_speed", "max_gap_s", "max_gap_m", "max_accuracy", "crs", "reaches_crs")
_ON_STORED = ("town", "first_day", "last_day", "level")


def _above_0(parameter: typer.CallbackParam, value: float) -> float:
    # Written so that NaN is refused too.
    if not value > 0:
        from geo.text import Text

        raise typer.BadParameter(tell(Text("{field} must be above 0", field=parameter.opts[0])))
    return value


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("coverage")(coverage)


def coverage(
    context: typer.Context,
    more_tracks: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="More files of tracks. 其余轨迹文件。", show_default=False),
    ] = None,
    *,
    reaches: Annotated[
        Path | None, typer.Option(help="File of reaches (lines). 河段线图层。", show_default=False)
    ] = None,
    tracks: Annotated[
        list[Path] | None, typer.Option(help="Files of tracks, as many as wanted. 巡河轨迹文件。", show_default=False)
    ] = None,
    corridor: Annotated[
        float, typer.Option(callback=_above_0, metavar="M", help="How near counts as walked. 走廊宽度（单侧）。")
    ] = 30.0,
    max_speed: Annotated[
        float, typer.Option(callback=_above_0, metavar="KM/H", help="Faster fixes are dropped. 最大速度。")
    ] = 60.0,
    max_gap_s: Annotated[
        float, typer.Option(callback=_above_0, metavar="S", help="A longer break splits a track. 最大时间间隔。")
    ] = 120.0,
    max_gap_m: Annotated[
        float, typer.Option(callback=_above_0, metavar="M", help="A longer leap splits a track. 最大距离间隔。")
    ] = 200.0,
    max_accuracy: Annotated[
        float, typer.Option(callback=_above_0, metavar="M", help="Less exact fixes are dropped. 最差精度。")
    ] = 50.0,
    crs: Annotated[
        str | None,
        typer.Option(
            help="Tracks' datum, before what files say: EPSG code, gcj02, bd09. 轨迹坐标系。", show_default=False
        ),
    ] = None,
    reaches_crs: Annotated[
        str | None, typer.Option(help="Reaches' datum, before what their file says. 河段坐标系。", show_default=False)
    ] = None,
    town: Annotated[
        str | None, typer.Option(metavar="CODE", help="Stored: a town. 乡镇代码。", show_default=False)
    ] = None,
    first_day: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Stored: first day. 起始日期。", show_default=False),
    ] = None,
    last_day: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Stored: last day. 截止日期。", show_default=False),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            callback=check_level, help="Stored: chiefs of a level, town or village. 河长层级。", show_default=False
        ),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Compute here, or by many workers on Dask. 计算引擎。")] = Engine.local,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask: the scheduler; without it, this machine. 调度器地址。", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """Tell which stretches of reaches were walked, and the gaps. 巡河轨迹覆盖。

    On files: coverage --reaches FILE --tracks FILE...  Exit code 1 if a file of
    tracks was refused; the others are used all the same.

    On GeoParquet, a file or a folder of them for --reaches and --tracks, a province
    at a time; --engine dask shares the work among processes or machines.

    On what is stored: coverage [--town CODE] [--from DAY --to DAY] [--level town]
    """
    if engine is Engine.local:
        _refuse(context, ("scheduler",), tell("only with --engine dask"))
    files = [*(tracks or ()), *(more_tracks or ())]
    if reaches is None and not files:
        _refuse(context, _ON_FILES, tell("only with --reaches and --tracks"))
        from api.cli.coverage_stored import run_stored

        run_stored(
            engine=engine,
            scheduler=scheduler,
            town=town,
            first_day=_day(first_day),
            last_day=_day(last_day),
            level=level,
            as_json=as_json,
        )
        return
    if reaches is None or not tracks:
        raise typer.BadParameter(tell("files need both --reaches FILE and --tracks FILE..."), ctx=context)
    _refuse(context, _ON_STORED, tell("only on what is stored, without --reaches and --tracks"))
    from api.cli.coverage_dask import is_for_province, run_on_parquet
    from api.cli.coverage_files import run_on_files
    from geo.compute.tracks import CleaningRules

    run = run_on_files
    if engine is Engine.dask or is_for_province(files):
        run = partial(run_on_parquet, engine=engine, scheduler=scheduler)
    run(
        reaches=reaches,
        tracks=files,
        corridor_m=corridor,
        rules=CleaningRules(max_speed, max_gap_s, max_gap_m, max_accuracy),
        crs=crs,
        reaches_crs=reaches_crs,
        as_json=as_json,
    )


def _refuse(context: typer.Context, names: tuple[str, ...], reason: str) -> None:
    """Refuse options that belong to the command's other form."""
    options: dict[str, Any] = {parameter.name: parameter for parameter in context.command.params if parameter.name}
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(reason, ctx=context, param=options[name])


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
