"""Coverage in closed form, by cases whose answer can be worked out on paper."""

import math

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from shapely import LineString, MultiLineString, MultiPoint, Point, Polygon

from geo.compute.coverage import cover, cover_geographic, covered_stretches
from geo.crs import geodesic_length_m
from geo.errors import InvalidInput, WrongCRS

REACH = LineString([(0, 0), (1000, 0)])
BESIDE = 3 * math.sqrt(2)  # what is covered beyond the end of a track that runs 5 m beside, with a corridor of √43 m


def unsure_line(coordinates):
    """A line with places that are not numbers, of which numpy would warn."""
    with np.errstate(invalid="ignore"):
        return LineString(coordinates)


def covered(reach, track, corridor_m=30):
    return covered_stretches(reach, track, corridor_m=corridor_m).tolist()


def approximately(*stretches):
    return [pytest.approx(stretch, abs=1e-9) for stretch in stretches]


@pytest.mark.parametrize(
    ("track", "corridor_m", "stretches"),
    [
        (LineString([(100, 0), (300, 0)]), 30, [(70, 330)]),
        (LineString([(300, 0), (100, 0)]), 30, [(70, 330)]),
        (LineString([(100, 30), (300, 30)]), 30, [(100, 300)]),
        (LineString([(100, 30.001), (300, 30.001)]), 30, []),
        (LineString([(100, 5), (300, 5)]), math.sqrt(43), [(100 - BESIDE, 300 + BESIDE)]),
        (LineString([(500, -400), (500, 400)]), 30, [(470, 530)]),
        (LineString([(300, -200), (700, 200)]), 30, [(500 - 30 * math.sqrt(2), 500 + 30 * math.sqrt(2))]),
        (LineString([(500, 18), (500, 400)]), 30, [(476, 524)]),
        (LineString([(-500, 0), (2000, 0)]), 1, [(0, 1000)]),
        (LineString([(-500, 0), (-31, 0)]), 30, []),
        (LineString([(100, 0), (900, 0)]), 1e6, [(0, 1000)]),
    ],
    ids=[
        "along",
        "backwards",
        "beside at the corridor",
        "beside beyond the corridor",
        "beside within the corridor",
        "across",
        "across at 45 degrees",
        "ending near",
        "beyond both ends",
        "short of the start",
        "in a huge corridor",
    ],
)
def test_a_straight_track_covers_what_geometry_says(track, corridor_m, stretches):
    assert covered(REACH, track, corridor_m) == approximately(*stretches)


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135, 180, 225, 270, 360 / 7])
def test_direction_in_the_plane_does_not_matter(degrees):
    reach, track = (
        shapely.transform(line, lambda xy: xy @ _rotation(degrees).T)
        for line in (REACH, LineString([(100, 18), (300, 18), (400, 500)]))
    )

    stretches = covered_stretches(reach, track, corridor_m=30)

    unrotated = covered_stretches(REACH, LineString([(100, 18), (300, 18), (400, 500)]), corridor_m=30)
    assert stretches == pytest.approx(unrotated, abs=1e-9)


def _rotation(degrees):
    angle = math.radians(degrees)
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def test_a_vertical_reach_is_measured_from_its_start():
    reach = LineString([(7, 500), (7, 0)])

    assert covered(reach, LineString([(7, 400), (7, 300)])) == approximately((70, 230))


def test_a_point_covers_a_disc():
    assert covered(REACH, Point(500, 18)) == approximately((476, 524))


def test_points_cover_a_disc_each_and_nothing_between():
    assert covered(REACH, MultiPoint([(100, 0), (500, 0)])) == approximately((70, 130), (470, 530))


def test_a_track_without_length_covers_a_disc():
    assert covered(REACH, LineString([(500, 18), (500, 18)])) == approximately((476, 524))


def test_repeated_fixes_change_nothing():
    track = LineString([(100, 10), (100, 10), (300, 10), (300, 10), (300, 10), (400, 300)])

    assert covered(REACH, track) == covered(REACH, LineString([(100, 10), (300, 10), (400, 300)]))


def test_repeated_vertices_of_a_reach_change_nothing():
    reach = LineString([(0, 0), (0, 0), (400, 0), (400, 0), (1000, 0), (1000, 0)])

    assert covered(reach, LineString([(100, 0), (500, 0)])) == approximately((70, 530))


def test_a_reach_without_length_has_no_stretches():
    assert covered(LineString([(5, 5), (5, 5)]), LineString([(0, 0), (10, 10)])) == []


def test_pieces_are_never_bridged():
    track = MultiLineString([[(100, 0), (300, 0)], [(700, 0), (900, 0)]])

    assert covered(REACH, track) == approximately((70, 330), (670, 930))


