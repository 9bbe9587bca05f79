"""The parts of maps that need no browser."""

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, box

from geo.errors import InvalidInput, NotFound, WrongCRS
from geo.vocabulary import ISSUE_STATES, ZONE_CLASSES
from maps import Assets, Basemap, Ground, issue_map
from maps.colouring import colour_villages, finest_cells
from maps.encoding import length_text, lines, polygons, safe_link, script_json, share_text
from maps.ground import _thinned, label_places, view_bounds
from maps.labels import LABELS
from maps.palette import RECENCY, STATES, VILLAGES, ZONES, css_variables
from maps.placement import Names, Spot, along_line
from maps.stretches import MeasuredLine, gaps_between, latest_walks, recency_step
from tests.maps import factories

GEOD = Geod(a=6378137.0, rf=298.257222101)


def length_m(points: np.ndarray) -> float:
    return float(GEOD.line_length(points[:, 0], points[:, 1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


# Palette


def test_every_state_and_zone_class_has_its_drawing():
    assert set(STATES) == {term.code for term in ISSUE_STATES}
    assert set(ZONES) == {term.code for term in ZONE_CLASSES}


def test_states_of_one_shape_differ_in_lightness():
    for code, style in STATES.items():
        for other, another in STATES.items():
            if code < other and style.shape is another.shape:
                assert contrast(style.fill, another.fill) > 1.25, (code, other)


def test_letters_in_markers_can_be_read():
    for code, style in STATES.items():
        assert contrast(style.fill, style.ink) >= 4.5, code


def test_recency_grows_lighter_and_thinner():
    lightness = [luminance(step.colour) for step in RECENCY]
    widths = [step.width for step in RECENCY]

    assert lightness == sorted(lightness)
    assert widths == sorted(widths, reverse=True)
    assert len(RECENCY) == 5


def test_the_palette_is_offered_as_css():
    css = css_variables()

    assert css.startswith(":root {")
    for name in ("--wg-state-look-back: #5bb58a;", "--wg-recency-1: #00441b;", "--wg-gap:", "--wg-village-8:"):
        assert name in css


def test_every_label_has_both_languages():
    assert all(len(pair) == 2 and all(pair) for pair in LABELS.values())


# Measures


@given(start=st.floats(0, 1), share=st.floats(0.001, 1))
def test_a_stretch_has_its_ground_length(start, share):
    line = factories.rivers().geometry[0]
    whole = length_m(shapely.get_coordinates(line))
    start_m, end_m = start * whole, start * whole + share * (whole - start * whole)

    pieces = MeasuredLine(line, whole).cut(start_m, end_m)

    assert sum(map(length_m, pieces)) == pytest.approx(end_m - start_m, rel=1e-6, abs=0.01)


def test_stretches_and_gaps_together_are_the_reach():
    line = factories.rivers().geometry[1]
    whole = length_m(shapely.get_coordinates(line))
    measured = MeasuredLine(line, whole)
    walks = latest_walks([(100.0, 900.0, None), (500.0, 1500.0, date(2024, 1, 1))])

    parts = [*[(a, b) for a, b, _ in walks], *gaps_between(walks, whole)]

    total = sum(length_m(piece) for start, end in parts for piece in measured.cut(start, end))
    assert total == pytest.approx(whole, rel=1e-9)


def test_the_parts_of_a_broken_reach_follow_one_another():
    line = MultiLineString([[(107, 30), (107, 30.01)], [(107.1, 30), (107.1, 30.01)]])

    first, second = MeasuredLine(line, 2000).cut(500, 1500)

    assert first[:, 0].tolist() == [107.0, 107.0]
    assert first[0, 1] == pytest.approx(30.005, abs=1e-6)
    assert second[-1].tolist() == pytest.approx([107.1, 30.005], abs=1e-6)


def test_a_rounded_length_still_ends_at_the_end():
    line = LineString([(107, 30), (107, 30.01)])

    (piece,) = MeasuredLine(line, 1109).cut(0, 1109)

    assert piece[-1].tolist() == [107.0, 30.01]


@pytest.mark.parametrize(("days", "step"), [(0, 0), (7, 0), (8, 1), (30, 1), (31, 2), (90, 2), (180, 3), (181, 4)])
def test_the_steps_of_recency(days, step):
    day = date.fromordinal(date(2024, 6, 30).toordinal() - days)

    assert recency_step(day, date(2024, 6, 30)) == step


# Encoding


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_in_a_script_says_the_same_and_never_ends_it(value):
    text = script_json(value)

    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


@pytest.mark.parametrize("address", ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "vbscript:x"])
def test_an_address_that_runs_is_refused(address):
    with pytest.raises(InvalidInput):
        safe_link(address)


@pytest.mark.parametrize("address", ["/issues/1", "https://office.test/1", "?id=3", "问题/1"])
def test_an_address_that_leads_somewhere_passes(address):
    assert safe_link(address) == address


def test_lengths_and_shares_as_reports_write_them():
    assert [length_text(m) for m in (0, 999.4, 999.6, 1000, 12345)] == [
        "0 m",
        "999 m",
        "1.00 km",
        "1.00 km",
        "12.35 km",
    ]
    assert share_text(0) == "0.00 %"
    assert share_text(float("nan")) == "—"


def test_geometry_of_any_kind_is_taken_apart():
    both = shapely.GeometryCollection([box(0, 0, 1, 1), LineString([(0, 0), (1, 2)])])

    assert len(polygons(both)) == 1
    assert lines(both) == [[[0.0, 0.0], [2.0, 1.0]]]
    assert polygons(None) == []


# Ground


def test_a_villages_name_stands_inside_it():
    shape = shapely.difference(box(0, 0, 10, 10), box(2, 2, 10, 8))

    assert all(shape.buffer(1e-9).contains(shapely.Point(place)) for place in label_places(shape))


def test_the_view_shows_the_ground_unless_the_data_are_a_small_part():
    ground = factories.ground()
    town = ground.outline.bounds
    small = shapely.box(107.72, 29.88, 107.722, 29.882)

    assert view_bounds(ground) == town
    assert view_bounds(ground, shapely.Point(0, 0)) == town
    west, south, east, north = view_bounds(ground, small)
    assert west < 107.72 < 107.722 < east < town[2]
    assert south < 29.88 < 29.882 < north < town[3]


def test_metres_are_not_taken_for_degrees():
    regions, rivers = factories.regions(), factories.rivers()

    with pytest.raises(WrongCRS):
        Ground(regions.to_crs(4546), rivers)
    with pytest.raises(WrongCRS):
        issue_map(factories.issues(3).to_crs(4546), factories.ground(), title="x")


def test_a_fine_ground_is_thinned_without_gaps_between_villages():
    ground = factories.ground()
    villages = ground.regions[ground.regions["level"] == "village"]
    fine = shapely.segmentize(villages.geometry.to_numpy(), 0.000005)

    thin = _thinned(fine)

    assert shapely.get_num_coordinates(fine).sum() > 40_000
    assert shapely.get_num_coordinates(thin).sum() < 5_000
    assert shapely.union_all(thin).area == pytest.approx(sum(shape.area for shape in thin), rel=1e-9)


# Cells


def test_neighbouring_villages_differ_in_colour():
    cells = factories.cells()
    colours = colour_villages(cells)
    villages = cells[cells["level"] == "village"].set_index("village").geometry

    for name, shape in villages.items():
        for other, another in villages.items():
            if name != other and shape.buffer(1e-6).intersects(another):
                assert colours[name] != colours[other]
    assert set(colours.values()) <= set(range(len(VILLAGES)))


def test_a_village_without_groups_is_itself_the_finest():
    cells = gpd.GeoDataFrame(
        {"level": ["town", "village", "village", "group", "group"]},
        geometry=[box(0, 0, 4, 2), box(0, 0, 2, 2), box(2, 0, 4, 2), box(0, 0, 1, 2), box(1, 0, 2, 2)],
        crs="EPSG:4490",
    )

    assert finest_cells(cells) == [False, False, True, True, True]


def test_a_half_filled_village_still_shows_between_its_groups():
    cells = gpd.GeoDataFrame(
        {"level": ["village", "group"]}, geometry=[box(0, 0, 2, 2), box(0, 0, 1, 2)], crs="EPSG:4490"
    )

    assert finest_cells(cells) == [True, True]


# Names


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500), st.floats(5, 90)), max_size=30))
def test_placed_names_never_overlap(wishes):
    names = Names((0, 0, 500, 500))

    placed = [spot for x, y, width in wishes if (spot := names.place([Spot.level(x, y, width, 12)]))]

    shapes = np.array([box(*one) for spot in placed for one in spot.boxes], dtype=object)
    tree = shapely.STRtree(shapes)
    pairs = tree.query(shapes, predicate="overlaps")
    assert pairs.size == 0


