"""Small files in the forms that offices send, for tests."""

import json
from pathlib import Path
from typing import Any

import shapely

__all__ = ["write_geojson", "write_table", "write_town"]

TOWN = "500299108000"


def write_geojson(path: Path, features: list[tuple[Any, dict[str, Any]]]) -> Path:
    """Write (geometry, properties) pairs, EPSG:4490."""
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "features": [
            {
                "type": "Feature",
                "properties": facts,
                "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            }
            for shape, facts in features
        ],
    }
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def write_table(path: Path, header: str, *rows: str) -> Path:
    """Write a CSV as Excel does, with a byte-order mark."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


def write_town(folder: Path) -> dict[str, list[Path]]:
    """Write a town of two villages side by side, each of one group; a river along y = 29.005 through both.

    The villages meet at longitude 107.01; each is 0.01° square.
    """
    west, east = shapely.box(107.0, 29.0, 107.01, 29.01), shapely.box(107.01, 29.0, 107.02, 29.01)
    town = shapely.box(107.0, 29.0, 107.02, 29.01)
    line = shapely.LineString([(107.0, 29.005), (107.02, 29.005)])
    villages = [("500299108201", "西村", west), ("500299108202", "东村", east)]
    regions = [
        (None, {"code": "500299000000", "name": "临江县", "level": "county"}),
        (town, {"code": TOWN, "name": "小河镇", "level": "town"}),
        *((shape, {"code": code, "name": name, "level": "village"}) for code, name, shape in villages),
        *((shape, {"code": code + "01", "name": f"{name}一组", "level": "group"}) for code, name, shape in villages),
    ]
    cells = {
        "town": [(town, {"code": "T", "name": "小河镇网格", "level": "town", "region": TOWN})],
        "village": [
            (s, {"code": f"V{c[-1]}", "name": f"{n}网格", "level": "village", "region": c}) for c, n, s in villages
        ],
        "group": [
            (s, {"code": f"G{c[-1]}", "name": f"{n}一组网格", "level": "group", "region": c + "01"})
            for c, n, s in villages
        ],
    }
    halves = [
        shapely.LineString([(107.0, 29.005), (107.01, 29.005)]),
        shapely.LineString([(107.01, 29.005), (107.02, 29.005)]),
    ]
    reaches = [
        (half, {"code": f"R{i}", "name": f"小河{name}段", "river": "小河", "level": "village", "region": code})
        for i, (half, (code, name, _)) in enumerate(zip(halves, villages, strict=True), 1)
    ]
    return {
        "regions": [write_geojson(folder / "regions.geojson", regions)],
        "cells": [write_geojson(folder / f"cells-{level}.geojson", rows) for level, rows in cells.items()],
        "rivers": [write_geojson(folder / "rivers.geojson", [(line, {"code": "H", "name": "小河"})])],
        "reaches": [write_geojson(folder / "reaches.geojson", reaches)],
        "people": [
            write_table(
                folder / "people.csv",
                "人员编号,姓名,联系电话,职务,级别,区划代码,任职日期",
                f"P1,王一,000-0001,镇长,镇级,{TOWN},2024-01-01",
                "P2,李二,000-0002,村支书,村级,500299108201,2024-01-01",
                "P3,张三,000-0003,组长,组级,50029910820101,2024-01-01",
                "P4,赵四,000-0004,组长,组级,50029910820201,2024-01-01",
            )
        ],
        "responsibilities": [
            write_table(
                folder / "responsibilities.csv",
                "责任人编号,责任对象类型,责任对象编码,责任角色,起始日期,截止日期",
                "P1,网格,T,主要责任人,2024-01-01,",
                "P2,网格,V1,主要责任人,2024-01-01,",
                "P3,网格,G1,主要责任人,2024-01-01,2024-06-30",
                "P4,网格,G1,主要责任人,2024-07-01,",
                "P4,网格,G1,协助责任人,2024-01-01,2024-06-30",
                "P2,河段,R1,主要责任人,2024-01-01,",
            )
        ],
    }
