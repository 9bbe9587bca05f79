import numpy as np
import pytest
from geopandas import GeoSeries
from pyproj import Geod
from shapely import LineString, MultiLineString, Point, box

from geo.compute.reaches import cut_lines, lengths_m, measures_m, split_by_cells
from geo.errors import InvalidInput, WrongCRS

CGCS2000 = Geod(a=6378137, rf=298.257222101)
BEND = LineString([(0, 0), (100, 0), (100, 50)])
PARTS = MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]])
RIVER = LineString([(107.0, 29.9), (107.02, 29.91), (107.03, 29.9), (107.05, 29.93)])


def in_metres(*shapes):
    return GeoSeries(list(shapes), crs=4549)


def in_degrees(*shapes):
    return GeoSeries(list(shapes), crs=4490)


def test_a_length_is_the_geodesic_one_in_degrees_and_the_plain_one_in_metres():
    assert lengths_m(in_metres(BEND, PARTS, None)).tolist() == [150, 20, 0]
    assert lengths_m(in_degrees(RIVER)) == pytest.approx([CGCS2000.geometry_length(RIVER)], rel=1e-12)


def test_lines_without_a_reference_system_are_refused():
    with pytest.raises(WrongCRS):
        lengths_m(GeoSeries([BEND]))


def test_a_place_is_told_by_the_metres_from_the_start():
    places = in_metres(Point(90, 20), Point(-5, 3), Point(130, 90))

    assert measures_m(in_metres(BEND, BEND, BEND), places).tolist() == [120, 0, 150]


def test_a_place_in_degrees_is_told_in_ground_metres():
    place = Point(107.03, 29.9)

    before = CGCS2000.geometry_length(LineString(RIVER.coords[:3]))
    assert measures_m(in_degrees(RIVER), in_degrees(place)) == pytest.approx([before], rel=1e-9)


def test_nearness_is_judged_on_the_ground_not_in_degrees():
    steep = LineString([(107.0, 60.0), (107.01, 60.01)])
    foot = measures_m(in_degrees(steep), in_degrees(Point(107.01, 60.0)))

    # A degree of longitude is half as long there: the foot lies a fifth along, not half.
    assert foot / lengths_m(in_degrees(steep)) == pytest.approx(0.2, abs=0.005)


def test_without_line_or_place_there_is_no_measure():
    assert np.isnan(measures_m(in_metres(None, BEND, BEND), in_metres(Point(0, 0), None, Point()))).all()


def test_a_place_beside_the_second_part_counts_the_first_part_before_it():
    assert measures_m(in_metres(PARTS), in_metres(Point(25, 1))).tolist() == [15]


def test_cutting_at_measures_keeps_the_vertices_between():
    pieces = cut_lines(in_metres(BEND), [0, 0], [90, 0], [120, 150])

    assert [piece.wkt for piece in pieces] == ["LINESTRING (90 0, 100 0, 100 20)", BEND.wkt]


def test_cutting_across_parts_gives_parts():
    assert cut_lines(in_metres(PARTS), [0], [5], [15])[0] == MultiLineString([[(5, 0), (10, 0)], [(20, 0), (25, 0)]])


def test_measures_beyond_the_line_are_clipped():
    assert cut_lines(in_metres(BEND), [0], [-10], [10])[0] == LineString([(0, 0), (10, 0)])


def test_a_piece_without_length_is_none():
    assert cut_lines(in_metres(BEND, None), [0, 0, 1], [10, 200, 0], [10, 300, 5]).isna().all()


def test_a_piece_that_ends_before_it_starts_is_refused():
    with pytest.raises(InvalidInput, match=r"from 9.0 m to 3.0 m"):
        cut_lines(in_metres(BEND), [0], [9], [3])


def test_a_cut_in_degrees_is_as_long_as_asked():
    (piece,) = cut_lines(in_degrees(RIVER), [0], [1000], [4000])

    assert CGCS2000.geometry_length(piece) == pytest.approx(3000, rel=1e-5)


def test_a_reach_in_degrees_is_split_into_ground_metres():
    cells = in_degrees(box(107.0, 29.8, 107.025, 30), box(107.025, 29.8, 107.1, 30))

    pieces = split_by_cells(in_degrees(RIVER), cells)

    crossing = CGCS2000.geometry_length(LineString([*RIVER.coords[:2], (107.025, 29.905)]))
    assert pieces["cell"].tolist() == [0, 1]
    assert pieces["end_m"].tolist() == pytest.approx([crossing, CGCS2000.geometry_length(RIVER)], rel=1e-5)
    assert pieces["start_m"].tolist() == [0, pieces["end_m"][0]]


def test_a_reach_that_leaves_and_returns_has_a_row_for_each_stay():
    cells = in_metres(box(-5, -5, 95, 60), box(95, -5, 200, 30))

    pieces = split_by_cells(in_metres(LineString([(0, 0), (100, 0), (100, 20), (0, 20)])), cells)

    assert pieces.values.tolist() == [[0, 0, 0, 95], [0, 1, 95, 125], [0, 0, 125, 220]]


def test_a_reach_that_runs_back_on_itself_is_measured_twice():
    there_and_back = LineString([(0, 0), (20, 0), (0, 0)])

    pieces = split_by_cells(in_metres(there_and_back), in_metres(box(-1, -1, 10, 1), box(10, -1, 30, 1)))

    assert pieces.values.tolist() == [[0, 0, 0, 10], [0, 1, 10, 30], [0, 0, 30, 40]]


def test_nothing_to_split_gives_no_rows():
    assert split_by_cells(in_metres(), in_metres(box(0, 0, 1, 1))).empty
    assert split_by_cells(in_metres(BEND, None), in_metres()).empty
