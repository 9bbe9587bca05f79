"""Whatever happens to a file's bytes, a reader gives rows or one clear line, and nothing else."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import WanggeError
from geo.readers import read, read_layer, read_tracks
from tests.unit import reader_files as files

KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Placemark><name>甲</name>'
    "<gx:Track><when>2024-06-05T01:00:00Z</when><gx:coord>107.5 29.8 0</gx:coord></gx:Track></Placemark><Placemark>"
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>107,29 108,29 108,30 107,29</coordinates></LinearRing>"
    "</outerBoundaryIs></Polygon></Placemark></kml>"
)
TABLE = ("问题编号,问题类别,发现时间,经度,纬度", "W1,秸秆焚烧,2024/6/5,107.5,29.8", "W2,信访,2024年6月5日,107.6,29.9")


@lru_cache(maxsize=1)
def samples() -> dict[str, bytes]:
    """Return a small sound file of each format, by name."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        walk = [(lon, lat, files.iso(at)) for lon, lat, at in files.walk()]
        files.geojson(folder / "a.geojson", files.feature(files.SQUARE, code="C1", name="甲"))
        files.gpx(folder / "a.gpx", walk, walk)
        files.fit(folder / "a.fit", files.walk())
        files.text(folder / "a.kml", KML)
        files.text(folder / "a.csv", *TABLE, encoding="gbk")
        files.workbook(folder / "a.xlsx", 台账=[line.split(",") for line in TABLE])
        files.ods(folder / "a.ods", [line.split(",") for line in TABLE])
        files.geopackage(folder / "a.gpkg", [files.SQUARE, None], name=["甲", "乙"])
        files.shapefile(folder / "a.shp", [files.SQUARE], 名称=["甲"])
        parts = {
            part.name: part.read_bytes()
            for part in folder.glob("a.???")
            if part.suffix in (".shp", ".shx", ".dbf", ".prj")
        }
        found = {
            path.name: path.read_bytes() for path in folder.glob("a.*") if path.suffix not in (".shx", ".dbf", ".prj")
        }
        found["a.zip"] = files.bytes_of_zip(parts)
        found["a.kmz"] = files.bytes_of_zip({"doc.kml": KML.encode()})
        found["a.dbf"] = parts["a.dbf"]
    return found


NAMES = [
    "a.geojson",
    "a.gpx",
    "a.fit",
    "a.kml",
    "a.csv",
    "a.xlsx",
    "a.ods",
    "a.gpkg",
    "a.shp",
    "a.zip",
    "a.kmz",
    "a.dbf",
]
changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=6)


def garbled(data: bytes, cut: float, patches: list[tuple[float, bytes]]) -> bytes:
    """Return bytes cut off at a place and overwritten at others."""
    result = bytearray(data[: max(1, round(cut * len(data)))])
    for where, patch in patches:
        at = int(where * len(result))
        result[at : at + len(patch)] = patch
    return bytes(result)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cut=st.one_of(st.just(1.0), st.floats(0, 1)), patches=changes, flag=st.sampled_from([None, "4490", "gcj02"]))
def test_garbled_bytes_never_break_a_reader(name, cut, patches, flag):
    data = garbled(samples()[name], cut, patches)
    lines = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        if name == "a.dbf":
            # The attributes are garbled, the geometry beside them is sound.
            path = path.with_suffix(".shp")
            path.write_bytes(samples()["a.shp"])
        for reader in (read_layer, read_tracks, lambda path, crs: read("issues", path, crs=crs)):
            try:
                reader(path, crs=flag)
            except WanggeError as refusal:
                lines.append(str(refusal))

    assert all(line and line.isprintable() for line in lines)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(["csv", "geojson", "gpx", "kml", "shp", "zip", "xlsx", "fit", "gpkg", "txt"]),
)
def test_random_bytes_are_refused_or_read(data, suffix):
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        path.write_bytes(data)
        try:
            result = str(len(read_layer(path, crs="4490")))
        except WanggeError as refusal:
            result = str(refusal)

    assert result.isprintable()
