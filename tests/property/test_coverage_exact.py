"""rules.md: a point of the reach is covered when it lies within the corridor of the track's kept line."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from geo.compute.coverage import cover, cover_geographic, covered_stretches
from geo.compute.stretches import union_of

TANGENT = 1e-3  # of the corridor: how much of a track's rim the chords of a buffer may miss

# 1 cm to 1 km, but none that is a distance on the raster: there rounding would decide over whole segments.
corridors = st.floats(-2, 3).map(lambda exponent: 1.000123 * 10.0**exponent)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=120)


@st.composite
def lines(draw, *, size=1000.0, most=12):
    """Drawn vertices on a raster, where parallel, repeated and touching segments are common, or anywhere."""
    raster = st.integers(-8, 8).map(lambda step: step * size / 8)
    # To the micrometre: GEOS, which the answers are compared with, divides by zero along shorter segments.
    anywhere = st.floats(-size, size).map(lambda metres: round(metres, 6))
    number = draw(st.sampled_from([raster, anywhere]))
    return LineString(draw(st.lists(st.tuples(number, number), min_size=2, max_size=most)))


def wandering(seed, *, count, step_m):
    """A line that turns a little at every step, as people and rivers do."""
    generator = np.random.default_rng(seed)
    heading = np.cumsum(generator.normal(0, 0.5, count)) + generator.uniform(0, 2 * np.pi)
    return np.cumsum(step_m * np.exp(1j * heading)).view(float).reshape(-1, 2)


def length_m(stretches):
    return float((stretches[:, 1] - stretches[:, 0]).sum())


def same(found, expected, tolerance_m=1e-5):
    """Tell whether two sets of stretches differ by rounding only; a touch may be found or missed."""
    both = union_of(np.concatenate([found, expected]))
    return abs(length_m(both) - length_m(found)) + abs(length_m(both) - length_m(expected)) < tolerance_m


def length_within_buffer(reach, track, corridor_m):
    """Segment by segment: an intersection of lines would lay a reach's passages over one another."""
    ends = shapely.get_coordinates(reach)
    segments = shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1))
    buffered = shapely.buffer(track, corridor_m, quad_segs=512)
    return shapely.length(shapely.intersection(segments, buffered)).sum()


@few
@given(reach=lines(), track=lines(), corridor_m=corridors)
def test_coverage_equals_the_buffers(reach, track, corridor_m):
    stretches = covered_stretches(reach, track, corridor_m=corridor_m)

    # Where a segment merely grazes the rim, half a chord's breadth of sagitta decides over its length.
    vertices = shapely.get_num_coordinates(reach) * shapely.get_num_coordinates(track)
    buffered = length_within_buffer(reach, track, corridor_m)
    assert length_m(stretches) == pytest.approx(buffered, rel=1e-4, abs=2 * vertices * TANGENT * corridor_m + 1e-6)


@few
@given(seed=seeds, offset_m=st.floats(0, 60), corridor_m=corridors)
def test_coverage_of_a_walked_river_equals_the_buffers(seed, offset_m, corridor_m):
    course = wandering(seed, count=100, step_m=30)
    walk = course[20:70] + offset_m / 2 + np.random.default_rng(seed + 1).normal(0, offset_m / 4, (50, 2))
    reach, track = LineString(course), LineString(walk)

    stretches = covered_stretches(reach, track, corridor_m=corridor_m)

    buffered = length_within_buffer(reach, track, corridor_m)
    assert length_m(stretches) == pytest.approx(buffered, rel=1e-4, abs=TANGENT * corridor_m + 1e-6)


@few
@given(reach=lines(), track=lines(), corridor_m=corridors, seed=seeds)
def test_places_on_the_reach_are_covered_where_the_track_is_near(reach, track, corridor_m, seed):
    assume(reach.length > 1e-6)

    stretches = covered_stretches(reach, track, corridor_m=corridor_m)

    measures_m = np.random.default_rng(seed).uniform(0, reach.length, 200)
    # GEOS divides by a length that is next to nothing, and numpy would tell.
    with np.errstate(divide="ignore", invalid="ignore"):
        distance_m = shapely.distance(shapely.line_interpolate_point(reach, measures_m), track)
    inside = ((stretches[:, :1] <= measures_m) & (measures_m <= stretches[:, 1:])).any(axis=0)
    sure = np.abs(distance_m - corridor_m) > 1e-6
    assert (inside == (distance_m < corridor_m))[sure].all()


