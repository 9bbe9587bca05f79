"""Some of the year's patrols once more, as the GPX files that phones keep."""

from pathlib import Path

import numpy as np

from data.patrols import PatrolTrack

__all__ = ["write_gpx"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="清河镇示范" xmlns="http://www.topografix.com/GPX/1/1">\n'
    "<trk><name>{name}</name><trkseg>\n"
)
_FIX = '<trkpt lat="{lat}" lon="{lon}"><time>{time}Z</time></trkpt>\n'
_TAIL = "</trkseg></trk>\n</gpx>\n"


def write_gpx(track: PatrolTrack, folder: Path) -> Path:
    """Write one patrol's raw fixes, with times in UTC as GPX demands.

    Returns
    -------
    Path
        Named by the patrol's number and its reach.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outing = track.outing
    times = np.datetime_as_string(track.time_s.astype("datetime64[s]"))
    fixes = zip(track.lon_lat.tolist(), times.tolist(), strict=True)
    body = "".join(_FIX.format(lat=lat, lon=lon, time=time) for (lon, lat), time in fixes)
    path = folder / f"{outing.number}_{outing.reach}.gpx"
    path.write_text(
        _HEAD.format(name=f"{outing.number} {outing.reach} {outing.person}") + body + _TAIL, encoding="utf-8"
    )
    return path
