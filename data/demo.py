"""Write the files that the demo imports: the ground as it is kept, the tracks made anew."""

import shutil
from datetime import date
from pathlib import Path

from data.gpx import write_gpx
from data.patrols import patrol_tracks, write_tracks

__all__ = ["AS_OF", "EXAMPLE_NOTE", "EXAMPLE_RULE", "FILES", "HERE", "RULE_FROM", "write_demo"]

HERE = Path(__file__).parent / "qinghe"

# The day on which the demo's clock stands: what is due before it and still open is overdue.
AS_OF = date(2025, 6, 30)

# When a patrol counts in the demo: an example, and no county's real threshold.
EXAMPLE_RULE = {"min_minutes": 10.0, "min_distance_m": 500.0}
EXAMPLE_NOTE = "示例规则，非任何区县的真实标准"
RULE_FROM = date(2024, 1, 1)

# What `wangge import` reads, in an order in which each file finds what it refers to.
# Cells of one level tile the township, so each level has its file.
FILES = {
    "regions": ("regions.geojson",),
    "cells": ("cells-town.geojson", "cells-village.geojson", "cells-group.geojson"),
    "rivers": ("rivers.geojson",),
    "reaches": ("reaches.geojson",),
    "zones": ("zones.geojson",),
    "sites": ("sites.csv",),
    "people": ("people.csv",),
    "responsibilities": ("responsibilities.csv",),
    "issues": ("issues.csv",),
}


def write_demo(folder: Path) -> dict[str, list[Path]]:
    """Write the demo's files into `folder`.

    Returns
    -------
    dict of str to list of Path
        The files by the KIND of ``wangge import``, in the order in which they can be imported.

    Notes
    -----
    Tables and tracks are to be read with ``crs="EPSG:4490"``. A dozen of the patrols lie
    once more in ``gpx`` inside the folder, as phones keep them; they are not listed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        kind: [Path(shutil.copyfile(HERE / name, folder / name)) for name in names] for kind, names in FILES.items()
    }
    tracks = list(patrol_tracks())
    # The same outings in a second form: who imports these as well must not count them twice.
    # GPX has no accuracy, so only such walks are taken as need none to be cleaned alike.
    for track in [track for track in tracks if track.accuracy_m.max() <= 50][20::36][:12]:
        write_gpx(track, folder / "gpx")
    return written | {"tracks": write_tracks(tracks, folder / "tracks")}
