"""A small fictional township for the tests of maps: hills, six villages, two rivers."""

from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, Polygon

from maps.ground import Ground

CRS = "EPSG:4490"
CENTRE = (107.72, 29.88)
AS_OF = date(2024, 6, 30)
VILLAGES = ("青山村", "石桥村", "柏树湾社区", "云岭村", "双河口村", "白马坪村")
PEOPLE = ("周远山", "吴秋禾", "郑小满", "王清泉", "冯立夏", "陈望舒", "褚向南", "卫知行")


def town_shape() -> Polygon:
    """Return a wobbly outline, about 9 km across."""
    angles = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    radius = 0.042 * (1 + 0.10 * np.sin(3 * angles + 0.6) + 0.05 * np.sin(7 * angles) + 0.02 * np.sin(17 * angles))
    x = CENTRE[0] + 1.35 * radius * np.cos(angles)
    return Polygon(np.column_stack([x, CENTRE[1] + radius * np.sin(angles)]))


def parts(shape: Polygon, count: int, seed: int) -> list[Polygon]:
    """Return `count` polygons that tile `shape`."""
    random = np.random.default_rng(seed)
    west, south, east, north = shape.bounds
    places: list[Point] = []
    while len(places) < count:
        place = Point(random.uniform(west, east), random.uniform(south, north))
        far = all(place.distance(other) > 0.55 * np.sqrt(shape.area / count) for other in places)
        if shape.contains(place) and far:
            places.append(place)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=shape).geoms
    tiles = [shapely.intersection(cell, shape) for cell in cells]
    return [max(getattr(tile, "geoms", [tile]), key=lambda part: part.area) for tile in tiles]


def regions() -> gpd.GeoDataFrame:
    """Return the town and its villages."""
    town = town_shape()
    villages = parts(town, len(VILLAGES), seed=4)
    return gpd.GeoDataFrame(
        {
            "code": ["500230999000"] + [f"5002309992{n:02d}" for n in range(len(VILLAGES))],
            "name": ["清溪镇", *VILLAGES],
            "level": ["town"] + ["village"] * len(VILLAGES),
        },
        geometry=[town, *villages],
        crs=CRS,
    )


def rivers() -> gpd.GeoDataFrame:
    """Return a main river and a tributary that wind through the town."""
    town = town_shape()
    t = np.linspace(-1, 1, 240)
    main = np.column_stack(
        [CENTRE[0] + 0.062 * t, CENTRE[1] + 0.010 * np.sin(5 * t) + 0.002 * np.sin(31 * t) - 0.008 * t]
    )
    s = np.linspace(0, 1, 140)
    side = np.column_stack(
        [
            CENTRE[0] + 0.006 + 0.004 * np.sin(9 * s) + 0.012 * s,
            CENTRE[1] + 0.0005 + 0.044 * s + 0.0012 * np.sin(25 * s),
        ]
    )
    shapes = [shapely.intersection(LineString(points), town) for points in (main, side)]
    return gpd.GeoDataFrame({"name": ["清溪河", "双河沟"]}, geometry=shapes, crs=CRS)


def ground() -> Ground:
    """Return the whole ground, with two protection zones."""
    place = Point(CENTRE[0] + 0.016, CENTRE[1] + 0.03)
    zones = gpd.GeoDataFrame(
        {"name": ["清溪水库一级保护区", "清溪水库二级保护区"], "zone_class": ["1", "2"]},
        geometry=[place.buffer(0.004), place.buffer(0.009)],
        crs=CRS,
    )
    return Ground(regions(), rivers(), zones)


CATEGORIES = (
    "livestock",
    "river_bank",
    "floating_waste",
    "straw_burning",
    "enterprise",
    "living_environment",
    "petition",
)
STATES = (
    "found",
    "accepted",
    "assigned",
    "rectifying",
    "submitted",
    "closed",
    "look_back",
    "reopened",
    "escalated",
    "closed",
)


