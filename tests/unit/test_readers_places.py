"""Where rows lie: coordinates that are no place, and the datum they are in."""

import pytest
import shapely

from geo.datum import wgs84_to_gcj02
from geo.errors import UnknownDatum
from geo.readers import read
from tests.unit.reader_files import SQUARE, geopackage, text

CELL = {"code": "C1", "name": "一组", "level": "组级", "region": "500230108201"}


def reasons(reading):
    return {rejection.row: str(rejection.reason) for rejection in reading.rejected}


@pytest.mark.parametrize(
    ("lon", "lat", "crs", "words"),
    [
        ("29.8", "107.5", "4490", "seem to be swapped"),
        ("29.8", "107.5", "gcj02", "seem to be swapped"),
        ("40", "85", "4490", "seem to be swapped"),
        ("0", "0", "4490", "a place was not known"),
        ("500000", "3300000", "4490", "seems to be metres"),
        ("107.5", "29.8", "EPSG:4545", "seems to be degrees"),
        ("3300000", "500000", "EPSG:4545", "seem to be swapped"),
        ("36500000", "3300000", "EPSG:4545", "a zone number stands in front"),
        ("inf", "29.8", "4490", "no numbers"),
        ("东经", "29.8", "4490", "no pair of coordinates"),
        ("107.5", "", "4490", "no pair of coordinates"),
    ],
)
def test_coordinates_that_are_no_place_are_rejected_with_a_hint(tmp_path, lon, lat, crs, words):
    path = text(tmp_path / "a.csv", "编号,名称,类型,经度,纬度", f"1,甲,加油站,{lon},{lat}")

    assert words in reasons(read("sites", path, crs=crs))[1]


def test_a_table_with_places_must_declare_its_datum(tmp_path):
    path = text(tmp_path / "a.csv", "编号,名称,类型,经度,纬度", "1,甲,加油站,107.5,29.8")

    with pytest.raises(UnknownDatum, match=r"--crs EPSG:4490 .* gcj02, bd09"):
        read("sites", path)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "wgs84"])
def test_wgs84_counts_as_cgcs2000(tmp_path, crs):
    path = text(tmp_path / "a.csv", "编号,名称,类型,经度,纬度", "1,甲,加油站,107.5,29.8")

    assert read("sites", path, crs=crs).frame.geometry.iloc[0].coords[0] == (107.5, 29.8)


def test_gcj02_is_undone(tmp_path):
    lon, lat = wgs84_to_gcj02([107.5], [29.8])
    path = text(tmp_path / "a.csv", "编号,名称,类型,经度,纬度", f"1,甲,加油站,{lon[0]},{lat[0]}")

    reading = read("sites", path, crs="gcj02")

    assert reading.crs == "gcj02"
    assert reading.frame.geometry.iloc[0].coords[0] == pytest.approx((107.5, 29.8), abs=1e-9)


def test_a_projected_table_is_read(tmp_path):
    path = text(tmp_path / "a.csv", "编号,名称,类型,e,n", "1,甲,加油站,2683920,1245604")

    place = read("sites", path, crs="EPSG:2056").frame.geometry.iloc[0]

    assert (place.x, place.y) == pytest.approx((8.54942, 47.35594), abs=1e-5)


def test_a_file_s_own_crs_is_used(tmp_path):
    path = geopackage(
        tmp_path / "a.gpkg",
        [shapely.box(500000, 3300000, 500100, 3300100)],
        crs="EPSG:4545",
        **{k: [v] for k, v in CELL.items()},
    )

    reading = read("cells", path)

    assert reading.crs == "EPSG:4545"
    assert reading.frame.geometry.iloc[0].centroid.x == pytest.approx(108.0, abs=1e-3)
    assert reading.warnings == ()


def test_a_flag_goes_before_a_file_s_own_crs_with_a_warning(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", [SQUARE], crs="EPSG:4610", **{k: [v] for k, v in CELL.items()})

    reading = read("cells", path, crs="EPSG:4490")

    assert reading.frame.geometry.iloc[0].equals(SQUARE)
    assert "but is read as EPSG:4490" in reading.warnings[0]


def test_a_shifted_datum_may_be_projected(tmp_path):
    lon, lat = wgs84_to_gcj02(*shapely.get_coordinates(SQUARE).T)
    path = geopackage(
        tmp_path / "a.gpkg",
        [shapely.Polygon(zip(lon, lat, strict=True))],
        crs="EPSG:4326",
        **{k: [v] for k, v in CELL.items()},
    )

    assert read("cells", path, crs="gcj02").frame.geometry.iloc[0].hausdorff_distance(SQUARE) < 1e-8


def test_an_old_chinese_datum_is_converted_with_a_warning(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", [SQUARE], crs="EPSG:4214", **{k: [v] for k, v in CELL.items()})

    assert "Beijing 1954 is related to CGCS2000 only roughly" in read("cells", path).warnings[0]
