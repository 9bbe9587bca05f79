"""Names and rough positions from which the township is grown. All are invented."""

from dataclasses import dataclass

__all__ = ["COUNTY", "COUNTY_NAME", "OUTLINE", "RIVERS", "TOWN", "TOWN_NAME", "VILLAGES", "RiverPlan", "VillagePlan"]

COUNTY, COUNTY_NAME = "500299000000", "临江县"
TOWN, TOWN_NAME = "500299108000", "清河镇"


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """A village before it has borders: where its office stands, and its groups (村)."""

    number: int
    name: str
    centre: tuple[float, float]
    groups: int

    @property
    def code(self) -> str:
        """The village's 12-digit region code."""
        return f"{TOWN[:9]}{self.number:03d}"

    @property
    def stem(self) -> str:
        """The name without 村 or 社区."""
        return self.name.removesuffix("社区").removesuffix("村")


@dataclass(frozen=True, slots=True)
class RiverPlan:
    """A river before it winds: the points that its valley runs through, downstream (河流)."""

    code: str
    name: str
    into: str | None
    meander_m: float
    valley: tuple[tuple[float, float], ...]


VILLAGES = (
    VillagePlan(1, "清河社区", (350, 250), 6),
    VillagePlan(200, "青龙村", (900, 4700), 6),
    VillagePlan(201, "龙洞村", (-1850, 4450), 6),
    VillagePlan(202, "石板村", (2750, 3100), 7),
    VillagePlan(203, "双河村", (-250, 2350), 5),
    VillagePlan(204, "三岔湾村", (-2950, 1950), 6),
    VillagePlan(205, "大坪村", (-1450, 350), 5),
    VillagePlan(206, "板桥村", (2600, 150), 8),
    VillagePlan(207, "磨溪村", (-2650, -1750), 6),
    VillagePlan(208, "白水村", (2700, -2750), 6),
    VillagePlan(209, "鱼泉村", (0, -2750), 5),
    VillagePlan(210, "黄泥坝村", (-2150, -4350), 5),
    VillagePlan(211, "柏树村", (1200, -4950), 5),
)

RIVERS = (
    RiverPlan(
        "QH01",
        "清河",
        None,
        175,
        (
            (1700, 7000),
            (1350, 6200),
            (1250, 5500),
            (350, 4900),
            (500, 3900),
            (-350, 3100),
            (-200, 2100),
            (650, 1300),
            (550, 300),
            (-300, -450),
            (-500, -1500),
            (300, -2400),
            (250, -3400),
            (-700, -4200),
            (-550, -5200),
            (-1150, -6000),
            (-1050, -7000),
        ),
    ),
    RiverPlan(
        "QH02",
        "石板溪",
        "清河",
        120,
        ((4250, 4050), (3500, 3850), (2700, 3000), (1800, 2650), (1100, 1750), (560, 1350)),
    ),
    RiverPlan(
        "QH03",
        "板桥河",
        "清河",
        120,
        ((5600, -500), (4700, -350), (4000, 150), (3200, -450), (2300, -250), (1500, -950), (600, -800), (-420, -950)),
    ),
    RiverPlan("QH04", "竹林沟", "板桥河", 75, ((3450, 2300), (3050, 1650), (2500, 950), (2350, 300), (2300, -260))),
    RiverPlan(
        "QH05",
        "白水溪",
        "清河",
        120,
        ((4250, -2300), (3400, -2300), (2700, -2950), (1800, -2750), (1100, -3450), (230, -3350)),
    ),
    RiverPlan("QH06", "响水沟", "白水溪", 75, ((3350, -4700), (3050, -4200), (2850, -3700), (2650, -2930))),
    RiverPlan("QH07", "龙洞沟", "清河", 95, ((-3250, 5150), (-2400, 4600), (-1500, 4500), (-800, 3700), (-330, 3100))),
    RiverPlan(
        "QH08",
        "湾子溪",
        "清河",
        120,
        ((-4350, 2600), (-3500, 2450), (-2750, 1750), (-1950, 1550), (-1250, 900), (-950, 100), (-310, -480)),
    ),
    RiverPlan("QH09", "大湾沟", "湾子溪", 65, ((-3250, 3800), (-3050, 3100), (-2750, 2500), (-2700, 1740))),
    RiverPlan("QH10", "小湾沟", "湾子溪", 65, ((-4150, 600), (-3450, 850), (-3050, 1350), (-2760, 1730))),
    RiverPlan(
        "QH11",
        "磨刀溪",
        "清河",
        120,
        ((-4300, -1300), (-3500, -1200), (-2700, -1850), (-1750, -1600), (-900, -2150), (-150, -1900)),
    ),
    RiverPlan(
        "QH12", "黄泥沟", "清河", 90, ((-3750, -4150), (-3000, -4100), (-2200, -4750), (-1400, -4500), (-660, -4700))
    ),
    RiverPlan("QH13", "柏树沟", "清河", 95, ((2650, -5650), (1800, -5200), (950, -5450), (100, -4950), (-580, -5130))),
)

# The township's outline before noise bends it, metres, clockwise from the north.
OUTLINE = (
    (300, 6150), (1600, 6000), (2500, 5200), (3600, 4900), (4550, 4200), (4350, 3000), (3900, 2300), (4500, 1200),
    (4750, 0), (4350, -900), (4700, -2000), (4600, -3300), (4150, -4700), (3100, -5300), (2700, -6000), (1300, -6150),
    (300, -5900), (-800, -6250), (-2000, -5700), (-3100, -5350), (-4100, -4700), (-4050, -3500), (-3700, -2700),
    (-4600, -1900), (-4700, -700), (-4250, 200), (-4700, 1500), (-4750, 2900), (-4000, 3700), (-3700, 4900),
    (-2900, 5600), (-1700, 5350), (-700, 5700),
)  # fmt: skip
