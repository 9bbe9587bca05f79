"""What a hostile file may try: bombs, paths, entities, drivers, formulas."""

import os
import sqlite3
import zipfile

import pytest
import xlsxwriter

from geo.errors import InvalidInput, TooLarge, Unreadable
from geo.readers import Limits, read_layer, read_tracks
from geo.readers.archives import members_of
from tests.unit.reader_files import SQUARE, bytes_of_zip, feature, geojson, geopackage, text, zipped

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><{root}><name>&c;</name></{root}>'
)
OUTWARD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><{root}><name>&a;</name></{root}>'
VRT = (
    b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    b"</OGRVRTDataSource>"
)


def write(path, content):
    path.write_bytes(content)
    return path


def link_in_archive(path):
    with zipfile.ZipFile(path, "w") as target:
        member = zipfile.ZipInfo("a.geojson")
        member.external_attr = 0o120777 << 16
        target.writestr(member, "/etc/passwd")
    return path


def lying_archive(path):
    """Write an archive whose directory says that its member is small."""
    data = bytearray(bytes_of_zip({"a.geojson": b" " * 50_000_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(signature) + offset
        data[at : at + 4] = (1000).to_bytes(4, "little")
    return write(path, bytes(data))


@pytest.mark.parametrize("root", ["gpx", "kml"])
@pytest.mark.parametrize("document", [BOMB, OUTWARD], ids=["bomb", "outward"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_entities_is_not_opened(tmp_path, root, document, encoding):
    content = document.replace("{root}", root).encode(encoding)
    path = write(tmp_path / f"a.{root}", content)

    with pytest.raises(Unreadable, match="entities or a document type"):
        read_layer(path)
    with pytest.raises(Unreadable, match="entities or a document type"):
        read_tracks(path)


def test_xml_nested_without_end_is_refused(tmp_path):
    path = text(tmp_path / "a.kml", "<kml>" + "<Folder>" * 100_000 + "</Folder>" * 100_000 + "</kml>")

    with pytest.raises(Unreadable):
        read_layer(path)


@pytest.mark.parametrize(
    "name", ["../a.geojson", "/etc/a.geojson", "..\\a.geojson", "C:\\a.geojson", "x/../../a.geojson"]
)
def test_an_archive_that_reaches_outside_of_itself_is_refused(tmp_path, name):
    with pytest.raises(Unreadable, match="outside of itself"):
        read_layer(zipped(tmp_path / "a.zip", {name: b"{}"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_two_members_of_one_name_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr("a.geojson", "{}")
        target.writestr("a.geojson", "[]")

    with pytest.raises(Unreadable, match="two members of one name"):
        read_layer(tmp_path / "a.zip")


def test_an_archive_with_a_nameless_member_is_refused(tmp_path):
    with pytest.raises(Unreadable):
        read_layer(zipped(tmp_path / "a.zip", {".": b"{}"}))


def test_a_binary_workbook_is_refused_with_the_way_out(tmp_path):
    path = zipped(tmp_path / "a.xlsb", {"[Content_Types].xml": b"", "xl/workbook.bin": b""})

    with pytest.raises(Unreadable, match=r"save it as \.xlsx"):
        read_layer(path)


@pytest.mark.parametrize(
    "cells",
    [
        """<row r='1'><c r='A1'/></row><row r='1048576'><c x=">" r='XFD1048576'/></row>""",
        '<row r="1"><c/></row><row r="1048576">' + "<c/>" * 16384 + "</row>",
        '<x:row xmlns:x="y" r="1"><x:c r="a1"/></x:row><row><c r="xfd1048576"/></row>',
    ],
    ids=["quotes", "no references", "prefixes and small letters"],
)
def test_no_way_of_writing_hides_how_far_a_sheet_spans(tmp_path, cells):
    members = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": b"<workbook/>",
        "xl/other/place.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode(),
    }

    with pytest.raises(TooLarge, match="17179869184 cells"):
        read_layer(zipped(tmp_path / "a.xlsx", members))


def test_an_archive_with_a_link_is_refused(tmp_path):
    with pytest.raises(Unreadable, match="a link in it"):
        read_layer(link_in_archive(tmp_path / "a.zip"))


@pytest.mark.parametrize("name", ["a.geojson", "xl/sheet.xml"])
def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path, name):
    members = {name: b" " * 50_000_000}
    if name.startswith("xl"):
        members |= {"[Content_Types].xml": b"", "xl/workbook.xml": b""}

    with pytest.raises(TooLarge, match="200 times"):
        read_layer(zipped(tmp_path / "a.zip", members))


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path):
    with pytest.raises(InvalidInput):
        read_layer(lying_archive(tmp_path / "a.zip"))


def test_the_limits_count_what_is_unpacked(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.geojson": os.urandom(5000)})

    with pytest.raises(TooLarge, match="unpacks to more"):
        read_layer(path, limits=Limits(max_unpacked_bytes=4000))


def test_an_archive_of_very_many_members_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {f"{i}.txt": b"" for i in range(50)})

    with pytest.raises(TooLarge, match="50 members"):
        read_layer(path, limits=Limits(max_members=10))


def test_an_archive_with_a_password_is_refused(tmp_path):
    data = bytearray(bytes_of_zip({"a.geojson": b"{}"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + offset] |= 1

    with pytest.raises(Unreadable, match="password"):
        members_of(bytes(data), Limits())


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    path = geojson(tmp_path / "a.geojson", feature(SQUARE))

    with pytest.raises(TooLarge, match="more than the limit of 0 MiB"):
        read_layer(path, limits=Limits(max_bytes=10))


def test_too_many_features_are_refused(tmp_path):
    for path in (
        geojson(tmp_path / "a.geojson", feature(SQUARE), feature(SQUARE)),
        geopackage(tmp_path / "a.gpkg", [SQUARE, SQUARE], n=[1, 2]),
        text(tmp_path / "a.kml", "<kml><Placemark/><Placemark/></kml>"),
    ):
        with pytest.raises(TooLarge, match="limit of 1"):
            read_layer(path, limits=Limits(max_rows=1))


@pytest.mark.parametrize("suffix", ["geojson", "json", "gpkg", "kml", "gpx", "csv", "shp", "vrt", "zip", "xlsx", "fit"])
def test_a_virtual_dataset_is_never_opened(tmp_path, suffix):
    with pytest.raises(InvalidInput):
        read_layer(write(tmp_path / f"a.{suffix}", VRT))


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://192.0.2.1/a.geojson",
        "/vsizip//etc/x.zip/a.geojson",
        "/vsistdin/",
        "http://192.0.2.1/a.geojson",
        "PG:dbname=wangge",
        "GPKG:/etc/a.gpkg",
        "",
        "a\0.geojson",
        "x" * 5000,
    ],
)
def test_names_that_gdal_would_follow_are_only_names(name):
    with pytest.raises(Unreadable, match=r"cannot be opened|not an ordinary file"):
        read_layer(name)


def test_what_is_no_ordinary_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.gpx")
    (tmp_path / "link.gpx").symlink_to(tmp_path / "nothing")

    for path in (tmp_path, tmp_path / "pipe.gpx", tmp_path / "link.gpx", "/dev/zero", "/dev/null"):
        with pytest.raises(Unreadable, match=r"not an ordinary file|cannot be opened"):
            read_tracks(path)


def test_a_name_cannot_break_the_line(tmp_path):
    path = tmp_path / "a\n\x1b[31mb.gpx"
    path.write_bytes(b"")

    with pytest.raises(Unreadable) as refusal:
        read_layer(path)

    assert str(refusal.value).isprintable()


def test_a_geopackage_with_a_virtual_table_is_not_opened(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", [SQUARE], n=[1])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES"
            " ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualOGR(''/etc/passwd'')')"
        )
    connection.close()

    with pytest.raises(Unreadable, match="virtual table"):
        read_layer(path)


def test_a_database_of_another_kind_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "a.gpkg")
    connection.execute("CREATE TABLE a (b)")
    connection.close()

    with pytest.raises(Unreadable, match="another kind"):
        read_layer(tmp_path / "a.gpkg")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.zip", "a.gpkg", "a.fit"])
def test_a_damaged_file_is_refused(tmp_path, name):
    heads = {
        "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "gpkg": b"SQLite format 3\0",
        "fit": b"\x0e\x10\0\0\xff\0\0\0.FIT",
    }
    path = write(tmp_path / name, heads.get(name[2:], b"PK\x03\x04") + b"nonsense" * 50)

    with pytest.raises(Unreadable):
        read_layer(path) if not name.endswith("fit") else read_tracks(path)


def corners(path):
    """Write a workbook of two cells in opposite corners of the sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "姓名")
        sheet.write(1_048_575, 16_383, "x")
    return path


def echo(path):
    """Write a workbook in which a long text is referred to very often."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(2000):
            sheet.write(row, 0, "长" * 5000)
    return path


def repetition(path):
    """Write an ODS in which one cell is repeated without end."""
    content = (
        '<d xmlns:table="t" xmlns:office="o" xmlns:text="x"><table:table>'
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table></d>'
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(path, {"mimetype": mimetype, "content.xml": content})


def test_a_sheet_that_spans_billions_of_cells_is_not_loaded(tmp_path):
    for path in (corners(tmp_path / "a.xlsx"), repetition(tmp_path / "a.ods")):
        with pytest.raises(TooLarge, match="17179869184 cells"):
            read_layer(path)


def test_texts_that_repeat_to_more_than_the_limit_are_not_loaded(tmp_path):
    path = echo(tmp_path / "a.xlsx")

    with pytest.raises(TooLarge, match="texts amount to more"):
        read_layer(path, limits=Limits(max_unpacked_bytes=20 * 1024**2))


def test_more_points_than_the_limit_are_not_parsed(tmp_path):
    path = text(tmp_path / "a.gpx", "<gpx>", *['<wpt lat="1" lon="1"/>'] * 5, "</gpx>")

    with pytest.raises(TooLarge, match="5 rows"):
        read_layer(path, limits=Limits(max_rows=4))