@few
@given(reach=lines(), track=lines(), corridor_m=corridors)
def test_stretches_are_in_order_apart_and_on_the_reach(reach, track, corridor_m):
    measures_m = covered_stretches(reach, track, corridor_m=corridor_m).ravel()

    assert (np.diff(measures_m) > 0).all()
    assert ((measures_m >= 0) & (measures_m <= reach.length + 1e-6)).all()


@few
@given(reach=lines(), tracks=st.lists(lines(most=5), min_size=1, max_size=5), corridor_m=corridors)
def test_the_union_of_stretches_is_the_stretches_of_the_union(reach, tracks, corridor_m):
    one_by_one = union_of(
        np.concatenate([covered_stretches(reach, track, corridor_m=corridor_m) for track in tracks]),
    )

    together = covered_stretches(reach, MultiLineString(tracks), corridor_m=corridor_m)

    assert same(together, one_by_one)


@few
@given(reach=lines(), track=lines(), corridor_m=corridors, share=st.floats(0.01, 0.99))
def test_a_track_cut_in_two_covers_what_it_covered_whole(reach, track, corridor_m, share):
    coordinates = shapely.get_coordinates(track)
    k = int(share * (len(coordinates) - 1))
    cut = coordinates[k] + share * (coordinates[k + 1] - coordinates[k])
    halves = MultiLineString([[*coordinates[: k + 1], cut], [cut, *coordinates[k + 1 :]]])

    found = covered_stretches(reach, halves, corridor_m=corridor_m)

    # The cut itself is rounded, which a grazing corridor amplifies.
    whole = covered_stretches(reach, track, corridor_m=corridor_m)
    assert same(found, whole, tolerance_m=1e-3)


@few
@given(reach=lines(), track=lines(), corridor_m=corridors)
def test_reversing_the_track_changes_nothing(reach, track, corridor_m):
    found = covered_stretches(reach, track.reverse(), corridor_m=corridor_m)

    assert same(found, covered_stretches(reach, track, corridor_m=corridor_m))


@few
@given(reach=lines(), track=lines(), corridor_m=corridors)
def test_reversing_the_reach_mirrors_the_stretches(reach, track, corridor_m):
    found = covered_stretches(reach.reverse(), track, corridor_m=corridor_m)

    mirrored = (reach.length - covered_stretches(reach, track, corridor_m=corridor_m))[::-1, ::-1]
    assert same(found, mirrored)


@few
@given(reach=lines(), track=lines(), corridor_m=corridors)
def test_a_wider_corridor_covers_no_less(reach, track, corridor_m):
    narrow = covered_stretches(reach, track, corridor_m=corridor_m)

    wide = covered_stretches(reach, track, corridor_m=corridor_m * 1.5)

    assert same(union_of(np.concatenate([wide, narrow])), wide)


def special_track(kind, seed):
    """A reach and a track that lie to one another as the name tells, both at a drawn angle."""
    generator = np.random.default_rng(seed)
    along = np.sort(generator.uniform(0, 1000, 6))
    reach = np.array([0, 300, 700, 1000], dtype=complex)
    if kind == "vertical":
        return reach * 1j, generator.uniform(-500, 1500, 6) * 1j + generator.uniform(-40, 40)
    track = {
        "collinear": along + 0j,
        "antiparallel": along[::-1] + 1j * generator.uniform(-40, 40),
        "zero-length": np.repeat(generator.uniform(0, 1000) + 1j * generator.uniform(-40, 40), 2),
        "repeated": np.repeat(along + 1j * generator.normal(0, 20, 6), 3),
        "there and back": np.append(along, along[::-1]) + 0j,
        "self-crossing": 500 + 400 * np.exp(4j * np.pi * np.arange(6) / 5) * np.exp(1j * generator.uniform(0, 6)),
    }[kind]
    turned = np.exp(1j * generator.choice([0, np.pi / 2, np.pi, generator.uniform(0, 6)]))
    return reach * turned, track * turned


