"""From a file's coordinates to EPSG:4490, longitude first; what lies nowhere is told."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError

from geo.datum import CHOICES, Datum, bd09_to_wgs84, gcj02_to_wgs84, in_mainland, parse_datum
from geo.errors import TooLarge, UnknownDatum
from geo.readers.results import Limits
from geo.text import Text

__all__ = [
    "Placing",
    "check_vertices",
    "choose_datum",
    "place_geometry",
    "place_points",
    "warn_of_shift",
    "warn_of_shift_at",
]

Array = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]
Convert = Callable[[Array, Array], tuple[Array, Array]]
# Data may reach somewhat beyond the area for which their CRS was made.
AREA_MARGIN_DEG = 5.0
# Rounded numbers overshoot the date line and the poles.
ROUNDING_DEG = 1e-6
# Chinese eastings may carry the number of their zone, in millions of metres.
ZONE_STEP_M = 1_000_000
# Datums that agree with CGCS2000 to a few centimetres or, for the ensembles, to what anyone can tell.
SAME_AS_STORAGE = (
    "wgs 84",
    "wgs84",
    "world geodetic system 1984",
    "china 2000",
    "china geodetic",
    "cgcs2000",
    "cgcs_2000",
)


class Placing:
    """How the coordinates of one file become longitude and latitude in EPSG:4490.

    Parameters
    ----------
    datum : Datum
        What the numbers mean.
    own : pyproj.CRS or None
        The file's own CRS: a shifted datum may be projected with it.
    """

    def __init__(self, datum: Datum, own: pyproj.CRS | None = None) -> None:
        self.datum = datum
        self.crs = own if datum.shifted and own is not None else datum.crs
        self.code = datum.code
        self.geographic = bool(self.crs.is_geographic)
        self.warnings: list[Text] = []
        self._convert = self._converter()

    def to_storage(self, x: Array, y: Array) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
        """Convert coordinates.

        Parameters
        ----------
        x, y : ndarray of float, shape (n,)
            East or longitude, north or latitude, in the file's CRS.

        Returns
        -------
        lon, lat : ndarray of float, shape (n,)
            Degrees in EPSG:4490; NaN where bad.
        bad : ndarray of bool, shape (n,)
            Where the numbers are no place of the CRS.
        """
        good = np.isfinite(x) & np.isfinite(y)
        if self.geographic:
            good &= (np.abs(x) <= 180 + ROUNDING_DEG) & (np.abs(y) <= 90 + ROUNDING_DEG)
        elif self.crs.area_of_use is None:
            # Nothing else tells degrees from metres; nobody's land lies at a projection's very origin.
            good &= (np.abs(x) > 180) | (np.abs(y) > 180)
        lon, lat = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
        if good.any():
            lon[good], lat[good] = self._convert(x[good], y[good])
        with np.errstate(invalid="ignore"):
            good &= np.isfinite(lon) & np.isfinite(lat)
            good &= (np.abs(lon) <= 180 + ROUNDING_DEG) & (np.abs(lat) <= 90 + ROUNDING_DEG)
            good &= self._in_area(lon, lat)
        lon[~good] = lat[~good] = np.nan
        return lon, lat, ~good

    def explain(self, x: float, y: float) -> Text:
        """Say why a coordinate is no place, with the way out where one shows."""
        if not (np.isfinite(x) and np.isfinite(y)):
            return Text("its coordinates are no numbers")
        if x == 0 and y == 0:
            return Text("0, 0 is what stands where a place was not known")
        return self._hint(x, y, {"x": _short(x), "y": _short(y), "crs": self.code})

    def _hint(self, x: float, y: float, facts: dict[str, str]) -> Text:
        """Say that a coordinate is no place, and what was probably meant."""
        zone = int(x // ZONE_STEP_M)
        if self._fits(y, x):
            message = "{x}, {y} is no place in {crs}; the two coordinates seem to be swapped"
        elif not self.geographic and 0 < zone < 100 and self._fits(x - zone * ZONE_STEP_M, y):
            message = "{x}, {y} is no place in {crs}; a zone number stands in front: say --crs with that zone's code"
        elif self.geographic and max(abs(x), abs(y)) > 360:
            message = (
                "{x}, {y} is no place in {crs}, but seems to be metres; say --crs with the code of their projection"
            )
        elif not self.geographic and abs(x) <= 180 and abs(y) <= 90:
            message = "{x}, {y} is no place in {crs}, but seems to be degrees; say --crs with another code"
        else:
            message = "{x}, {y} is no place in {crs}"
        return Text(message, **facts)

    def _fits(self, x: float, y: float) -> bool:
        return not self.to_storage(np.array([x]), np.array([y]))[2][0]

    def _in_area(self, lon: Array, lat: Array) -> npt.NDArray[np.bool_]:
        if self.datum.shifted:
            return np.asarray((lon > 72) & (lon < 138) & (lat > 2) & (lat < 56))
        area = self.crs.area_of_use
        if area is None or area.west > area.east:
            return np.ones(lon.shape, bool)
        inside = (lon >= area.west - AREA_MARGIN_DEG) & (lon <= area.east + AREA_MARGIN_DEG)
        inside &= (lat >= area.south - AREA_MARGIN_DEG) & (lat <= area.north + AREA_MARGIN_DEG)
        return np.asarray(inside)

    def _converter(self) -> Convert:
        to_degrees = self._to_degrees()
        if self.datum.code == "gcj02":
            return lambda x, y: gcj02_to_wgs84(*to_degrees(x, y))
        if self.datum.code == "bd09":
            return lambda x, y: bd09_to_wgs84(*to_degrees(x, y))
        return to_degrees

    def _to_degrees(self) -> Convert:
        geodetic = self.crs.geodetic_crs
        same = geodetic is not None and _is_storage_datum(geodetic)
        if self.geographic and same and _at_greenwich(self.crs):
            return lambda x, y: (x, y)
        # To the CRS's own degrees when its datum counts as ours, so that no shift sneaks in.
        target = geodetic if same else pyproj.CRS.from_epsg(4326)
        try:
            transformer = pyproj.Transformer.from_crs(self.crs, target, always_xy=True)
        except ProjError as fault:
            raise UnknownDatum("no way is known from {crs} to CGCS2000", crs=self.crs.name) from fault
        if not same and (transformer.accuracy or -1) < 0:
            message = (
                "{crs} is related to CGCS2000 only roughly; places may be off by some 100 m:"
                " convert the file with your county's parameters"
            )
            self.warnings.append(Text(message, crs=self.crs.name))
        return lambda x, y: transformer.transform(x, y, errcheck=False)


def choose_datum(crs: str | None, own: pyproj.CRS | None, defined: str, *, file: str) -> Placing:
    """Decide which datum a file's coordinates use.

    Parameters
    ----------
    crs : str or None
        What the person said; it goes before everything else.
    own : pyproj.CRS or None
        What the file says.
    defined : str
        The format that defines it, if any.

    Raises
    ------
    UnknownDatum
        If nobody says.
    """
    if crs is not None:
        placing = Placing(parse_datum(crs), own)
        if (
            own is not None
            and not placing.datum.shifted
            and own != placing.datum.crs
            and not _alike(own, placing.datum.crs)
        ):
            message = "{file} says {own}, but is read as {crs} as you said"
            placing.warnings.append(Text(message, file=file, own=own.name, crs=placing.code))
        return placing
    if own is not None:
        if not (own.is_geographic or own.is_projected):
            raise UnknownDatum(
                "the CRS of {file}, {own}, is none for places; say --crs {choices}",
                file=file,
                own=own.name,
                choices=CHOICES,
            )
        code = own.to_epsg() or (4326 if _is_storage_datum(own) and own.is_geographic else None)
        name = own.name if own.name != "unknown" else "PROJ"
        return Placing(Datum(f"EPSG:{code}" if code else name, own))
    if defined:
        return Placing(parse_datum("EPSG:4326"))
    raise UnknownDatum(
        "{file} does not say which datum its coordinates use; say --crs {choices}", file=file, choices=CHOICES
    )


def place_points(
    placing: Placing, x: Array, y: Array, *, zero_is_bad: bool = True
) -> tuple[Array, Array, dict[int, Text]]:
    """Convert points given as two columns; see :meth:`Placing.to_storage`.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
    faults : dict of int to Text
        Why a coordinate is no place.
    """
    lon, lat, bad = placing.to_storage(x, y)
    if zero_is_bad and placing.geographic:
        bad |= (x == 0) & (y == 0)
        lon[bad] = lat[bad] = np.nan
    faults: dict[int, Text] = {}
    reasons: dict[tuple[float, float], Text] = {}
    for i in np.flatnonzero(bad):
        place = float(x[i]), float(y[i])
        if place not in reasons:
            reasons[place] = placing.explain(*place)
        faults[int(i)] = reasons[place]
    return lon, lat, faults


def place_geometry(
    placing: Placing, geometry: Geometries, *, zero_is_bad: bool = False
) -> tuple[Geometries, dict[int, Text]]:
    """Convert geometries to EPSG:4490, without heights and measures.

    Parameters
    ----------
    geometry : ndarray of shapely geometries or None, shape (n,)
    zero_is_bad : bool
        Whether 0, 0 in degrees means that a place was not known.

    Returns
    -------
    geometry : ndarray, shape (n,)
        None where there is none, or where it lies nowhere.
    faults : dict of int to Text
    """
    flat = shapely.force_2d(geometry)
    flat[shapely.is_empty(flat)] = None
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    if not len(coordinates):
        return flat, {}
    lon, lat, faults = place_points(placing, coordinates[:, 0], coordinates[:, 1], zero_is_bad=zero_is_bad)
    by_row: dict[int, Text] = {}
    for position in sorted(faults):
        by_row.setdefault(int(owner[position]), faults[position])
    keep = ~shapely.is_missing(flat)
    keep[list(by_row)] = False
    placed = np.full(len(flat), None, dtype=object)
    fine = keep[owner]
    placed[keep] = shapely.set_coordinates(flat[keep], np.column_stack([lon[fine], lat[fine]]))
    return placed, by_row


def check_vertices(geometry: Geometries, limits: Limits) -> None:
    """Refuse more vertices than the limits allow.

    Raises
    ------
    TooLarge
    """
    vertices = int(shapely.get_num_coordinates(geometry).sum())
    if vertices > limits.max_vertices:
        message = "the file has {count} vertices, more than the limit of {limit}"
        raise TooLarge(message, count=vertices, limit=limits.max_vertices)


def warn_of_shift(defined: str, geometry: Geometries) -> Text | None:
    """Return a warning when data in China are WGS 84 only because their format defines it.

    Chinese map apps write GCJ-02 into GeoJSON, GPX and KML all the same.
    """
    coordinates = shapely.get_coordinates(geometry)[:1000]
    return warn_of_shift_at(defined, coordinates[:, 0], coordinates[:, 1])


def warn_of_shift_at(defined: str, lon: Array, lat: Array) -> Text | None:
    """Return the same warning for places given as two columns; see :func:`warn_of_shift`."""
    if not defined or not in_mainland(lon, lat).any():
        return None
    message = "read as WGS 84, as {format} defines; if it comes from a Chinese map app, say --crs gcj02 or --crs bd09"
    return Text(message, format=defined)


def _at_greenwich(crs: pyproj.CRS) -> bool:
    return crs.prime_meridian is None or crs.prime_meridian.longitude == 0


def _is_storage_datum(crs: pyproj.CRS) -> bool:
    datum = crs.datum
    name = (datum.name if datum is not None else crs.name).casefold().replace("_", " ")
    return any(word.replace("_", " ") in name for word in SAME_AS_STORAGE)


def _alike(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Tell whether two CRSs differ in name only, as WGS 84 and CGCS2000 in degrees do."""
    same = _is_storage_datum(one) and _is_storage_datum(other) and one.is_geographic and other.is_geographic
    return bool(same) or one.equals(other, ignore_axis_order=True)


def _short(value: float) -> str:
    return f"{value:.10g}"
