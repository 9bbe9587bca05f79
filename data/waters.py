"""Reaches cut from the rivers, and the zones around the two drinking-water sources."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, union_all
from shapely.ops import substring

from data.frame import fractal_noise
from data.places import RIVERS, TOWN, TOWN_NAME, VILLAGES
from data.valleys import resample

__all__ = ["REACH_COUNT", "RESERVOIR", "Reach", "Zone", "clip_rivers", "cut_reaches", "draw_zones", "town_reaches"]

REACH_COUNT = 29
RESERVOIR = (-2760.0, 1740.0)
INTAKE = (3330.0, -2360.0)
_SHORTEST_M = 650.0
# A town-level chief answers for a whole river or a long stretch of one: river, name, from and to as shares.
_TOWN_PLAN = (
    ("清河", "清河上段", 0.0, 0.56),
    ("清河", "清河下段", 0.56, 1.0),
    ("石板溪", "石板溪全段", 0.0, 1.0),
    ("板桥河", "板桥河全段", 0.0, 1.0),
    ("湾子溪", "湾子溪全段", 0.0, 1.0),
    ("白水溪", "白水溪全段", 0.0, 1.0),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """A reach in the plane (河段)."""

    code: str
    name: str
    river: str
    level: str
    region: str
    line: LineString


@dataclass(frozen=True, slots=True)
class Zone:
    """A water-source zone in the plane (水源保护区)."""

    code: str
    name: str
    zone_class: str
    status: str
    region: str
    polygon: Polygon


def clip_rivers(rivers: dict[str, LineString], town: Polygon) -> dict[str, LineString]:
    """Return the rivers inside the township, ending a few metres short of its border."""
    shrunk = town.buffer(-4)
    clipped = {}
    for name, line in rivers.items():
        inside = line.intersection(shrunk)
        clipped[name] = max(getattr(inside, "geoms", [inside]), key=lambda part: part.length)
    return clipped


def cut_reaches(rivers: dict[str, LineString], villages: list[Polygon]) -> list[Reach]:
    """Cut the rivers where they pass from village to village, into REACH_COUNT reaches.

    A village's stretch that is too short for a chief of its own joins the
    longer neighbour; the longest are halved until the count is reached.
    """
    pieces = [(name, *run) for name, line in rivers.items() for run in _runs(line, villages)]
    while len(pieces) > REACH_COUNT:
        pieces = _merge_shortest(pieces)
    while len(pieces) < REACH_COUNT:
        longest = max(range(len(pieces)), key=lambda k: pieces[k][3] - pieces[k][2])
        name, village, start, end = pieces[longest]
        pieces[longest : longest + 1] = [
            (name, village, start, (start + end) / 2),
            (name, village, (start + end) / 2, end),
        ]
    codes = {plan.name: plan.code for plan in RIVERS}
    numbers: dict[str, int] = {}
    reaches = []
    for name, village, start, end in pieces:
        numbers[name] = numbers.get(name, 0) + 1
        same = [p for p in pieces if p[:2] == (name, village)]
        part = (
            ""
            if len(same) == 1
            else "上中下"[{2: (0, 2), 3: (0, 1, 2)}[len(same)][same.index((name, village, start, end))]]
        )
        plan = VILLAGES[village]
        reaches.append(
            Reach(
                f"{codes[name]}-{numbers[name]:02d}", f"{name}{plan.name}{part}段", name, "village", plan.code,
                substring(rivers[name], start, end),
            )
        )  # fmt: skip
    return reaches


def _runs(line: LineString, villages: list[Polygon]) -> list[tuple[int, float, float]]:
    """Return (village, start, end) along the line, without runs shorter than a chief's work."""
    measures = np.arange(5, line.length, 10)
    points = shapely.line_interpolate_point(line, measures)
    owner = np.argmin([shapely.distance(village, points) for village in villages], axis=0)
    breaks = np.flatnonzero(np.diff(owner)) + 1
    edges = [0, *breaks.tolist(), len(owner)]
    runs = [(int(owner[a]), a * 10.0, min(b * 10.0, line.length)) for a, b in pairwise(edges)]
    runs[-1] = (*runs[-1][:2], line.length)
    while len(runs) > 1 and min(end - start for _, start, end in runs) < _SHORTEST_M:
        k = min(range(len(runs)), key=lambda i: runs[i][2] - runs[i][1])
        runs = _absorb(runs, k)
    return runs


