"""The township's people: invented names, plausible posts, dated (责任人、职务)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.frame import generator
from data.ground import Group
from data.places import TOWN, VILLAGES

__all__ = ["START", "Holder", "Person", "Staff", "hire"]

START = date(2024, 1, 1)
# Posts that change hands, or stand empty: post -> (last day of the first holder, first day of the next or None).
HANDOVERS = {
    "党委副书记": (date(2024, 6, 30), date(2024, 10, 1)),
    "龙洞村书记": (date(2024, 6, 30), date(2024, 7, 1)),
    "石板村二组组长": (date(2024, 6, 30), date(2024, 7, 1)),
    "柏树村三组组长": (date(2024, 10, 31), None),
}
_TOWN_POSTS = (
    "党委书记", "镇长", "人大主席", "党委副书记", "纪委书记", "常务副镇长", "副镇长（分管生态环保）",
    "副镇长（分管农业农村）",
    "武装部部长", "组织委员", "宣传委员", "村镇建设服务中心主任", "综合行政执法大队大队长", "产业发展服务中心主任",
    "应急管理办公室主任", "环保办工作人员", "环保办工作人员（台账）", "水利员",
)  # fmt: skip
_SURNAMES = (
    "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文向"
    "冉代秦游"
)
_FIRST = "建国志永明文德光世兴春秋秀淑桂玉晓小海江云天成家大长正洪泽朝茂昌少中宗应开仕廷绍美丽红素兰"
_SECOND = "军平华强勇林明辉伟斌波涛荣富贵才学银芳英琴梅容珍群蓉燕霞兵川全福祥友云峰松柏清顺安忠良权洪均"


@dataclass(frozen=True, slots=True)
class Person:
    """A person in one post, with the days of holding it."""

    code: str
    name: str
    phone: str
    title: str
    level: str
    region: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post from when to when."""

    person: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Staff:
    """All people, and the holders of each post by the post's short name, e.g. ``龙洞村书记``."""

    people: list[Person]
    holders: dict[str, list[Holder]]

    def vacant(self, post: str) -> bool:
        """Tell whether nobody holds the post at the end."""
        return self.holders[post][-1].valid_to is not None


def hire(groups: list[Group]) -> Staff:
    """Fill the posts of the town, the villages and the groups."""
    names = _names()
    people: list[Person] = []
    holders: dict[str, list[Holder]] = {}

    def appoint(named: tuple[str, str, str, str], first: date, last: date | None) -> None:
        post, title, level, region = named
        code = f"RY{len(people) + 1:03d}"
        phone = f"000-0000-{1000 + 37 * len(people):04d}"
        people.append(Person(code, next(names), phone, title, level, region, first, last))
        holders.setdefault(post, []).append(Holder(code, first, last))

    for named in _posts(groups):
        last, following = HANDOVERS.get(named[0], (None, None))
        appoint(named, START, last)
        if following is not None:
            appoint(named, following, None)
    return Staff(people, holders)


def _posts(groups: list[Group]) -> Iterator[tuple[str, str, str, str]]:
    """Yield each post's short name, title, level and region, from the town downward."""
    for post in _TOWN_POSTS:
        yield post, post, "镇级", TOWN
    for village in VILLAGES:
        yield f"{village.name}包村干部", f"包村干部（{village.name}）", "镇级", TOWN
    for village in VILLAGES:
        kind = "社区" if village.name.endswith("社区") else "村"
        yield f"{village.name}书记", f"{kind}党总支书记", "村级", village.code
        yield f"{village.name}主任", "居委会主任" if kind == "社区" else "村委会主任", "村级", village.code
    for group in groups:
        title = "居民小组长、网格员" if "社区" in group.name else "村民小组长、网格员"
        yield f"{group.name}组长", title, "组级", group.code


def _names() -> Iterator[str]:
    """Yield names, each once."""
    random = generator(51)
    surnames = list(dict.fromkeys(_SURNAMES))
    weights = 1 / (np.arange(len(surnames)) + 8)
    seen: set[str] = set()
    while True:
        name = str(random.choice(surnames, p=weights / weights.sum())) + str(random.choice(list(_FIRST)))
        if random.random() < 0.88:
            name += str(random.choice(list(_SECOND)))
        if name not in seen and name[1:2] != name[2:3]:
            seen.add(name)
            yield name
