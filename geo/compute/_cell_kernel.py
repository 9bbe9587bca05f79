"""The compiled heart of locating many places. Everybody else calls :func:`geo.compute.location.locate`.

Cells are held as edges, sorted into the rows of a grid: ``edge`` lists the
edges of cell c in row r from ``slot_start[cell_slot[c] + r - cell_row[c]]`` on.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from geo.compute.compiling import compiled

__all__ = ["CERTAIN_NONE", "UNCERTAIN", "claim_boxes", "locate_places"]

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Answers = NDArray[np.int32]

CERTAIN_NONE, UNCERTAIN = -1, -2

_NUMBERS, _INDICES, _ANSWERS = numba.float64[::1], numba.int64[::1], numba.int32[::1]


@compiled(
    numba.void(
        _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS,  # edges: from x, y to x, y
        _INDICES, _INDICES, _INDICES, _INDICES,  # cell_row, cell_slot, slot_start, edge
        _NUMBERS,  # grid: x, y of its corner, width and height of a box, width of a border
        numba.int64,  # columns
        numba.boolean,  # fill
        _ANSWERS,  # only
        _INDICES,  # box_start
        _ANSWERS,  # claimant
    )
)  # fmt: skip
def claim_boxes(  # noqa: C901, PLR0912 - one pass, run twice: to count, then to fill
    x1: Numbers,
    y1: Numbers,
    x2: Numbers,
    y2: Numbers,
    cell_row: Indices,
    cell_slot: Indices,
    slot_start: Indices,
    edge: Indices,
    grid: Numbers,
    columns: int,
    fill: bool,
    only: Answers,
    box_start: Indices,
    claimant: Answers,
) -> None:
    """Tell for each box of the grid which cells claim some of it.

    Without `fill`, ``box_start[b + 1]`` counts the claims of box b, and
    ``only[b]`` becomes the cell that covers it wholly and alone. With it, the
    cells of each box without such a one are written to `claimant` from
    ``box_start[b]`` on, which moves forward.
    """
    left, bottom, wide, high, border = grid
    touched = np.full(columns, -1, dtype=np.int64)
    for cell in range(cell_row.size):
        for slot in range(cell_slot[cell], cell_slot[cell + 1]):
            row = cell_row[cell] + slot - cell_slot[cell]
            low = bottom + row * high - border
            top = bottom + (row + 1) * high + border
            first, last = columns, -1
            for at in range(slot_start[slot], slot_start[slot + 1]):
                e = edge[at]
                # The edge's part within the row, by its shares of the edge.
                a, b = 0.0, 1.0
                rise = y2[e] - y1[e]
                if rise != 0.0:
                    u, v = (low - y1[e]) / rise, (top - y1[e]) / rise
                    a, b = max(a, min(u, v)), min(b, max(u, v))
                    if a > b:
                        continue
                p, q = x1[e] + a * (x2[e] - x1[e]), x1[e] + b * (x2[e] - x1[e])
                begin = int(max(np.floor((min(p, q) - border - left) / wide), 0.0))
                end = int(min(np.floor((max(p, q) + border - left) / wide), columns - 1.0))
                for column in range(begin, end + 1):
                    touched[column] = slot
                first, last = min(first, begin), max(last, end)
            # Between its first and its last touched box, a cell covers a box that no edge touches wholly or not at all,
            # and so it does the next one.
            covers = False
            known = False
            for column in range(first, last + 1):
                box = row * columns + column
                if touched[column] == slot:
                    known = False
                    claims = True
                elif known:
                    claims = covers
                else:
                    x, y = left + (column + 0.5) * wide, bottom + (row + 0.5) * high
                    covers = False
                    for at in range(slot_start[slot], slot_start[slot + 1]):
                        e = edge[at]
                        if (y1[e] > y) != (y2[e] > y):
                            turn = (x2[e] - x1[e]) * (y - y1[e]) - (x - x1[e]) * (y2[e] - y1[e])
                            if (turn > 0.0) == (y2[e] > y1[e]):
                                covers = not covers
                    known = True
                    claims = covers
                if not claims:
                    continue
                if fill:
                    if only[box] == UNCERTAIN:
                        claimant[box_start[box]] = cell
                        box_start[box] += 1
                else:
                    box_start[box + 1] += 1
                    only[box] = cell if only[box] == CERTAIN_NONE and known else UNCERTAIN


@compiled(
    numba.void(
        _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS,  # edges: from x, y to x, y
        _INDICES, _INDICES, _INDICES, _INDICES,  # cell_row, cell_slot, slot_start, edge
        _NUMBERS,  # grid
        numba.int64,  # columns
        numba.int64,  # rows
        _ANSWERS,  # only
        _INDICES,  # box_start
        _ANSWERS,  # claimant
        _NUMBERS,  # x
        _NUMBERS,  # y
        _ANSWERS,  # answer
    )
)  # fmt: skip
def locate_places(  # noqa: C901 - the inner loop, laid open
    x1: Numbers,
    y1: Numbers,
    x2: Numbers,
    y2: Numbers,
    cell_row: Indices,
    cell_slot: Indices,
    slot_start: Indices,
    edge: Indices,
    grid: Numbers,
    columns: int,
    rows: int,
    only: Answers,
    box_start: Indices,
    claimant: Answers,
    x: Numbers,
    y: Numbers,
    answer: Answers,
) -> None:
    """Write the one cell of each place, CERTAIN_NONE, or UNCERTAIN near a border or in several cells."""
    left, bottom, wide, high, border = grid
    for place in range(x.size):
        px, py = x[place], y[place]
        column, row = (px - left) / wide, (py - bottom) / high
        answer[place] = CERTAIN_NONE
        if not (0.0 <= column < columns and 0.0 <= row < rows):
            continue
        box = int(row) * columns + int(column)
        if only[box] != UNCERTAIN:
            answer[place] = only[box]
            continue
        found = CERTAIN_NONE
        for claim in range(box_start[box], box_start[box + 1]):
            cell = claimant[claim]
            slot = cell_slot[cell] + int(row) - cell_row[cell]
            inside = False
            for at in range(slot_start[slot], slot_start[slot + 1]):
                e = edge[at]
                along, rise = x2[e] - x1[e], y2[e] - y1[e]
                dx, dy = px - x1[e], py - y1[e]
                turn = along * dy - dx * rise
                span = along * along + rise * rise
                if turn * turn <= border * border * span:
                    share = min(max((dx * along + dy * rise) / span, 0.0), 1.0)
                    dx, dy = dx - share * along, dy - share * rise
                    if dx * dx + dy * dy <= border * border:
                        found = UNCERTAIN
                        break
                if (y1[e] > py) != (y2[e] > py) and (turn > 0.0) == (rise > 0.0):
                    inside = not inside
            if found == UNCERTAIN:
                break
            if inside:
                if found != CERTAIN_NONE:
                    found = UNCERTAIN
                    break
                found = cell
        answer[place] = found