def _absorb(runs: list[tuple[int, float, float]], k: int) -> list[tuple[int, float, float]]:
    """Join run `k` to its longer neighbour, and neighbours of one village to each other."""
    sides = [j for j in (k - 1, k + 1) if 0 <= j < len(runs)]
    host = max(sides, key=lambda j: runs[j][2] - runs[j][1])
    joined = (runs[host][0], min(runs[k][1], runs[host][1]), max(runs[k][2], runs[host][2]))
    rest = [run for j, run in enumerate(runs) if j not in (k, host)]
    ordered = sorted([*rest, joined], key=lambda run: run[1])
    merged: list[tuple[int, float, float]] = []
    for run in ordered:
        if merged and merged[-1][0] == run[0]:
            merged[-1] = (run[0], merged[-1][1], run[2])
        else:
            merged.append(run)
    return merged


def _merge_shortest(pieces: list[tuple[str, int, float, float]]) -> list[tuple[str, int, float, float]]:
    """Join the shortest piece that has a neighbour on its river to that neighbour."""
    shared = [k for k, p in enumerate(pieces) if sum(q[0] == p[0] for q in pieces) > 1]
    k = min(shared, key=lambda j: pieces[j][3] - pieces[j][2])
    name = pieces[k][0]
    first = next(j for j, p in enumerate(pieces) if p[0] == name)
    runs = _absorb([p[1:] for p in pieces if p[0] == name], k - first)
    rest_before, rest_after = pieces[:first], [p for p in pieces[first:] if p[0] != name]
    return [*rest_before, *((name, *run) for run in runs), *rest_after]


def town_reaches(rivers: dict[str, LineString]) -> list[Reach]:
    """Return the town-level reaches, which lie over the village-level ones."""
    codes = {plan.name: plan.code for plan in RIVERS}
    reaches = []
    for river, name, start, end in _TOWN_PLAN:
        line = substring(rivers[river], start, end, normalized=True)
        reaches.append(Reach(f"{codes[river]}-T{1 + (start > 0)}", f"{name}（{TOWN_NAME}）", river, "town", TOWN, line))
    return reaches


def draw_zones(rivers: dict[str, LineString], villages: list[Polygon], town: Polygon) -> list[Zone]:
    """Return the nested zones of the reservoir and of the intake."""
    reservoir, intake = Point(RESERVOIR), Point(INTAKE)
    lake = union_all(
        [
            _upstream(rivers["湾子溪"], reservoir, 520, 330),
            _upstream(rivers["大湾沟"], reservoir, 620, 0),
            _upstream(rivers["小湾沟"], reservoir, 480, 0),
        ]
    )
    brook = _upstream(rivers["白水溪"], intake, 650, 60)
    higher = _upstream(rivers["白水溪"], intake, 1500, 150)
    plans = (
        ("SY01-1", "三岔湾水库一级保护区", "1", "gazetted", lake, 120, reservoir),
        ("SY01-2", "三岔湾水库二级保护区", "2", "gazetted", lake, 430, reservoir),
        ("SY01-3", "三岔湾水库准保护区", "quasi", "gazetted", lake, 950, reservoir),
        ("SY02-1", "白水溪取水口一级保护区", "1", "gazetted", brook, 70, intake),
        ("SY02-2", "白水溪取水口二级保护区", "2", "gazetted", union_all([brook, higher]), 260, intake),
        ("SY02-3", "白水溪取水口准保护区（划定方案）", "quasi", "draft", union_all([brook, higher]), 620, intake),
    )
    zones = []
    for number, (code, name, zone_class, status, core, reach_m, place) in enumerate(plans):
        region = next(v.code for v, polygon in zip(VILLAGES, villages, strict=True) if polygon.covers(place))
        zones.append(Zone(code, name, zone_class, status, region, _around(core, reach_m, 40 + number, town)))
    return zones


def _upstream(line: LineString, place: Point, up_m: float, down_m: float) -> LineString:
    at = line.project(place)
    return substring(line, max(at - up_m, 0), min(at + down_m, line.length))


def _around(core: LineString, reach_m: float, stream: int, town: Polygon) -> Polygon:
    """Return the land within about `reach_m` of `core`, with the outline of a surveyed zone."""
    ring = resample(np.array(core.buffer(reach_m).exterior.coords), 35)
    wavelengths_m = (6 * reach_m**0.5 * 12, 210.0, 110.0)
    bend = np.column_stack([fractal_noise(ring[:, 0], ring[:, 1], wavelengths_m, stream + 10 * k) for k in (0, 1)])
    bent = Polygon(ring + 0.22 * reach_m * bend).buffer(0)
    inside = bent.intersection(town.buffer(-6)).simplify(4)
    return max(getattr(inside, "geoms", [inside]), key=lambda part: part.area)
