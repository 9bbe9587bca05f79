"""``wangge check-cells``: whether cells leave no omission and no dead corner."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import print_json, say, say_table, tell

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely.geometry.base import BaseGeometry

    from geo.compute.defects import CellReport

__all__ = ["register"]

_SHOWN = 60  # what a person reads in a terminal; --json lists everything
_LEVEL_COLUMNS = {"level", "层级", "级别", "网格层级", "网格级别"}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("check-cells")(check_cells)


def check_cells(
    file: Annotated[Path, typer.Argument(help="Layer of cells (polygons). 网格面图层。", show_default=False)],
    *,
    within: Annotated[
        Path | None, typer.Option(help="Region that the cells should fill. 网格应铺满的区域。", show_default=False)
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, metavar="M2", help="Smaller pieces are slivers and no defects. 小于此面积为碎片。")
    ] = 0.0,
    crs: Annotated[
        str | None,
        typer.Option(help="Datum of the files if they name none: EPSG code, gcj02, bd09. 坐标系。", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines. 输出 JSON。")] = False,
) -> None:
    """List gaps, overlaps and slivers of cells, and what lies outside. 检查网格是否无遗漏、无重叠。

    Cells are named by their field id or code, else by their index. A file with
    several levels (field level) is checked level by level. Exit code 1 if a
    defect is found.
    """
    from geo.compute.topology import region_of
    from geo.readers import read_layer

    layer = read_layer(file, crs=crs)
    region = None if within is None else region_of(read_layer(within, crs=crs))
    reports = _reports(layer, region, tolerance)
    if as_json:
        print_json(_merged(reports))
    else:
        _tell(reports, tolerance, asked_within=within is not None)
    if not all(report.complete for report in reports.values()):
        raise typer.Exit(1)


def _reports(
    layer: "GeoDataFrame", region: "BaseGeometry | None", tolerance_m2: float
) -> dict[str | None, "CellReport"]:
    """Return a report for each level; cells of different levels may well overlap."""
    from geopandas import GeoDataFrame

    from geo.compute.topology import check_cells, name_cells
    from geo.vocabulary import LEVELS, find_term

    named = GeoDataFrame({"id": name_cells(layer)}, geometry=layer.geometry.array, crs=layer.crs)
    column = next((name for name in layer.columns if str(name).casefold() in _LEVEL_COLUMNS), None)
    terms = [None] * len(layer) if column is None else [find_term(LEVELS, str(word)) for word in layer[column]]
    codes = [term.code if term else None for term in terms]
    levels = [term.code for term in LEVELS if term.code in codes]
    if len(levels) < 2:
        return {None: check_cells(named, region, tolerance_m2)}
    # A cell of no known level can overlap with every other only by mistake: it gets a group of its own.
    groups: list[str | None] = [*levels, *([None] if None in codes else [])]
    return {level: check_cells(named[[code == level for code in codes]], region, tolerance_m2) for level in groups}


def _merged(reports: dict[str | None, "CellReport"]) -> dict[str, Any]:
    if len(reports) == 1:
        return next(iter(reports.values())).as_dict()
    merged: dict[str, Any] = {"cells": 0, "invalid": [], "overlaps": [], "gaps": [], "outside": [], "slivers": []}
    for level, report in reports.items():
        for key, value in report.as_dict().items():
            if key == "cells":
                merged[key] += value
            elif key != "complete":
                merged[key] += [{**entry, "level": level} for entry in value]
    return {**merged, "complete": all(report.complete for report in reports.values())}


def _tell(reports: dict[str | None, "CellReport"], tolerance_m2: float, *, asked_within: bool) -> None:
    from geo.text import Text

    for level, report in reports.items():
        if len(reports) > 1:
            say(Text("Level {level}:", level=_level_name(level)))
        rows = list(_rows(report))
        if rows:
            say_table(["Defect", "Area (m²)", "Place (longitude, latitude)", "Cells"], rows[:_SHOWN])
        if len(rows) > _SHOWN:
            say(Text("… and {count} more; --json lists them all", count=len(rows) - _SHOWN))
        say(_summary(report, asked_within=asked_within))
        if report.slivers and tolerance_m2:
            say(
                Text(
                    "Below the tolerance of {tolerance} m²: {count} slivers, {area} m² together",
                    tolerance=f"{tolerance_m2:g}",
                    count=len(report.slivers),
                    area=_area(sum(sliver.area_m2 for sliver in report.slivers)),
                )
            )


def _level_name(level: str | None) -> str:
    from api.settings import get_settings
    from geo.vocabulary import LEVELS, find_term

    term = find_term(LEVELS, level) if level else None
    if term is None:
        return "?"
    return term.zh if get_settings().language == "zh" else term.en


def _summary(report: "CellReport", *, asked_within: bool) -> str:
    from geo.text import Text

    if not report.complete:
        return Text(
            "{cells} cells: {overlaps} overlaps, {gaps} gaps, {outside} reach outside, {invalid} invalid",
            cells=report.cells,
            overlaps=len(report.overlaps),
            gaps=len(report.gaps),
            outside=len(report.outside),
            invalid=len(report.invalid),
        )
    if asked_within:
        return Text("{cells} cells fill the region: no gap, no overlap, nothing outside", cells=report.cells)
    return Text(
        "{cells} cells: no enclosed gap, no overlap. Name their region with --within FILE to check its border too",
        cells=report.cells,
    )


def _rows(report: "CellReport") -> Iterable[list[str]]:
    """Yield what can be read at a glance: kind, area, place, the cells concerned."""
    for broken in report.invalid:
        yield [tell("invalid"), "", _place(broken.place), f"{broken.cell}: {tell(broken.reason)}"]
    for overlap in report.overlaps:
        yield [tell("overlap"), _area(overlap.area_m2), _place(overlap.place), _names(overlap.cells)]
    for gap in report.gaps:
        yield [tell("gap"), _area(gap.area_m2), _place(gap.place), _names(gap.neighbours)]
    for beyond in report.outside:
        yield [tell("outside"), _area(beyond.area_m2), _place(beyond.place), str(beyond.cell)]


def _area(area_m2: float) -> str:
    return f"{area_m2:,.2f}" if area_m2 >= 0.005 else f"{area_m2:.2g}"


def _place(place: tuple[float, float] | None) -> str:
    return f"{place[0]:.6f}, {place[1]:.6f}" if place else ""


def _names(cells: Iterable[object]) -> str:
    return ", ".join(str(cell) for cell in cells) or "—"
