import json

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import Geod
from shapely import MultiPolygon, Polygon, box

from geo.compute.areas import ground_area_m2
from geo.compute.topology import check_cells, name_cells, region_of
from geo.errors import InvalidInput, WrongCRS

CGCS2000 = Geod(a=6378137, rf=298.257222101)
WEST, SOUTH = 107.0, 29.9
# At this latitude these are 10 m and 1 cm within a permille.
TEN_METRES, CENTIMETRE = 10 / 96_600, 0.01 / 96_600


def cells_of(*shapes, **columns):
    return GeoDataFrame(columns, geometry=list(shapes), crs=4490)


def unit(column, row, size=0.01):
    return box(WEST + column * size, SOUTH + row * size, WEST + (column + 1) * size, SOUTH + (row + 1) * size)


def geodesic_m2(shape):
    return abs(CGCS2000.geometry_area_perimeter(shapely.orient_polygons(shape))[0])


def test_a_clean_partition_is_complete():
    cells = cells_of(unit(0, 0), unit(1, 0), unit(0, 1), unit(1, 1))

    report = check_cells(cells, box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02))

    assert report.as_dict() == {
        "cells": 4,
        "invalid": [],
        "overlaps": [],
        "gaps": [],
        "outside": [],
        "slivers": [],
        "complete": True,
    }


def test_an_overlap_names_both_cells_with_its_ground_area_and_a_place_within():
    shared = box(WEST + 0.009, SOUTH, WEST + 0.01, SOUTH + 0.01)
    cells = cells_of(unit(0, 0), unit(1, 0).union(shared), id=["东村", "西村"])

    report = check_cells(cells)

    (overlap,) = report.overlaps
    assert overlap.cells == ("东村", "西村")
    assert overlap.area_m2 == pytest.approx(geodesic_m2(shared), rel=1e-5)
    assert shared.contains(shapely.Point(overlap.place))
    assert not report.complete


def test_an_overlap_in_two_pieces_is_one_entry():
    comb = MultiPolygon([box(WEST + 0.009, SOUTH + y, WEST + 0.011, SOUTH + y + 0.002) for y in (0.001, 0.006)])

    (overlap,) = check_cells(cells_of(unit(0, 0), comb)).overlaps

    assert overlap.pieces == 2
    assert overlap.area_m2 == pytest.approx(geodesic_m2(unit(0, 0) & comb), rel=1e-5)


def test_a_cell_that_occurs_twice_overlaps_itself():
    (overlap,) = check_cells(cells_of(unit(0, 0), unit(0, 0))).overlaps

    assert overlap.cells == (0, 1)
    assert overlap.area_m2 == pytest.approx(geodesic_m2(unit(0, 0)), rel=1e-5)


def test_every_pair_of_three_overlapping_cells_is_listed():
    report = check_cells(cells_of(*(unit(0, 0) for _ in range(3))))

    assert {overlap.cells for overlap in report.overlaps} == {(0, 1), (0, 2), (1, 2)}


def test_an_enclosed_hole_is_a_gap_though_the_coverage_is_valid():
    ring = [unit(column, row) for column in range(3) for row in range(3) if (column, row) != (1, 1)]
    assert shapely.coverage_is_valid(ring)

    (gap,) = check_cells(cells_of(*ring)).gaps

    assert gap.area_m2 == pytest.approx(geodesic_m2(unit(1, 1)), rel=1e-5)
    assert unit(1, 1).contains(shapely.Point(gap.place))
    # Not the four that only touch its corners.
    assert gap.neighbours == (1, 3, 4, 6)


def test_a_hole_between_cells_that_only_touch_at_corners_is_enclosed():
    cross = [unit(1, 0), unit(0, 1), unit(2, 1), unit(1, 2)]

    (gap,) = check_cells(cells_of(*cross)).gaps

    assert gap.area_m2 == pytest.approx(geodesic_m2(unit(1, 1)), rel=1e-5)


def test_an_open_bay_is_a_gap_only_within_a_region():
    cells = cells_of(unit(0, 0), unit(1, 0), unit(0, 1))
    region = box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)

    assert check_cells(cells).complete
    (gap,) = check_cells(cells, region).gaps

    assert gap.area_m2 == pytest.approx(geodesic_m2(unit(1, 1)), rel=1e-5)
    assert gap.neighbours == (1, 2)


