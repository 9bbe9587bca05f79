"""Tracks: GPX, KML, FIT and tables, one row per fix."""

import pandas as pd
import pytest
import shapely

from geo.datum import wgs84_to_gcj02
from geo.errors import InvalidInput, UnknownDatum, Unreadable
from geo.readers import Kind, Limits, read, read_tracks
from geo.readers import gpx as gpx_reader
from tests.unit.reader_files import feature, fit, geojson, gpx, iso, text, walk, workbook

TRACK_KML = """<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>
<Placemark><name>上午</name><gx:MultiTrack><gx:Track>
<when>2024-06-05T01:00:00Z</when><when>2024-06-05T01:00:05Z</when>
<gx:coord>107.5 29.8 300</gx:coord><gx:coord>107.5001 29.8 300</gx:coord></gx:Track><gx:Track>
<when>2024-06-05T02:00:00Z</when><gx:coord>107.6 29.9 0</gx:coord></gx:Track></gx:MultiTrack></Placemark>
<Placemark><name>下午</name><gx:Track><when>2024-06-05T07:00:00Z</when><gx:coord>107.5 29.8 0</gx:coord></gx:Track>
</Placemark></Document></kml>"""


def fixes(seconds=True, count=5):
    return [(lon, lat, iso(at) if seconds else None) for lon, lat, at in walk(count)]


def test_a_gpx_track_gives_a_row_for_each_fix_in_utc(tmp_path):
    reading = read_tracks(gpx(tmp_path / "a.gpx", fixes()))

    frame = reading.frame
    assert reading.kind == Kind.tracks
    assert list(frame.columns) == ["track", "segment", "name", "time", "lon", "lat"]
    assert frame["time"].iloc[0] == pd.Timestamp("2024-06-05T01:00:00Z")
    assert frame[["lon", "lat"]].iloc[1].tolist() == pytest.approx([107.5001, 29.80005])
    assert (reading.crs, set(frame["name"])) == ("EPSG:4326", {"巡河"})


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_both_versions_of_gpx_are_read(tmp_path, version):
    assert len(read_tracks(gpx(tmp_path / "a.gpx", fixes(), version=version)).frame) == 5


def test_a_new_segment_is_a_break_within_the_track(tmp_path):
    frame = read_tracks(gpx(tmp_path / "a.gpx", fixes(count=3), fixes(count=2))).frame

    assert frame["track"].tolist() == [0] * 5
    assert frame["segment"].tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("</trk>", "<!-- <trkpt lat='1' lon='1'/> --></trk>"),
        lambda text: text.replace("<trk>", "<trk><!-- c -->"),
        lambda text: text.replace('lat="', "lat='").replace('" lon="', "' lon='").replace('"><time', "'><time"),
        lambda text: text.replace("<time>", "<ele>12.5</ele><time>"),
        lambda text: text.replace("trkpt ", "trkpt\n "),
        lambda text: text.replace("</time></trkpt>", "</time><extensions><hr>99</hr></extensions></trkpt>"),
    ],
    ids=["plain", "comment", "comment first", "single quotes", "heights", "line breaks", "extensions"],
)
def test_the_way_of_writing_makes_no_difference(tmp_path, change):
    path = gpx(tmp_path / "a.gpx", fixes(count=3), fixes(count=2))
    plain = read_tracks(path).frame

    path.write_text(change(path.read_text("utf-8")), encoding="utf-8")

    pd.testing.assert_frame_equal(read_tracks(path).frame, plain, check_dtype=False)


def test_accuracy_in_metres_is_taken_from_extensions(tmp_path):
    path = gpx(tmp_path / "a.gpx", fixes())
    changed = path.read_text("utf-8").replace(
        "</time></trkpt>", "</time><extensions><accuracy>7.5</accuracy></extensions></trkpt>"
    )
    path.write_text(changed, encoding="utf-8")

    assert read_tracks(path).frame["accuracy_m"].tolist() == [7.5] * 5


