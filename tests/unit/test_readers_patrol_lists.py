"""Lists of patrols as river-chief apps export them, one row each."""

import datetime as dt

import pandas as pd
import pytest

from geo.datum import wgs84_to_gcj02
from geo.errors import UnknownDatum, Unreadable
from geo.readers import read_tracks
from geo.readers.track_texts import read_cell_track
from tests.unit.reader_files import text, workbook

HEADER = "巡河编号\t巡河人\t河段\t开始时间\t结束时间\t里程(km)\t轨迹"
PLAIN = "107.5,29.8;107.501,29.8;107.503,29.8"
TIMES = "2024-06-05 09:00\t2024-06-05 10:00"


def patrols(path, *tracks, crs="4490", length="2.5"):
    rows = [f"X{k}\t张三\tR1\t{TIMES}\t{length}\t{track}" for k, track in enumerate(tracks)]
    return read_tracks(text(path / "a.tsv", HEADER, *rows), crs=crs)


def test_a_row_is_a_patrol_with_its_facts_on_each_fix(tmp_path):
    frame = patrols(tmp_path, PLAIN).frame

    assert frame["track"].tolist() == [0, 0, 0]
    assert frame.index.tolist() == [1, 1, 1]
    assert frame[["patrol", "person", "reach"]].iloc[2].tolist() == ["X0", "张三", "R1"]
    assert frame["claimed_m"].tolist() == [2500] * 3
    assert frame["no_track"].tolist() == [False] * 3
    assert set(frame["started_at"]) == {pd.Timestamp("2024-06-05T01:00Z")}
    assert set(frame["ended_at"]) == {pd.Timestamp("2024-06-05T02:00Z")}


def test_missing_times_are_spread_by_distance_and_told(tmp_path):
    reading = patrols(tmp_path, PLAIN)

    assert reading.frame["timed"].tolist() == [False] * 3
    assert reading.frame["time"].dt.strftime("%H:%M").tolist() == ["01:00", "01:20", "02:00"]
    assert "1 of 1 tracks have no times: they are spread evenly between start and end" in reading.warnings


@pytest.mark.parametrize(
    "track",
    [
        PLAIN,
        PLAIN.replace(";", "|"),
        "107.5 29.8,107.501 29.8,107.503 29.8",
        "107.5,29.8 107.501,29.8 107.503,29.8",
        "107.5,29.8,107.501,29.8,107.503,29.8",
        "107.5，29.8；107.501，29.8；107.503，29.8；",
        "29.8,107.5;29.8,107.501;29.8,107.503",
        "[[107.5,29.8],[107.501,29.8],[107.503,29.8]]",
        "[[29.8,107.5],[29.8,107.501],[29.8,107.503]]",
        '[{"lng":107.5,"lat":29.8},{"lng":107.501,"lat":29.8},{"lng":107.503,"lat":29.8}]',
        '{"points":[{"longitude":"107.5","latitude":"29.8"},{"longitude":"107.501","latitude":"29.8"},'
        '{"longitude":"107.503","latitude":"29.8"}]}',
        "LINESTRING (107.5 29.8, 107.501 29.8, 107.503 29.8)",
        "SRID=4490;LINESTRING Z (107.5 29.8 300, 107.501 29.8 300, 107.503 29.8 300)",
        '{"type":"LineString","coordinates":[[107.5,29.8],[107.501,29.8],[107.503,29.8]]}',
    ],
)
def test_a_track_may_be_written_in_many_ways(tmp_path, track):
    frame = patrols(tmp_path, track).frame

    assert frame["lon"].tolist() == pytest.approx([107.5, 107.501, 107.503], abs=1e-6)
    assert frame["lat"].tolist() == pytest.approx([29.8] * 3, abs=1e-6)


def polyline(scale):
    """Encode the same track as Google's format does."""
    text, before = "", [0, 0]
    for lon in (107.5, 107.501, 107.503):
        for axis, value in enumerate((29.8, lon)):
            whole = round(value * scale)
            step = whole - before[axis]
            before[axis] = whole
            bits = ~(step << 1) if step < 0 else step << 1
            while bits >= 0x20:
                text += chr((0x20 | (bits & 0x1F)) + 63)
                bits >>= 5
            text += chr(bits + 63)
    return text


@pytest.mark.parametrize("scale", [1e5, 1e6])
def test_an_encoded_polyline_tells_its_precision_by_where_it_lies(tmp_path, scale):
    frame = patrols(tmp_path, polyline(scale)).frame

    assert frame["lon"].tolist() == pytest.approx([107.5, 107.501, 107.503], abs=1e-6)