def test_what_a_cell_claims_beyond_the_region_is_outside():
    region = box(WEST, SOUTH, WEST + 0.018, SOUTH + 0.01)

    report = check_cells(cells_of(unit(0, 0), unit(1, 0), code=["a", "b"]), region)

    (outside,) = report.outside
    assert outside.cell == "b"
    assert outside.area_m2 == pytest.approx(geodesic_m2(unit(1, 0) - region), rel=1e-5)
    assert not report.complete


def test_an_enclave_is_no_defect():
    town = unit(0, 0) - unit(0.4, 0.4, 0.002)
    enclave = unit(0, 0) - town

    assert check_cells(cells_of(town, enclave), unit(0, 0)).complete


def test_an_unfilled_enclave_is_a_gap():
    town = unit(0, 0) - box(WEST + 0.004, SOUTH + 0.004, WEST + 0.006, SOUTH + 0.006)

    (gap,) = check_cells(cells_of(town)).gaps

    assert gap.neighbours == (0,)


def test_a_cell_may_have_several_parts():
    checkers = [MultiPolygon([unit(0, 0), unit(1, 1)]), MultiPolygon([unit(1, 0), unit(0, 1)])]

    assert check_cells(cells_of(*checkers), box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)).complete


def test_different_vertices_along_one_border_are_no_defect():
    line = np.linspace((WEST, SOUTH), (WEST + 0.02, SOUTH + 0.0137), 8)
    other = np.linspace((WEST, SOUTH), (WEST + 0.02, SOUTH + 0.0137), 23)
    north = Polygon([*line, (WEST, SOUTH + 0.03)])
    south = Polygon([*other, (WEST + 0.02, SOUTH)])
    region = shapely.union(north, south).convex_hull

    assert check_cells(cells_of(north, south)).complete
    assert not shapely.coverage_is_valid([north, south])
    assert check_cells(cells_of(north, south), region).complete


def test_a_gap_of_a_centimetre_by_ten_metres_is_a_defect():
    hole = box(WEST + 0.005, SOUTH + 0.005, WEST + 0.005 + TEN_METRES, SOUTH + 0.005 + CENTIMETRE)

    (gap,) = check_cells(cells_of(unit(0, 0) - hole)).gaps

    assert gap.area_m2 == pytest.approx(0.1149, rel=0.01)
    assert hole.contains(shapely.Point(gap.place))


def test_a_hole_is_enclosed_even_if_its_border_is_open_by_a_hair():
    hair = 1e-12
    west = box(WEST, SOUTH, WEST + 0.005, SOUTH + 0.01) - box(WEST + 0.004, SOUTH + 0.004, WEST + 0.005, SOUTH + 0.006)
    east = box(WEST + 0.005 + hair, SOUTH, WEST + 0.01, SOUTH + 0.01)

    (gap,) = check_cells(cells_of(west, east)).gaps

    assert gap.area_m2 == pytest.approx(geodesic_m2(box(0.004, SOUTH + 0.004, 0.005, SOUTH + 0.006)), rel=1e-4)
    assert gap.neighbours == (0, 1)


def test_two_gaps_joined_by_a_hair_are_two():
    hair = box(WEST, SOUTH + 0.005, WEST + 0.01, SOUTH + 0.005 + 1e-11)
    holes = [box(WEST + x, SOUTH + 0.004, WEST + x + 0.001, SOUTH + 0.006) for x in (0.002, 0.007)]
    cell = shapely.difference(unit(0, 0), shapely.union_all([hair, *holes]))

    gaps = check_cells(cells_of(cell), unit(0, 0)).gaps

    assert [gap.area_m2 for gap in gaps] == pytest.approx([geodesic_m2(hole) for hole in holes], rel=1e-4)


def test_a_piece_below_the_tolerance_is_a_sliver_and_no_obstacle():
    hole = box(WEST + 0.005, SOUTH + 0.005, WEST + 0.005 + TEN_METRES, SOUTH + 0.005 + CENTIMETRE)
    shared = box(WEST + 0.009, SOUTH, WEST + 0.01, SOUTH + 0.0001)

    report = check_cells(cells_of(unit(0, 0) - hole, unit(1, 0).union(shared)), tolerance_m2=2000)

    assert report.complete
    assert [(sliver.kind, sliver.cells) for sliver in report.slivers] == [("overlap", (0, 1)), ("gap", (0,))]


