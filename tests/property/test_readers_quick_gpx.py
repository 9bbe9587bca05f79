"""The quick way through a GPX file and the parser give the same."""

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import WanggeError
from geo.readers import gpx as gpx_reader
from geo.readers import read_tracks

TIMES = st.one_of(
    st.datetimes(pd.Timestamp("1901-01-01"), pd.Timestamp("2199-12-31")).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z"),
    st.datetimes(pd.Timestamp("1901-01-01"), pd.Timestamp("2199-12-31")).map(
        lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    ),
    st.from_regex(r"\A[12]\d{3}-[01]\d-[0-3]\dT[012]\d:[0-5]\d:[0-6]\dZ\Z"),
    st.sampled_from(["2024-06-05T01:00:00", "2024-06-05T09:00:00+08:00", "2024-02-30T01:00:00Z", "", " ", "gestern"]),
)
FIXES = st.lists(st.tuples(st.floats(70, 140), st.floats(-90, 90), TIMES), min_size=1, max_size=6)


def document(segments, uniform):
    body = "".join(
        "<trkseg>"
        + "".join(
            f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{segments[0][0][2] if uniform else time}</time></trkpt>'
            for lon, lat, time in segment
        )
        + "</trkseg>"
        for segment in segments
    )
    return f'<gpx version="1.1"><trk><name>巡河</name>{body}</trk></gpx>'


def outcome(path):
    try:
        reading = read_tracks(path)
    except WanggeError as error:
        return None, str(error)
    return reading.frame, [str(warning) for warning in reading.warnings]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(segments=st.lists(FIXES, min_size=1, max_size=3), uniform=st.booleans())
def test_the_quick_way_equals_the_parser(tmp_path, segments, uniform):
    path = tmp_path / "a.gpx"
    path.write_text(document(segments, uniform), encoding="utf-8")
    quick, quick_words = outcome(path)
    usual = gpx_reader.read_usual_gpx
    gpx_reader.read_usual_gpx = lambda data: None
    try:
        parsed, parsed_words = outcome(path)
    finally:
        gpx_reader.read_usual_gpx = usual

    assert quick_words == parsed_words
    if parsed is not None:
        pd.testing.assert_frame_equal(quick, parsed, check_dtype=False)
