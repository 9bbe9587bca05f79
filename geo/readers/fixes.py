"""Fixes of tracks as a file holds them, before they are checked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Fixes"]


@dataclass(slots=True)
class Fixes:
    """The fixes (定位点) of a GPX, KML or FIT file; every array has shape (n,).

    Attributes
    ----------
    lon, lat : Series of str or float
        As written.
    time : Series of str, or of aware datetimes
        None where a fix has no time.
    track, segment : ndarray of int
        Which track of the file, and which unbroken piece: a new segment is a break.
    name : ndarray of str or None
        The track's name.
    defined : str
        The format that defines the datum as WGS 84.
    other : int
        How many features of the file are no tracks.
    """

    lon: pd.Series
    lat: pd.Series
    time: pd.Series
    accuracy_m: pd.Series
    track: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64]
    name: npt.NDArray[np.object_]
    defined: str
    other: int = 0
