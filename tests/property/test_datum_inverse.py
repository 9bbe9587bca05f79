"""rules.md: 'The inverse is iterated to below 1 mm.'"""

import numpy as np
import pyproj
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import bd09_to_gcj02, bd09_to_wgs84, gcj02_to_bd09, gcj02_to_wgs84, in_mainland, wgs84_to_gcj02

GEOD = pyproj.Geod(ellps="GRS80")
# Well inside of the mainland, where no place is shifted across its outline.
inland = st.tuples(st.floats(100, 117), st.floats(25, 40))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


def apart_m(one, other):
    return GEOD.inv(one[0], one[1], other[0], other[1])[2]


@given(inland)
def test_undoing_gcj02_comes_back_to_the_millimetre(place):
    lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02([place[0]], [place[1]]))

    assert apart_m(place, (lon[0], lat[0])) < 1e-3


@given(inland)
def test_undoing_bd09_comes_back_to_the_millimetre(place):
    lon, lat = bd09_to_gcj02(*gcj02_to_bd09([place[0]], [place[1]]))

    assert apart_m(place, (lon[0], lat[0])) < 1e-3


@given(inland)
def test_undoing_both_shifts_comes_back_to_the_millimetre(place):
    bd09 = gcj02_to_bd09(*wgs84_to_gcj02([place[0]], [place[1]]))

    lon, lat = bd09_to_wgs84(*bd09)

    assert apart_m(place, (lon[0], lat[0])) < 1e-3


@given(inland)
def test_the_shift_is_some_hundred_metres(place):
    lon, lat = wgs84_to_gcj02([place[0]], [place[1]])

    assert 20 < apart_m(place, (lon[0], lat[0])) < 1000


@given(st.lists(anywhere, min_size=1, max_size=50))
def test_many_places_are_shifted_as_each_by_itself(places):
    lon, lat = np.array(places).T

    together = np.array(wgs84_to_gcj02(lon, lat))
    apart = np.array([wgs84_to_gcj02([x], [y]) for x, y in places])[:, :, 0].T

    assert np.array_equal(together, apart)


@given(anywhere)
def test_what_is_not_in_the_mainland_stays(place):
    lon, lat = wgs84_to_gcj02([place[0]], [place[1]])

    assert in_mainland([place[0]], [place[1]])[0] or (lon[0], lat[0]) == place
