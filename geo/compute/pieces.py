"""Connected pieces of polygons, without the noise of rounded coordinates."""

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.compute.areas import ground_area_m2, ground_scale

__all__ = ["NOISE_M", "Piece", "Place", "Shapes", "connected_pieces"]

NOISE_M = 0.001
"""What is nowhere as wide as this comes from the rounding of coordinates, and is no defect."""

Place = tuple[float, float]
Shapes = NDArray[np.object_]
_POLYGON = 3


class Piece(NamedTuple):
    """A connected piece of the shape at position `owner`."""

    owner: int
    shape: BaseGeometry
    area_m2: float

    @property
    def place(self) -> Place:
        """Return a place within the piece, as longitude and latitude."""
        point = self.shape.representative_point()
        return point.x, point.y


def connected_pieces(shapes: Any) -> list[Piece]:
    """Return the connected pieces of each shape that are somewhere wider than the noise.

    Pieces that hang together only by a hair are taken apart: a slit of a
    nanometre between two neighbours must not turn an enclosed hole into a part
    of the open country.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygonal = shapely.get_type_id(parts) == _POLYGON
    parts, owner = parts[polygonal], owner[polygonal]
    plane = _LocalPlane(parts)
    kernels = shapely.buffer(plane.flat, -NOISE_M / 2, join_style="mitre")
    found: list[BaseGeometry] = []
    owners: list[int] = []
    for position, kernel in enumerate(kernels):
        if kernel.geom_type == "Polygon" and not kernel.is_empty:
            found.append(parts[position])
            owners.append(int(owner[position]))
        elif not kernel.is_empty:
            grown = shapely.buffer(shapely.get_parts(kernel), NOISE_M / 2, join_style="mitre")
            back = plane.lift(grown, np.full(len(grown), position))
            found += list(back)
            owners += [int(owner[position])] * len(back)
    areas = ground_area_m2(found) if found else np.empty(0)
    return [Piece(who, shape, float(area)) for who, shape, area in zip(owners, found, areas, strict=True)]


class _LocalPlane:
    """Each shape in metres around its own middle: good for widths, not for areas."""

    def __init__(self, shapes: Shapes) -> None:
        bounds = shapely.bounds(shapes).reshape(-1, 4)
        self._middle = (bounds[:, :2] + bounds[:, 2:]) / 2
        self._scale = np.column_stack(ground_scale(self._middle[:, 1])).reshape(-1, 2)
        coords, shape_of = shapely.get_coordinates(shapes, return_index=True)
        metres = (coords - self._middle[shape_of]) * self._scale[shape_of]
        self.flat: Shapes = shapely.set_coordinates(shapes.copy(), metres)

    def lift(self, shapes: Shapes, plane_of: NDArray[np.int_]) -> Shapes:
        """Return shapes in degrees again; `plane_of` tells around whose middle they are."""
        coords, shape_of = shapely.get_coordinates(shapes, return_index=True)
        around = plane_of[shape_of]
        lifted: Shapes = shapely.set_coordinates(shapes.copy(), coords / self._scale[around] + self._middle[around])
        return lifted
