"""Datums of Chinese map data: CGCS2000 and WGS 84, GCJ-02, BD-09 (坐标系).

GCJ-02 shifts every place of mainland China by hundreds of metres, BD-09 shifts
GCJ-02 once more. Both are functions of the place, so they are undone by
iteration. Outside the mainland neither applies.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geo.errors import UnknownDatum
from geo.outline import mainland
from geo.text import Text

__all__ = [
    "CHOICES",
    "Datum",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "in_mainland",
    "parse_datum",
    "shift_suspicion",
    "wgs84_to_gcj02",
]

Array = npt.NDArray[np.float64]
CHOICES = Text("EPSG:4490 (CGCS2000), EPSG:4326 (WGS 84), gcj02, bd09, or another EPSG code")

# The ellipsoid of Krasovsky, on which the shift is defined.
AXIS_M = 6_378_245.0
ECCENTRICITY2 = 0.006_693_421_622_965_943_23
BD_ROTATION = np.pi * 3000 / 180
# 1e-10° is 0.01 mm; the shift's own slope is below 1 %, so each turn gains two digits.
INVERSE_TOLERANCE_DEG = 1e-10
INVERSE_TURNS = 20
# A shift of 500 m moves few places across a town's border, so a small share is telling.
SUSPICIOUS_SHARE = 0.01
SUSPICIOUS_DISTANCE_M = 100.0
BORDER_DEG = 0.0003
DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True)
class Datum:
    """What the numbers of a file mean: a CRS, shifted or not.

    Attributes
    ----------
    code : str
        ``EPSG:…``, ``gcj02`` or ``bd09``, as it is stored and shown.
    crs : pyproj.CRS
        The coordinates' CRS once a shift is undone; EPSG:4326 for the shifted ones.
    """

    code: str
    crs: pyproj.CRS

    @property
    def shifted(self) -> bool:
        """Whether it is GCJ-02 or BD-09."""
        return self.code in ("gcj02", "bd09")


NAMES = {
    "gcj02": "gcj02",
    "gcj": "gcj02",
    "火星坐标": "gcj02",
    "国测局": "gcj02",
    "高德": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
    "bd": "bd09",
    "百度": "bd09",
    "百度坐标": "bd09",
    "wgs84": "EPSG:4326",
    "crs84": "EPSG:4326",
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "大地2000": "EPSG:4490",
}


@lru_cache(maxsize=64)
def parse_datum(text: str) -> Datum:
    """Return the datum that a person named.

    Parameters
    ----------
    text : str
        ``EPSG:4490``, ``4490``, ``gcj02``, ``bd09``, ``wgs84``, ``cgcs2000`` or
        a usual other spelling of these.

    Raises
    ------
    UnknownDatum
        With the choices.

    Examples
    --------
    >>> parse_datum("GCJ-02").code
    'gcj02'
    >>> parse_datum("4549").crs.name
    'CGCS2000 / 3-degree Gauss-Kruger CM 120E'
    """
    word = re.sub(r"[\s_-]", "", text).casefold()
    code = NAMES.get(word, text.strip())
    if code in ("gcj02", "bd09"):
        return Datum(code, pyproj.CRS.from_epsg(4326))
    number = re.fullmatch(r"(?:epsg:+)?(\d{4,6})", code, re.IGNORECASE)
    try:
        if number is None:
            raise CRSError("not a code")
        crs = pyproj.CRS.from_epsg(int(number[1]))
    except CRSError as fault:
        raise UnknownDatum("{text} is no known datum; choose {choices}", text=text[:60], choices=CHOICES) from fault
    if not (crs.is_geographic or crs.is_projected) or len(crs.axis_info) < 2:
        raise UnknownDatum("{text} is no system for places; choose {choices}", text=text[:60], choices=CHOICES)
    return Datum(f"EPSG:{int(number[1])}", crs)


def in_mainland(lon: Array, lat: Array) -> npt.NDArray[np.bool_]:
    """Tell which places lie in mainland China, where the shifts apply.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees; shifted or not makes no difference at the outline's accuracy.
    """
    lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    inside = (lon > 73) & (lon < 136) & (lat > 17.5) & (lat < 54)
    if inside.any():
        inside[inside] = shapely.contains_xy(mainland(), lon[inside], lat[inside])
    return np.asarray(inside)


def wgs84_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Shift WGS 84 (or CGCS2000) to GCJ-02; outside the mainland nothing changes.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
    """
    lon, lat = _arrays(lon, lat)
    where = in_mainland(lon, lat)
    east, north = _shift(lon, lat)
    return np.where(where, lon + east, lon), np.where(where, lat + north, lat)