def test_prefixed_names_are_gpx_too(tmp_path):
    path = text(
        tmp_path / "a.gpx",
        '<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"><g:trk><g:trkseg><g:trkpt lat="29.8" lon="107.5">'
        "<g:time>2024-06-05T01:00:00Z</g:time></g:trkpt></g:trkseg></g:trk></g:gpx>",
    )

    assert read_tracks(path).frame["time"].iloc[0] == pd.Timestamp("2024-06-05T01:00:00Z")


def test_the_document_s_own_time_is_no_fix_s(tmp_path):
    assert read_tracks(gpx(tmp_path / "a.gpx", fixes(seconds=False))).frame["time"].isna().all()


def test_fixes_without_time_are_kept_with_a_warning(tmp_path):
    reading = read_tracks(gpx(tmp_path / "a.gpx", fixes(seconds=False)))

    assert "5 of 5 fixes have no time" in reading.warnings


def test_a_time_without_zone_is_utc_in_gpx(tmp_path):
    path = gpx(tmp_path / "a.gpx", [(107.5, 29.8, "2024-06-05T01:00:00"), (107.5, 29.8, "2024-06-05T09:00:10+08:00")])

    assert read_tracks(path).frame["time"].dt.strftime("%H:%M:%S").tolist() == ["01:00:00", "01:00:10"]


def test_a_receiver_s_bad_fix_is_left_out_with_a_word(tmp_path):
    path = gpx(tmp_path / "a.gpx", [*fixes(count=2), (0, 0, iso(0)), (29.8, 107.5, iso(1)), (107.5, 29.8, "gestern")])

    reading = read_tracks(path)

    assert reading.frame.index.tolist() == [1, 2]
    assert reading.rejected == ()
    assert "3 fixes were left out; the first is number 3: 0, 0 is what stands" in reading.warnings[0]


def test_a_bad_row_of_a_table_is_rejected_by_its_number(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "时间,经度,纬度",
        "2024-06-05 09:00,107.5,29.8",
        "2024-06-05 09:01,29.8,107.5",
        "昨天,107.5,29.8",
        ",,",
    )

    reading = read_tracks(path, crs="gcj02")

    assert [rejection.row for rejection in reading.rejected] == [2, 3]
    assert "swapped" in reading.rejected[0].reason


def test_routes_and_waypoints_are_no_tracks(tmp_path):
    path = text(
        tmp_path / "a.gpx", '<gpx><wpt lat="29.8" lon="107.5"/><rte><rtept lat="29.8" lon="107.5"/></rte></gpx>'
    )

    with pytest.raises(Unreadable, match="has no track, only routes"):
        read_tracks(path)


def test_the_flag_goes_before_the_definition(tmp_path):
    lon, lat = wgs84_to_gcj02([107.5], [29.8])
    path = gpx(tmp_path / "a.gpx", [(lon[0], lat[0], iso(0))])

    reading = read_tracks(path, crs="gcj02")

    assert reading.crs == "gcj02"
    assert reading.frame[["lon", "lat"]].iloc[0].tolist() == pytest.approx([107.5, 29.8], abs=1e-8)
    assert not any("map app" in warning for warning in reading.warnings)


def test_a_gpx_in_china_is_read_as_wgs84_but_with_a_word_on_map_apps(tmp_path):
    reading = read_tracks(gpx(tmp_path / "a.gpx", fixes()))

    assert any("--crs gcj02" in warning for warning in reading.warnings)


def test_a_gpx_abroad_needs_no_such_word(tmp_path):
    assert read_tracks(gpx(tmp_path / "a.gpx", [(8.5, 47.4, iso(0))])).warnings == ()


def test_kml_tracks_come_with_their_times_and_breaks(tmp_path):
    frame = read_tracks(text(tmp_path / "a.kml", TRACK_KML)).frame

    assert frame["track"].tolist() == [0, 0, 0, 1]
    assert frame["segment"].tolist() == [0, 0, 1, 2]
    assert frame["name"].tolist() == ["上午"] * 3 + ["下午"]
    assert frame["time"].iloc[-1] == pd.Timestamp("2024-06-05T07:00:00Z")


def test_a_line_without_times_beside_a_track_is_no_second_outing(tmp_path):
    line = "<LineString><coordinates>107.5,29.8 107.6,29.8</coordinates></LineString>"
    placemark = "<Placemark><name>路线</name>" + line + "</Placemark></Document>"
    path = text(tmp_path / "a.kml", TRACK_KML.replace("</Document>", placemark))

    assert set(read_tracks(path).frame["name"]) == {"上午", "下午"}