def test_pieces_that_come_near_enough_make_one_stretch():
    track = MultiLineString([[(100, 0), (300, 0)], [(350, 0), (400, 0)]])

    assert covered(REACH, track) == approximately((70, 430))


def test_a_reach_that_crosses_itself_is_covered_at_each_passage():
    reach = LineString([(0, 0), (200, 0), (200, 100), (100, 100), (100, -100)])

    stretches = covered(reach, Point(100, 0), corridor_m=10)

    assert stretches == approximately((90, 110), (490, 510))


def test_a_track_that_crosses_itself_covers_once():
    track = LineString([(400, 0), (600, 0), (600, 20), (500, 20), (500, -20)])

    assert covered(REACH, track, corridor_m=5) == approximately((395, 605))


def test_there_and_back_covers_once():
    track = LineString([(100, 3), (500, 3), (100, -3)])

    assert covered(REACH, track) == approximately(
        (100 - math.sqrt(30**2 - 3**2), 500 + math.sqrt(30**2 - 3**2)),
    )


def test_a_covered_bend_is_one_stretch():
    bend = LineString([(0, 0), (100, 0), (100, 100), (200, 100)])

    assert covered(bend, bend, corridor_m=1) == approximately((0, 300))


def test_parts_of_a_reach_follow_one_another_in_its_measures():
    reach = MultiLineString([[(0, 0), (100, 0)], [(500, 0), (600, 0)]])

    stretches = covered(reach, LineString([(80, 0), (520, 0)]), corridor_m=10)

    assert stretches == approximately((70, 130))


@pytest.mark.parametrize("dimensions", ["Z", "M", "ZM"])
def test_heights_and_measures_are_ignored(dimensions):
    rest = " 5000" * len(dimensions)
    reach = shapely.from_wkt(f"LINESTRING {dimensions} (0 0{rest}, 1000 0 -9{rest[5:]})")
    track = shapely.from_wkt(f"LINESTRING {dimensions} (100 0{rest}, 300 0{rest})")

    assert covered(reach, track) == approximately((70, 330))


def test_a_height_that_is_unknown_is_ignored():
    track = unsure_line([(100, 0, math.nan), (300, 0, math.nan)])

    assert covered(REACH, track) == approximately((70, 330))


@pytest.mark.parametrize(
    "nothing", [None, LineString(), MultiLineString(), Point(), shapely.GeometryCollection()], ids=repr
)
def test_nothing_covers_nothing_and_is_not_covered(nothing):
    assert covered(REACH, nothing) == []
    assert covered(nothing, REACH) == []


def test_the_answer_has_two_columns_even_without_rows():
    assert covered_stretches(REACH, None, corridor_m=30).shape == (0, 2)


def test_far_coordinates_lose_no_precision():
    track = LineString([(100, 18), (300, 18)])
    far = {"xoff": 39_500_000, "yoff": 4_400_000}
    moved = [shapely.transform(line, lambda xy: xy + list(far.values())) for line in (REACH, track)]

    assert covered_stretches(*moved, corridor_m=30) == pytest.approx(
        covered_stretches(REACH, track, corridor_m=30), abs=1e-6
    )


def test_many_short_tracks_give_many_stretches():
    reach = LineString([(0, 0), (100_000, 0)])
    tracks = MultiLineString([[(x, -5), (x, 5)] for x in range(50, 100_000, 100)])

    stretches = covered_stretches(reach, tracks, corridor_m=10)

    assert stretches == pytest.approx(np.add.outer(np.arange(50, 100_000, 100), [-10.0, 10.0]), abs=1e-6)


@pytest.mark.parametrize("corridor_m", [0, -1, math.nan, math.inf, None, "wide"])
def test_a_corridor_that_is_none_is_refused(corridor_m):
    with pytest.raises(InvalidInput, match="corridor must be a number of metres above 0"):
        covered_stretches(REACH, REACH, corridor_m=corridor_m)


def test_a_reach_with_a_coordinate_that_is_no_number_is_refused():
    with pytest.raises(InvalidInput, match="reach 0 has a coordinate that is not a number"):
        covered_stretches(unsure_line([(0, 0), (math.nan, 5), (10, 0)]), REACH, corridor_m=30)


def test_a_fix_that_is_no_number_breaks_the_track():
    track = unsure_line([(100, 0), (200, 0), (math.nan, math.nan), (700, 0), (900, 0)])

    assert covered(REACH, track) == approximately((70, 230), (670, 930))


def test_a_track_of_nothing_but_unknown_places_covers_nothing():
    assert covered(REACH, unsure_line([(math.nan, 0), (math.inf, 5), (-math.inf, 5)])) == []


