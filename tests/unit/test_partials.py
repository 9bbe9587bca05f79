"""Parts put together are the whole, to the last bit."""

import numpy as np
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st

from geo.compute.partials import Stretches, cover_part, merged, strict_union
from geo.compute.stretches import NOISE_M, union_of_groups
from geo.compute.tracks import clean

# Steps near the noise make gaps and stretches that are left out by one order of union and not by another.
STEPS = st.sampled_from([0.0, NOISE_M / 3, NOISE_M, NOISE_M * 1.5, 0.1, 0.30000000000000004, 7.0])


@st.composite
def spans(draw):
    start = sum(draw(st.lists(STEPS, max_size=6)))
    return draw(st.integers(0, 2)), start, start + draw(STEPS)


def stretches(rows):
    reach, start_m, end_m = zip(*rows, strict=True) if rows else ((), (), ())
    return Stretches(np.array(reach, np.int64), np.array(start_m, float), np.array(end_m, float))


@given(rows=st.lists(spans(), max_size=30), parts=st.integers(1, 4), seed=st.integers(0, 2**16))
def test_the_union_of_parts_is_the_union_of_all_bit_for_bit(rows, parts, seed):
    random = np.random.default_rng(seed)
    part_of = random.integers(0, parts, len(rows))
    shuffled = [rows[k] for k in random.permutation(len(rows))] if rows else []
    divided = [
        strict_union([stretches([r for r, p in zip(shuffled, part_of, strict=True) if p == k])]) for k in range(parts)
    ]

    together = merged(divided)

    reach, start_m, end_m = union_of_groups(*(getattr(stretches(rows), c) for c in ("reach", "start_m", "end_m")))
    expected = [(r, s.hex(), e.hex()) for r, s, e in zip(reach.tolist(), start_m.tolist(), end_m.tolist(), strict=True)]
    assert [(r, s.hex(), e.hex()) for r in sorted(together) for s, e in together[r].tolist()] == expected


def test_what_a_track_covers_depends_on_no_other_track_or_reach():
    random = np.random.default_rng(4)
    lines = GeoSeries.from_wkt(
        [f"LINESTRING({107 + k * 0.004} 29, {107 + k * 0.004 + 0.01} 29.{k:02})" for k in range(8)], crs="EPSG:4490"
    )
    tracks = [
        clean(107 + np.cumsum(random.normal(5e-5, 5e-5, 300)), 29 + random.normal(0, 1e-4, 300), np.arange(300.0) * 10)
        for _ in range(6)
    ]

    alone = [
        cover_part(lines.iloc[[k]], np.array([k]), [track], corridor_m=30.0)
        for track in tracks
        for k in range(len(lines))
    ]
    at_once = merged([cover_part(lines, np.arange(len(lines)), tracks, corridor_m=30.0)])

    one_by_one = merged(alone)
    assert len(at_once) > 2
    assert at_once.keys() == one_by_one.keys()
    assert all(np.array_equal(at_once[reach], one_by_one[reach]) for reach in at_once)


def test_nothing_covered_is_no_stretch():
    assert merged([]) == {}
    assert len(strict_union([Stretches.none()]).reach) == 0
