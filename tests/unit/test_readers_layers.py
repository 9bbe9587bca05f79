"""Raw features of each format, and the encodings of shapefiles."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import InvalidInput, UnknownDatum, Unreadable
from geo.readers import read, read_layer
from tests.unit.reader_files import (
    SQUARE,
    bytes_of_zip,
    feature,
    fit,
    geojson,
    geopackage,
    shapefile,
    text,
    walk,
    zipped,
)

NAMES = ["清河镇", "柏树村", "三岔溪水库"]
PLACEMARKS = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark id="p1"><name><![CDATA[一级 & 保护区]]></name><ExtendedData><Data name="编号"><value>Z1</value></Data>
<SchemaData><SimpleData name="级别">一级</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>
107.50,29.80,0 107.51,29.80,0 107.51,29.81,0 107.50,29.81,0</coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark>
<Placemark><name>点</name><Point><coordinates>107.5, 29.8, 0</coordinates></Point></Placemark>
<Placemark><name>无</name></Placemark>
<NetworkLink><Link><href>http://192.0.2.1/more.kml</href></Link></NetworkLink>
</Folder></Document></kml>"""


def test_features_keep_their_order_and_null_geometries(tmp_path):
    path = geojson(
        tmp_path / "a.geojson", feature(SQUARE, n=1), feature(None, n=2), feature(shapely.Point(107, 29), n=3)
    )

    layer = read_layer(path)

    assert layer["n"].tolist() == [1, 2, 3]
    assert layer.geometry.isna().tolist() == [False, True, False]
    assert layer.crs == "EPSG:4490"


def test_geojson_without_crs_is_wgs84_by_its_definition(tmp_path):
    assert read_layer(geojson(tmp_path / "a.geojson", feature(SQUARE))).attrs["crs"] == "EPSG:4326"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("EPSG:4490", "EPSG:4490"),
    ],
)
def test_an_old_crs_member_is_understood(tmp_path, name, code):
    path = geojson(tmp_path / "a.geojson", feature(SQUARE), crs={"type": "name", "properties": {"name": name}})

    layer = read_layer(path)

    assert layer.attrs["crs"] == code
    assert layer.geometry.iloc[0].equals(SQUARE)


@pytest.mark.parametrize("name", ["EPSG:99999", "火星", "+init=/etc/passwd:1", None, 5])
def test_a_crs_member_that_is_not_understood_is_refused(tmp_path, name):
    path = geojson(tmp_path / "a.geojson", feature(SQUARE), crs={"type": "name", "properties": {"name": name}})

    with pytest.raises(UnknownDatum, match="say --crs"):
        read_layer(path)


@pytest.mark.parametrize(
    "content",
    [
        shapely.to_geojson(SQUARE),
        json.dumps(feature(SQUARE)),
        json.dumps(feature(SQUARE)) + "\n",
        "\ufeff" + json.dumps({"type": "FeatureCollection", "features": [feature(SQUARE)]}),
        json.dumps({"type": "GeometryCollection", "geometries": [shapely.geometry.mapping(SQUARE)]}),
    ],
    ids=["geometry", "feature", "line", "byte-order mark", "collection"],
)
def test_every_form_of_geojson_is_read(tmp_path, content):
    path = tmp_path / "a.geojson"
    path.write_text(content, encoding="utf-8")

    assert read_layer(path).geometry.iloc[0].bounds == SQUARE.bounds


def test_one_feature_a_line_is_read(tmp_path):
    path = text(tmp_path / "a.geojson", *(json.dumps(feature(SQUARE, n=i)) for i in range(3)))

    assert read_layer(path)["n"].tolist() == [0, 1, 2]


def test_nested_properties_stay_as_text_and_an_id_is_an_attribute(tmp_path):
    path = geojson(tmp_path / "a.geojson", {**feature(SQUARE, tags=["甲", 1]), "id": "f7"})

    layer = read_layer(path)

    assert layer.loc[0, ["tags", "id"]].tolist() == ['["甲", 1]', "f7"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[1, 2]",
        '{"type": "Topology"}',
        '{"a": 1}',
        "[" * 100_000,
        '{"type": "FeatureCollection", "features": 3}',
        "123",
    ],
)
def test_what_is_no_geojson_is_refused_or_told_by_row(tmp_path, content):
    path = tmp_path / "a.geojson"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InvalidInput):
        read_layer(path)


