"""Random partitions with one injected fault: it is found, and none is invented."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compute.areas import ground_area_m2
from geo.compute.topology import check_cells

REGION = shapely.Polygon([(107.0, 29.8), (107.11, 29.82), (107.13, 29.9), (107.05, 29.93), (106.98, 29.88)])


@st.composite
def partitions(draw):
    """Voronoi cells of a region; some borders have more vertices on one side than on the other."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    west, south, east, north = REGION.bounds
    seeds = generator.uniform((west, south), (east, north), (draw(st.integers(4, 40)), 2))
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=REGION)), REGION
    )
    cells = cells[~shapely.is_empty(cells)]
    finer = generator.random(len(cells)) < draw(st.sampled_from([0, 0.5]))
    cells[finer] = shapely.segmentize(cells[finer], 0.0017)
    return cells


def check(cells, within=REGION):
    return check_cells(GeoSeries(cells, crs=4490), within)


def defects(report):
    return {kind: len(getattr(report, kind)) for kind in ("invalid", "overlaps", "gaps", "outside")}


def patch(cell, share):
    """A square within the cell, around its innermost place."""
    circle = shapely.maximum_inscribed_circle(cell, tolerance=1e-7)
    middle, radius = circle.coords[0], circle.length
    return shapely.Point(middle).buffer(radius * share * 0.7, cap_style="square")


@settings(max_examples=40, deadline=None)
@given(partitions())
def test_a_partition_has_no_defect(cells):
    assert check(cells).complete
    assert check(cells, None).complete


@settings(max_examples=40, deadline=None)
@given(partitions(), st.data(), st.floats(0.01, 1))
def test_a_hole_is_the_only_gap(cells, data, share):
    chosen = data.draw(st.integers(0, len(cells) - 1))
    hole = patch(cells[chosen], share)
    cells[chosen] = cells[chosen] - hole

    for report in (check(cells), check(cells, None)):
        assert defects(report) == {"invalid": 0, "overlaps": 0, "gaps": 1, "outside": 0}
        assert report.gaps[0].area_m2 == pytest.approx(ground_area_m2([hole])[0], rel=1e-6)
        assert report.gaps[0].neighbours == (chosen,)
        assert hole.contains(shapely.Point(report.gaps[0].place))


@settings(max_examples=40, deadline=None)
@given(partitions(), st.data())
def test_a_missing_cell_is_the_only_gap(cells, data):
    chosen = data.draw(st.integers(0, len(cells) - 1))

    report = check(np.delete(cells, chosen))

    assert defects(report) == {"invalid": 0, "overlaps": 0, "gaps": 1, "outside": 0}
    assert report.gaps[0].area_m2 == pytest.approx(ground_area_m2(cells[[chosen]])[0], rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(partitions(), st.data(), st.floats(0.01, 1))
def test_a_claim_on_a_neighbours_ground_is_the_only_overlap(cells, data, share):
    first = data.draw(st.integers(0, len(cells) - 1))
    second = data.draw(st.integers(0, len(cells) - 1).filter(lambda other: other != first))
    claimed = patch(cells[second], share)
    cells[first] = cells[first] | claimed

    report = check(cells)

    assert defects(report) == {"invalid": 0, "overlaps": 1, "gaps": 0, "outside": 0}
    assert set(report.overlaps[0].cells) == {first, second}
    assert report.overlaps[0].area_m2 == pytest.approx(ground_area_m2([claimed])[0], rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(partitions(), st.data(), st.floats(0.05, 20))
def test_a_cell_pulled_back_from_its_neighbours_leaves_slivers_of_known_area(cells, data, width_m):
    chosen = data.draw(st.integers(0, len(cells) - 1))
    shrunk = shapely.buffer(cells[chosen], -width_m / 100_000, join_style="mitre")
    before = cells[chosen]
    cells[chosen] = shrunk

    report = check(cells)
    lost = shapely.get_parts(before - shrunk)

    assert defects(report) | {"gaps": 0} == {"invalid": int(shrunk.is_empty), "overlaps": 0, "gaps": 0, "outside": 0}
    assert sum(gap.area_m2 for gap in report.gaps) == pytest.approx(ground_area_m2(lost).sum(), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(partitions(), st.floats(0, 0.03), st.floats(0, 0.03))
def test_gaps_overlaps_and_outside_agree_with_plain_overlay(cells, east, north):
    """Every third cell is moved: the areas found are those that shapely's overlay gives."""
    cells[::3] = shapely.transform(cells[::3], lambda coords: np.add(coords, (east, north)))

    report = check(cells)

    first, second = np.triu_indices(len(cells), 1)
    both = ground_area_m2(shapely.intersection(cells[first], cells[second])).sum()
    missing = ground_area_m2([REGION - shapely.union_all(cells)])[0]
    beyond = ground_area_m2(shapely.difference(cells, REGION)).sum()
    assert sum(entry.area_m2 for entry in report.overlaps) == pytest.approx(both, rel=1e-6, abs=10)
    assert sum(entry.area_m2 for entry in report.gaps) == pytest.approx(missing, rel=1e-6, abs=10)
    assert sum(entry.area_m2 for entry in report.outside) == pytest.approx(beyond, rel=1e-6, abs=10)
