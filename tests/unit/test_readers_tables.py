"""CSV and Excel: encodings, separators, titles, cells."""

import datetime as dt

import pytest

from geo.errors import InvalidInput, TooLarge, Unreadable
from geo.readers import Limits, read, read_layer
from tests.unit.reader_files import ods, text, workbook, zipped

PEOPLE = ("姓名,职务,级别,联系电话", "张三,村支书,村级,13800000000", "李四,组长,组,")


def names(path, **options):
    return read("people", path, **options).frame["name"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_usual_encoding_is_found(tmp_path, encoding):
    assert names(text(tmp_path / "a.csv", *PEOPLE, encoding=encoding)) == ["张三", "李四"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
def test_every_usual_separator_is_found(tmp_path, separator):
    assert names(text(tmp_path / "a.csv", *(line.replace(",", separator) for line in PEOPLE))) == ["张三", "李四"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(tmp_path, ending):
    path = tmp_path / "a.csv"
    path.write_bytes((ending.join(PEOPLE) + ending).encode())

    assert names(path) == ["张三", "李四"]


def test_titles_above_the_header_are_passed_over(tmp_path):
    path = text(tmp_path / "a.csv", "清河镇网格员名单,,,", "2024年,,,", *PEOPLE)

    reading = read("people", path)

    assert reading.frame.index.tolist() == [1, 2]


def test_english_headers_are_recognised(tmp_path):
    path = text(tmp_path / "a.csv", "Name,Title,Level,Phone,Valid_From", "Zhang,warden,village,1,2024-01-01")

    assert read("people", path).frame["valid_from"].tolist() == [dt.date(2024, 1, 1)]


def test_headers_may_be_written_carelessly(tmp_path):
    path = text(tmp_path / "a.csv", '"姓 名*","职务（岗位）","级别：","联系\n电话"', "张三,村支书,村级,138")

    assert read("people", path).frame["phone"].tolist() == ["138"]


def test_unknown_headers_are_mapped(tmp_path):
    path = text(tmp_path / "a.csv", "谁,干什么,哪级", "张三,村支书,村级")

    assert names(path, mapping={"name": "谁", "title": "干什么", "level": "哪级"}) == ["张三"]


def test_one_value_may_be_given_to_all_rows(tmp_path):
    path = text(tmp_path / "a.csv", "姓名,职务", "张三,村支书")

    assert read("people", path, mapping={"level": "=村级"}).frame["level"].tolist() == ["village"]


def test_rows_may_be_numbered_as_codes(tmp_path):
    path = text(tmp_path / "a.csv", *PEOPLE)

    assert read("people", path, mapping={"code": "=#"}).frame["code"].tolist() == ["1", "2"]


def test_a_table_without_header_is_mapped_by_position(tmp_path):
    path = text(tmp_path / "a.csv", "张三,村支书,村级", "李四,组长,组级")

    assert names(path, mapping={"name": "#1", "title": "#2", "level": "#3"}) == ["张三", "李四"]


def test_a_missing_column_is_named_with_the_way_out(tmp_path):
    with pytest.raises(InvalidInput, match=r"no column for title among 姓名, 年龄; name it with --map title=COLUMN"):
        read("people", text(tmp_path / "a.csv", "姓名,年龄", "张三,50"))


@pytest.mark.parametrize(("mapping", "words"), [({"nom": "姓名"}, "no field nom"), ({"name": "名"}, "no column 名")])
def test_a_mapping_that_fits_nothing_is_refused(tmp_path, mapping, words):
    with pytest.raises(InvalidInput, match=words):
        read("people", text(tmp_path / "a.csv", *PEOPLE), mapping=mapping)


def test_empty_rows_are_no_rows_but_are_counted(tmp_path):
    path = text(tmp_path / "a.csv", PEOPLE[0], "", PEOPLE[1], ",,,", PEOPLE[2])

    assert read("people", path).frame.index.tolist() == [2, 4]


def test_rows_longer_than_the_header_are_read(tmp_path):
    path = text(tmp_path / "a.csv", *PEOPLE, *["王五,组长,组级,1,多,余"] * 60)

    assert len(names(path, mapping={"code": "=#"})) == 62


def test_sums_and_remarks_below_a_ledger_are_left_out_with_a_word(tmp_path):
    reading = read("people", text(tmp_path / "a.csv", *PEOPLE, "合计,2,,", "填表人：王五,,,"))

    assert len(reading.frame) == 2
    assert not reading.rejected
    assert any("row 3, 4" in warning for warning in reading.warnings)


def test_a_formula_in_a_text_stays_a_text(tmp_path):
    path = text(tmp_path / "a.csv", *PEOPLE, "=1+1,@SUM(A1),村级,+86138", "-2+3,=cmd|' /C calc'!A0,村级,")

    frame = read("people", path).frame

    assert frame["name"].tolist()[2:] == ["=1+1", "-2+3"]
    assert frame["title"].tolist()[2:] == ["@SUM(A1)", "=cmd|' /C calc'!A0"]
    assert frame["phone"].iloc[2] == "+86138"


def test_a_quote_that_is_never_closed_gives_rejected_rows_and_no_fault(tmp_path):
    path = text(tmp_path / "a.csv", PEOPLE[0], '"张三,村支书,村级,1')

    assert [rejection.row for rejection in read("people", path).rejected] == [1]


def test_an_excel_table_is_read_with_its_types(tmp_path):
    rows = [
        ["清河镇问题台账"],
        [],
        ["序号", "问题编号", "问题类别", "发现时间", "经度", "纬度", "联系电话", "区划代码"],
        [1, "W-1", "秸秆焚烧", dt.date(2024, 6, 5), 107.5, 29.8, 13800000000, 500230108201],
        [2, 20240002, "秸秆焚烧", 45448.375, "107.5", "29.8", "1380000", "500230108201"],
    ]

    frame = read("issues", workbook(tmp_path / "a.xlsx", 台账=rows), crs="EPSG:4490").frame

    assert frame["number"].tolist() == ["W-1", "20240002"]
    assert frame["reporter_phone"].tolist() == ["13800000000", "1380000"]
    assert frame["region"].tolist() == ["500230108201"] * 2
    assert frame["found_at"].dt.strftime("%m-%dT%H").tolist() == ["06-04T16", "06-05T01"]
    assert frame.geometry.x.tolist() == [107.5, 107.5]


def test_formulas_give_their_cached_values_and_are_not_computed(tmp_path):
    rows = [["姓名", "职务", "级别"], [("=A9&B9", "张三"), ("=1/0", "组长"), "组级"]]

    assert names(workbook(tmp_path / "a.xlsx", 表=rows)) == ["张三"]


def test_the_sheet_with_the_best_header_is_read(tmp_path):
    path = workbook(tmp_path / "a.xlsx", 说明=[["请填写"]], 名单=[["姓名", "职务", "级别"], ["张三", "组长", "组级"]])

    assert names(path) == ["张三"]


def test_other_sheets_of_the_same_kind_are_told(tmp_path):
    rows = [["姓名", "职务", "级别"], ["张三", "组长", "组级"]]

    reading = read("people", workbook(tmp_path / "a.xlsx", 一村=rows, 二村=rows))

    assert any("二村" in warning for warning in reading.warnings)


def test_an_ods_table_is_read(tmp_path):
    path = ods(tmp_path / "a.ods", [["姓名", "职务", "级别"], ["张三", "组长", "组级"]])

    assert names(path) == ["张三"]


def test_a_table_in_an_archive_is_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"名单/people.csv": "\n".join(PEOPLE).encode("gbk")})

    assert names(path) == ["张三", "李四"]


@pytest.mark.parametrize("content", [b"", b" \n \n", b"\xff\xff\xff\xff"])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(Unreadable):
        read("people", path)


def test_more_rows_than_the_limit_are_refused(tmp_path):
    with pytest.raises(TooLarge, match="limit of 1"):
        read("people", text(tmp_path / "a.csv", *PEOPLE, *[PEOPLE[1]] * 40), limits=Limits(max_rows=1))


def test_a_table_of_wkt_is_a_layer(tmp_path):
    path = text(tmp_path / "a.csv", "id,wkt", '1,"LINESTRING (107.5 29.8, 107.6 29.9)"', "2,")

    layer = read_layer(path, crs="EPSG:4490")

    assert layer["id"].tolist() == ["1", "2"]
    assert layer.geometry.isna().tolist() == [False, True]


def test_coordinates_may_share_a_cell_or_be_in_degrees_and_minutes(tmp_path):
    path = text(tmp_path / "a.csv", "编号,名称,类型,坐标", 'S1,甲,加油站,"107.5,29.8"', "S2,乙,加油站,(107.5 29.8)")
    degrees = text(tmp_path / "b.csv", "编号,名称,类型,经度,纬度", "S1,甲,加油站,107°30′00″,29°48′0″")

    together = read("sites", path, crs="4490").frame
    apart = read("sites", degrees, crs="4490").frame

    assert together.geometry.x.tolist() == [107.5, 107.5]
    assert apart.geometry.y.tolist() == pytest.approx([29.8])
