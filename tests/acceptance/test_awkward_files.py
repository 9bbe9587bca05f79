"""Files from parsers' own test suites: each is read, or refused in one clear line."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from geo.errors import WanggeError
from geo.readers import read_layer, read_tracks
from tests.conftest import ROOT

FOLDER = ROOT.parent / "shared" / "data" / "awkward"
FILES = sorted(path for folder in ("gpx", "vector") for path in (FOLDER / folder).glob("*"))
PARTS = (".dbf", ".shx", ".prj", ".cpg")

# What read_layer gives: the number of features, or the words of the refusal.
LAYERS: dict[str, int | str] = {
    "gpx/bad.gpx": "row 1 of bad.gpx: its coordinates are no numbers (and 2 more rows)",
    "gpx/bad.kml": "row 1 of bad.kml: its coordinates are no numbers (and 2 more rows)",
    "gpx/blue_hills.gpx": 49,
    "gpx/cerknicko-jezero.gpx": 15,
    "gpx/custom_schema_locations.gpx": 0,
    "gpx/empty_trk.gpx": 1,
    "gpx/extended_data.kml": 1,
    "gpx/ground_overlay.kml": 0,
    "gpx/gxmultitrack.kml": 3,
    "gpx/multigeometry.kml": 1,
    "gpx/networklink.kml": 0,
    "gpx/nogeomplacemark.kml": 1,
    "gpx/null_geometry.kml": 1,
    "gpx/simpledata.kml": 2,
    "gpx/timespan.kml": 1,
    "gpx/unicode_with_bom_noencoding.gpx": 1,
    "gpx/wpt.gpx": 40,
    "vector/3dpoints.shp": "does not say which datum its coordinates use; say --crs",
    "vector/a_utm.shp": 1,
    "vector/chinese.shp": "row 1 of chinese.shp: -248.7157895, 625.6105263 is no place in EPSG:4326",
    "vector/curve.gpkg": 1,
    "vector/curvepolygon.gpkg": 1,
    "vector/data_corruption_error.shp": 8,
    "vector/gauss_kruger.shp": "is no place in EPSG:2435, but seems to be degrees; say --crs with another code",
    "vector/geo_lines.shp": "the file is damaged",
    "vector/invalid_coordinates.shp": "is no place in EPSG:4326",
    "vector/latin1-property.shp": 1,
    "vector/line_zm.gpkg": 1,
    "vector/max_callstack_error.shp": 138,
    "vector/multisurface.gpkg": 1,
    "vector/naturalearth_lowres.shp": 177,
    "vector/points.shp": "does not say which datum its coordinates use; say --crs",
    "vector/popctr_state1970.shp": 51,
    "vector/six_counties.shp": 6,
    "vector/test_gpkg_nulls.gpkg": 4,
    "vector/three_points.shp": 3,
    "vector/two_states_mercator.shp": 2,
}
# What read_tracks gives: fixes, tracks, segments, fixes without time; or the words of the refusal.
TRACKS: dict[str, tuple[int, int, int, int] | str] = {
    "bad.gpx": "no usable fix",
    "bad.kml": "no usable fix",
    "blue_hills.gpx": (1243, 3, 14, 0),
    "cerknicko-jezero.gpx": (296, 7, 7, 0),
    "cerknicko-without-times.gpx": (296, 7, 7, 291),
    "empty_trk.gpx": "has no track",
    "Friday-Evening-Run.gpx": (17, 1, 3, 0),
    "garmin-activity.gpx": (988, 1, 1, 0),
    "garmin_with_extensions.gpx": (3540, 1, 2, 0),
    "gpx1.0_with_all_fields.gpx": (1, 1, 1, 0),
    "gxmultitrack.kml": (26, 1, 2, 0),
    "gxtrack.kml": (7, 1, 1, 0),
    "linestring.kml": (4, 2, 2, 4),
    "Mojstrovka.gpx": (184, 1, 1, 0),
    "multitrackgpx.gpx": (117, 3, 3, 0),
    "networklink.kml": "has no track",
    "north_core.gpx": (34, 10, 15, 34),
    "osm.gpx": (420, 3, 3, 245),
    "polygon.kml": "has no track, only routes, places or areas",
    "route.gpx": "has no track, only routes, places or areas",
    "track-with-empty-segment.gpx": (9, 1, 1, 0),
    "track-with-less-sec-time.gpx": (2, 1, 1, 0),
    "wikipedia_example.gpx": (3, 1, 1, 0),
    "wpt.gpx": "has no track, only routes, places or areas",
}

pytestmark = pytest.mark.skipif(
    not FILES, reason="needs the real data in ../shared/data, which is not part of the project"
)


def outcome(read, path, **options):
    """Return what a reader gives, or its refusal as one line; anything else fails the test."""
    try:
        return read(path, **options)
    except WanggeError as refusal:
        line = str(refusal)
        assert line
        assert line.isprintable()
        return line


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_file_is_read_as_a_layer_or_refused_in_one_line(path, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = outcome(read_layer, path)

    assert capfd.readouterr() == ("", "")
    if path.suffix in PARTS:
        assert "only one part of a shapefile" in result
    elif isinstance(expected := LAYERS.get(name_of(path)), str):
        assert expected in result
    elif expected is not None:
        assert len(result) == expected
    if not isinstance(result, str):
        assert result.crs == "EPSG:4490"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_file_is_read_as_tracks_or_refused_in_one_line(path, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = outcome(read_tracks, path)

    assert capfd.readouterr() == ("", "")
    if isinstance(expected := TRACKS.get(path.name), str):
        assert expected in result
    elif expected is not None:
        frame = result.frame
        found = (len(frame), frame["track"].nunique(), frame["segment"].nunique(), int(frame["time"].isna().sum()))
        assert found == expected
    if not isinstance(result, str):
        assert result.frame[["lon", "lat"]].notna().all(axis=None)
        assert str(result.frame["time"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".shp"], ids=lambda path: path.name)
def test_a_declared_datum_opens_what_lacked_only_that(path):
    assert "does not say which datum" not in str(outcome(read_layer, path, crs="EPSG:4326"))


def test_every_expectation_is_of_a_file_that_there_is():
    names = {name_of(path) for path in FILES}

    assert names >= set(LAYERS)
    assert names >= {f"gpx/{name}" for name in TRACKS}


def test_nothing_reaches_the_terminal_in_a_process_of_its_own():
    script = (
        "import sys\n"
        "from geo.errors import WanggeError\n"
        "from geo.readers import read_layer, read_tracks\n"
        "for path in sys.argv[1:]:\n"
        "    for read in (read_layer, read_tracks):\n"
        "        try:\n"
        "            read(path)\n"
        "        except WanggeError:\n"
        "            pass\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, FILES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