def test_a_reach_must_be_a_line():
    with pytest.raises(InvalidInput, match="reach 0 is a Polygon, not a line"):
        covered_stretches(Polygon([(0, 0), (1, 0), (1, 1)]), REACH, corridor_m=30)


def test_a_track_must_be_a_line_or_points():
    with pytest.raises(InvalidInput, match="track 0 is a Polygon, neither a line nor points"):
        covered_stretches(REACH, Polygon([(0, 0), (1, 0), (1, 1)]), corridor_m=30)


def test_series_name_reaches_by_position_and_unite_all_tracks():
    reaches = GeoSeries([REACH, None, LineString([(0, 500), (1000, 500)]), LineString()], index=list("abcd"), crs=4549)
    tracks = GeoSeries([LineString([(100, 0), (300, 0)]), None, LineString([(320, 500), (320, 0)])], crs=4549)

    found = cover(reaches, tracks, corridor_m=30)

    assert list(found.columns) == ["reach", "start_m", "end_m"]
    assert found.to_numpy() == pytest.approx(np.array([[0, 70, 350], [2, 290, 350]]), abs=1e-9)


def test_series_equal_the_function_of_single_lines():
    generator = np.random.default_rng(4)
    walks = [LineString(np.cumsum(generator.normal(0, 40, (60, 2)), axis=0)) for _ in range(12)]

    found = cover(GeoSeries(walks[:6], crs=4549), GeoSeries(walks[6:], crs=4549), corridor_m=12)

    for k, reach in enumerate(walks[:6]):
        alone = covered_stretches(reach, MultiLineString(walks[6:]), corridor_m=12)
        assert found.loc[found["reach"] == k, ["start_m", "end_m"]].to_numpy() == pytest.approx(alone, abs=1e-9)


@pytest.mark.parametrize("count", [(0, 1), (1, 0), (0, 0)])
def test_empty_series_have_no_stretches(count):
    reaches, tracks = (GeoSeries([REACH] * n, crs=4549) for n in count)

    assert len(cover(reaches, tracks, corridor_m=30)) == 0


@pytest.mark.parametrize(
    ("reaches_crs", "tracks_crs", "message"),
    [
        (4490, 4490, "must be in metres, but China Geodetic Coordinate System 2000 is not"),
        (4549, 4326, "must be in metres"),
        (4549, 4548, "in two reference systems"),
        (2263, 2263, "must be in metres"),
        (None, 4549, "no reference system"),
        (4549, None, "no reference system"),
    ],
)
def test_degrees_feet_and_mixed_systems_are_refused(reaches_crs, tracks_crs, message):
    reaches, tracks = GeoSeries([REACH], crs=reaches_crs), GeoSeries([REACH], crs=tracks_crs)

    with pytest.raises(WrongCRS, match=message):
        cover(reaches, tracks, corridor_m=30)


@pytest.mark.parametrize("crs", [4549, None])
def test_the_geographic_form_takes_degrees_only(crs):
    with pytest.raises(WrongCRS, match="degrees"):
        cover_geographic(GeoSeries([REACH], crs=crs), GeoSeries([REACH], crs=crs), corridor_m=30)


def test_a_long_river_is_measured_along_the_ground():
    river = GeoSeries([LineString([(107, 29), (108.4, 29.6), (109, 29.5)])], crs=4490)

    found = cover_geographic(river, river, corridor_m=30, each=False)

    assert found.to_numpy() == pytest.approx(np.array([[0, 0, geodesic_length_m(river)[0]]]), rel=1e-9)


def test_the_geographic_form_tells_the_tracks_apart():
    reach = GeoSeries([LineString([(107, 29), (107.01, 29)])], crs=4490)
    tracks = GeoSeries([LineString([(107.002, 29), (107.004, 29)]), None, Point(107.003, 29)], crs=4490)

    found = cover_geographic(reach, tracks, corridor_m=30)

    assert found[["reach", "track"]].to_numpy().tolist() == [[0, 0], [0, 2]]
    assert (found["end_m"] - found["start_m"]).to_numpy() == pytest.approx([254.88, 60], abs=0.01)


def test_the_geographic_form_agrees_with_a_plane():
    generator = np.random.default_rng(8)
    walks = [
        LineString(np.cumsum(generator.normal(0, 40, (60, 2)), axis=0) + np.array([5e5, 3.2e6])) for _ in range(12)
    ]
    plane = GeoSeries(walks, crs=4545)

    in_plane = cover(plane.iloc[:6], plane.iloc[6:], corridor_m=12)
    on_ground = cover_geographic(plane.iloc[:6].to_crs(4490), plane.iloc[6:].to_crs(4490), corridor_m=12, each=False)

    assert on_ground.to_numpy() == pytest.approx(in_plane.to_numpy(), rel=1e-6, abs=1e-3)
