"""Who answers for what: people to cells, reaches, zones and sites, dated (责任)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.ground import Ground
from data.people import Staff
from data.places import TOWN, VILLAGES
from data.sites import Site

__all__ = ["Duty", "assign_duties", "cell_code"]

# The leaders who are town-level chiefs, by reach, with the patrols that a month asks of them.
TOWN_CHIEFS = {
    "QH01-T1": ("党委书记", 2),
    "QH01-T2": ("镇长", 2),
    "QH02-T1": ("人大主席", 1),
    "QH03-T1": ("常务副镇长", 1),
    "QH08-T1": ("副镇长（分管生态环保）", 1),
    "QH05-T1": ("党委副书记", 1),
}
_SPONSORS = ("镇长", "常务副镇长", "纪委书记", "组织委员", "宣传委员", "武装部部长", "副镇长（分管农业农村）")


@dataclass(frozen=True, slots=True)
class Duty:
    """One dated responsibility; `patrols_a_month` is what a river chief owes."""

    person: str
    target_kind: str
    target: str
    role: str
    valid_from: date
    valid_to: date | None
    patrols_a_month: int | None = None


Wish = tuple[str, str, str, list[str], int | None]


def cell_code(region: str) -> str:
    """Return the code of a region's grid cell.

    Examples
    --------
    >>> cell_code("50029910820103"), cell_code("500299108201"), cell_code("500299108000")
    ('WG-201-03', 'WG-201', 'WG-000')
    """
    return f"WG-{region[9:12]}-{region[12:]}" if len(region) > 12 else f"WG-{region[9:12]}"


def assign_duties(ground: Ground, staff: Staff, sites: list[Site]) -> list[Duty]:
    """Return every responsibility; a post that changes hands hands its duties on."""
    duties = []
    for kind, target, lead, assists, patrols in [
        *_cells(ground),
        *_reaches(ground),
        *_zones(),
        *_sites(ground, staff, sites),
    ]:
        for role, posts in (("主要责任人", [lead]), ("协助责任人", assists)):
            for post in posts:
                for holder in staff.holders[post]:
                    quota = patrols if role == "主要责任人" else None
                    duties.append(Duty(holder.person, kind, target, role, holder.valid_from, holder.valid_to, quota))
    return duties


def _cells(ground: Ground) -> Iterator[Wish]:
    yield "网格", cell_code(TOWN), "党委书记", ["镇长", "副镇长（分管生态环保）"], None
    for village in VILLAGES:
        yield (
            "网格",
            cell_code(village.code),
            f"{village.name}书记",
            [f"{village.name}主任", f"{village.name}包村干部"],
            None,
        )
    for group in ground.groups:
        village = VILLAGES[group.village]
        yield "网格", cell_code(group.code), f"{group.name}组长", [f"{village.name}主任"], None


def _reaches(ground: Ground) -> Iterator[Wish]:
    """Give a village's reaches to its secretary, its head, then to the heads of the nearest groups."""
    taken: set[str] = set()
    for reach in ground.reaches:
        if reach.level == "town":
            post, patrols = TOWN_CHIEFS[reach.code]
            yield "河段", reach.code, post, ["水利员"], patrols
            continue
        number = next(k for k, village in enumerate(VILLAGES) if village.code == reach.region)
        middle = np.array(reach.line.interpolate(0.5, normalized=True).coords[0])
        mine = sorted(
            (group for group in ground.groups if group.village == number),
            key=lambda group: float(np.hypot(*(group.centre - middle))),
        )
        name = VILLAGES[number].name
        posts = [f"{name}书记", f"{name}主任", *(f"{group.name}组长" for group in mine)]
        post = next(post for post in posts if post not in taken and post != "柏树村三组组长")
        taken.add(post)
        yield "河段", reach.code, post, [f"{name}包村干部"], 1


def _zones() -> Iterator[Wish]:
    for zone in ("SY01-1", "SY01-2", "SY01-3"):
        yield "水源保护区", zone, "副镇长（分管生态环保）", ["三岔湾村书记", "水利员"], None
    for zone in ("SY02-1", "SY02-2", "SY02-3"):
        yield "水源保护区", zone, "副镇长（分管农业农村）", ["白水村书记", "水利员"], None


def _sites(ground: Ground, staff: Staff, sites: list[Site]) -> Iterator[Wish]:
    for number, site in enumerate(sites):
        group = ground.groups[site.group]
        village = VILLAGES[group.village].name
        head = f"{group.name}组长"
        # Where nobody leads the group, the village head steps in.
        near = f"{village}主任" if staff.vacant(head) else head
        match site.kind:
            case "排污企业" | "矿山":
                lead, assists = _SPONSORS[number % len(_SPONSORS)], ["综合行政执法大队大队长", f"{village}书记"]
            case "畜禽养殖场":
                lead, assists = near, [f"{village}包村干部"] + [f"{village}主任"] * (near == head)
            case "餐饮店" | "汽修厂" | "加油站":
                lead, assists = "综合行政执法大队大队长", [f"{village}主任"]
            case "污水处理厂" | "垃圾中转站" | "污水管网" | "黑臭水体" | "入河排污口":
                lead, assists = "村镇建设服务中心主任", ["环保办工作人员", f"{village}主任"]
            case "饮用水取水口" | "其他点位":
                lead, assists = "水利员", [f"{village}书记"]
            case "林地地块":
                lead, assists = f"{village}书记", [near]
            case _:
                lead, assists = near, []
        yield "点位", site.code, lead, assists, None
