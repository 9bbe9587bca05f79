"""Files to validated frames, with every rejected row and why.

Three entrances: :func:`read` for rows of a kind, :func:`read_layer` for raw
features, :func:`read_tracks` for fixes. Geometry comes out in EPSG:4490,
longitude first. Whatever is wrong with a file is a ``WanggeError`` in one line.
"""

from geo.readers.reading import read, read_layer, read_tracks
from geo.readers.results import Kind, Limits, Reading, Rejection

__all__ = ["Kind", "Limits", "Reading", "Rejection", "read", "read_layer", "read_tracks"]
