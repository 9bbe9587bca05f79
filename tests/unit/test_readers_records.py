"""Rows of each kind: what is accepted, what is rejected and why."""

import datetime as dt

import pytest
import shapely

from geo.errors import InvalidInput, TooLarge
from geo.readers import Kind, Limits, read
from tests.unit.reader_files import BOW_TIE, SQUARE, feature, geojson, gpx, shapefile, text

CELL = {"code": "C1", "name": "一组", "level": "组级", "region": "500230108201"}
LINE = shapely.LineString([(107.5, 29.8), (107.6, 29.8)])


def cells(path, *geometries, **changes):
    return geojson(
        path, *(feature(geometry, **{**CELL, "code": f"C{i}", **changes}) for i, geometry in enumerate(geometries))
    )


def reasons(reading):
    return {rejection.row: str(rejection.reason) for rejection in reading.rejected}


def test_a_cell_is_read_with_canonical_columns(tmp_path):
    reading = read(Kind.cells, cells(tmp_path / "a.geojson", SQUARE))

    assert list(reading.frame.columns) == ["code", "name", "level", "region", "valid_from", "geometry"]
    assert reading.frame.loc[1, ["code", "level", "region", "valid_from"]].tolist() == [
        "C0",
        "group",
        "500230108201",
        None,
    ]
    assert reading.frame.crs == "EPSG:4490"
    assert reading.frame.geometry.iloc[0].equals(SQUARE)
    assert len(reading.sha256) == 64
    assert reading.source == "a.geojson"


def test_a_file_is_told_by_its_bytes(tmp_path):
    one, same, other = (
        cells(tmp_path / name, SQUARE, name=word)
        for name, word in (("a.json", "甲"), ("b.json", "甲"), ("c.json", "乙"))
    )

    digests = [read("cells", path).sha256 for path in (one, same, other)]

    assert digests[0] == digests[1] != digests[2]


def test_a_cell_with_a_bow_tie_is_rejected_with_the_place(tmp_path):
    reading = read("cells", cells(tmp_path / "a.json", SQUARE, BOW_TIE))

    assert len(reading.frame) == 1
    assert "self-intersection at 107.5050000, 29.8050000" in reasons(reading)[2]


def test_a_zone_is_mended_when_its_area_stays(tmp_path):
    spike = shapely.Polygon(
        [(107.5, 29.8), (107.51, 29.8), (107.51, 29.81), (107.51, 29.82), (107.51, 29.81), (107.5, 29.81)]
    )
    path = geojson(tmp_path / "a.json", feature(spike, code="Z", name="水库", zone_class="一级"))

    reading = read("zones", path)

    assert reading.frame.geometry.is_valid.all()
    assert reading.frame["status"].tolist() == ["gazetted"]
    assert any("was mended; area before" in warning for warning in reading.warnings)


def test_a_zone_is_rejected_when_mending_would_change_its_area(tmp_path):
    path = geojson(tmp_path / "a.json", feature(BOW_TIE, code="Z", name="水库", zone_class="一级"))

    assert "mending it would change its area from" in reasons(read("zones", path))[1]


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (None, "it has no geometry; it needs a polygon"),
        (LINE, "it needs a polygon, but has a line"),
        (shapely.Point(107.5, 29.8), "it needs a polygon, but has a point"),
        (shapely.Polygon(), "it has no geometry"),
        ({"type": "Polygon", "coordinates": [[[107.5, 29.8], [107.6, 29.8]]]}, "its geometry is damaged"),
        ({"type": "Circle"}, "its geometry is of no known type"),
    ],
)
def test_the_wrong_geometry_is_rejected_with_its_type(tmp_path, geometry, words):
    assert words in reasons(read("cells", cells(tmp_path / "a.json", geometry)))[1]


def test_heights_are_dropped(tmp_path):
    path = cells(tmp_path / "a.json", shapely.force_3d(SQUARE, 300.0))

    assert not read("cells", path).frame.geometry.has_z.any()


def test_parts_of_a_reach_that_touch_become_one_line_in_its_direction(tmp_path):
    parts = shapely.MultiLineString([[(107.6, 29.8), (107.5, 29.8)], [(107.6, 29.8), (107.7, 29.8)]])
    path = geojson(tmp_path / "a.json", feature(parts, code="R", name="上段", river="清河", level="村级"))

    line = read("reaches", path).frame.geometry.iloc[0]

    assert line.geom_type == "LineString"
    assert line.coords[0] == (107.7, 29.8)