@pytest.mark.parametrize("declared", ["UTF-8", "GBK"])
def test_names_in_gbk_are_read_whatever_is_declared(tmp_path, declared):
    path = gpx(tmp_path / "a.gpx", fixes())
    path.write_bytes(path.read_text("utf-8").replace('encoding="UTF-8"', f'encoding="{declared}"').encode("gbk"))

    assert set(read_tracks(path).frame["name"]) == {"巡河"}


def test_points_with_time_stamps_are_a_track(tmp_path):
    point = "<Point><coordinates>107.5,29.8</coordinates></Point>"
    placemark = "<Placemark><TimeStamp><when>{}</when></TimeStamp>" + point + "</Placemark>"
    path = text(
        tmp_path / "a.kml", "<kml><Document>", *(placemark.format(iso(at)) for at in (0, 5)), "</Document></kml>"
    )

    assert read_tracks(path).frame["time"].notna().tolist() == [True, True]


def test_fit_semicircles_become_degrees(tmp_path):
    reading = read_tracks(fit(tmp_path / "a.fit", walk()))

    assert reading.frame["lon"].tolist() == pytest.approx([lon for lon, _, _ in walk()], abs=1e-7)
    assert reading.frame["lat"].tolist() == pytest.approx([lat for _, lat, _ in walk()], abs=1e-7)
    assert reading.frame["time"].iloc[0] == pd.Timestamp("2024-06-05T01:00:00Z")
    assert reading.frame["accuracy_m"].tolist() == [5] * 5


def test_a_damaged_fit_file_is_refused(tmp_path):
    path = fit(tmp_path / "a.fit", walk())
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(Unreadable, match="FIT"):
        read_tracks(path)


def test_lines_of_a_layer_are_tracks_with_their_times(tmp_path):
    lines = shapely.MultiLineString([[(107.5, 29.8), (107.6, 29.8)], [(107.7, 29.8), (107.8, 29.8)]])
    times = [[iso(0), iso(5)], [iso(9), iso(12)]]
    path = geojson(tmp_path / "a.json", feature(lines, name="甲", coordTimes=times), feature(lines.geoms[0], name="乙"))

    reading = read_tracks(path)

    assert reading.frame["track"].tolist() == [0] * 4 + [1] * 2
    assert reading.frame["segment"].tolist() == [0, 0, 1, 1, 2, 2]
    assert reading.frame["time"].dt.second.tolist()[:4] == [0, 5, 9, 12]
    assert "2 of 6 fixes have no time" in reading.warnings


def test_points_of_a_layer_are_one_track(tmp_path):
    path = geojson(tmp_path / "a.json", *(feature(shapely.Point(lon, lat), time=iso(at)) for lon, lat, at in walk()))

    reading = read_tracks(path)

    assert reading.frame["track"].tolist() == [0] * 5
    assert reading.frame["time"].notna().all()


def test_a_logger_s_table_is_wgs84_with_a_warning(tmp_path):
    path = text(tmp_path / "a.csv", "longitude,latitude,time", "107.5,29.8,2024-06-05T01:00:00+00:00")

    reading = read_tracks(path)

    assert reading.crs == "EPSG:4326"
    assert any("GNSS" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    "lines",
    [
        ("经度,纬度,时间", "107.5,29.8,2024-06-05T01:00:00Z"),
        ("longitude,latitude,time", "107.5,29.8,2024-06-05 09:00:00"),
        ("x,y,time", "107.5,29.8,2024-06-05T01:00:00Z"),
        ("longitude,latitude", "107.5,29.8"),
    ],
    ids=["Chinese headers", "local times", "x and y", "no times"],
)
def test_any_other_table_must_declare_its_datum(tmp_path, lines):
    with pytest.raises(UnknownDatum, match="--crs"):
        read_tracks(text(tmp_path / "a.csv", *lines))