def test_a_bad_feature_of_a_raw_layer_is_refused_by_its_row(tmp_path):
    path = geojson(tmp_path / "a.geojson", feature(SQUARE), feature(shapely.Point(29.8, 107.5)))

    with pytest.raises(InvalidInput, match=r"row 2 of a.geojson: 29.8, 107.5 is no place in EPSG:4326; .* swapped"):
        read_layer(path)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "gb18030"])
def test_a_shapefile_s_encoding_is_found_from_its_bytes(tmp_path, encoding):
    path = shapefile(tmp_path / "a.shp", [SQUARE] * 3, encoding, 名称=NAMES)

    assert read_layer(path)["名称"].tolist() == NAMES


def test_a_declared_encoding_goes_first(tmp_path):
    path = shapefile(tmp_path / "a.shp", [SQUARE], "cp950", 名稱=["三岔溪水庫"])
    path.with_suffix(".cpg").write_text("BIG5", encoding="ascii")

    assert read_layer(path)["名稱"].tolist() == ["三岔溪水庫"]


def test_the_language_byte_declares_an_encoding_too(tmp_path):
    path = shapefile(tmp_path / "a.shp", [SQUARE], "cp949", language=0x4E, 이름=["보호구역"])

    assert read_layer(path)["이름"].tolist() == ["보호구역"]


def test_a_declaration_that_does_not_fit_the_bytes_is_not_followed(tmp_path):
    path = shapefile(tmp_path / "a.shp", [SQUARE] * 3, "gbk", 名称=NAMES)
    path.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")

    layer = read_layer(path)

    assert layer["名称"].tolist() == NAMES
    assert layer.attrs["warnings"] == ("the file declares utf-8, but its texts are gb18030",)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_character_that_the_width_cuts_in_two_is_dropped(tmp_path, encoding):
    long = "三岔溪水库饮用水水源一级保护区"
    path = shapefile(tmp_path / "a.shp", [SQUARE], encoding, 名=["甲" + long], 名称=["a" + long])

    layer = read_layer(path)

    assert ("甲" + long).startswith(layer["名"].iloc[0])
    assert ("a" + long).startswith(layer["名称"].iloc[0])


def test_a_shapefile_without_its_index_is_read(tmp_path):
    path = shapefile(tmp_path / "a.shp", [SQUARE] * 3, 名称=NAMES)
    path.with_suffix(".shx").unlink()

    layer = read_layer(path)

    assert layer["名称"].tolist() == NAMES
    assert not path.with_suffix(".shx").exists()


def test_a_shapefile_without_projection_must_declare_its_datum(tmp_path):
    path = shapefile(tmp_path / "a.shp", [SQUARE], crs=None, 名称=["清河镇"])

    with pytest.raises(UnknownDatum, match="--crs"):
        read_layer(path)
    assert read_layer(path, crs="EPSG:4490").geometry.iloc[0].equals(SQUARE)


def test_a_projection_without_code_is_used(tmp_path):
    path = shapefile(
        tmp_path / "a.shp", [SQUARE], crs="+proj=tmerc +lon_0=107.5 +x_0=500000 +ellps=GRS80 +datum=WGS84", 名称=["镇"]
    )
    grid = gpd.GeoSeries([SQUARE], crs=4490).to_crs("+proj=cea +lat_ts=30 +datum=WGS84")
    other = shapefile(tmp_path / "b.shp", list(grid), crs=grid.crs, 名称=["镇"])

    with pytest.raises(InvalidInput, match="seems to be degrees"):
        read_layer(path)
    assert read_layer(other).geometry.iloc[0].hausdorff_distance(SQUARE) < 1e-7