def test_a_name_gives_way_to_what_it_should_avoid():
    names = Names((0, 0, 100, 100))
    names.avoid([(40, 40, 60, 60)])

    spot = names.place([Spot.level(50, 50, 20, 10), Spot.level(50, 80, 20, 10)])

    assert spot.y == 80


def test_a_rivers_name_lies_beside_it_and_along_it():
    river = np.array([[0.0, 0.0], [300.0, 300.0]])

    spot = next(along_line(river, 80, 12, beside=5))

    assert spot.angle == pytest.approx(np.pi / 4)
    assert abs(spot.y - spot.x) / np.sqrt(2) == pytest.approx(11)


def test_a_short_river_has_no_room_for_its_name():
    assert list(along_line(np.array([[0.0, 0.0], [50.0, 0.0]]), 80, 12, beside=5)) == []


# Assets and basemaps


def test_missing_libraries_are_named(tmp_path):
    with pytest.raises(NotFound, match=r"leaflet\.js is missing"):
        Assets.inline(tmp_path).scripts(("leaflet",), None)


def test_images_of_style_sheets_are_written_into_them():
    css = Assets.inline().styles(("leaflet",), "n")

    assert css.startswith('<style nonce="n">')
    assert "url(data:image/png;base64," in css
    assert "url(images/" not in css


def test_inlined_scripts_name_no_source_map():
    assert "sourceMappingURL" not in Assets.inline().scripts(("leaflet", "markercluster", "heat"), None)


@pytest.mark.parametrize("key", ["", "a b", "x&tk=1", "钥匙"])
def test_a_tianditu_key_has_only_letters_and_digits(key):
    with pytest.raises(InvalidInput):
        Basemap.tianditu(key)


def test_a_basemap_names_the_origins_that_a_policy_must_allow():
    assert Basemap.tianditu("abc").origins == ("https://*.tianditu.gov.cn",)
    assert Basemap.tiles("/tiles/{z}/{x}/{y}.png").origins == ()


@pytest.mark.parametrize("url", ["tiles.png", "javascript:{z}{x}{y}", "ftp://a/{z}/{x}/{y}.png"])
def test_a_tile_address_that_cannot_work_is_refused(url):
    with pytest.raises(InvalidInput):
        Basemap.tiles(url)
