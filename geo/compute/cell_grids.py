"""A grid over cells that answers most places without looking at any border."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.compute._cell_kernel import CERTAIN_NONE, UNCERTAIN, claim_boxes, locate_places

__all__ = ["CERTAIN_NONE", "UNCERTAIN", "CellGrid"]

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class CellGrid:
    """Cells as edges in the rows of a grid, and who claims each of its boxes."""

    edges: tuple[Numbers, Numbers, Numbers, Numbers]
    rows_of_cells: tuple[Indices, Indices, Indices, Indices]
    grid: Numbers
    columns: int
    rows: int
    only: NDArray[np.int32]
    box_start: Indices
    claimant: NDArray[np.int32]

    @classmethod
    def of(cls, cells: NDArray[np.object_], border: float, boxes: int) -> "CellGrid | None":
        """Lay a grid of about `boxes` boxes over cells; None if there is nothing to lay it over.

        Parameters
        ----------
        cells : ndarray of Polygon or MultiPolygon, shape (m,)
            In any plane; None and empty ones claim nothing.
        border : float
            A place nearer to a border than this is on it, in units of the plane.
        """
        start, end, cell_of = _edges(cells)
        if not len(cell_of):
            return None
        (left, bottom), (right, top) = start.min(axis=0) - 2 * border, start.max(axis=0) + 2 * border
        shape = (right - left) / (top - bottom)
        columns = int(np.clip(np.sqrt(boxes * shape), 1, boxes))
        rows = max(boxes // columns, 1)
        # A little wider than the cells, so that none of them ends on the last box's far side.
        wide, high = (right - left) * (1 + 1e-9) / columns, (top - bottom) * (1 + 1e-9) / rows
        grid = np.array([left, bottom, wide, high, border])
        x1, y1, x2, y2 = (np.ascontiguousarray(line) for line in (*start.T, *end.T))
        edges = x1, y1, x2, y2
        rows_of_cells = _rows(start, end, cell_of, len(cells), grid, rows)
        only = np.full(columns * rows, CERTAIN_NONE, dtype=np.int32)
        box_start = np.zeros(columns * rows + 1, dtype=np.int64)
        claim_boxes(*edges, *rows_of_cells, grid, columns, False, only, box_start, np.empty(0, np.int32))
        box_start[1:][only != UNCERTAIN] = 0
        box_start = np.cumsum(box_start)
        claimant = np.empty(box_start[-1], dtype=np.int32)
        claim_boxes(*edges, *rows_of_cells, grid, columns, True, only, box_start.copy(), claimant)
        return cls(edges, rows_of_cells, grid, columns, rows, only, box_start, claimant)

    def locate(self, places: Numbers) -> NDArray[np.int32]:
        """Return the one cell of each place, CERTAIN_NONE, or UNCERTAIN near a border or in several cells.

        Parameters
        ----------
        places : ndarray of float, shape (n, 2)
            Not-a-number is outside.
        """
        x, y = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
        answer = np.empty(len(places), dtype=np.int32)
        locate_places(
            *self.edges, *self.rows_of_cells, self.grid, self.columns, self.rows,
            self.only, self.box_start, self.claimant, x, y, answer,
        )  # fmt: skip
        return answer


def _edges(cells: NDArray[np.object_]) -> tuple[Numbers, Numbers, Indices]:
    parts, cell_of_part = shapely.get_parts(cells, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    coords, ring_of = shapely.get_coordinates(rings, return_index=True)
    start, end = coords[:-1], coords[1:]
    real = (ring_of[1:] == ring_of[:-1]) & (start != end).any(axis=1)
    real &= np.isfinite(start).all(axis=1) & np.isfinite(end).all(axis=1)
    return start[real], end[real], cell_of_part[part_of_ring[ring_of[1:][real]]].astype(np.int64)


def _rows(
    start: Numbers, end: Numbers, cell_of: Indices, count: int, grid: Numbers, rows: int
) -> tuple[Indices, Indices, Indices, Indices]:
    """Return ``cell_row``, ``cell_slot``, ``slot_start`` and ``edge`` as the kernel wants them."""
    _, bottom, _, high, border = grid
    low, top = np.minimum(start[:, 1], end[:, 1]) - border, np.maximum(start[:, 1], end[:, 1]) + border
    first = np.clip(np.floor((low - bottom) / high), 0, rows - 1).astype(np.int64)
    last = np.clip(np.floor((top - bottom) / high), 0, rows - 1).astype(np.int64)
    cell_row, cell_end = np.full(count, rows, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    np.minimum.at(cell_row, cell_of, first)
    np.maximum.at(cell_end, cell_of, last)
    cell_slot = np.append(0, np.cumsum(np.maximum(cell_end - cell_row + 1, 0)))
    spans = last - first + 1
    edge = np.repeat(np.arange(len(spans)), spans)
    row = np.arange(spans.sum()) - np.repeat(np.cumsum(spans) - spans - first, spans)
    slot = (cell_slot[:-1] - cell_row)[cell_of[edge]] + row
    slot_start = np.append(0, np.cumsum(np.bincount(slot, minlength=cell_slot[-1])))
    return cell_row, cell_slot, slot_start, edge[np.argsort(slot, kind="stable")]