def test_parts_of_a_reach_that_do_not_touch_are_rejected(tmp_path):
    parts = shapely.MultiLineString([[(107.5, 29.8), (107.6, 29.8)], [(107.7, 29.8), (107.8, 29.8)]])
    path = geojson(tmp_path / "a.json", feature(parts, code="R", name="上段", river="清河", level="村级"))

    assert "its 2 parts do not join" in reasons(read("reaches", path))[1]


def test_a_river_may_have_parts(tmp_path):
    parts = shapely.MultiLineString([[(107.5, 29.8), (107.6, 29.8)], [(107.7, 29.8), (107.8, 29.8)]])

    assert len(read("rivers", geojson(tmp_path / "a.json", feature(parts, id=1, 名称="清河"))).frame) == 1


def test_a_group_has_no_reach(tmp_path):
    path = geojson(tmp_path / "a.json", feature(LINE, code="R", name="上段", river="清河", level="组级"))

    assert "level: 组级 is none of 县级 (county), 镇级 (town), 村级 (village)" in reasons(read("reaches", path))[1]


def test_a_code_twice_in_a_file_is_rejected(tmp_path):
    path = geojson(tmp_path / "a.json", feature(SQUARE, **CELL), feature(SQUARE, **CELL))

    assert reasons(read("cells", path)) == {2: "C1 stands in row 1 already"}


def test_one_person_may_hold_two_posts(tmp_path):
    path = text(
        tmp_path / "a.csv", "编号,姓名,职务,级别", "1,张三,村支书,村级", "1,张三,村级河长,村级", "1,张三,村支书,村级"
    )

    reading = read("people", path)

    assert reading.frame["title"].tolist() == ["村支书", "村级河长"]
    assert list(reasons(reading)) == [3]


def test_a_required_value_that_is_empty_is_rejected(tmp_path):
    assert reasons(read("cells", cells(tmp_path / "a.json", SQUARE, name=" ")))[1] == "name is empty"


@pytest.mark.parametrize(
    ("code", "stored"),
    [
        (500230108201, "500230108201"),
        (500230108201.0, "500230108201"),
        ("500230108201.0", "500230108201"),
        ("'500230108201", "500230108201"),
        ("５００２３０１０８２０１", "500230108201"),
        ("500230108", "500230108000"),
        ("500230", "500230000000"),
        ("50023010820101", "50023010820101"),
    ],
)
def test_a_region_code_keeps_its_digits(tmp_path, code, stored):
    assert read("cells", cells(tmp_path / "a.json", SQUARE, region=code)).frame["region"].tolist() == [stored]


@pytest.mark.parametrize(("code", "words"), [("5.0023E+11", "lost its digits in Excel"), ("5002301", "12 digits")])
def test_a_region_code_that_is_none_is_rejected(tmp_path, code, words):
    assert words in reasons(read("cells", cells(tmp_path / "a.json", SQUARE, region=code)))[1]


def test_a_cell_may_name_its_region(tmp_path):
    assert read("cells", cells(tmp_path / "a.json", SQUARE, region="柏树村")).frame["region"].tolist() == ["柏树村"]


def test_a_region_s_own_code_must_be_one(tmp_path):
    path = text(tmp_path / "a.csv", "区划代码,名称,级别", "柏树村,柏树村,村级")

    assert "12 digits" in reasons(read("regions", path))[1]


def test_the_level_of_a_region_follows_from_its_code(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "区划代码,名称",
        "500230000000,丰都县",
        "500230108000,镇",
        "500230108201,村",
        "50023010820101,组",
    )

    reading = read("regions", path)

    assert reading.frame["level"].tolist() == ["county", "town", "village", "group"]
    assert reading.frame.geometry.isna().all()
    assert reading.crs == ""


def test_a_region_s_level_must_be_its_code_s(tmp_path):
    path = text(tmp_path / "a.csv", "区划代码,名称,级别", "500230108000,柏树村,村级")

    assert (
        reasons(read("regions", path))[1] == "level village contradicts the code 500230108000, which is that of a town"
    )


def test_a_word_outside_a_closed_list_is_rejected_with_the_choices(tmp_path):
    path = text(tmp_path / "a.csv", "编号,名称,类型,经度,纬度", "1,甲,飞船,107.5,29.8")

    assert "类型: 飞船 is none of 排污企业 (enterprise)" in reasons(read("sites", path, crs="4490"))[1]


def test_a_town_s_own_category_is_kept(tmp_path):
    path = text(tmp_path / "a.csv", "问题类别,来源,发现时间", "秸秆焚烧,巡河,2024/6/5", "噪声扰民,中央督察,2024/6/5")

    frame = read("issues", path).frame

    assert frame["category"].tolist() == ["straw_burning", "噪声扰民"]
    assert frame["source"].tolist() == ["patrol", "中央督察"]


