import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries, sjoin
from shapely import LineString, MultiLineString, Point, Polygon, box

from geo.compute.areas import ground_area_m2
from geo.compute.location import locate, shared_areas, shared_lengths, split_areas_by_cells
from geo.errors import WrongCRS

TWO = GeoSeries([box(0, 0, 10, 10), box(10, 0, 30, 10)], crs=4549)


def in_metres(*shapes):
    return GeoSeries(list(shapes), crs=4549)


def located(*points, cells=TWO):
    return locate(in_metres(*points), cells)


def test_a_point_within_one_cell_is_assigned_to_it():
    found = located(Point(3, 3), Point(20, 5))

    assert found["cell"].tolist() == [0, 1]
    assert found["status"].tolist() == ["assigned", "assigned"]


def test_a_point_on_a_common_border_is_never_given_to_either_side():
    (row,) = located(Point(10, 5)).itertuples()

    assert (row.cell, row.status, row.candidates) == (-1, "border", (0, 1))


def test_a_point_on_the_outer_border_says_so():
    (row,) = located(Point(0, 5)).itertuples()

    assert (row.cell, row.status, row.candidates) == (-1, "border", (0,))


def test_a_corner_of_four_cells_has_four_candidates():
    four = in_metres(box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2))

    assert located(Point(1, 1), cells=four)["candidates"].tolist() == [(0, 1, 2, 3)]


def test_a_computed_place_on_a_slanted_border_is_on_it():
    low = Polygon([(0, 0), (10.1, 7.3), (10.1, 0)])
    high = Polygon([(0, 0), (10.1, 7.3), (0, 7.3)])
    places = [LineString([(0, 0), (10.1, 7.3)]).interpolate(share, normalized=True) for share in (0.1, 0.3, 0.77)]

    assert set(located(*places, cells=in_metres(low, high))["candidates"]) == {(0, 1)}


def test_a_point_in_overlapping_cells_goes_to_neither():
    (row,) = located(Point(5, 5), cells=in_metres(box(0, 0, 9, 9), box(4, 4, 12, 12))).itertuples()

    assert (row.cell, row.status, row.candidates) == (-1, "border", (0, 1))


def test_a_point_in_a_hole_or_without_place_is_outside():
    holed = in_metres(box(0, 0, 10, 10) - box(4, 4, 6, 6))

    found = located(Point(5, 5), None, Point(), Point(50, 50), cells=holed)

    assert found["status"].tolist() == ["outside"] * 4
    assert found["cell"].tolist() == [-1] * 4


def test_the_answer_keeps_the_index_of_the_points():
    points = GeoSeries([Point(3, 3), Point(20, 5)], index=["甲", "乙"], crs=4549)

    assert locate(points, TWO).loc["乙", "cell"] == 1


def test_cells_without_geometry_claim_nothing():
    assert located(Point(1, 1), cells=in_metres(None, Polygon(), box(0, 0, 2, 2)))["cell"].tolist() == [2]


def test_no_points_or_no_cells_give_no_answers():
    nothing = GeoSeries([], crs=4549)

    assert locate(nothing, TWO).empty
    assert located(Point(1, 1), cells=nothing)["status"].tolist() == ["outside"]


def test_two_systems_are_refused():
    with pytest.raises(WrongCRS, match="EPSG:4490 and EPSG:4549"):
        locate(GeoSeries([Point(0, 0)], crs=4490), TWO)


def test_locating_agrees_with_geopandas():
    generator = np.random.default_rng(7)
    seeds = shapely.multipoints(generator.uniform(0, 1000, (300, 2)))
    cells = GeoSeries(shapely.get_parts(shapely.voronoi_polygons(seeds)), crs=4549)
    points = GeoSeries.from_xy(*generator.uniform(-50, 1050, (5000, 2)).T, crs=4549)

    found = locate(points, cells)

    joined = sjoin(GeoDataFrame(geometry=points), GeoDataFrame(geometry=cells), predicate="within", how="left")
    assert found["cell"].tolist() == joined["index_right"].fillna(-1).astype(int).tolist()


def test_a_reach_is_divided_among_the_cells_it_runs_through():
    shared = shared_lengths(in_metres(LineString([(0, 5), (30, 5)])), TWO)

    assert shared.values.tolist() == [[0, 0, 10], [0, 1, 20]]


def test_a_piece_along_a_common_border_belongs_to_the_cell_on_its_left():
    up, down = LineString([(10, 0), (10, 10)]), LineString([(10, 10), (10, 0)])

    shared = shared_lengths(in_metres(up, down), TWO)

    assert shared.values.tolist() == [[0, 0, 10], [1, 1, 10]]


def test_a_piece_along_the_outer_border_belongs_to_the_only_cell_beside_it():
    shared = shared_lengths(in_metres(LineString([(0, 10), (10, 10)]), LineString([(10, 10), (0, 10)])), TWO)

    assert shared.values.tolist() == [[0, 0, 10], [1, 0, 10]]