def test_defects_of_a_kind_come_largest_first():
    holes = [box(WEST + 0.001, SOUTH + 0.001, WEST + 0.001 + size, SOUTH + 0.002) for size in (0.001,)]
    holes += [box(WEST + 0.004, SOUTH + 0.004, WEST + 0.008, SOUTH + 0.008)]

    areas = [gap.area_m2 for gap in check_cells(cells_of(unit(0, 0) - MultiPolygon(holes))).gaps]

    assert areas == sorted(areas, reverse=True)
    assert len(areas) == 2


def test_a_broken_cell_is_listed_and_its_repaired_copy_is_checked():
    bow_tie = Polygon([(WEST, SOUTH), (WEST + 0.01, SOUTH + 0.01), (WEST + 0.01, SOUTH), (WEST, SOUTH + 0.01)])
    left = unit(-1, 0)

    report = check_cells(cells_of(left, bow_tie, bow_tie.buffer(0)))

    (invalid,) = report.invalid
    assert (invalid.cell, invalid.reason) == (1, "its border crosses itself")
    assert invalid.place == pytest.approx((WEST + 0.005, SOUTH + 0.005))
    assert [overlap.cells for overlap in report.overlaps] == [(1, 2)]


def test_missing_and_empty_geometry_is_listed_and_harms_nothing_else():
    report = check_cells(cells_of(unit(0, 0), None, Polygon(), unit(1, 0)))

    assert [(entry.cell, entry.reason, entry.place) for entry in report.invalid] == [
        (1, "it has no geometry", None),
        (2, "its geometry is empty", None),
    ]
    assert report.overlaps == report.gaps == ()
    assert not report.complete


def test_a_layer_without_any_shape_leaves_the_whole_region_as_gap():
    report = check_cells(cells_of(None), unit(0, 0))

    assert report.gaps[0].area_m2 == pytest.approx(geodesic_m2(unit(0, 0)), rel=1e-5)
    assert not report.gaps[0].neighbours


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (shapely.LineString([(WEST, SOUTH), (WEST + 1, SOUTH)]), "feature 2 is a line, not a polygon.*Polygonize"),
        (shapely.Point(WEST, SOUTH), "feature 2 is a Point, not a polygon"),
    ],
)
def test_what_is_no_polygon_is_refused_with_a_way_out(shape, says):
    with pytest.raises(InvalidInput, match=says):
        check_cells(cells_of(unit(0, 0), shape))


def test_cells_in_metres_are_refused():
    with pytest.raises(WrongCRS, match="must be in degrees"):
        check_cells(GeoSeries([box(0, 0, 1, 1)], crs=4549))


def test_no_cells_at_all_are_refused():
    with pytest.raises(InvalidInput, match="no cells"):
        check_cells(cells_of())


def test_a_region_without_polygon_is_refused():
    with pytest.raises(InvalidInput, match="no polygon"):
        check_cells(cells_of(unit(0, 0)), shapely.Point(WEST, SOUTH))


def test_a_region_may_come_in_pieces():
    region = region_of(cells_of(unit(0, 0), None, unit(1, 0)))

    assert region.equals(box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.01))


def test_a_region_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="no polygon"):
        region_of(cells_of(None))


def test_cells_are_named_by_id_then_code_then_position():
    shapes = [unit(0, 0), unit(1, 0)]

    assert name_cells(cells_of(*shapes, id=["a", "b"], code=["c", "d"])) == ["a", "b"]
    assert name_cells(cells_of(*shapes, CODE=[7.0, None])) == [7, 1]
    assert name_cells(cells_of(*shapes, name=["x", "y"])) == [0, 1]


def test_the_report_is_json():
    cells = cells_of(unit(0, 0), unit(0.5, 0), id=np.array([3, 4]))

    printed = json.loads(json.dumps(check_cells(cells, unit(0, 0), 0.0).as_dict()))

    assert set(printed) == {"cells", "invalid", "overlaps", "gaps", "outside", "slivers", "complete"}
    assert printed["overlaps"][0]["cells"] == [3, 4]
    assert len(printed["overlaps"][0]["place"]) == 2


def test_ground_areas_agree_with_geodesics():
    circle = shapely.Point(107.2, 29.9).buffer(0.1, quad_segs=400)
    ring = circle - shapely.Point(107.2, 29.9).buffer(0.05, quad_segs=400)
    both = MultiPolygon([ring, unit(100, 100)])

    areas = ground_area_m2([circle, ring, both, None, Polygon(), shapely.Point(0, 0)])

    assert areas[:3] == pytest.approx([geodesic_m2(circle), geodesic_m2(ring), geodesic_m2(both)], rel=1e-7)
    assert areas[3:].tolist() == [0, 0, 0]
