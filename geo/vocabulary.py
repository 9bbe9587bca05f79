"""The terms of the trade, each with its Chinese and English name (词汇).

Codes are stored; names are shown. A town may use further category codes of
its own: whatever is not listed here is shown as it is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "ISSUE_CATEGORIES",
    "ISSUE_SOURCES",
    "ISSUE_STATES",
    "LEVELS",
    "PATROL_DOUBTS",
    "PATROL_STATES",
    "PATROL_VERDICTS",
    "QUOTA_SPANS",
    "RESPONSIBILITY_ROLES",
    "RIVER_CLASSES",
    "ROLES",
    "SHORTFALLS",
    "SITE_KINDS",
    "ZONE_CLASSES",
    "Term",
    "find_term",
    "with_finer",
]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a closed list: its code, names, other spellings, and the wider term."""

    code: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    parent: str | None = None


LEVELS = (
    Term("county", "县级", "county", ("县", "区县", "区县级")),
    Term("town", "镇级", "town", ("镇", "乡", "乡镇", "乡镇级", "街道")),
    Term("village", "村级", "village", ("村", "社区", "村社级", "村(社区)", "村（社区）")),
    Term("group", "组级", "group", ("组", "社", "村民小组", "网格")),
)

ROLES = (
    Term("admin", "管理员", "administrator"),
    Term("office", "环保办", "office clerk"),
    Term("leader", "镇领导", "town leader"),
    Term("warden", "网格员", "grid warden"),
    Term("chief", "河长", "river chief"),
    Term("viewer", "查看者", "viewer"),
)

RESPONSIBILITY_ROLES = (
    Term("lead", "主要责任人", "lead", ("主责", "负责人", "责任人", "第一责任人")),
    Term("assist", "协助责任人", "assist", ("协助", "协办", "协管", "包组干部", "包村干部")),
)

ZONE_CLASSES = (
    Term("1", "一级保护区", "class 1", ("一级", "一级区", "I", "Ⅰ", "first")),
    Term("2", "二级保护区", "class 2", ("二级", "二级区", "II", "Ⅱ", "second")),
    Term("quasi", "准保护区", "quasi-protected", ("准", "准保护")),
)

SITE_KINDS = (
    Term("enterprise", "排污企业", "enterprise", ("企业", "工业企业", "排污单位")),
    Term("livestock_farm", "畜禽养殖场", "livestock farm", ("养殖场", "养殖户", "畜禽养殖")),
    Term("water_source", "饮用水取水口", "drinking-water intake", ("取水口", "水源地")),
    Term("sewage_plant", "污水处理厂", "sewage plant", ("污水处理站",)),
    Term("transfer_station", "垃圾中转站", "waste transfer station", ("中转站",)),
    Term("outfall", "入河排污口", "outfall", ("排污口", "排口")),
    Term("restaurant", "餐饮店", "restaurant", ("餐饮", "餐馆")),
    Term("garage", "汽修厂", "garage", ("汽修", "汽车维修厂")),
    Term("petrol_station", "加油站", "petrol station"),
    Term("mine", "矿山", "mine", ("砖厂", "采石场")),
    Term("bin_point", "垃圾分类点", "sorting point", ("垃圾桶", "分类点", "垃圾收集点")),
    Term("public_toilet", "公厕", "public toilet", ("公共厕所",)),
    Term("sewer", "污水管网", "sewer", ("管网",)),
    Term("black_water", "黑臭水体", "black and odorous water"),
    Term("forest_plot", "林地地块", "forest plot", ("山头地块", "地块")),
    Term("other", "其他点位", "other", ("其他",)),
)

RIVER_CLASSES = (
    Term("river_bank", "河道岸线", "bank and shoreline", ("岸线", "岸线问题", "河道岸线问题")),
    Term("river_water", "水面水体", "water surface and body", ("水面、水体", "水体", "水面、水体问题")),
    Term("river_outfall", "河道排污", "outfall", ("排污", "排污问题", "入河排污")),
    Term("river_other", "其他涉河问题", "other river issue", ("其他", "其他问题", "河道其他")),
)

ISSUE_CATEGORIES = (
    Term("enterprise", "排污企业", "polluting enterprise", ("企业排污",)),
    Term("living_environment", "人居环境", "living environment", ("环境卫生", "垃圾清运不及时")),
    Term("petition", "信访案件", "petition case", ("信访", "信访投诉")),
    Term("dispute", "污染纠纷", "pollution dispute", ("环境纠纷",)),
    Term("hazard", "环境安全隐患", "environmental hazard", ("安全隐患", "环境隐患")),
    Term("illegal_building", "违法建设项目", "illegal construction", ("违法建设", "未批先建")),
    Term("water_source", "饮用水源地", "drinking-water source", ("饮用水水源地", "水源地")),
    Term("reserve", "自然保护区", "nature reserve", ("自然保护地",)),
    Term("straw_burning", "秸秆焚烧", "straw burning", ("露天焚烧",)),
    Term("livestock", "畜禽养殖污染", "livestock pollution", ("畜禽养殖", "养殖污染")),
    *RIVER_CLASSES,
    Term("bank_waste", "岸线垃圾", "waste on the bank", ("岸边垃圾", "河岸垃圾"), "river_bank"),
    Term("bank_occupation", "侵占岸线", "occupied bank", ("乱占", "乱建", "乱堆"), "river_bank"),
    Term("floating_waste", "水面漂浮物", "floating waste", ("漂浮物", "水葫芦"), "river_water"),
    Term("turbid_water", "水体异常", "abnormal water", ("水质异常", "黑臭水体"), "river_water"),
    Term("illegal_outfall", "违规排污口", "illegal outfall", ("排污口", "污水直排"), "river_outfall"),
    Term("sand_mining", "非法采砂", "illegal sand mining", ("乱采",), "river_other"),
    Term("illegal_fishing", "非法捕捞", "illegal fishing", ("电鱼",), "river_other"),
    Term("damaged_sign", "河长公示牌损坏", "damaged chief's sign", ("公示牌损坏", "公示牌"), "river_other"),
)

