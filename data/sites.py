"""Sites: where something is discharged, kept, collected or measured (点位)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Point

from data.frame import Floats, generator
from data.ground import Ground, in_plane
from data.places import VILLAGES
from data.waters import INTAKE, RESERVOIR

__all__ = ["FACTS", "Placer", "Site", "place_sites"]

FACTS = ("排污单位类别", "行业", "规模", "治理设施", "运行状态", "检查频次", "备注")


@dataclass(frozen=True, slots=True)
class Site:
    """A site in the plane; `kind` is the Chinese name of one of SITE_KINDS."""

    code: str
    name: str
    kind: str
    group: int
    at: tuple[float, float]
    facts: dict[str, str] = field(default_factory=dict)


class Placer:
    """Finds places near settlements, beside the water, inside the group's land."""

    def __init__(self, ground: Ground) -> None:
        self.groups = ground.groups
        self.shrunk = [in_plane(group.polygon).buffer(-18) for group in ground.groups]
        self.by_name = ground.rivers
        self.rivers = shapely.MultiLineString(list(ground.rivers.values()))

    def of_village(self, name: str) -> list[int]:
        """Return the positions of a village's groups."""
        number = next(k for k, village in enumerate(VILLAGES) if village.name == name)
        return [k for k, group in enumerate(self.groups) if group.village == number]

    def near(self, group: int, random: np.random.Generator, spread_m: float, dry_m: float = 35) -> tuple[float, float]:
        """Return a place about `spread_m` from the group's settlement, at least `dry_m` from water."""
        for attempt in range(400):
            x, y = self.groups[group].centre + random.normal(0, spread_m * (1 + attempt / 100), 2)
            if self.shrunk[group].covers(Point(x, y)) and self.rivers.distance(Point(x, y)) >= dry_m * (
                1 - attempt / 400
            ):
                return float(x), float(y)
        raise RuntimeError(f"no place in {self.groups[group].name}")

    def group_at(self, x: float, y: float) -> int:
        """Return the group whose land holds the point, the nearest if none does."""
        return int(np.argmin([shape.distance(Point(x, y)) for shape in self.shrunk]))

    def beside(self, line: LineString, measure_m: float, aside_m: float) -> tuple[float, float]:
        """Return the point `aside_m` to the left of a river at a measure."""
        ahead = np.array(line.interpolate(min(measure_m + 5, line.length)).coords[0])
        behind = np.array(line.interpolate(max(measure_m - 5, 0)).coords[0])
        east, north = (ahead - behind) / np.hypot(*(ahead - behind))
        x, y = (ahead + behind) / 2
        return float(x - north * aside_m), float(y + east * aside_m)


Draft = tuple[str, str, int, tuple[float, float], dict[str, str]]

_ENTERPRISES = (
    ("{v}页岩砖厂配料车间", "建材", "板桥村"),
    ("清河镇卫生院", "医疗机构", "清河社区"),
    ("{v}机制砂石加工厂", "建材", "鱼泉村"),
    ("{v}商品混凝土搅拌站", "建材", "板桥村"),
    ("{v}木材加工厂", "木材加工", "石板村"),
    ("{v}家具厂", "木材加工", "双河村"),
    ("{v}竹制品厂", "竹木加工", "板桥村"),
    ("{v}粮油加工厂", "农副食品加工", "清河社区"),
    ("{v}榨菜原料加工厂", "农副食品加工", "鱼泉村"),
    ("{v}红薯粉条厂", "农副食品加工", "黄泥坝村"),
    ("{v}豆制品作坊", "农副食品加工", "清河社区"),
    ("{v}酒厂", "酒类制造", "白水村"),
    ("{v}高粱酒坊", "酒类制造", "磨溪村"),
    ("{v}生猪定点屠宰点", "屠宰", "双河村"),
    ("{v}石材加工厂", "建材", "柏树村"),
    ("{v}塑料制品厂", "塑料制品", "双河村"),
    ("{v}废旧物资回收站", "再生资源", "清河社区"),
    ("{v}洗涤厂", "洗涤服务", "清河社区"),
)
_INDUSTRY_GEAR = {
    "建材": "喷淋、围挡、车辆冲洗平台",
    "医疗机构": "一体化污水处理设备、医废暂存间",
    "木材加工": "布袋除尘器",
    "竹木加工": "布袋除尘器",
    "农副食品加工": "三级沉淀池",
    "酒类制造": "沉淀池、酒糟暂存间",
    "屠宰": "一体化污水处理设备",
    "塑料制品": "活性炭吸附装置",
    "再生资源": "防渗地坪",
    "洗涤服务": "沉淀池",
}
_EATERIES = (
    "河边鱼庄",
    "老街豆花饭",
    "清河人家",
    "巴适火锅",
    "邹记羊肉馆",
    "场口面馆",
    "幺妹小面",
    "家常菜馆",
    "桥头烧烤",
    "聚福酒楼",
    "阳光饭店",
    "老灶汤锅",
    "阿婆抄手",
    "山里香土菜馆",
    "三合中餐",
    "柴火鸡",
    "佳味快餐",
    "来客来饭店",
    "便民食堂",
    "好又来小吃",
    "板桥农家乐",
    "双河鱼庄",
)
_HERDS = (
    ("生猪", (60, 480), "头"),
    ("生猪", (30, 200), "头"),
    ("肉牛", (15, 90), "头"),
    ("山羊", (40, 160), "只"),
    ("蛋鸡", (800, 6000), "羽"),
)