@pytest.mark.parametrize(
    "track",
    [
        "107.5,29.8,1717549200;107.501,29.8,1717549260",
        "107.5,29.8,1717549200000;107.501,29.8,1717549260000",
        "107.5,29.8,2024-06-05 09:00:00;107.501,29.8,2024-06-05 09:01:00",
        '[[107.5,29.8,"2024-06-05T01:00:00Z"],[107.501,29.8,"2024-06-05T01:01:00Z"]]',
        '[{"lng":107.5,"lat":29.8,"time":1717549200000},{"lng":107.501,"lat":29.8,"time":1717549260000}]',
    ],
)
def test_times_of_fixes_are_kept(tmp_path, track):
    reading = patrols(tmp_path, track)

    assert reading.frame["timed"].all()
    assert reading.frame["time"].dt.strftime("%H:%M").tolist() == ["01:00", "01:01"]
    assert not any("spread" in warning for warning in reading.warnings)


def test_parts_of_a_track_are_broken(tmp_path):
    frame = patrols(tmp_path, "MULTILINESTRING ((107.5 29.8, 107.501 29.8), (107.6 29.8, 107.7 29.8))").frame

    assert frame["segment"].tolist() == [0, 0, 1, 1]


def test_a_patrol_without_a_track_has_one_row_at_its_start(tmp_path):
    reading = patrols(tmp_path, "", PLAIN)

    row = reading.frame.iloc[0]
    assert row["no_track"]
    assert pd.isna(row["lon"])
    assert row["time"] == row["started_at"]
    assert reading.frame["track"].tolist() == [0, 1, 1, 1]
    assert "1 of 2 patrols have no track" in reading.warnings


def test_a_list_without_any_track_needs_no_datum(tmp_path):
    reading = patrols(tmp_path, "", crs=None)

    assert reading.crs == ""


def test_a_list_with_tracks_must_declare_its_datum(tmp_path):
    with pytest.raises(UnknownDatum, match="--crs"):
        patrols(tmp_path, PLAIN, crs=None)


def test_a_map_app_s_datum_is_undone(tmp_path):
    lon, lat = wgs84_to_gcj02([107.5, 107.6], [29.8, 29.8])
    track = ";".join(f"{x},{y}" for x, y in zip(lon, lat, strict=True))

    frame = patrols(tmp_path, track, crs="gcj02").frame

    assert frame["lon"].tolist() == pytest.approx([107.5, 107.6], abs=1e-8)


@pytest.mark.parametrize(
    ("track", "words"),
    [
        ("沿河走了一圈", "is no track"),
        ("[[107.5,29.8],[107.5", "is no track"),
        ("107.5,29.8,107.6", "is no track"),
        ("[]x", "is no track"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", "is no track"),
        ("0,0;0,0", "a place was not known"),
        ("1" * 32_767, "cut at 32767 signs"),
    ],
)
def test_a_track_that_cannot_be_read_is_rejected_with_its_reason(tmp_path, track, words):
    reading = patrols(tmp_path, PLAIN, track)

    assert [rejection.row for rejection in reading.rejected] == [2]
    assert words in reading.rejected[0].reason


def test_coordinates_that_could_be_either_way_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="whether longitude or latitude goes first"):
        patrols(tmp_path, "80.1,40.2;80.2,40.3", crs="EPSG:4326")


def test_in_china_longitude_is_told_by_the_land(tmp_path):
    frame = patrols(tmp_path, "40.2,80.1;40.3,80.2", crs="EPSG:4490").frame

    assert frame["lon"].tolist() == [80.1, 80.2]


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("时长", "80", 4800),
        ("巡河时长（小时）", "1.5", 5400),
        ("用时/秒", "90", 90),
        ("时长", "1小时20分", 4800),
        ("时长", "80分钟", 4800),
        ("时长", "01:20:00", 4800),
    ],
)
def test_the_end_follows_from_a_duration(tmp_path, header, value, seconds):
    path = text(tmp_path / "a.tsv", f"巡河人\t开始时间\t{header}\t轨迹", f"张三\t2024年6月5日 9:00\t{value}\t{PLAIN}")

    frame = read_tracks(path, crs="4490").frame

    assert (frame["ended_at"] - frame["started_at"]).dt.total_seconds().tolist() == [seconds] * 3


@pytest.mark.parametrize(
    ("header", "value", "metres"),
    [("巡河里程（公里）", "1.2", 1200), ("距离/米", "1,200", 1200), ("里程", "1.2km", 1200), ("里程m", "900", 900)],
)
def test_the_header_tells_the_unit_of_the_mileage(tmp_path, header, value, metres):
    path = text(tmp_path / "a.tsv", f"开始时间\t结束时间\t{header}\t轨迹", f"{TIMES}\t{value}\t{PLAIN}")

    assert read_tracks(path, crs="4490").frame["claimed_m"].tolist() == [metres] * 3


