"""Issues of 2024, all put right in time, and of early 2025, in every state (问题台账)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from shapely import LineString, Point

from data.demo import AS_OF
from data.frame import CHINA, generator
from data.ground import Ground, in_plane
from data.places import VILLAGES
from data.schedule import Outing
from data.sentences import BANK_SPOTS, LAND_SPOTS, SENTENCES
from data.sites import Placer, Site

__all__ = ["AS_OF", "ISSUE_COUNT_2024", "Issue", "record_issues"]

ISSUE_COUNT_2024 = 553 + 142

# 2024, found on the river: 233 bank, 130 water, 4 outfalls, 186 other.
_RIVER_2024 = {
    "岸线垃圾": 187, "河道岸线": 46, "水面漂浮物": 104, "水体异常": 26, "违规排污口": 3, "河道排污": 1,
    "其他涉河问题": 131, "河长公示牌损坏": 55,
}  # fmt: skip
# 2024, the full list (全量库) of 142; the polluting units' 29 problems are 13 of firms, 4 of eateries and 12 of farms.
_LIST_2024 = {
    "秸秆焚烧": 37, "人居环境": 38, "排污企业": 13, "餐饮": 4, "畜禽养殖污染": 12, "环境安全隐患": 6, "污水管网": 9,
    "烟花爆竹": 6,
    "信访案件": 6, "污染纠纷": 3, "违法建设项目": 3, "饮用水源地": 3, "自然保护区": 2,
}  # fmt: skip
# 2025 up to AS_OF.
_RIVER_2025 = {
    "岸线垃圾": 16, "河道岸线": 4, "侵占岸线": 5, "水面漂浮物": 11, "水体异常": 4, "违规排污口": 2, "河道排污": 1,
    "非法采砂": 2,
    "非法捕捞": 3, "河长公示牌损坏": 5, "其他涉河问题": 8,
}  # fmt: skip
_LIST_2025 = {
    "秸秆焚烧": 9, "人居环境": 11, "排污企业": 6, "餐饮": 2, "畜禽养殖污染": 7, "环境安全隐患": 4, "污水管网": 3,
    "烟花爆竹": 4,
    "信访案件": 4, "污染纠纷": 3, "违法建设项目": 3, "饮用水源地": 3, "自然保护区": 2,
}  # fmt: skip
# States of 2025, in turn by the day of finding: older issues are further along.
_OLD = (
    "已销号",
    "回头看稳定",
    "已销号",
    "待回头看",
    "已销号",
    "反弹重开",
    "已销号",
    "回头看稳定",
    "不予立案",
    "已销号",
    "已上报",
    "整改中",
)
_NEW = (
    "整改中",
    "已交办",
    "已立案",
    "申请销号",
    "已发现",
    "已销号",
    "退回整改",
    "已交办",
    "整改中",
    "已发现",
    "已立案",
    "申请销号",
)
_CLOSED = {"已销号", "回头看稳定", "待回头看", "反弹重开"}
_GEAR = ("除尘器", "喷淋", "沉淀池", "冲洗平台")
_MONTHS = {"秸秆焚烧": (4, 5, 8, 9, 10), "烟花爆竹": (1, 2, 4)}


@dataclass(frozen=True, slots=True)
class Issue:
    """One row of the ledger. `at` is in the plane, None where only the village is known."""

    number: str
    category: str
    source: str
    state: str
    found_at: datetime
    due_on: date | None
    closed_at: datetime | None
    at: tuple[float, float] | None
    village: str | None
    description: str
    severity: str
    reporter: str | None = None
    reporter_phone: str | None = None
    ledger: str = ""
    site: str | None = None


def record_issues(ground: Ground, sites: list[Site], outings: Sequence[Outing], people: dict[str, str]) -> list[Issue]:
    """Return all issues in the order of their finding, numbered by year.

    Parameters
    ----------
    outings : sequence of Outing
        The patrols of 2024, on which the river issues of that year were found.
    people : dict of str to str
        Names by code: who found an issue on patrol is named.
    """
    scribe = _Scribe(ground, sites, people)
    found = scribe.on_patrols(outings)
    found += scribe.on_land(_LIST_2024, 2024, generator(82))
    found += scribe.on_rivers(_RIVER_2025, generator(83))
    found += scribe.on_land(_LIST_2025, 2025, generator(84))
    found = [issue if issue.found_at.year == 2024 else _unfinished(issue, rank) for issue, rank in _ranked(found)]
    return _numbered(_awkward(found, ground))


def _ranked(issues: list[Issue]) -> list[tuple[Issue, int]]:
    ordered = sorted(issues, key=lambda issue: (issue.found_at, issue.description))
    first_2025 = sum(issue.found_at.year == 2024 for issue in ordered)
    return [(issue, rank - first_2025) for rank, issue in enumerate(ordered)]


class _Scribe:
    """Writes issues with their places."""

    def __init__(self, ground: Ground, sites: list[Site], people: dict[str, str]) -> None:
        self.ground, self.sites, self.people = ground, sites, people
        self.placer = Placer(ground)
        self.villages = [in_plane(village).buffer(-2) for village in ground.villages]
        self.reaches = {reach.code: reach for reach in ground.reaches}
        self.zones = [zone for zone in ground.zones if zone.zone_class != "quasi"]

    def on_patrols(self, outings: Sequence[Outing]) -> list[Issue]:
        """Return the river issues of 2024, each met on one patrol while it went on."""
        random = generator(81)
        issues = []
        for category in _shuffled(_RIVER_2024, random):
            outing = outings[int(random.integers(len(outings)))]
            share = float(random.uniform(0.12, 0.88))
            line = self.reaches[outing.reach].line
            moment = outing.start + timedelta(seconds=round(share * outing.duration_s))
            found = self._beside(category, line, outing.place_m(share, line.length), moment, random)
            source = (
                "巡河发现"
                if random.random() < 0.93
                else str(random.choice(["村级自查", "镇级督查", "群众申诉", "省市县督查反馈"]))
            )
            found = replace(found, source=source, reporter=self.people[outing.person] if source == "巡河发现" else None)
            issues.append(_finished(self._reported(found, random), random))
        return issues

    def on_rivers(self, counts: dict[str, int], random: np.random.Generator) -> list[Issue]:
        """Return river issues of early 2025."""
        issues = []
        for category in _shuffled(counts, random):
            reach = self.ground.reaches[int(random.integers(29))]
            measure_m = float(random.uniform(20, reach.line.length - 20))
            found = self._beside(category, reach.line, measure_m, _moment(2025, category, random), random)
            source = str(
                random.choice(["巡河发现", "村级自查", "群众申诉", "省市县督查反馈"], p=[0.7, 0.12, 0.12, 0.06])
            )
            issues.append(self._reported(replace(found, source=source), random))
        return issues

    def on_land(self, counts: dict[str, int], year: int, random: np.random.Generator) -> list[Issue]:
        """Return the issues of the lists, near settlements and sites."""
        issues = []
        for number, category in enumerate(_shuffled(counts, random)):
            issue = self._ashore(category, _moment(year, category, random), random)
            issue = replace(issue, ledger="全量库")
            issue = self._reported(issue, random)
            if year == 2024:
                issue = _finished(issue, random)
                issue = replace(issue, ledger="清单库" if number % 29 == 7 else "全量库")
            issues.append(issue)
        return issues

    def _beside(
        self, category: str, line: LineString, measure_m: float, moment: datetime, random: np.random.Generator
    ) -> Issue:
        side = int(random.choice([-1, 1]))
        aside_m = float(random.uniform(0, 5) if category in ("水面漂浮物", "水体异常") else random.uniform(6, 22))
        x, y = self.placer.beside(line, measure_m, side * aside_m)
        village = self._village(x, y)
        river = next(reach.river for reach in self.ground.reaches if reach.line is line)
        spot = str(random.choice(BANK_SPOTS)).format(
            m=int(random.integers(2, 15)) * 10, b="左岸" if side > 0 else "右岸"
        )
        return _draft(
            category, moment, ((x, y), village), _fill(category, f"{river}{village}段{spot}，", "", random), random
        )

    def _ashore(self, category: str, moment: datetime, random: np.random.Generator) -> Issue:
        kinds = {"排污企业": ("排污企业", "矿山"), "餐饮": ("餐饮店",), "畜禽养殖污染": ("畜禽养殖场",)}
        if category in kinds:
            choice = [site for site in self.sites if site.kind in kinds[category]]
            site = choice[int(random.integers(len(choice)))]
            x, y = site.at[0] + random.normal(0, 14), site.at[1] + random.normal(0, 14)
            said = _fill(category, "", site.name, random, site.facts.get("治理设施", ""))
            issue = _draft(
                "排污企业" if category == "餐饮" else category, moment, ((x, y), self._village(x, y)), said, random
            )
            return replace(issue, site=site.code)
        if category == "饮用水源地":
            zone = self.zones[int(random.integers(len(self.zones)))]
            inner = zone.polygon.buffer(-40)
            x, y = self._within(inner, random)
            place = zone.name.removesuffix("一级保护区").removesuffix("二级保护区")
        else:
            group = int(random.integers(len(self.ground.groups)))
            if category in ("污水管网", "人居环境") and random.random() < (1 if category == "污水管网" else 0.35):
                group = int(random.choice(self.placer.of_village("清河社区")))
            spread = {"自然保护区": 420, "秸秆焚烧": 260}.get(category, 120)
            x, y = self.placer.near(group, random, spread, dry_m=350 if category == "自然保护区" else 35)
            place = f"{self.ground.groups[group].name}{random.choice(LAND_SPOTS)}"
        return _draft(category, moment, ((x, y), self._village(x, y)), _fill(category, place, "", random), random)

    def _within(self, polygon: Point, random: np.random.Generator) -> tuple[float, float]:
        west, south, east, north = polygon.bounds
        while True:
            x, y = float(random.uniform(west, east)), float(random.uniform(south, north))
            if polygon.covers(Point(x, y)):
                return x, y

    def _village(self, x: float, y: float) -> str:
        return VILLAGES[int(np.argmin([polygon.distance(Point(x, y)) for polygon in self.villages]))].name

    def _reported(self, issue: Issue, random: np.random.Generator) -> Issue:
        """Name a reporter where residents complained; such names must be masked for most eyes."""
        if issue.source != "群众申诉" and issue.category not in ("信访案件", "污染纠纷"):
            return issue
        name = f"{random.choice(list('王李张刘陈杨黄周谭秦向冉'))}某{random.choice(list('芳强华兰军平'))}"
        return replace(
            issue, source="群众申诉", reporter=name, reporter_phone=f"000-0000-{int(random.integers(7000, 9999))}"
        )


def _shuffled(counts: dict[str, int], random: np.random.Generator) -> list[str]:
    categories = [category for category, count in counts.items() for _ in range(count)]
    return [categories[k] for k in random.permutation(len(categories))]


def _moment(year: int, category: str, random: np.random.Generator) -> datetime:
    months = _MONTHS.get(category, tuple(range(1, 12 if year == 2024 else 7)))
    month = int(random.choice([month for month in months if year == 2024 or month <= 6]))
    hour = (
        int(random.integers(19, 22))
        if category == "秸秆焚烧" and random.random() < 0.3
        else int(random.integers(8, 18))
    )
    return datetime(year, month, int(random.integers(1, 29)), hour, int(random.integers(60)), tzinfo=CHINA)


def _fill(category: str, place: str, name: str, random: np.random.Generator, gear: str = "") -> str:
    """Choose a sentence and fill it in; a firm is not told of equipment that it does not have."""
    fitting = [s for s in SENTENCES[category] if all(word not in s or word in gear for word in _GEAR)]
    sentence = str(random.choice(fitting))
    pipe_mm = int(random.choice([110, 160, 200, 300]))
    return sentence.format(p=place, f=name, d=pipe_mm, n=int(random.integers(2, 9)), m=int(random.integers(2, 12)) * 10)


def _draft(
    category: str, moment: datetime, place: tuple[tuple[float, float], str], said: str, random: np.random.Generator
) -> Issue:
    at, village = place
    sources = ("村级自查", "镇级督查", "省市县督查反馈", "群众申诉")
    source = str(random.choice(sources, p=(0.5, 0.32, 0.08, 0.1)))
    days = int(random.choice([3, 7, 10, 15, 30], p=[0.2, 0.35, 0.2, 0.15, 0.1]))
    severity = {3: "紧急", 30: "较重"}.get(days, "一般")
    return Issue(
        "", category, source, "已发现", moment, moment.date() + timedelta(days=days), None, at, village, said, severity
    )


def _finished(issue: Issue, random: np.random.Generator) -> Issue:
    """Close an issue of 2024: in time, and before the year ended."""
    due = min(issue.due_on or AS_OF, date(2024, 12, 31))
    latest = datetime(due.year, due.month, due.day, 17, 30, tzinfo=CHINA)
    seconds = max((latest - issue.found_at).total_seconds(), 600.0)
    closed = issue.found_at + timedelta(seconds=60 * round(seconds * float(random.beta(1.6, 2.2)) / 60))
    if not 8 <= closed.hour < 18 and closed.date() > issue.found_at.date():
        closed = closed.replace(hour=9 + closed.minute % 8)
    state = "回头看稳定" if random.random() < 0.12 else "已销号"
    return replace(
        issue, state=state, due_on=due, closed_at=min(closed, max(latest, issue.found_at + timedelta(minutes=10)))
    )


def _unfinished(issue: Issue, rank: int) -> Issue:
    """Give an issue of 2025 the state that its age allows; some stay open beyond their day."""
    old = issue.found_at.date() < date(2025, 5, 1)
    state = (_OLD if old else _NEW)[rank % 12]
    if state in ("已发现", "不予立案"):
        return replace(issue, state=state, due_on=None)
    due = issue.due_on or AS_OF
    if not old and due < AS_OF and rank % 3:
        due = AS_OF + timedelta(days=rank % 17)
    closed = datetime(due.year, due.month, due.day, 10 + rank % 7, 5 * (rank % 12), tzinfo=CHINA) - timedelta(
        days=rank % 4
    )
    closed = max(closed, issue.found_at + timedelta(hours=2))
    if state in _CLOSED and closed.date() > AS_OF:
        closed = issue.found_at + timedelta(hours=2)
    return replace(issue, state=state, due_on=due, closed_at=closed if state in _CLOSED else None)


def _awkward(issues: list[Issue], ground: Ground) -> list[Issue]:
    """Make some places hard: without a position, on a border, outside the township."""
    result = list(issues)
    unplaced = [k for k, issue in enumerate(result) if issue.category in ("人居环境", "信访案件", "污染纠纷")][3::6][:9]
    for k in unplaced:
        result[k] = replace(result[k], at=None)
    late = [
        k
        for k, issue in enumerate(result)
        if issue.found_at.year == 2025 and issue.category in ("岸线垃圾", "人居环境")
    ]
    border = in_plane(ground.villages[0]).intersection(in_plane(ground.villages[4]))
    shared = max(getattr(border, "geoms", [border]), key=lambda part: part.length)
    corner = shared.coords[len(shared.coords) // 2]
    result[late[0]] = replace(
        result[late[0]],
        at=(corner[0], corner[1]),
        village="双河村",
        description="双河村与清河社区交界处村道边有垃圾堆放，两村均称不在本村范围。",
    )
    # Where the river comes from the neighbouring town, a little beyond the border.
    entry, inside = (np.array(ground.rivers["清河"].interpolate(m).coords[0]) for m in (0, 60))
    beyond = entry + (entry - inside) / 60 * 190
    result[late[1]] = replace(
        result[late[1]], at=(float(beyond[0]), float(beyond[1])), village=None,
        description="上游邻镇交界处岸边倾倒垃圾，已越出本镇范围，拟上报县河长办协调。",
        state="已上报", closed_at=None,
    )  # fmt: skip
    return result


def _numbered(issues: list[Issue]) -> list[Issue]:
    counts: dict[int, int] = {}
    numbered = []
    for issue in sorted(issues, key=lambda issue: (issue.found_at, issue.description)):
        year = issue.found_at.year
        counts[year] = counts.get(year, 0) + 1
        numbered.append(replace(issue, number=f"WT{year}-{counts[year]:04d}"))
    return numbered