def issues(count: int = 60, *, seed: int = 7, **override: object) -> gpd.GeoDataFrame:
    """Return issues scattered over the town; some bunched, some without a place."""
    random = np.random.default_rng(seed)
    town = town_shape()
    west, south, east, north = town.bounds
    x = np.where(
        random.random(count) < 0.4, random.normal(CENTRE[0] + 0.01, 0.004, count), random.uniform(west, east, count)
    )
    y = np.where(
        random.random(count) < 0.4, random.normal(CENTRE[1], 0.004, count), random.uniform(south, north, count)
    )
    points = [point if town.contains(point) else town.representative_point() for point in map(Point, x, y)]
    found = [AS_OF - timedelta(days=int(days)) for days in random.integers(0, 120, count)]
    state = random.choice(STATES, count)
    frame = gpd.GeoDataFrame(
        {
            "id": np.arange(1, count + 1),
            "number": [f"清环〔2024〕{n:03d}号" for n in range(1, count + 1)],
            "category": random.choice(CATEGORIES, count),
            "state": state,
            "overdue": (random.random(count) < 0.15) & ~np.isin(state, ["closed", "look_back"]),
            "found_on": found,
            "due_on": [day + timedelta(days=30) if n % 5 else None for n, day in enumerate(found)],
            "village": random.choice(VILLAGES, count),
            "description": ["沟渠边堆放粪污，雨天流入河道，要求七日内清运并建收集池。"] * count,
        },
        geometry=points,
        crs=CRS,
    )
    if count > 10:
        frame.loc[3, "geometry"] = None
    return frame.assign(**override)


def reaches() -> gpd.GeoDataFrame:
    """Return five reaches: four along the main river, one along the tributary."""
    main, side = rivers().geometry
    quarters = [shapely.ops.substring(main, n / 4, (n + 1) / 4, normalized=True) for n in range(4)]
    shapes = [*quarters, side]
    lengths = gpd.GeoSeries(shapes, crs=CRS).to_crs(4546).length.to_numpy()
    share = np.array([0.72, 0.35, 1.0, 0.0, 0.55])
    return gpd.GeoDataFrame(
        {
            "id": [11, 12, 13, 14, 15],
            "code": [f"HD{n}" for n in range(1, 6)],
            "name": ["清溪河青山村段", "清溪河石桥村段", "清溪河柏树湾社区段", "清溪河云岭村段", "双河沟双河口村段"],
            "level": ["village"] * 5,
            "river": ["清溪河"] * 4 + ["双河沟"],
            "chief": ["周远山", "吴秋禾", "郑小满", None, "冯立夏"],
            "length_m": lengths,
            "covered_m": lengths * share,
            "share": share,
        },
        geometry=shapes,
        crs=CRS,
    )


def stretches() -> pd.DataFrame:
    """Return what was walked, and when: each recency step occurs."""
    lengths = dict(zip(reaches()["id"], reaches()["length_m"], strict=True))
    rows = [
        (11, 0.0, 0.42, 3),
        (11, 0.60, 0.90, 20),
        (12, 0.10, 0.45, 75),
        (13, 0.0, 0.5, 2),
        (13, 0.5, 1.0, 140),
        (15, 0.2, 0.5, 300),
        (15, 0.6, 0.85, 12),
    ]
    return pd.DataFrame(
        [(i, a * lengths[i], b * lengths[i], AS_OF - timedelta(days=days)) for i, a, b, days in rows],
        columns=["id", "start_m", "end_m", "last_walked"],
    )


def cells() -> gpd.GeoDataFrame:
    """Return village cells and, inside each, group cells; one group is vacant."""
    villages = regions().query("level == 'village'").reset_index(drop=True)
    rows = []
    town_link = {"level": "town", "cell": "T", "name": "清溪镇", "lead": "卫知行", "assists": ["褚向南"]}
    for number, village in villages.iterrows():
        lead = PEOPLE[number % len(PEOPLE)]
        village_link = {
            "level": "village",
            "cell": village["code"],
            "name": village["name"],
            "lead": lead,
            "assists": [],
        }
        rows.append(
            _cell(
                village["code"],
                village["name"],
                "village",
                village["name"],
                [village_link, town_link],
                village["geometry"],
            )
        )
        for group, shape in enumerate(parts(village["geometry"], 3, seed=20 + number), 1):
            vacant = number == 2 and group == 2
            link = {
                "level": "group",
                "cell": f"{village['code']}{group:02d}",
                "name": f"{village['name']}{group}组",
                "lead": None if vacant else PEOPLE[(number + group) % len(PEOPLE)],
                "assists": ["何晓岚"] if group == 1 else [],
            }
            rows.append(
                _cell(link["cell"], link["name"], "group", village["name"], [link, village_link, town_link], shape)
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _cell(code: str, name: str, level: str, village: str, chain: list[dict], shape: Polygon) -> dict:
    own = chain[0]
    return {
        "id": code,
        "code": code,
        "name": name,
        "level": level,
        "village": village,
        "lead": own["lead"],
        "assists": "、".join(own["assists"]),
        "status": "assigned" if own["lead"] else "vacant",
        "chain": chain,
        "geometry": shape,
    }
