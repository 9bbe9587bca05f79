"""Ground metres, against pyproj's geodesics."""

import numpy as np
import pyproj
import pytest
import shapely
from geopandas import GeoSeries
from shapely import LineString, MultiLineString, Point, box

from geo.crs import (
    STORAGE,
    geodesic_area_m2,
    geodesic_length_m,
    local_crs,
    require_degrees,
    require_metres,
    to_metres,
)
from geo.errors import InvalidInput, WrongCRS

GROUND = pyproj.Geod(a=6378137.0, rf=298.257222101)


def walk(lon, lat, *, steps=200, step_deg=0.001, seed=1):
    moves = np.random.default_rng(seed).normal(0, step_deg, (steps, 2))
    return LineString(np.cumsum(moves, axis=0) + np.array([lon, lat]))


@pytest.mark.parametrize(
    "place", [(107, 29), (116.4, 39.9), (-76.6, 39.3), (8.5, 47.4), (126.9, 37.5), (0, 0), (20, -84)]
)
def test_lengths_are_those_of_geodesics(place):
    line = walk(*place)

    assert geodesic_length_m([line])[0] == pytest.approx(GROUND.geometry_length(line), rel=1e-9)


def test_parts_add_up_and_what_is_no_line_has_no_length():
    parts = MultiLineString([walk(107, 29, seed=2), walk(108, 30, seed=3)])

    lengths_m = geodesic_length_m([None, parts, LineString(), Point(107, 29)])

    assert lengths_m.tolist() == [0, pytest.approx(GROUND.geometry_length(parts), rel=1e-9), 0, 0]


def test_no_lines_have_no_lengths():
    assert geodesic_length_m([]).shape == (0,)


@pytest.mark.parametrize("place", [(107, 29), (116.4, 39.9), (-76.6, 39.3), (8.5, 47.4)])
def test_lengths_in_the_local_plane_are_those_of_the_ground(place):
    lines = GeoSeries([walk(*place)], crs=STORAGE)

    assert to_metres(lines).length[0] == pytest.approx(GROUND.geometry_length(lines[0]), rel=1e-5)


def test_a_line_of_200_km_is_measured_within_1e_5():
    coordinates = GROUND.npts(107, 29, 107.02, 30.8, 400, initial_idx=0, terminus_idx=0)
    line = LineString(coordinates)

    lengths_m = [geodesic_length_m([line])[0], to_metres(GeoSeries([line], crs=STORAGE)).length[0]]

    assert lengths_m == pytest.approx([GROUND.inv(107, 29, 107.02, 30.8)[2]] * 2, rel=1e-5)


def test_a_line_of_200_km_eastwards_is_measured_along_geodesics():
    coordinates = GROUND.npts(107, 29, 109.05, 29.1, 400, initial_idx=0, terminus_idx=0)

    length_m = geodesic_length_m([LineString(coordinates)])[0]

    assert length_m == pytest.approx(GROUND.inv(107, 29, 109.05, 29.1)[2], rel=1e-9)


def test_areas_are_those_of_the_ellipsoid():
    field = shapely.segmentize(box(107, 29, 107.02, 29.03), 0.0002)

    area_m2 = geodesic_area_m2([field, None])

    assert area_m2.tolist() == [pytest.approx(abs(GROUND.geometry_area_perimeter(field)[0]), rel=1e-7), 0]


@pytest.mark.parametrize(
    "place", [[107, 29, 107.2, 29.4], box(107, 29, 107.2, 29.4), GeoSeries([box(107, 29, 107.2, 29.4)])]
)
def test_a_local_plane_is_centred_on_the_data(place):
    crs = local_crs(place)

    centre = pyproj.Transformer.from_crs(STORAGE, crs, always_xy=True).transform(107.1, 29.2)

    assert centre == pytest.approx((0, 0), abs=1e-6)


@pytest.mark.parametrize("nowhere", [GeoSeries([None, LineString()]), LineString(), [np.nan] * 4])
def test_nowhere_has_no_local_plane(nowhere):
    with pytest.raises(InvalidInput, match="no place to centre"):
        local_crs(nowhere)


def test_geometries_without_a_system_cannot_be_turned_into_metres():
    with pytest.raises(WrongCRS, match="no reference system"):
        to_metres(GeoSeries([Point(107, 29)]))


@pytest.mark.parametrize(("check", "right", "wrong"), [(require_metres, 4549, 4490), (require_degrees, 4490, 4549)])
def test_a_system_of_the_wrong_unit_is_refused(check, right, wrong):
    series = [GeoSeries([Point(1, 2)], crs=crs) for crs in (right, right, wrong)]

    assert check(*series[:2]) is None
    with pytest.raises(WrongCRS, match="must be in"):
        check(*series)


@pytest.mark.parametrize(("check", "first", "second"), [(require_metres, 4549, 4548), (require_degrees, 4490, 4326)])
def test_two_systems_are_refused(check, first, second):
    with pytest.raises(WrongCRS, match="two reference systems"):
        check(*(GeoSeries([Point(1, 2)], crs=crs) for crs in (first, second)))
