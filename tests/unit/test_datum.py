"""The datums of Chinese maps."""

import numpy as np
import pytest
import shapely

from geo.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_mainland,
    parse_datum,
    shift_suspicion,
    wgs84_to_gcj02,
)
from geo.errors import UnknownDatum
from geo.readers import read_layer

TOWN = shapely.box(107.50, 29.80, 107.56, 29.86)
INSIDE = {
    "Beijing": (116.391, 39.907),
    "Shenzhen, Futian": (114.06, 22.545),
    "Shenzhen, Luohu": (114.12, 22.545),
    "Zhuhai": (113.56, 22.27),
    "Hengqin": (113.53, 22.13),
    "Xiamen": (118.10, 24.48),
    "Haikou": (110.30, 20.00),
    "Sanya": (109.50, 18.25),
    "Dandong": (124.385, 40.125),
    "Heihe": (127.50, 50.24),
    "Mohe": (122.50, 53.48),
    "Manzhouli": (117.38, 49.60),
    "Khorgos": (80.42, 44.21),
    "Kashgar": (75.99, 39.47),
    "Tashkurgan": (75.23, 37.77),
    "Yadong": (88.90, 27.48),
    "Ruili": (97.85, 24.01),
    "Hekou": (103.96, 22.53),
    "Dongxing": (107.97, 21.54),
}
OUTSIDE = {
    "Hong Kong, Kowloon": (114.17, 22.30),
    "Hong Kong, Yuen Long": (114.02, 22.45),
    "Macau": (113.55, 22.19),
    "Taipei": (121.50, 25.03),
    "Kinmen": (118.32, 24.44),
    "Seoul": (127.00, 37.50),
    "Jeju": (126.53, 33.50),
    "Pyongyang": (125.75, 39.03),
    "Sinuiju": (124.40, 40.08),
    "Hanoi": (105.85, 21.02),
    "Ulaanbaatar": (106.90, 47.90),
    "Kathmandu": (85.32, 27.71),
    "Vladivostok": (131.90, 43.12),
    "Almaty": (76.90, 43.25),
    "Tokyo": (139.70, 35.68),
    "Zurich": (8.54, 47.37),
}


@pytest.mark.parametrize("place", INSIDE.values(), ids=INSIDE.keys())
def test_the_shift_applies_in_mainland_china(place):
    assert in_mainland([place[0]], [place[1]]).tolist() == [True]


@pytest.mark.parametrize("place", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_outside_of_the_mainland_nothing_changes(place):
    lon, lat = np.array([place[0]]), np.array([place[1]])

    shifted = [convert(lon, lat) for convert in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_wgs84)]

    assert all((x[0], y[0]) == place for x, y in shifted)


def test_a_known_place_is_shifted_as_the_map_services_shift_it():
    lon, lat = wgs84_to_gcj02([116.391], [39.907])

    assert (lon[0], lat[0]) == pytest.approx((116.397241, 39.908401), abs=1e-6)


def test_baidu_adds_its_own_shift():
    lon, lat = gcj02_to_bd09([116.404], [39.915])

    assert (lon[0], lat[0]) == pytest.approx((116.410369, 39.921336), abs=1e-6)


def test_places_outside_and_inside_may_be_mixed():
    lon, _ = wgs84_to_gcj02([127.0, 116.391], [37.5, 39.907])

    assert lon[0] == 127.0
    assert lon[1] != 116.391


def test_no_number_stays_no_number():
    lon, _ = gcj02_to_wgs84([np.nan, 116.397241], [39.9, 39.908401])

    assert np.isnan(lon[0])
    assert lon[1] == pytest.approx(116.391, abs=1e-6)


def test_no_places_are_no_places():
    lon, lat = bd09_to_gcj02([], [])

    assert lon.shape == lat.shape == (0,)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("EPSG:4490", "EPSG:4490"),
        ("epsg:4326", "EPSG:4326"),
        ("4549", "EPSG:4549"),
        (" GCJ-02 ", "gcj02"),
        ("火星坐标", "gcj02"),
        ("BD09", "bd09"),
        ("WGS 84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
    ],
)
def test_a_datum_is_named_in_the_usual_ways(word, code):
    assert parse_datum(word).code == code


@pytest.mark.parametrize("word", ["", "mars", "EPSG:99999", "EPSG:5773", "/etc/passwd", "+proj=longlat", "EPSG:"])
def test_an_unknown_datum_is_refused_with_the_choices(word):
    with pytest.raises(UnknownDatum, match="gcj02"):
        parse_datum(word)


def test_places_that_fall_outside_by_a_shift_are_suspicious():
    lon, lat = np.meshgrid(np.linspace(107.501, 107.559, 40), np.linspace(29.801, 29.859, 40))
    shifted = wgs84_to_gcj02(lon.ravel(), lat.ravel())

    warning = shift_suspicion(*shifted, TOWN)

    assert warning is not None
    assert "--crs gcj02" in warning


def test_places_in_the_town_are_not_suspicious():
    lon, lat = np.meshgrid(np.linspace(107.501, 107.559, 40), np.linspace(29.801, 29.859, 40))

    assert shift_suspicion(lon.ravel(), lat.ravel(), TOWN) is None


def test_a_boundary_that_runs_beside_the_town_as_a_shift_predicts_is_suspicious():
    lon, lat = shapely.get_coordinates(shapely.segmentize(TOWN, 0.001)).T

    assert "GCJ-02" in str(shift_suspicion(*wgs84_to_gcj02(lon, lat), TOWN))
    assert shift_suspicion(lon, lat, TOWN) is None


def test_real_boundaries_in_gcj02_are_told_from_true_ones(shared_data):
    true = read_layer(shared_data / "datum" / "counties_cgcs2000.geojson")
    county = true[true["adcode"] == 500230].union_all()
    raw = read_layer(shared_data / "datum" / "fence_gcj02_500230.json")
    told = read_layer(shared_data / "datum" / "fence_gcj02_500230.json", crs="gcj02")

    share = [layer.geometry.iloc[0].intersection(county).area / county.area for layer in (raw, told)]

    assert share[1] > 0.995 > 0.985 > share[0]
    assert shift_suspicion(*shapely.get_coordinates(raw.geometry).T, county) is not None
    assert shift_suspicion(*shapely.get_coordinates(told.geometry).T, county) is None