def test_a_chinese_export_is_grouped_into_tracks_and_read_in_chinese_time(tmp_path):
    path = text(
        tmp_path / "巡河.csv",
        "巡查编号,巡查人,河段编码,时间,经度,纬度,精度",
        "XH-1,张三,R1,2024-06-05 09:00:00,107.5,29.8,5",
        "XH-2,李四,R2,2024-06-05 09:00:00,107.6,29.8,8",
        "XH-1,张三,R1,2024-06-05 09:00:05,107.5001,29.8,6",
        encoding="gbk",
    )

    frame = read_tracks(path, crs="gcj02").frame

    assert frame["track"].tolist() == [0, 1, 0]
    assert frame["patrol"].tolist() == ["XH-1", "XH-2", "XH-1"]
    assert frame["reach"].tolist() == ["R1", "R2", "R1"]
    assert frame["time"].iloc[0] == pd.Timestamp("2024-06-05T01:00:00Z")
    assert frame["accuracy_m"].tolist() == [5, 8, 6]


def test_day_and_time_may_stand_in_two_columns(tmp_path):
    path = text(tmp_path / "a.csv", "日期,时间,经度,纬度", "2024/6/5,9:00:05,107.5,29.8")

    assert read_tracks(path, crs="4490").frame["time"].iloc[0] == pd.Timestamp("2024-06-05T01:00:05Z")


def test_seconds_since_1970_are_times(tmp_path):
    path = text(tmp_path / "a.csv", "timestamp,经度,纬度", "1717549200,107.5,29.8", "1717549205000,107.5,29.8")

    assert read_tracks(path, crs="4490").frame["time"].dt.second.tolist() == [0, 5]


def test_an_excel_of_fixes_is_read(tmp_path):
    path = workbook(tmp_path / "a.xlsx", 轨迹=[["经度", "纬度", "时间"], [107.5, 29.8, "2024-06-05 09:00:00"]])

    assert read("tracks", path, crs="gcj02").frame["time"].iloc[0] == pd.Timestamp("2024-06-05T01:00:00Z")


def test_a_table_without_places_is_refused_with_its_columns(tmp_path):
    with pytest.raises(InvalidInput, match="--map lon=COLUMN"):
        read_tracks(text(tmp_path / "a.csv", "a,b", "1,2"), crs="4490")


def test_headers_that_are_not_recognised_can_be_mapped(tmp_path):
    path = text(tmp_path / "a.csv", "a,b,c", "107.5,29.8,2024-06-05 09:00")

    frame = read_tracks(path, crs="4490", mapping={"lon": "a", "lat": "b", "time": "c"}).frame

    assert frame["time"].notna().all()


def test_a_file_with_no_good_fix_is_refused_with_the_first_reason(tmp_path):
    with pytest.raises(Unreadable, match="swapped"):
        read_tracks(gpx(tmp_path / "a.gpx", [(29.8, 107.5, iso(0))]))


def test_more_fixes_than_the_limit_are_refused(tmp_path):
    path = gpx(tmp_path / "a.gpx", fixes())

    with pytest.raises(InvalidInput, match="limit of 3"):
        read_tracks(path, limits=Limits(max_rows=3))


def test_the_quick_way_and_the_parser_agree_on_real_tracks(shared_data, monkeypatch):
    paths = sorted((shared_data / "beijing" / "tracks").glob("*.gpx"))[:20]
    quick = [read_tracks(path).frame for path in paths]
    monkeypatch.setattr(gpx_reader, "read_usual_gpx", lambda data: None)

    parsed = [read_tracks(path).frame for path in paths]

    for one, other in zip(quick, parsed, strict=True):
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_a_person_can_say_who_walked_a_file_without_columns(tmp_path):
    path = tmp_path / "a.gpx"
    path.write_text(
        '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        '<trkpt lat="29" lon="107"><time>2024-05-01T01:00:00Z</time></trkpt>'
        '<trkpt lat="29.001" lon="107"><time>2024-05-01T01:01:00Z</time></trkpt></trkseg></trk></gpx>',
        encoding="utf-8",
    )

    reading = read_tracks(path, mapping={"person": "=P2", "reach": "=R1", "time": "时间"})

    assert set(reading.frame["person"]) == {"P2"}
    assert set(reading.frame["reach"]) == {"R1"}
    assert any("--map time=" in warning for warning in reading.warnings)