def gcj02_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Undo the shift of GCJ-02, to below 1 mm; outside the mainland nothing changes.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
    """
    lon, lat = _arrays(lon, lat)
    true_lon, true_lat = lon.copy(), lat.copy()
    for _ in range(INVERSE_TURNS):
        east, north = _shift(true_lon, true_lat)
        wrong_lon, wrong_lat = lon - (true_lon + east), lat - (true_lat + north)
        true_lon += wrong_lon
        true_lat += wrong_lat
        if _small(wrong_lon, wrong_lat):
            break
    # The true place decides, so that what was shifted comes back, on the border too.
    where = in_mainland(true_lon, true_lat)
    return np.where(where, true_lon, lon), np.where(where, true_lat, lat)


def gcj02_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Shift GCJ-02 to BD-09; outside the mainland nothing changes.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
    """
    lon, lat = _arrays(lon, lat)
    where = in_mainland(lon, lat)
    bd_lon, bd_lat = _bd09(lon, lat)
    return np.where(where, bd_lon, lon), np.where(where, bd_lat, lat)


def bd09_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Undo the shift of BD-09 against GCJ-02, to below 1 mm.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
    """
    lon, lat = _arrays(lon, lat)
    gcj_lon, gcj_lat = lon - 0.0065, lat - 0.006
    for _ in range(INVERSE_TURNS):
        bd_lon, bd_lat = _bd09(gcj_lon, gcj_lat)
        wrong_lon, wrong_lat = lon - bd_lon, lat - bd_lat
        gcj_lon += wrong_lon
        gcj_lat += wrong_lat
        if _small(wrong_lon, wrong_lat):
            break
    where = in_mainland(gcj_lon, gcj_lat)
    return np.where(where, gcj_lon, lon), np.where(where, gcj_lat, lat)


def bd09_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Undo both shifts of BD-09.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def shift_suspicion(lon: Array, lat: Array, boundary: shapely.Geometry) -> Text | None:
    """Tell whether data lie against a town's boundary as a GCJ-02 shift predicts.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Places that were read as unshifted, in degrees.
    boundary : shapely geometry
        The town's area in EPSG:4490.

    Returns
    -------
    Text or None
        A warning when clearly more places lie inside the boundary once a shift is undone. Places
        far from the border cannot tell, so they have no say.
    """
    lon, lat = _arrays(lon, lat)
    finite = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[finite], lat[finite]
    if not lon.size or boundary is None or shapely.is_empty(boundary):
        return None
    undone = gcj02_to_wgs84(lon, lat)
    # On the border itself either side is right, so only what lies clearly outside counts.
    around = shapely.buffer(boundary, BORDER_DEG)
    better = int((shapely.contains_xy(boundary, *undone) & ~shapely.contains_xy(around, lon, lat)).sum())
    worse = int((shapely.contains_xy(boundary, lon, lat) & ~shapely.contains_xy(around, *undone)).sum())
    if better > max(2 * worse, 2) and better >= SUSPICIOUS_SHARE * len(lon):
        return Text(
            "{better} places lie outside the town, but inside once a GCJ-02 shift is undone ({worse} the other way);"
            " if they come from a Chinese map app, import them with --crs gcj02",
            better=better,
            worse=worse,
        )
    # A boundary's own vertices lie half inside and half outside in any case; their distance from it tells.
    far_m, near_m = (_median_distance_m(boundary, *places) for places in ((lon, lat), undone))
    if far_m < SUSPICIOUS_DISTANCE_M or near_m > far_m / 2:
        return None
    return Text(
        "the data lie {far_m} m from the town's boundary, but {near_m} m once a GCJ-02 shift is undone;"
        " if they come from a Chinese map app, import them with --crs gcj02",
        far_m=round(far_m),
        near_m=round(near_m),
    )


def _median_distance_m(boundary: shapely.Geometry, lon: Array, lat: Array) -> float:
    """Return how far places lie from a boundary's line, by a scale good enough to compare."""
    x_m, y_m = DEGREE_M * np.cos(np.radians(lat.mean())), DEGREE_M
    line = shapely.transform(boundary.boundary, lambda places: places * (x_m, y_m))
    step = max(1, len(lon) // 2000)
    return float(np.median(shapely.distance(line, shapely.points(lon[::step] * x_m, lat[::step] * y_m))))


def _arrays(lon: Array, lat: Array) -> tuple[Array, Array]:
    # The one place where scalars become arrays and integers become floats.
    lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    return lon.copy(), lat.copy()


def _small(wrong_lon: Array, wrong_lat: Array) -> bool:
    wrong = np.maximum(np.abs(wrong_lon), np.abs(wrong_lat))
    return not np.any(wrong[np.isfinite(wrong)] > INVERSE_TOLERANCE_DEG)


def _shift(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Return GCJ-02 minus WGS 84, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = ripple + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)
    north += 160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)
    north = north * 2 / 3 - 100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    east = ripple + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)
    east += 150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)
    east = east * 2 / 3 + 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    phi = np.radians(lat)
    flattening = 1 - ECCENTRICITY2 * np.sin(phi) ** 2
    meridian_m = AXIS_M * (1 - ECCENTRICITY2) / flattening**1.5
    normal_m = AXIS_M / np.sqrt(flattening)
    return np.degrees(east / (normal_m * np.cos(phi))), np.degrees(north / meridian_m)


def _bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Shift GCJ-02 to BD-09: a ripple in radius and angle, and a fixed offset."""
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * BD_ROTATION)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * BD_ROTATION)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