@pytest.mark.parametrize(
    "kind",
    ["collinear", "antiparallel", "vertical", "zero-length", "repeated", "there and back", "self-crossing"],
)
@settings(max_examples=40)
@given(seed=seeds, corridor_m=corridors)
def test_special_positions_equal_the_buffers(kind, seed, corridor_m):
    reach, track = (LineString(places.view(float).reshape(-1, 2)) for places in special_track(kind, seed))

    stretches = covered_stretches(reach, track, corridor_m=corridor_m)

    # A buffer of a line without length is empty, while a person who stood still covered a disc; and GEOS loses
    # both ends of a line that runs back upon itself, unless that is made one line first.
    walked = shapely.unary_union(track) if track.length else shapely.Point(track.coords[0])
    buffered = length_within_buffer(reach, walked, corridor_m)
    assert length_m(stretches) == pytest.approx(buffered, rel=2e-4, abs=20 * TANGENT * corridor_m + 1e-6)


@few
@given(reach=lines(), track=lines(), corridor_m=corridors, share=st.floats(0, 1))
def test_a_track_cut_at_a_fix_covers_the_very_same(reach, track, corridor_m, share):
    coordinates = shapely.get_coordinates(track)
    k = round(share * (len(coordinates) - 1))
    halves = [part for part in (coordinates[: k + 1], coordinates[k:]) if len(part) > 1]

    found = covered_stretches(reach, MultiLineString(halves), corridor_m=corridor_m)

    assert found.tolist() == covered_stretches(reach, track, corridor_m=corridor_m).tolist()


@settings(max_examples=60)
@given(seed=seeds, corridor_m=corridors)
def test_what_else_is_asked_changes_no_bit_of_the_answer(seed, corridor_m):
    generator = np.random.default_rng(seed)
    walks = [LineString(wandering(seed + k, count=60, step_m=40) + generator.uniform(0, 900, 2)) for k in range(12)]
    reaches, tracks = GeoSeries(walks[:6], crs=4549), GeoSeries(walks[6:], crs=4549)
    some, order = np.flatnonzero(generator.random(6) < 0.5), generator.permutation(6)

    apart = cover(reaches.iloc[some], tracks.iloc[order], corridor_m=corridor_m)

    whole = cover(reaches, tracks, corridor_m=corridor_m)
    expected = whole[whole["reach"].isin(some)]
    assert some[apart["reach"]].tolist() == expected["reach"].tolist()
    assert apart[["start_m", "end_m"]].to_numpy().tolist() == expected[["start_m", "end_m"]].to_numpy().tolist()


@settings(max_examples=40)
@given(seed=seeds, corridor_m=corridors, step_m=st.sampled_from([40, 900, 7000]))
def test_on_the_ground_each_pair_is_answered_for_itself(seed, corridor_m, step_m):
    generator = np.random.default_rng(seed)
    degrees = [wandering(seed + k, count=40, step_m=step_m) / 1e5 for k in range(10)]
    # Around the corner of four tiles, so that parts of the work see other tiles than the whole.
    walks = [LineString(one + np.array([107.25, 29.25]) + generator.normal(0, 0.01, 2)) for one in degrees]
    reaches, tracks = GeoSeries(walks[:5], crs=4490), GeoSeries(walks[5:], crs=4490)
    some_reaches, some_tracks = (np.flatnonzero(generator.random(5) < 0.5) for _ in range(2))

    apart = cover_geographic(reaches.iloc[some_reaches], tracks.iloc[some_tracks], corridor_m=corridor_m)

    whole = cover_geographic(reaches, tracks, corridor_m=corridor_m)
    expected = whole[whole["reach"].isin(some_reaches) & whole["track"].isin(some_tracks)]
    apart = apart.assign(reach=some_reaches[apart["reach"]], track=some_tracks[apart["track"]])
    assert apart.to_numpy().tolist() == expected.to_numpy().tolist()