def test_a_border_with_other_vertices_on_each_side_is_still_common():
    knots = [(0, 0), (3.3, 2.31), (7.7, 5.39), (10, 7)]
    low, high = Polygon([(0, 0), (10, 7), (10, 0)]), Polygon([*knots, (0, 7)])

    shared = shared_lengths(in_metres(LineString([(0, 0), (10, 7)])), in_metres(low, high))

    assert shared.values.tolist() == [[0, 1, pytest.approx(149**0.5, rel=1e-12)]]


def test_a_reach_that_only_touches_a_cell_shares_nothing_with_it():
    shared = shared_lengths(in_metres(LineString([(5, 5), (10, 5)]), LineString([(5, 5), (10, 5), (5, 8)])), TWO)

    assert shared["cell"].tolist() == [0, 0]


def test_a_reach_that_comes_back_into_a_cell_has_one_row_for_it():
    shared = shared_lengths(in_metres(LineString([(5, 2), (15, 2), (15, 8), (5, 8)])), TWO)

    assert shared.values.tolist() == [[0, 0, 10], [0, 1, 16]]


def test_the_parts_of_a_reach_count_together():
    parts = MultiLineString([[(1, 1), (4, 1)], [(6, 1), (12, 1)]])

    assert shared_lengths(in_metres(parts), TWO).values.tolist() == [[0, 0, 7], [0, 1, 2]]


def test_what_lies_outside_all_cells_has_no_row():
    shared = shared_lengths(in_metres(LineString([(-5, 5), (5, 5)]), LineString([(50, 0), (60, 0)]), None), TWO)

    assert shared.values.tolist() == [[0, 0, 5]]


def test_a_zone_is_divided_among_the_cells_it_covers():
    assert shared_areas(in_metres(box(5, 0, 20, 10)), TWO).values.tolist() == [[0, 0, 50], [0, 1, 100]]


def test_a_zone_that_only_touches_a_cell_shares_nothing_with_it():
    assert shared_areas(in_metres(box(0, 0, 10, 10)), TWO)["cell"].tolist() == [0]


def test_a_broken_zone_is_repaired_first():
    bow_tie = Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])

    assert shared_areas(in_metres(bow_tie, None), TWO).values.tolist() == [[0, 0, 8]]


@pytest.mark.parametrize("share", [shared_lengths, shared_areas])
def test_lengths_and_areas_in_degrees_are_refused(share):
    degrees = GeoSeries([box(0, 0, 1, 1)], crs=4490)

    with pytest.raises(WrongCRS, match="must be in metres"):
        share(degrees, degrees)
    with pytest.raises(WrongCRS):
        share(TWO, degrees)
    with pytest.raises(WrongCRS):
        share(TWO, TWO.set_crs(4545, allow_override=True))


def test_many_points_are_told_as_few_are():
    generator = np.random.default_rng(3)
    points = GeoSeries.from_xy(*generator.uniform(-5, 35, (30_000, 2)).round(1).T, crs=4549)

    found = locate(points, TWO)

    few = locate(points.iloc[:5000], TWO)
    assert found.iloc[:5000].equals(few)
    assert set(found["status"]) == {"assigned", "border", "outside"}


def test_many_points_without_any_cell_lie_outside():
    points = GeoSeries.from_xy(np.zeros(30_000), np.zeros(30_000), crs=4549)

    assert (locate(points, in_metres(None))["status"] == "outside").all()


def test_a_zone_in_degrees_is_divided_into_ground_areas_that_add_up():
    cells = GeoSeries([box(107, 29.9, 107.01, 29.91), box(107.01, 29.9, 107.03, 29.91)], crs=4490)
    zone = Point(107.011, 29.905).buffer(0.004)

    shared = split_areas_by_cells(GeoSeries([zone], crs=4490), cells)

    assert shared["cell"].tolist() == [0, 1]
    assert shared["area_m2"].sum() == pytest.approx(ground_area_m2([zone])[0], rel=1e-9)


def test_a_zone_that_meets_a_cell_in_an_area_and_a_line_shares_the_area():
    zone = Polygon([(1, 0), (2, 0), (2, 3), (0, 3), (0, 2), (1, 2), (1, 1.5), (0.5, 1.5), (0.5, 1), (1, 1)])
    cells = GeoSeries([box(0, 0, 1, 3)], crs=4490)

    shared = split_areas_by_cells(GeoSeries([zone], crs=4490), cells)

    expected = ground_area_m2([box(0, 2, 1, 3), box(0.5, 1, 1, 1.5)]).sum()
    assert shared["area_m2"].tolist() == pytest.approx([expected], rel=1e-9)


def test_ground_areas_of_what_is_in_metres_are_refused():
    with pytest.raises(WrongCRS, match="must be in degrees"):
        split_areas_by_cells(TWO, TWO)