def test_an_issue_without_place_is_accepted_and_needs_no_datum(tmp_path):
    reading = read("issues", text(tmp_path / "a.csv", "问题类别,发现时间,所属村", "秸秆焚烧,2024/6/5,柏树村"))

    assert reading.frame.geometry.isna().all()
    assert reading.frame["region"].tolist() == ["柏树村"]


def test_an_issue_cannot_be_closed_before_it_was_found(tmp_path):
    path = text(tmp_path / "a.csv", "问题类别,发现时间,销号时间", "秸秆焚烧,2024-06-05 09:00,2024-06-05 08:00")

    assert (
        reasons(read("issues", path))[1]
        == "it was closed (2024-06-05 08:00:00) before it was found (2024-06-05 09:00:00)"
    )


def test_a_responsibility_is_read_with_its_days(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "责任人,对象类型,对象编码,角色,开始日期,截止日期",
        "P1,网格,C1,主要责任人,2024年1月1日,2024.12.31",
        "P2,网格,C1,协助,2024-01-01,",
        "P3,网格,C1,协助,2024-01-01,2023-01-01",
    )

    reading = read("responsibilities", path)

    assert reading.frame["role"].tolist() == ["lead", "assist"]
    assert reading.frame["valid_to"].tolist() == [dt.date(2024, 12, 31), None]
    assert "ends (2023-01-01) before it begins" in reasons(reading)[3]


def test_a_site_keeps_its_other_columns_as_facts(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "编号,名称,类型,经度,纬度,存栏,备注",
        "1,甲,养殖场,107.5,29.8,120,",
        "2,乙,加油站,107.5,29.8,,新",
    )

    frame = read("sites", path, crs="4490").frame

    assert frame["facts"].tolist() == [{"存栏": "120"}, {"备注": "新"}]


def test_a_site_may_be_one_point_of_a_multipoint(tmp_path):
    one, two = shapely.MultiPoint([(107.5, 29.8)]), shapely.MultiPoint([(107.5, 29.8), (107.6, 29.8)])
    path = geojson(
        tmp_path / "a.json",
        *(feature(shape, code=str(i), name="甲", kind="加油站") for i, shape in enumerate((one, two))),
    )

    reading = read("sites", path)

    assert reading.frame.geometry.geom_type.tolist() == ["Point"]
    assert "2 points where one is needed" in reasons(reading)[2]


def test_column_names_cut_by_a_shapefile_are_recognised(tmp_path):
    columns = {"行政区划代码": ["500230108000"], "行政区划名称": ["清河镇"]}
    path = shapefile(tmp_path / "镇界.shp", [SQUARE], **columns)

    frame = read("regions", path).frame

    assert frame["code"].tolist() == ["500230108000"]
    assert frame["name"].tolist() == ["清河镇"]


def test_a_reach_may_come_from_a_receiver(tmp_path):
    path = gpx(tmp_path / "a.gpx", [(107.5, 29.8, None), (107.6, 29.8, None)])

    reading = read("reaches", path, mapping={"code": "=R1", "river": "=清河", "level": "=村级"})

    assert reading.frame["name"].tolist() == ["巡河"]
    assert reading.frame.geometry.iloc[0].equals(LINE)


def test_signs_that_no_database_takes_are_removed(tmp_path):
    assert read("cells", cells(tmp_path / "a.json", SQUARE, name="一\x00组\u200b\x07")).frame["name"].tolist() == [
        "一组"
    ]


def test_a_code_that_is_too_long_is_rejected(tmp_path):
    path = geojson(tmp_path / "a.json", feature(SQUARE, **{**CELL, "code": "C" * 65}))

    assert reasons(read("cells", path))[1] == "code: a code has at most 64 signs"


def test_more_vertices_than_the_limit_are_refused(tmp_path):
    with pytest.raises(TooLarge, match="5 vertices"):
        read("cells", cells(tmp_path / "a.json", SQUARE), limits=Limits(max_vertices=4))


def test_a_kind_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no kind roads; the kinds are regions, cells"):
        read("roads", cells(tmp_path / "a.json", SQUARE))


def test_a_kind_with_places_needs_columns_for_them(tmp_path):
    with pytest.raises(InvalidInput, match="--map lon=COLUMN"):
        read("sites", text(tmp_path / "a.csv", "编号,名称,类型", "1,甲,加油站"), crs="4490")