def place_sites(ground: Ground) -> list[Site]:
    """Return all sites, numbered by kind."""
    placer = Placer(ground)
    numbers: dict[str, int] = {}
    sites = []
    makers: tuple[tuple[str, Callable[[Placer, np.random.Generator], Iterator[Draft]]], ...] = (
        ("QY", _industry), ("YZ", _farms), ("CY", _eateries), ("FW", _services), ("SS", _facilities), ("FL", _bins),
        ("GW", _pipes), ("SY", _water_points), ("LD", _hillsides),
    )  # fmt: skip
    for stream, (prefix, make) in enumerate(makers):
        for name, kind, group, at, facts in make(placer, generator(60, stream)):
            numbers[prefix] = numbers.get(prefix, 0) + 1
            sites.append(Site(f"{prefix}{numbers[prefix]:03d}", name, kind, group, at, facts))
    return sites


def _industry(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    for template, trade, village in _ENTERPRISES:
        stem = next(plan.stem for plan in VILLAGES if plan.name == village)
        group = int(random.choice(placer.of_village(village)))
        facts = {
            "排污单位类别": "工业企业" if trade != "医疗机构" else "医疗机构",
            "行业": trade,
            "治理设施": _INDUSTRY_GEAR[trade],
        }
        facts |= {
            "规模": "小微",
            "运行状态": "正常生产",
            "检查频次": "每月1次" if trade in ("建材", "医疗机构", "屠宰") else "每季1次",
        }
        yield template.format(v=stem), "排污企业", group, placer.near(group, random, 190), facts
    mine = placer.of_village("黄泥坝村")[1]
    facts = {
        "排污单位类别": "矿山",
        "行业": "煤矸石烧结砖",
        "规模": "规上",
        "治理设施": "脱硫塔、布袋除尘器",
        "运行状态": "正常生产",
    }
    yield (
        "黄泥坝页岩矿（烧结砖生产线）",
        "矿山",
        mine,
        placer.near(mine, random, 320),
        facts | {"检查频次": "每月1次", "备注": "废气经脱硫塔处理后排放"},
    )
    quarry = placer.of_village("柏树村")[2]
    facts = {
        "排污单位类别": "矿山",
        "行业": "石灰石开采",
        "规模": "小型",
        "治理设施": "湿法凿岩、喷淋",
        "运行状态": "停产整治",
    }
    yield "柏树石灰石矿", "矿山", quarry, placer.near(quarry, random, 350), facts | {"检查频次": "每月1次"}


def _farms(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    rural = [k for k, group in enumerate(placer.groups) if VILLAGES[group.village].name != "清河社区"]
    chosen = sorted(random.permutation(rural)[:51].tolist())
    for group in chosen:
        beast, (least, most), unit = _HERDS[int(random.choice(len(_HERDS), p=(0.34, 0.3, 0.12, 0.12, 0.12)))]
        head = int(round(random.triangular(least, least * 1.3, most) / 5) * 5)
        surname = str(random.choice(list("王李张刘陈杨黄周吴谭秦向冉郎湛余")))
        facts = {"排污单位类别": "畜禽养殖", "行业": f"{beast}养殖", "规模": f"存栏{head}{unit}", "检查频次": "每月1次"}
        facts["治理设施"] = str(
            random.choice(["沼气池、储液池", "干湿分离、堆粪场", "储粪棚、三级沉淀池", "异位发酵床"])
        )
        facts["运行状态"] = "空栏" if random.random() < 0.06 else "正常养殖"
        name = f"{placer.groups[group].name}{surname}家{beast}养殖场"
        yield name, "畜禽养殖场", group, placer.near(group, random, 260, dry_m=90), facts


def _eateries(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    market = _market(placer)
    for number, name in enumerate(_EATERIES):
        village = {20: "板桥村", 21: "双河村"}.get(number)
        group = market if village is None else placer.of_village(village)[0]
        at = _along_street(placer, market, random) if village is None else placer.near(group, random, 80)
        facts = {
            "排污单位类别": "餐饮服务",
            "行业": "餐饮",
            "规模": "小型",
            "治理设施": "油烟净化器、隔油池",
            "运行状态": "正常营业",
        }
        yield name, "餐饮店", placer.group_at(*at), at, facts | {"检查频次": "每季1次"}


def _services(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    market = _market(placer)
    garages = (("顺达汽修厂", market), ("鸿运汽车维修", market), ("板桥摩托农机修理部", placer.of_village("板桥村")[0]))
    for name, group in garages:
        facts = {
            "排污单位类别": "汽车维修",
            "行业": "汽车维修",
            "规模": "小型",
            "治理设施": "废机油收集桶",
            "运行状态": "正常营业",
        }
        yield (
            name,
            "汽修厂",
            group,
            placer.near(group, random, 150),
            facts | {"检查频次": "每季1次", "备注": "不涉及喷漆烤漆"},
        )
    for name, group in (("清河加油站", market), ("双河加油站", placer.of_village("双河村")[1])):
        facts = {
            "排污单位类别": "加油站",
            "行业": "成品油零售",
            "规模": "三级站",
            "治理设施": "油气回收装置、防渗罐",
            "运行状态": "正常营业",
        }
        yield name, "加油站", group, placer.near(group, random, 170), facts | {"检查频次": "每月1次"}


def _facilities(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    market, lower = _market(placer), placer.of_village("鱼泉村")[0]
    plant = {"排污单位类别": "污水处理", "检查频次": "每周1次水质检查"}
    yield (
        "清河镇污水处理厂",
        "污水处理厂",
        lower,
        placer.near(lower, random, 160),
        plant | {"规模": "800吨/日", "运行状态": "正常运行"},
    )
    spot = placer.of_village("板桥村")[0]
    yield (
        "板桥村安置点污水处理站",
        "污水处理厂",
        spot,
        placer.near(spot, random, 120),
        plant | {"规模": "60吨/日", "运行状态": "调试中"},
    )
    facts = {
        "排污单位类别": "垃圾转运",
        "规模": "20吨/日",
        "治理设施": "渗滤液收集池",
        "运行状态": "正常运行",
        "检查频次": "每月1次",
    }
    yield (
        "清河镇垃圾中转站",
        "垃圾中转站",
        market,
        placer.near(market, random, 330, dry_m=120),
        facts | {"备注": "2024年新增垃圾车1台"},
    )
    yield (
        "清河场镇公厕",
        "公厕",
        market,
        placer.near(market, random, 60),
        {"运行状态": "正常使用", "备注": "2024年新建"},
    )


def _bins(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    market = placer.of_village("清河社区")
    groups = [*market, *(placer.of_village(v.name)[k % 2] for k, v in enumerate(VILLAGES) if v.name != "清河社区")]
    for number, group in enumerate(groups):
        buckets = 4 if number < 17 else 3
        name = f"{placer.groups[group].name}垃圾分类点"
        yield (
            name,
            "垃圾分类点",
            group,
            placer.near(group, random, 60),
            {"规模": f"垃圾桶{buckets}个", "运行状态": "正常使用"},
        )


def _pipes(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    market = _market(placer)
    names = (
        "老街主管",
        "新街主管",
        "农贸市场支管",
        "小学门口支管",
        "卫生院支管",
        "河边路主管",
        "车站支管",
        "安置房支管",
        "污水厂进水主管",
    )
    lengths_m = (62, 48, 25, 18, 22, 56, 16, 27, 38)
    for name, length_m in zip(names, lengths_m, strict=True):
        at = _along_street(placer, market, random)
        facts = {"规模": f"{length_m}米", "运行状态": "2024年整治完成"}
        yield f"清河场镇{name}", "污水管网", placer.group_at(*at), at, facts
    for name, village in (("清河社区排水沟", "清河社区"), ("双河村老堰塘", "双河村"), ("板桥村安置点排水沟", "板桥村")):
        group = placer.of_village(village)[0]
        facts = {"运行状态": "已整治，定期复查", "检查频次": "每月1次", "备注": "2024年治理，未复发"}
        yield name, "黑臭水体", group, placer.near(group, random, 140, dry_m=50), facts


def _water_points(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    rivers = placer.by_name
    for name, place in (("三岔湾水库取水口", RESERVOIR), ("白水溪取水口", INTAKE)):
        facts = {"规模": "集中式饮用水水源", "运行状态": "正常供水", "检查频次": "每月1次"}
        yield name, "饮用水取水口", placer.group_at(*place), place, facts
    outlets = (
        ("清河", 0.72, "清河镇污水处理厂排口"), ("清河", 0.48, "老街雨污排口"), ("清河", 0.44, "河边路雨水排口"),
        ("板桥河", 0.42, "板桥村安置点排口"), ("白水溪", 0.55, "白水酒厂排口"), ("石板溪", 0.62, "石板村雨水排口"),
    )  # fmt: skip
    for river, share, name in outlets:
        at = placer.beside(rivers[river], rivers[river].length * share, float(random.choice([-9, 9])))
        yield name, "入河排污口", placer.group_at(*at), at, {"运行状态": "已登记", "检查频次": "每月1次"}
    for river, share, name in (
        ("清河", 0.02, "清河入境水质断面"),
        ("清河", 0.985, "清河出境水质断面"),
        ("湾子溪", 0.47, "三岔湾视频监控点"),
    ):
        at = placer.beside(rivers[river], rivers[river].length * share, 14)
        yield name, "其他点位", placer.group_at(*at), at, {"运行状态": "正常运行"}


def _hillsides(placer: Placer, random: np.random.Generator) -> Iterator[Draft]:
    villages = ("龙洞村", "石板村", "三岔湾村", "磨溪村", "白水村", "黄泥坝村", "柏树村", "青龙村")
    names = ("鹰嘴岩", "大石梁", "望水坡", "老鹰坡", "青杠坪", "火烧坡", "柏树梁", "龙背脊")
    for village, name in zip(villages, names, strict=True):
        group = int(random.choice(placer.of_village(village)))
        at = placer.near(group, random, 300, dry_m=420)
        yield (
            f"{village}{name}林地",
            "林地地块",
            group,
            at,
            {"规模": f"{int(random.integers(180, 900))}亩", "检查频次": "防火期每日1次"},
        )


def _market(placer: Placer) -> int:
    """Return the group of the market street (场镇): the community's settlement nearest its office."""
    office: Floats = np.array(VILLAGES[0].centre)
    return min(placer.of_village("清河社区"), key=lambda k: float(np.hypot(*(placer.groups[k].centre - office))))


def _along_street(placer: Placer, market: int, random: np.random.Generator) -> tuple[float, float]:
    """Return a place on the market street, which follows the river at some distance."""
    for _ in range(400):
        x, y = placer.groups[market].centre + random.normal(0, (130, 190))
        if 55 < placer.rivers.distance(Point(x, y)) < 190 and placer.shrunk[placer.group_at(x, y)].covers(Point(x, y)):
            return float(x), float(y)
    raise RuntimeError("no place on the market street")
