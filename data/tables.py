"""The committed files of the ground: GeoJSON for what has a shape, CSV with Chinese headers for the rest."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from data.duties import Duty, assign_duties, cell_code
from data.frame import to_lon_lat
from data.ground import Ground, grow_ground, in_degrees
from data.issues import Issue, record_issues
from data.people import Person, Staff, hire
from data.places import COUNTY, COUNTY_NAME, RIVERS, TOWN, TOWN_NAME, VILLAGES
from data.schedule import Outing, plan_outings, reach_plans
from data.sites import FACTS, Site, place_sites

__all__ = ["build_files"]

# GeoJSON without this member is WGS 84; with it GDAL and QGIS know the file for CGCS2000.
_CRS = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},'
VALID_FROM = "2024-01-01"


def build_files() -> dict[str, bytes]:
    """Grow the township and return its files by name; the same bytes each time."""
    ground = grow_ground()
    staff = hire(ground.groups)
    sites = place_sites(ground)
    duties = assign_duties(ground, staff, sites)
    names = {person.code: person.name for person in staff.people}
    issues = record_issues(ground, sites, _outings(ground, duties), names)
    villages = [(plan.code, plan.name, area) for plan, area in zip(VILLAGES, ground.villages, strict=True)]
    return {
        "regions.geojson": _geojson(_regions(ground)),
        "cells-town.geojson": _geojson(_cells([(TOWN, TOWN_NAME, ground.town)], "town")),
        "cells-village.geojson": _geojson(_cells(villages, "village")),
        "cells-group.geojson": _geojson(_cells([(g.code, g.name, g.polygon) for g in ground.groups], "group")),
        "rivers.geojson": _geojson(_rivers(ground)),
        "reaches.geojson": _geojson(_reaches(ground)),
        "zones.geojson": _geojson(_zones(ground)),
        "sites.csv": _sites(ground, sites),
        "people.csv": _people(staff),
        "responsibilities.csv": _duties(duties, names),
        "issues.csv": _issues(issues),
    }


def _outings(ground: Ground, duties: list[Duty]) -> list[Outing]:
    leads = [d for d in duties if d.target_kind == "河段" and d.role == "主要责任人"]
    # To the metre, so that the plan read back from the files is the same.
    reaches = [(reach.code, reach.level, float(round(reach.line.length))) for reach in ground.reaches]
    return plan_outings(reach_plans(reaches, [(d.target, d.person, d.valid_from, d.valid_to) for d in leads]))


Feature = tuple[dict[str, Any], shapely.Geometry | None]


def _geojson(features: Iterable[Feature]) -> bytes:
    """Return a collection with one feature a line, so that versions can be compared."""
    lines = []
    for properties, geometry in features:
        shape = None if geometry is None else _rounded(shapely.geometry.mapping(geometry))
        feature = {"type": "Feature", "id": properties["code"], "properties": properties, "geometry": shape}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return ('{"type":"FeatureCollection",' + _CRS + '"features":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 7)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, tuple | list) else value


def _regions(ground: Ground) -> Iterable[Feature]:
    yield {"code": COUNTY, "name": COUNTY_NAME, "level": "county", "parent": None}, None
    yield {"code": TOWN, "name": TOWN_NAME, "level": "town", "parent": COUNTY}, ground.town
    for village, polygon in zip(VILLAGES, ground.villages, strict=True):
        yield {"code": village.code, "name": village.name, "level": "village", "parent": TOWN}, polygon
    for group in ground.groups:
        parent = VILLAGES[group.village].code
        yield {"code": group.code, "name": group.name, "level": "group", "parent": parent}, group.polygon


def _cells(areas: Iterable[tuple[str, str, shapely.Polygon]], level: str) -> Iterable[Feature]:
    for region, name, polygon in areas:
        facts = {"code": cell_code(region), "name": f"{name}网格", "level": level, "region": region}
        yield {**facts, "valid_from": VALID_FROM}, polygon


def _rivers(ground: Ground) -> Iterable[Feature]:
    for plan in RIVERS:
        level = "county" if plan.into is None else "town"
        yield {"code": plan.code, "name": plan.name, "level": level}, in_degrees(ground.rivers[plan.name])


def _reaches(ground: Ground) -> Iterable[Feature]:
    for reach in ground.reaches:
        facts = {
            "code": reach.code,
            "name": reach.name,
            "river": reach.river,
            "level": reach.level,
            "region": reach.region,
        }
        yield facts, in_degrees(reach.line)


def _zones(ground: Ground) -> Iterable[Feature]:
    for zone in ground.zones:
        facts = {"code": zone.code, "name": zone.name, "zone_class": zone.zone_class, "region": zone.region}
        yield {**facts, "status": zone.status}, in_degrees(zone.polygon)


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as Excel in China opens it: UTF-8 with a mark, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([["" if cell is None else _cell(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _place(at: tuple[float, float] | None) -> tuple[str, str]:
    if at is None:
        return "", ""
    lon, lat = to_lon_lat(np.array([at]))[0]
    return f"{lon:.7f}", f"{lat:.7f}"


def _sites(ground: Ground, sites: list[Site]) -> bytes:
    header = ("点位编码", "点位名称", "点位类型", "区划代码", "所在组", "经度", "纬度", *FACTS)
    rows = []
    for site in sites:
        group = ground.groups[site.group]
        facts = [site.facts.get(fact) for fact in FACTS]
        rows.append(
            (site.code, site.name, site.kind, VILLAGES[group.village].code, group.name, *_place(site.at), *facts)
        )
    return _csv(header, rows)


def _people(staff: Staff) -> bytes:
    def row(person: Person) -> Sequence[Any]:
        return (
            person.code, person.name, person.phone, person.title, person.level, person.region, person.valid_from,
            person.valid_to
        )  # fmt: skip

    header = ("人员编号", "姓名", "联系电话", "职务", "级别", "区划代码", "任职日期", "离任日期")
    return _csv(header, map(row, staff.people))


def _duties(duties: list[Duty], names: dict[str, str]) -> bytes:
    header = (
        "人员编号",
        "责任人姓名",
        "责任对象类型",
        "责任对象编码",
        "责任角色",
        "起始日期",
        "截止日期",
        "每月应巡次数",
    )
    rows = [
        (d.person, names[d.person], d.target_kind, d.target, d.role, d.valid_from, d.valid_to, d.patrols_a_month)
        for d in duties
    ]
    return _csv(header, rows)


def _issues(issues: list[Issue]) -> bytes:
    header = (
        "问题编号", "问题类别", "问题来源", "状态", "发现时间", "整改期限", "销号时间", "经度", "纬度", "所属村",
        "问题描述",
        "严重程度", "上报人", "上报人电话", "台账", "涉及点位",
    )  # fmt: skip
    rows = [
        (
            i.number, i.category, i.source, i.state, i.found_at, i.due_on, i.closed_at, *_place(i.at), i.village,
            i.description,
            i.severity, i.reporter, i.reporter_phone, i.ledger, i.site,
        )
        for i in issues
    ]  # fmt: skip
    return _csv(header, rows)
