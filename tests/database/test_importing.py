import io
import threading
import zipfile
from datetime import date
from pathlib import Path

import pytest
import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.database.engine import make_engine, transaction
from geo.datum import wgs84_to_gcj02
from geo.errors import InvalidInput, Refused, WanggeError
from geo.models import Audit, GridCell, Issue, IssueEvent, Patrol, RegionRow, Responsibility, Site, SourceFile
from geo.services.filters import IssueFilter
from geo.services.imports import import_file
from geo.services.issues import issue_counts
from geo.store.scoping import Scope
from tests.files import TOWN, write_geojson, write_table, write_town

ISSUE_HEADER = "问题编号,问题类别,状态,发现时间,销号时间,经度,纬度,问题描述"


def load(session: Session, files: dict[str, list[Path]]) -> None:
    for kind, paths in files.items():
        for path in paths:
            report = import_file(session, kind, path, town=TOWN, crs="EPSG:4490")
            assert report.stored, (path, report.rejected)


@pytest.fixture
def town(session: Session, tmp_path: Path) -> dict[str, list[Path]]:
    files = write_town(tmp_path)
    load(session, files)
    return files


def count(session: Session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def test_importing_twice_adds_nothing(session, town):
    before = {model: count(session, model) for model in (RegionRow, GridCell, Responsibility, SourceFile)}

    reports = [
        import_file(session, kind, path, town=TOWN, crs="EPSG:4490") for kind, paths in town.items() for path in paths
    ]

    assert all(report.added == report.changed == 0 and report.unchanged > 0 for report in reports)
    assert {model: count(session, model) for model in before} == before


def test_nothing_of_a_file_with_a_rejected_row_is_stored(session, town, tmp_path):
    file = write_table(
        tmp_path / "sites.csv",
        "点位编码,点位名称,点位类型,经度,纬度",
        "S1,甲养殖场,畜禽养殖场,107.005,29.005",
        "S2,乙养殖场,飞船,107.006,29.005",
    )

    report = import_file(session, "sites", file, town=TOWN, crs="EPSG:4490")

    assert not report.stored
    assert [rejection.row for rejection in report.rejected] == [2]
    assert count(session, Site) == 0
    assert session.scalar(select(func.count()).where(SourceFile.name == "sites.csv")) == 0


def test_good_rows_are_stored_when_the_others_are_to_be_skipped(session, town, tmp_path):
    file = write_table(
        tmp_path / "sites.csv",
        "点位编码,点位名称,点位类型,经度,纬度",
        "S1,甲养殖场,畜禽养殖场,107.005,29.005",
        "S2,乙养殖场,飞船,107.006,29.005",
    )

    report = import_file(session, "sites", file, town=TOWN, crs="EPSG:4490", skip_rejected=True)

    assert report.stored
    assert report.added == 1
    assert session.scalar(select(Site.region_code)) == "50029910820101"


def test_a_second_lead_on_the_same_days_is_rejected(session, town, tmp_path):
    header = "责任人编号,责任对象类型,责任对象编码,责任角色,起始日期,截止日期"
    file = write_table(tmp_path / "more.csv", header, "P2,网格,G1,主要责任人,2024-06-01,2024-06-30")

    report = import_file(session, "responsibilities", file, town=TOWN)

    assert not report.stored
    assert "another lead" in report.rejected[0].reason


def test_a_row_that_names_an_unknown_person_is_rejected_with_the_name(session, town, tmp_path):
    header = "责任人编号,责任对象类型,责任对象编码,责任角色,起始日期"
    file = write_table(tmp_path / "more.csv", header, "P99,网格,G2,主要责任人,2024-01-01")

    report = import_file(session, "responsibilities", file, town=TOWN)

    assert "P99" in report.rejected[0].reason


def test_another_boundary_under_a_known_code_needs_a_day(session, town, tmp_path):
    moved = (
        shapely.box(107.0, 29.0, 107.011, 29.01),
        {"code": "G1", "name": "西村一组网格", "level": "group", "region": "50029910820101"},
    )
    report = import_file(session, "cells", write_geojson(tmp_path / "new.geojson", [moved]), town=TOWN)
    assert "valid_from" in report.rejected[0].reason

    dated = (moved[0], moved[1] | {"valid_from": "2025-01-01"})
    report = import_file(session, "cells", write_geojson(tmp_path / "dated.geojson", [dated]), town=TOWN)

    assert report.added == 1
    versions = session.scalars(select(func.lower(GridCell.valid)).where(GridCell.code == "G1")).all()
    assert sorted(str(day) for day in versions) == ["2025-01-01", "None"]


def test_issues_find_their_cell_and_begin_a_history(session, town, tmp_path):
    file = write_table(
        tmp_path / "issues.csv",
        ISSUE_HEADER,
        "W1,秸秆焚烧,整改中,2024-03-01 09:00,,107.005,29.002,西村焚烧秸秆",
        "W2,秸秆焚烧,已销号,2024-03-01,2024-03-05,107.01,29.002,正好在边界上",
        "W3,秸秆焚烧,,2024-03-01,,107.5,29.002,在镇外",
        "W4,秸秆焚烧,,2024-03-01,,,,没有坐标",
        "W5,秸秆焚烧,,2024-03-01,,107.015,29.002,东村没有主责",
    )

    report = import_file(session, "issues", file, town=TOWN, crs="EPSG:4490")

    assert report.added == 5
    found = dict(session.execute(select(Issue.number, Issue.place_status)).all())
    assert found == {"W1": "assigned", "W2": "border", "W3": "outside", "W4": "unplaced", "W5": "vacant"}
    events = session.execute(
        select(Issue.number, IssueEvent.kind, IssueEvent.state)
        .join(Issue)
        .where(Issue.number.in_(["W2", "W4"]))
        .order_by(IssueEvent.id)
    ).all()
    assert sorted(map(tuple, events)) == [
        ("W2", "found", "found"),
        ("W2", "imported", "closed"),
        ("W4", "found", "found"),
    ]


def test_an_issue_closed_before_it_was_found_is_rejected(session, town, tmp_path):
    file = write_table(
        tmp_path / "issues.csv", ISSUE_HEADER, "W1,秸秆焚烧,已销号,2024-03-05,2024-03-01,107.005,29.002,倒置"
    )

    report = import_file(session, "issues", file, town=TOWN, crs="EPSG:4490")

    assert not report.stored
    assert report.rejected[0].row == 1


def walk(path: Path, number: str = "X1", day: str = "2024-05-01", lat: float = 29.0051) -> Path:
    rows = [
        f"{number},P2,R1,{day} 09:{m:02d}:{s:02d},{107 + (m * 6 + s / 10) * 1e-4:.6f},{lat},{4 + s % 7}"
        for m in range(10)
        for s in range(0, 60, 10)
    ]
    return write_table(path, "巡查编号,巡查人,河段编码,时间,经度,纬度,精度", *rows)


def test_a_patrol_in_two_files_is_one_patrol(session, town, tmp_path):
    first = import_file(session, "tracks", walk(tmp_path / "a.csv"), town=TOWN, crs="EPSG:4490")
    again = import_file(session, "tracks", walk(tmp_path / "b.csv", "X2"), town=TOWN, crs="EPSG:4490")

    assert (first.added, again.added, again.unchanged) == (1, 0, 1)
    assert count(session, Patrol) == 1


def test_an_import_is_audited_with_its_digest(session, town):
    actions = session.scalars(select(Audit.action)).all()

    assert "import reaches" in actions


def test_an_unreadable_file_is_refused_in_one_line(session, tmp_path):
    file = tmp_path / "broken.geojson"
    file.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")

    with pytest.raises(InvalidInput) as refusal:
        import_file(session, "regions", file, town=TOWN)

    assert "\n" not in str(refusal.value)


def test_a_table_without_a_datum_is_refused_with_the_choices(session, tmp_path):
    file = write_table(tmp_path / "sites.csv", "点位编码,点位名称,点位类型,经度,纬度", "S1,甲,企业,107.005,29.005")

    with pytest.raises(WanggeError, match="gcj02"):
        import_file(session, "sites", file, town=TOWN)


def test_two_imports_of_one_file_at_once_store_it_once(database_url, tmp_path):
    engine = make_engine(database_url)
    files = write_town(tmp_path)
    with transaction(engine) as session:
        load(session, files)
    file, added = walk(tmp_path / "a.csv"), []

    def run() -> None:
        with transaction(engine) as session:
            added.append(import_file(session, "tracks", file, town=TOWN, crs="EPSG:4490").added)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(added) == [0, 0, 0, 1]
    engine.dispose()


def test_the_database_itself_refuses_two_leads(session, town):
    session.execute(text("SAVEPOINT before"))
    with pytest.raises(Exception, match="ex_responsibility_one_lead_cell_id"):
        session.execute(
            text(
                "INSERT INTO responsibility (person_id, role, cell_id, region_code, valid) "
                "SELECT p.id, 'lead', c.id, c.region_code, '[2024-03-01,2024-04-01)' FROM person p, grid_cell c "
                "WHERE p.code = 'P2' AND c.code = 'G1'"
            )
        )
    session.execute(text("ROLLBACK TO before"))


def test_what_contradicts_the_stored_is_refused(session, town, tmp_path):
    header = "人员编号,姓名,职务,级别,区划代码,任职日期,离任日期"
    file = write_table(tmp_path / "p.csv", header, f"P1,王一,镇长,镇级,{TOWN},2024-02-01,2024-03-01")

    with pytest.raises(Refused, match="contradicts"):
        import_file(session, "people", file, town=TOWN)


def test_a_file_that_lies_as_a_shift_predicts_is_warned_of(session, town, tmp_path):
    lon, lat = wgs84_to_gcj02([107.0001 + i * 1e-4 for i in range(190)], [29.0001 + i % 90 * 1e-4 for i in range(190)])
    rows = [f"S{i},点{i},企业,{x:.7f},{y:.7f}" for i, (x, y) in enumerate(zip(lon, lat, strict=True))]
    file = write_table(tmp_path / "shifted.csv", "点位编码,点位名称,点位类型,经度,纬度", *rows)

    wrong = import_file(session, "sites", file, town=TOWN, crs="EPSG:4490")
    right = import_file(session, "sites", file, town=TOWN, crs="gcj02")

    assert any("gcj02" in warning for warning in wrong.warnings)
    assert right.warnings == []


def test_all_parts_of_a_shapefile_are_kept(session, town, shared_data):
    file = shared_data / "qishan" / "eco_protected.shp"
    mapping = {"code": "=#", "name": "=红线", "zone_class": "=1", "region": f"={TOWN}"}

    report = import_file(session, "zones", file, town=TOWN, mapping=mapping)

    content = session.scalar(select(SourceFile.content).where(SourceFile.name == file.name))
    assert (report.added, report.rejected[:1]) == (159, [])
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == [
        f"eco_protected.{s}" for s in ("dbf", "prj", "shp", "shx")
    ]


def test_a_class_of_the_reports_holds_its_finer_categories(session, town, tmp_path):
    rows = [
        f"W{i},{kind},,2024-03-01,,107.005,29.002,某处"
        for i, kind in enumerate(["河道岸线", "岸线垃圾", "侵占岸线", "水面漂浮物", "秸秆焚烧"])
    ]
    import_file(session, "issues", write_table(tmp_path / "i.csv", ISSUE_HEADER, *rows), town=TOWN, crs="4490")

    counts = issue_counts(session, Scope.whole(), IssueFilter(categories=("river_bank",)), today=date(2024, 6, 1))

    assert counts.by_category == {"river_bank": 1, "bank_waste": 1, "bank_occupation": 1}
