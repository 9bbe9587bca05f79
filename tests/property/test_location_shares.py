"""Lines and areas are divided without loss, each metre counted once."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compute.location import locate, shared_areas, shared_lengths
from geo.compute.reaches import cut_lines, lengths_m, measures_m, split_by_cells

TOWN = shapely.box(0, 0, 1000, 800)


def in_metres(shapes):
    return GeoSeries(list(shapes), crs=4549)


@st.composite
def towns(draw):
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    seeds = generator.uniform((0, 0), (1000, 800), (draw(st.integers(2, 60)), 2))
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=TOWN)), TOWN
    )
    finer = generator.random(len(cells)) < 0.3
    cells[finer] = shapely.segmentize(cells[finer], 37)
    return in_metres(cells[~shapely.is_empty(cells)])


@st.composite
def lines(draw, cells):
    """A line whose vertices are anywhere, or vertices of borders, so that it runs along some."""
    free = st.tuples(st.floats(0, 1000), st.floats(0, 800))
    corners = np.unique(shapely.get_coordinates(cells.array), axis=0).tolist()
    vertex = st.one_of(free, st.sampled_from(corners).map(tuple))
    vertices = draw(st.lists(vertex, min_size=2, max_size=8, unique=True))
    border = shapely.get_coordinates(cells.iloc[draw(st.integers(0, len(cells) - 1))].exterior).tolist()
    return shapely.LineString(draw(st.sampled_from([vertices, vertices + border, border])))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_lengths_of_a_reach_inside_the_union_add_up_to_its_own(data):
    cells = data.draw(towns())
    line = data.draw(lines(cells))

    shared = shared_lengths(in_metres([line]), cells)

    assert shared["length_m"].sum() == pytest.approx(line.length, rel=1e-9)
    assert not shared.duplicated(["reach", "cell"]).any()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_lengths_beside_no_border_agree_with_plain_overlay(data):
    cells = data.draw(towns())
    vertex = st.tuples(st.integers(-9, 1009), st.integers(-9, 809)).map(lambda corner: np.add(corner, 0.137))
    line = shapely.LineString(data.draw(st.lists(vertex, min_size=2)))

    shared = shared_lengths(in_metres([line]), cells).set_index("cell")["length_m"].to_dict()

    # The overlay counts a stretch that the line runs twice only once: ask segment by segment.
    segments = [shapely.LineString(pair) for pair in zip(line.coords[:-1], line.coords[1:], strict=True)]
    plain = shapely.length(shapely.intersection(np.array(segments)[:, None], np.asarray(cells)[None, :])).sum(axis=0)
    assert [shared.get(cell, 0) for cell in range(len(cells))] == pytest.approx(plain, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_piece_lies_in_the_cell_that_it_is_said_to(data):
    cells = data.draw(towns())
    reaches = in_metres([data.draw(lines(cells)) for _ in range(2)])

    pieces = split_by_cells(reaches, cells)

    cut = cut_lines(reaches, pieces["reach"], pieces["start_m"], pieces["end_m"])
    grown = shapely.buffer(cells.array[pieces["cell"]], 1e-4)
    assert shapely.covers(grown, cut.array).all()
    assert (pieces["end_m"] > pieces["start_m"]).all()
    assert (pieces["start_m"].to_numpy()[1:] >= pieces["end_m"].to_numpy()[:-1])[np.diff(pieces["reach"]) == 0].all()


@settings(max_examples=60, deadline=None)
@given(st.data(), st.floats(20, 300))
def test_the_areas_of_a_zone_inside_the_union_add_up_to_its_own(data, radius):
    cells = data.draw(towns())
    zone = shapely.Point(data.draw(st.tuples(st.floats(0, 1000), st.floats(0, 800)))).buffer(radius) & TOWN

    shared = shared_areas(in_metres([zone]), cells)

    assert shared["area_m2"].sum() == pytest.approx(zone.area, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_place_inside_the_union_is_in_one_cell_or_on_a_border(data):
    cells = data.draw(towns())
    line = data.draw(lines(cells))
    places = in_metres(line.interpolate(share, normalized=True) for share in np.linspace(0, 1, 40))

    found = locate(places, cells)

    assert (found["status"] != "outside").all()
    assert ((found["status"] == "border") == (found["candidates"].str.len() > 0)).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_measure_leads_back_to_its_place(data):
    vertices = data.draw(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), min_size=2, max_size=6, unique=True))
    line = in_metres([shapely.LineString(vertices)])
    measure = data.draw(st.floats(0, 1)) * lengths_m(line)[0]

    place = in_metres([line[0].interpolate(measure)])

    back = line[0].interpolate(measures_m(line, place)[0])
    assert back.distance(place[0]) == pytest.approx(0, abs=1e-6)
