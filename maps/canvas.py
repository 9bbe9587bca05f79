"""A picture of a map for documents: title, ground, names, scale, legend (文档用图).

Drawn with matplotlib's objects alone, without ``pyplot``: nothing global is
set, so that pictures can be made in several threads.
"""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import STORAGE, local_crs
from maps.encoding import text_of
from maps.fonts import font
from maps.ground import Ground, label_places, view_bounds
from maps.labels import Words
from maps.legend import ROW_IN, Key, draw_legend, flow, text_width_pt, wrap
from maps.palette import BOUNDARY, GROUND, INK, ZONES
from maps.placement import Names, Spot, along_line, beads

__all__ = ["Canvas", "polygon_path"]

_DPI = 200
_MARGIN_IN = 0.16
_PAPER_MUTED = "#56606e"


class Canvas:
    """A picture that is being drawn, in metres around the middle of its view.

    Parameters
    ----------
    extent : geometry, optional
        The data, in EPSG:4490; see :func:`maps.ground.view_bounds`.
    legend : sequence of (heading, keys)
    notice : str
        A sentence across the map, for one without data.
    """

    def __init__(
        self,
        ground: Ground,
        words: Words,
        *,
        title: str,
        subtitle: str,
        width_px: int,
        extent: BaseGeometry | None,
        legend: Sequence[tuple[str, Sequence[Key]]],
        notice: str = "",
        village_border: str = BOUNDARY["village"],
    ) -> None:
        self.words, self.ground, self.village_border = words, ground, village_border
        self.width_in = 8.0
        self._dpi = width_px / self.width_in
        bounds = view_bounds(ground, extent) or (104.999, 34.999, 105.001, 35.001)
        self._crs = local_crs(bounds)
        self._frame(bounds, title, subtitle, legend)
        self.names = Names(self._pixels())
        self._named = False
        self._draw_ground()
        if notice:
            self._notice(notice)

    def metres(self, shapes: Any) -> NDArray[Any]:
        """Return shapes of EPSG:4490 in the picture's metres."""
        projected: NDArray[Any] = gpd.GeoSeries(shapes, crs=STORAGE).to_crs(self._crs).to_numpy()
        return projected

    def line(self, points: NDArray[np.float64], **style: Any) -> None:
        """Draw a line given in the picture's metres."""
        self.axes.add_line(Line2D(points[:, 0], points[:, 1], **style))

    def markers(self, points: NDArray[np.float64], **style: Any) -> None:
        """Draw the same marker at every place given in the picture's metres."""
        self.axes.add_line(Line2D(points[:, 0], points[:, 1], linestyle="none", **style))

    def text(self, x: float, y: float, words: str, **style: Any) -> Text:
        """Write words as they are: a dollar sign starts no formula."""
        return self.axes.text(x, y, words, parse_math=False, clip_on=True, **style)

    def name(self, words: str, shape: BaseGeometry, size_pt: float, *, within: bool = False, **style: Any) -> None:
        """Write a polygon's name where it is free, or not at all; `within` only where it is wide enough."""
        properties = font(size_pt, bold=bool(style.pop("bold", False)))
        width, height = self._size(words, size_pt, bold=properties.get_weight() == "bold")
        left, _, right, _ = shape.bounds
        if within and self._pixel(right, 0)[0] - self._pixel(left, 0)[0] < 0.8 * width:
            return
        spots = [Spot.level(*self._pixel(x, y), width, height) for x, y in label_places(shape)]
        spot = self.names.place(spots)
        if spot is not None:
            self._write(words, spot, fontproperties=properties, **style)

    def letter(self, x: float, y: float, letter: str, colour: str, zorder: float) -> None:
        """Write the one character inside a marker."""
        self.text(
            x,
            y,
            letter,
            ha="center",
            va="center_baseline",
            fontproperties=font(5.6, bold=True),
            color=colour,
            zorder=zorder,
        )

    def avoid(self, x: float, y: float, size_pt: float) -> None:
        """Keep names off a marker where they have another place."""
        px, py = self._pixel(x, y)
        half = size_pt * self._dpi / 144
        self.names.avoid([(px - half, py - half, px + half, py + half)])

    def png(self) -> bytes:
        """Write the names of the ground that are still free, and return the picture."""
        self.village_names()
        self._river_names()
        self._scale_bar()
        self._north()
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=self._dpi, metadata={"Software": "Wangge"})
        return buffer.getvalue()

    # Layout

    def _frame(
        self,
        bounds: tuple[float, float, float, float],
        title: str,
        subtitle: str,
        legend: Sequence[tuple[str, Sequence[Key]]],
    ) -> None:
        west, south, east, north = shapely.total_bounds(self.metres([shapely.box(*bounds)]))
        across, up = max(east - west, 50.0) * 1.05, max(north - south, 50.0) * 1.05
        inner_in = self.width_in - 2 * _MARGIN_IN
        map_in = min(max(inner_in * up / across, inner_in * 0.5), inner_in * 0.95)
        per_in = max(across / inner_in, up / map_in)
        head = wrap(title, 15, inner_in - 0.4, bold=True)
        sub = wrap(subtitle, 9, inner_in - 0.4)
        head_in = 0.04 + 0.29 * len(head) + 0.19 * len(sub)
        rows = flow(legend, inner_in)
        legend_in = 0.05 + ROW_IN * len(rows)
        height_in = head_in + map_in + legend_in + 2 * _MARGIN_IN
        self.figure = Figure(figsize=(self.width_in, height_in), dpi=self._dpi, facecolor="white")
        FigureCanvasAgg(self.figure)
        self._heading(head, sub, height_in)
        box = [_MARGIN_IN / self.width_in, (legend_in + _MARGIN_IN) / height_in]
        size = [inner_in / self.width_in, map_in / height_in]
        self.axes = self.figure.add_axes((box[0], box[1], size[0], size[1]))
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        self.axes.set_xlim(middle_x - per_in * inner_in / 2, middle_x + per_in * inner_in / 2)
        self.axes.set_ylim(middle_y - per_in * map_in / 2, middle_y + per_in * map_in / 2)
        self.axes.set_xticks([])
        self.axes.set_yticks([])
        self.axes.set_facecolor(GROUND["outside"])
        for spine in self.axes.spines.values():
            spine.set_color("#8d95a1")
            spine.set_linewidth(0.8)
        below = (_MARGIN_IN / self.width_in, _MARGIN_IN / height_in, inner_in / self.width_in, legend_in / height_in)
        axes = self.figure.add_axes(below)
        axes.set_axis_off()
        axes.set_xlim(0, inner_in)
        axes.set_ylim(0, legend_in)
        draw_legend(axes, rows, legend_in)

    def _heading(self, head: list[str], sub: list[str], height_in: float) -> None:
        top = height_in - 0.06
        for words, size, step, colour in ((head, 15, 0.29, INK), (sub, 9, 0.19, _PAPER_MUTED)):
            for row in words:
                top -= step
                self.figure.text(
                    0.5,
                    (top + 0.04) / height_in,
                    row,
                    ha="center",
                    va="baseline",
                    color=colour,
                    fontproperties=font(size, bold=size == 15),
                    parse_math=False,
                )

    def _pixels(self) -> tuple[float, float, float, float]:
        box = self.axes.get_window_extent()
        return box.x0 + 4, box.y0 + 4, box.x1 - 4, box.y1 - 4

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        at = self.axes.transData.transform((x, y))
        return float(at[0]), float(at[1])

    def _size(self, words: str, size_pt: float, *, bold: bool = False) -> tuple[float, float]:
        rows = words.split("\n")
        scale = self._dpi / 72
        width = max(text_width_pt(row, size_pt, bold=bold) for row in rows)
        return width * scale, 1.25 * size_pt * len(rows) * scale

    def _write(self, words: str, spot: Spot, **style: Any) -> None:
        x, y = self.axes.transData.inverted().transform((spot.x, spot.y))
        halo = [withStroke(linewidth=2.4, foreground="white")]
        self.text(
            x,
            y,
            words,
            ha="center",
            va="center",
            linespacing=1.1,
            rotation=math.degrees(spot.angle),
            rotation_mode="anchor",
            zorder=20,
            **{"path_effects": halo, **style},
        )

    # Ground

    def _draw_ground(self) -> None:
        outline = self.ground.outline
        if outline is not None:
            self.fill([outline], facecolor=GROUND["land"], edgecolor="none", zorder=1)
        if self.ground.zones is not None:
            for code, shape in zip(self.ground.zones["zone_class"], self.ground.zones.geometry, strict=True):
                colour = ZONES.get(str(code), ZONES["quasi"])
                self.fill(
                    [shape],
                    facecolor=(*_rgb(colour), 0.16),
                    edgecolor=colour,
                    linestyle=(0, (4, 2)),
                    linewidth=0.9,
                    zorder=6,
                )
        for level, width, colour in (
            ("village", 0.8, self.village_border),
            ("town", 1.7, BOUNDARY["town"]),
            ("county", 2.0, BOUNDARY["county"]),
        ):
            self.fill(
                list(self.ground.level(level).geometry), facecolor="none", edgecolor=colour, linewidth=width, zorder=8
            )
        if outline is not None and not len(self.ground.level("town")):
            self.fill([outline], facecolor="none", edgecolor=BOUNDARY["town"], linewidth=1.7, zorder=8)
        self._rivers: list[tuple[str, NDArray[np.float64]]] = []
        rivers = self.ground.rivers[~self.ground.rivers.geometry.isna()]
        for name, shape in zip(rivers["name"], self.metres(rivers.geometry.to_numpy()), strict=True):
            for part in getattr(shape, "geoms", [shape]):
                points = shapely.get_coordinates(part)
                self.line(points, color=GROUND["river"], linewidth=1.6, zorder=7)
                self._rivers.append((text_of(name), points))
                self.names.avoid(beads(self.axes.transData.transform(points)))

    def fill(self, shapes: Sequence[BaseGeometry | None], **style: Any) -> None:
        """Fill polygons given in EPSG:4490."""
        for shape in self.metres([shape for shape in shapes if shape is not None and not shape.is_empty]):
            self.axes.add_patch(PathPatch(polygon_path(shape), **style))

    def village_names(self) -> None:
        """Write the villages' names, once; earlier calls come before other names."""
        if self._named:
            return
        self._named = True
        villages = self.ground.level("village")
        for name, shape in zip(villages["name"], self.metres(villages.geometry.to_numpy()), strict=True):
            self.name("\n".join(wrap(text_of(name), 9.5, 1.35, bold=True)), shape, 9.5, bold=True, color=INK)

    def _river_names(self) -> None:
        drawn: set[str] = set()
        for name, points in sorted(self._rivers, key=lambda river: -len(river[1])):
            if name and name not in drawn:
                self._river_name(name, points)
                drawn.add(name)

    def _river_name(self, name: str, points: NDArray[np.float64]) -> None:
        width, height = self._size(name, 8.5)
        pixels = self.axes.transData.transform(points)
        spot = self.names.place(along_line(pixels, width, height, beside=10.0))
        if spot is None:
            return
        words, angle = name, spot.angle
        if abs(angle) > 0.9 and re.search("[⺀-鿿]", name):
            # Along a steep line, characters stand upright, one under the other.
            words = "\n".join(name)
            angle -= math.copysign(math.pi / 2, angle)
        self._write(words, replace(spot, angle=angle), fontproperties=font(8.5), color=GROUND["water_label"])

    # Furniture

    def _scale_bar(self) -> None:
        west, east = self.axes.get_xlim()
        south, _ = self.axes.get_ylim()
        length_m = _round_down((east - west) * 0.22)
        inset = (east - west) * 0.02
        x, y, tall = west + inset, south + inset, (east - west) * 0.006
        unit = self.words["kilometres"] if length_m >= 1000 else self.words["metres"]
        size = 1000 if length_m >= 1000 else 1
        last = f"{length_m / size:g} {unit}"
        per_pixel = (east - west) / self.axes.get_window_extent().width
        pad, text_wide = tall * 1.6, self._size(last, 7.5)[0] * per_pixel
        plate = Rectangle(
            (x - pad, y - pad),
            length_m + text_wide + 2 * pad,
            tall * 6.4 + pad,
            facecolor="white",
            alpha=0.82,
            zorder=28,
        )
        self.axes.add_patch(plate)
        for number in range(4):
            part = Rectangle(
                (x + number * length_m / 4, y),
                length_m / 4,
                tall,
                facecolor=INK if number % 2 == 0 else "white",
                edgecolor=INK,
                linewidth=0.7,
                zorder=30,
            )
            self.axes.add_patch(part)
        for share, words, side in (
            (0.0, "0", "center"),
            (0.5, f"{length_m / 2 / size:g}", "center"),
            (1.0, last, "left"),
        ):
            self.text(
                x + share * length_m,
                y + tall * 1.8,
                words,
                ha=side,
                va="bottom",
                fontproperties=font(7.5),
                color=INK,
                zorder=31,
            )

    def _north(self) -> None:
        west, east = self.axes.get_xlim()
        _, north = self.axes.get_ylim()
        unit = (east - west) * 0.011
        x, y = east - unit * 3, north - unit * 7.2
        arrow = Path([(x, y + unit * 4), (x - unit * 1.3, y), (x, y + unit), (x + unit * 1.3, y), (x, y + unit * 4)])
        self.axes.add_patch(PathPatch(arrow, facecolor=INK, edgecolor="white", linewidth=0.6, zorder=30))
        self.text(
            x,
            y + unit * 4.4,
            self.words["north"],
            ha="center",
            va="bottom",
            fontproperties=font(8.5, bold=True),
            color=INK,
            zorder=31,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )

    def _notice(self, words: str) -> None:
        self.axes.text(
            0.5,
            0.5,
            "\n".join(wrap(words, 12, self.width_in * 0.7)),
            transform=self.axes.transAxes,
            ha="center",
            va="center",
            fontproperties=font(12),
            color=INK,
            zorder=40,
            parse_math=False,
            bbox={"facecolor": "#fffdf6", "edgecolor": "#f0a81c", "boxstyle": "round,pad=0.8"},
        )


def polygon_path(shape: BaseGeometry) -> Path:
    """Return a (multi)polygon with its holes as one path."""
    rings = []
    for part in getattr(shape, "geoms", [shape]):
        if part.geom_type == "Polygon":
            oriented = shapely.orient_polygons(part)
            rings += [
                Path(shapely.get_coordinates(ring), closed=True) for ring in (oriented.exterior, *oriented.interiors)
            ]
    return Path.make_compound_path(*rings) if rings else Path(np.empty((0, 2)))


def _round_down(length_m: float) -> float:
    power = 10.0 ** math.floor(math.log10(length_m))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= length_m)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