def test_a_mileage_without_unit_is_not_read_and_that_is_told(tmp_path):
    path = text(tmp_path / "a.tsv", "开始时间\t结束时间\t里程\t轨迹", f"{TIMES}\t2\t{PLAIN}")

    reading = read_tracks(path, crs="4490")

    assert reading.frame["claimed_m"].isna().all()
    assert any("里程 does not tell its unit" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    ("start", "end", "length", "words"),
    [
        ("2024-06-05 10:00", "2024-06-05 09:00", "1", "it ends before it begins"),
        ("", "", "1", "it has no start"),
        ("2024-06-05 10:00", "", "1", "neither an end nor a duration"),
        ("昨天", "2024-06-05 10:00", "1", "昨天 is no date"),
        ("2024-06-05 10:00", "2024-07-05 10:00", "1", "longer than a week"),
        ("2024-06-05 09:00", "2024-06-05 10:00", "很远", "很远 is no length of a patrol"),
        ("2024-06-05 09:00", "2024-06-05 10:00", "-3", "-3 is no length of a patrol"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_its_reason(tmp_path, start, end, length, words):
    good = f"X1\t张三\tR1\t{TIMES}\t2\t{PLAIN}"
    path = text(tmp_path / "a.tsv", HEADER, good, f"X2\t张三\tR1\t{start}\t{end}\t{length}\t{PLAIN}")

    reading = read_tracks(path, crs="4490")

    assert [rejection.row for rejection in reading.rejected] == [2]
    assert words in reading.rejected[0].reason
    assert set(reading.frame.index) == {1}


def test_quoted_tracks_do_not_hide_the_separator(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "河长姓名,巡河开始时间,巡河结束时间,巡河轨迹",
        f'张三,2024-06-05 09:00,2024-06-05 10:00,"{PLAIN}"',
        '李四,2024-06-05 09:00,2024-06-05 10:00,"[{""lng"":107.5,""lat"":29.8},{""lng"":107.6,""lat"":29.8}]"',
        encoding="gbk",
    )

    assert read_tracks(path, crs="4490").frame["person"].tolist() == ["张三"] * 3 + ["李四"] * 2


def test_long_tracks_do_not_hide_the_separator(tmp_path):
    track = ";".join(f"{107.5 + 1e-5 * k:.6f},29.8" for k in range(500))

    frame = patrols(tmp_path, *[track] * 20).frame

    assert frame["track"].nunique() == 20
    assert len(frame) == 10_000


def test_a_workbook_with_title_sums_and_real_dates_is_read(tmp_path):
    serial = 45448 + 9 / 24
    path = workbook(
        tmp_path / "a.xlsx",
        巡河记录=[
            ["某镇2024年6月河长巡河记录表"],
            ["序号", "巡河员", "河道名称", "巡河日期", "开始时间", "结束时间", "巡河里程(公里)", "轨迹点"],
            [1, "张三", "清河", "2024年6月5日", "09:00", "10:00", 1.5, PLAIN],
            [2, "李四", "清河", "", serial, serial + 1 / 24, 2, ""],
            ["合计", None, None, None, None, None, 3.5, None],
        ],
    )

    reading = read_tracks(path, crs="4490")

    assert reading.rejected == ()
    assert set(reading.frame["started_at"]) == {pd.Timestamp("2024-06-05T01:00Z")}
    assert reading.frame["claimed_m"].tolist() == [1500] * 3 + [2000]
    assert any("left out as sums" in warning for warning in reading.warnings)


def test_a_day_of_the_excel_type_goes_with_a_clock(tmp_path):
    path = text(tmp_path / "a.csv", "日期,开始时间,结束时间,巡河人", f"{dt.date(2024, 6, 5)} 00:00:00,9:00,9:30,张三")

    frame = read_tracks(path).frame

    assert frame["time"].tolist() == [pd.Timestamp("2024-06-05T01:00Z")]


def test_headers_that_are_not_recognised_can_be_mapped(tmp_path):
    path = text(tmp_path / "a.tsv", "甲\t乙\t丙", f"{TIMES}\t{PLAIN}")

    frame = read_tracks(path, crs="4490", mapping={"started_at": "甲", "ended_at": "乙", "path": "丙"}).frame

    assert len(frame) == 3


def test_a_polyline_that_begins_like_json_is_a_polyline():
    # One latitude in sixteen begins with a brace.
    places = [(107.5, 29.82014), (107.501, 29.821), (107.502, 29.823)]
    line = _encoded(places)

    found = read_cell_track(line)

    assert line.startswith("{")
    assert sorted(zip(found.x.round(5).tolist(), found.y.round(5).tolist(), strict=True)) == places


def _encoded(places):
    text, before = "", (0, 0)
    for lon, lat in places:
        now = (round(lat * 1e5), round(lon * 1e5))
        for step in (now[0] - before[0], now[1] - before[1]):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 0x20:
                text, value = text + chr((0x20 | value & 0x1F) + 63), value >> 5
            text += chr(value + 63)
        before = now
    return text


def test_a_track_of_another_day_than_its_row_says_is_told(tmp_path):
    cell = '"107.5,29.8,2025-03-25 08:00:00;107.501,29.8,2025-03-25 08:01:00"'
    path = tmp_path / "list.csv"
    path.write_text(f"巡河人,开始时间,结束时间,轨迹\nP2,2025-03-10 08:00,2025-03-10 09:00,{cell}\n", encoding="utf-8")

    reading = read_tracks(path, crs="EPSG:4490")

    assert any("another time" in warning for warning in reading.warnings)
    assert reading.frame["time"].min() == pd.Timestamp("2025-03-25T00:00Z")