def test_a_projection_that_is_not_understood_needs_the_flag(tmp_path):
    path = shapefile(tmp_path / "a.shp", [SQUARE], 名称=["清河镇"])
    path.with_suffix(".prj").write_text("LOCAL_CS[]", encoding="ascii")

    with pytest.raises(UnknownDatum):
        read_layer(path)
    assert len(read_layer(path, crs="4490")) == 1


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj"])
def test_a_part_of_a_shapefile_is_refused_with_the_way_out(tmp_path, suffix):
    path = shapefile(tmp_path / "a.shp", [SQUARE], 名称=["清河镇"])

    with pytest.raises(Unreadable, match=r"give the \.shp file"):
        read_layer(path.with_suffix(suffix))


def test_a_shapefile_deep_in_an_archive_is_read(tmp_path):
    shapefile(tmp_path / "镇.shp", [SQUARE] * 3, 名称=NAMES)
    members = {f"数据/2024/矢量/镇{part.suffix.upper()}": part.read_bytes() for part in tmp_path.glob("镇.*")}

    layer = read_layer(zipped(tmp_path / "a.zip", {**members, "__MACOSX/x.shp": b"", "读我.txt": b"..."}))

    assert layer["名称"].tolist() == NAMES


def test_a_geopackage_is_read(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", [SQUARE, None], 名称=["甲", "乙"], 数=[1, 2])

    layer = read_layer(path)

    assert layer["名称"].tolist() == ["甲", "乙"]
    assert layer.geometry.isna().tolist() == [False, True]


def test_a_geopackage_of_several_layers_is_refused_unless_one_is_the_kind_s(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", [SQUARE], layer="底图", 名称=["甲"])
    geopackage(path, [SQUARE], layer="cells", code=["C1"], name=["一组"], level=["组"])

    with pytest.raises(Unreadable, match=r"several layers \(底图, cells\)"):
        read_layer(path)
    assert read("cells", path).frame["code"].tolist() == ["C1"]


def test_kml_gives_placemarks_with_their_data(tmp_path):
    layer = read_layer(text(tmp_path / "a.kml", PLACEMARKS))

    assert layer["name"].tolist() == ["一级 & 保护区", "点", "无"]
    assert layer.loc[0, ["编号", "级别", "id"]].tolist() == ["Z1", "一级", "p1"]
    assert [None if shape is None else shape.geom_type for shape in layer.geometry] == ["Polygon", "Point", None]
    assert layer.geometry.iloc[0].equals(SQUARE)
    assert layer.attrs["warnings"] == ("links to other documents are not followed",)


def test_a_kmz_gives_its_first_document(tmp_path):
    path = zipped(tmp_path / "a.kmz", {"doc.kml": PLACEMARKS.encode(), "files/icon.png": b"", "files/b.kml": b"<kml/>"})

    assert len(read_layer(path)) == 3


def test_zones_from_kml_are_read_as_zones(tmp_path):
    frame = read("zones", text(tmp_path / "a.kml", PLACEMARKS)).frame

    assert frame[["code", "name", "zone_class"]].to_numpy().tolist() == [["Z1", "一级 & 保护区", "1"]]


@pytest.mark.parametrize("encoding", ["gb2312", "gbk", "utf-16"])
def test_xml_in_other_encodings_is_read(tmp_path, encoding):
    path = tmp_path / "a.kml"
    path.write_bytes(PLACEMARKS.replace("UTF-8", encoding).encode(encoding))

    assert read_layer(path)["name"].iloc[1] == "点"


def test_a_fit_file_is_no_layer(tmp_path):
    with pytest.raises(InvalidInput, match="holds a track and nothing else"):
        read_layer(fit(tmp_path / "a.fit", walk()))


def test_a_projected_layer_comes_out_in_degrees_longitude_first(tmp_path):
    square = shapely.box(500000, 3300000, 501000, 3301000)
    path = geopackage(tmp_path / "a.gpkg", [square], crs="EPSG:4545", n=[1])

    west, south, east, north = read_layer(path).total_bounds

    assert np.allclose([west, south], [108.0, 29.82], atol=0.01)
    assert east > west
    assert north > south


def test_an_archive_with_an_archive_is_refused(tmp_path):
    with pytest.raises(Unreadable, match="another archive"):
        read_layer(zipped(tmp_path / "a.zip", {"b.zip": bytes_of_zip({"a.geojson": b"{}"})}))
