"""The town of ``tests.files`` with sites, zones, people, issues and patrols in both villages."""

from pathlib import Path

import shapely
from sqlalchemy.orm import Session

from geo.services.imports import import_file
from tests.files import TOWN, write_geojson, write_table, write_town

__all__ = ["B_SECRETS", "REPORTER", "REPORTER_PHONE", "A", "B", "fill_town"]

A, B = "500299108201", "500299108202"
REPORTER, REPORTER_PHONE = "周报信", "00012345678"

# What nobody of the western village may read of the eastern one: codes, names, people, numbers.
B_SECRETS = (B, "东村", '"G2"', '"V2"', '"R2"', "EAST", "东边", "孙五丑", "000-0555", "吴东举", "00087654321")


def fill_town(session: Session, folder: Path) -> None:
    """Import the town."""
    files = write_town(folder)
    for more in (files, _ground(folder), _duties(folder), _records(folder)):
        for kind, paths in more.items():
            for path in paths:
                report = import_file(session, kind, path, town=TOWN, crs="EPSG:4490")
                assert report.stored, (path, report)


def _ground(folder: Path) -> dict[str, list[Path]]:
    zones = [
        (
            shapely.box(lon, 29.001, lon + 0.002, 29.003),
            {"code": f"Z-{side}", "name": name, "zone_class": "1", "region": region},
        )
        for lon, side, name, region in ((107.002, "WEST", "西边水源地", A), (107.012, "EAST", "东边水源地", B))
    ]
    sites = write_table(
        folder / "sites.csv",
        "点位编码,点位名称,点位类型,所属村,经度,纬度,负责人",
        f"S-WEST,西边砖厂,企业,{A},107.004,29.004,西某",
        f"S-EAST,东边砖厂,企业,{B},107.014,29.004,东边某",
    )
    return {"zones": [write_geojson(folder / "zones.geojson", zones)], "sites": [sites]}


def _duties(folder: Path) -> dict[str, list[Path]]:
    people = write_table(
        folder / "more_people.csv",
        "人员编号,姓名,联系电话,职务,级别,区划代码,任职日期",
        f"P5,孙五丑,000-0555,村支书,村级,{B},2024-01-01",
    )
    duties = write_table(
        folder / "more_duties.csv",
        "责任人编号,责任对象类型,责任对象编码,责任角色,起始日期,截止日期",
        "P5,网格,V2,主要责任人,2024-01-01,",
        "P5,河段,R2,主要责任人,2024-01-01,",
        "P5,网格,G2,主要责任人,2024-01-01,",
        "P2,点位,S-WEST,主要责任人,2024-01-01,",
        "P5,点位,S-EAST,主要责任人,2024-01-01,",
    )
    return {"people": [people], "responsibilities": [duties]}


def _records(folder: Path) -> dict[str, list[Path]]:
    issues = write_table(
        folder / "issues.csv",
        "问题编号,问题类别,状态,发现时间,整改期限,经度,纬度,问题描述,举报人,举报人电话",
        f"WEST-1,秸秆焚烧,整改中,2024-03-01 09:00,2024-03-10,107.005,29.002,西边烧秸秆,{REPORTER},{REPORTER_PHONE}",
        "WEST-2/甲,秸秆焚烧,整改中,2024-03-02 09:00,2024-03-10,107.006,29.002,西边又烧,,",
        "EAST-1,秸秆焚烧,整改中,2024-03-01 09:00,2024-03-10,107.015,29.002,东边烧秸秆,吴东举,00087654321",
    )
    fixes = [
        f"{side},{number},{person},{reach},2024-03-01 0{hour}:{second // 60:02d}:{second % 60:02d},"
        f"{start + second * 1e-5:.6f},29.0051"
        for side, number, person, reach, hour, start in (
            ("1", "XH-WEST", "P2", "R1", 8, 107.001),
            ("2", "XH-EAST", "P5", "R2", 9, 107.011),
        )
        for second in range(0, 600, 10)
    ]
    tracks = write_table(folder / "tracks.csv", "轨迹编号,巡查编号,巡查人,河段编码,时间,经度,纬度", *fixes)
    return {"issues": [issues], "tracks": [tracks]}
