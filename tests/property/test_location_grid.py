"""The compiled grid gives the same answers as asking every cell."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compute import location
from geo.compute.location import locate


@st.composite
def layers(draw):
    """Cells with holes, enclaves, parts, overlaps, and nothing at all; sometimes on whole numbers."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 25))
    corners, sizes = generator.uniform(0, 100, (count, 2)), generator.uniform(0.1, 40, (count, 2))
    if draw(st.booleans()):
        corners, sizes = corners.round(), np.ceil(sizes)
    boxes = shapely.box(*corners.T, *(corners + sizes).T)
    seeds = generator.uniform(0, 100, (draw(st.integers(2, 30)), 2))
    pieces = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds)))
    holed = shapely.difference(pieces[:3], boxes[:1])
    cells = draw(st.sampled_from([pieces, boxes, np.concatenate([pieces, boxes]), np.concatenate([pieces[3:], holed])]))
    return GeoSeries([*cells, None, shapely.Polygon(), shapely.MultiPolygon([*boxes[:1]])], crs=4549)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_grid_answers_as_every_cell_does(data):
    cells = data.draw(layers())
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    borders = shapely.boundary(cells.dropna().to_numpy())
    along = shapely.line_interpolate_point(borders[~shapely.is_empty(borders)], 0.371, normalized=True)
    corners = shapely.get_coordinates(cells.to_numpy())
    whole = np.stack(np.meshgrid(np.arange(0, 100, 7), np.arange(0, 100, 7)), axis=-1).reshape(-1, 2)
    free = generator.uniform(-20, 160, (300, 2))
    strange = [(np.nan, 5), (np.inf, 0), (1e300, -1e300)]
    places = np.concatenate([free, shapely.get_coordinates(along), corners, whole, strange])
    points = GeoSeries.from_xy(*places.T, crs=4549)

    plain = locate(points, cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(location, "_MANY", 0)
        gridded = locate(points, cells)

    assert gridded.equals(plain)
