"""rules.md: a point of the reach is covered when it lies within the corridor of the track's kept line."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from geo.compute.coverage import covered_stretches
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