ISSUE_SOURCES = (
    Term("superior", "省市县督查反馈", "inspection from above", ("上级督查", "上级交办", "督查反馈")),
    Term("town", "镇级督查", "town inspection", ("镇级检查", "镇督查")),
    Term("village", "村级自查", "village's own check", ("自查",)),
    Term("complaint", "群众申诉", "residents' complaint", ("群众投诉", "投诉", "群众举报")),
    Term("patrol", "巡河发现", "found on river patrol", ("巡河", "巡查发现")),
)

ISSUE_STATES = (
    Term("found", "已发现", "found", ("发现", "待立案")),
    Term("accepted", "已立案", "accepted", ("立案",)),
    Term("rejected", "不予立案", "rejected"),
    Term("assigned", "已交办", "assigned", ("交办", "待整改")),
    Term("rectifying", "整改中", "rectifying", ("正在整改",)),
    Term("submitted", "申请销号", "submitted", ("待销号", "已整改")),
    Term("returned", "退回整改", "returned", ("退回",)),
    Term("closed", "已销号", "closed", ("销号", "办结", "已办结", "Closed")),
    Term("look_back", "待回头看", "look-back due", ("回头看",)),
    Term("stable", "回头看稳定", "stable", ("稳定",)),
    Term("reopened", "反弹重开", "reopened", ("反弹", "重开")),
    Term("escalated", "已上报", "escalated", ("上报", "上报县级")),
)

# What a patrol counts for: the rule of its day and what is thought of its record decide.
PATROL_VERDICTS = (
    Term("valid", "认定有效", "valid"),
    Term("doubtful", "存疑", "doubtful"),
    Term("rejected", "不予认定", "rejected"),
)

# Why a patrol's record is doubted, in the order in which it is told.
PATROL_DOUBTS = (
    Term("no_track", "没有轨迹", "no track"),
    Term("too_fast", "全程快于步行", "faster than walking throughout"),
    Term("teleport", "位置瞬移", "leaps from place to place"),
    Term("frozen", "位置长时间不动", "frozen position"),
    Term("mock_accuracy", "定位精度异常（疑似模拟定位）", "accuracy that no receiver reports"),
    Term("future", "时间在未来", "times in the future"),
    Term("outside_corridor", "大部分不在巡查走廊内", "mostly outside the corridor"),
    Term("repeated", "与已有轨迹逐点重复", "repeats an earlier track point for point"),
    Term("shifted_repeat", "与已有轨迹重复，仅时间平移", "repeats an earlier track, shifted in time"),
    Term("overlapping", "同一人同一时段有两次巡河", "two patrols of one person at one time"),
)

PATROL_STATES = (
    Term("valid", "有效", "valid"),
    Term("short", "未达标", "below the rule"),
    Term("doubtful", "存疑待核", "waits for a decision"),
    Term("rejected", "不予认定", "rejected"),
)

# Why the rule of its day does not count a patrol.
SHORTFALLS = (
    Term("month", "不在计入月份", "outside the months that count"),
    Term("minutes", "时长不足", "too short a time"),
    Term("distance", "里程不足", "too short a way"),
    Term("interval", "间隔不足", "too soon after the last"),
)

QUOTA_SPANS = (
    Term("week", "周", "week", ("每周",)),
    Term("ten_days", "旬", "ten days", ("每旬",)),
    Term("month", "月", "month", ("每月",)),
    Term("quarter", "季", "quarter", ("每季", "季度", "每季度")),
)


def find_term(terms: Iterable[Term], word: str) -> Term | None:
    """Return the term that `word` names by code, name or another spelling; None if none does.

    Examples
    --------
    >>> find_term(ZONE_CLASSES, "一级").code
    '1'
    """
    folded = word.strip().casefold()
    for term in terms:
        if folded in {term.code.casefold(), term.zh.casefold(), term.en.casefold(), *(a.casefold() for a in term.also)}:
            return term
    return None


def with_finer(terms: Iterable[Term], codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes with those of the finer terms below them, so that a class can be asked for whole.

    Examples
    --------
    >>> with_finer(ISSUE_CATEGORIES, ["river_outfall", "烟花爆竹"])
    ('river_outfall', '烟花爆竹', 'illegal_outfall')
    """
    asked = tuple(codes)
    return asked + tuple(term.code for term in terms if term.parent in asked and term.code not in asked)
