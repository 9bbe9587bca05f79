"""The words on maps, in Chinese and in English (图面文字)."""

from collections.abc import Iterable
from typing import Literal

from geo.vocabulary import Term, find_term

__all__ = ["LABELS", "Language", "Words", "term_name"]

Language = Literal["zh", "en"]

LABELS: dict[str, tuple[str, str]] = {
    "panel": ("图例与筛选", "Legend and filters"),
    "close_panel": ("收起", "Close"),
    "legend": ("图例", "Legend"),
    "layers": ("图层", "Layers"),
    "show_all": ("全选", "All"),
    "show_none": ("全不选", "None"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "whole": ("全图", "Whole map"),
    "map": ("地图", "Map"),
    "metres": ("米", "m"),
    "kilometres": ("公里", "km"),
    "open_record": ("打开记录", "Open the record"),
    "print": ("打印", "Print"),
    "ground": ("村界", "Village borders"),
    "town_border": ("镇界", "Town border"),
    "village_border": ("村界", "Village border"),
    "county_border": ("县界", "County border"),
    "rivers": ("河流", "Rivers"),
    "zones": ("饮用水水源保护区", "Drinking-water protection zones"),
    "names": ("地名", "Names"),
    "draft": ("草案", "draft"),
    "basemap": ("底图", "Basemap"),
    "north": ("北", "N"),
    "no_ground": ("没有村界，请先导入行政区划。", "There are no boundaries yet; import the regions first."),
    # issues
    "issues": ("问题点", "Issues"),
    "heat": ("热力图", "Heat map"),
    "issue_count": ("问题", "issues"),
    "shown": ("当前显示", "shown"),
    "overdue": ("逾期", "overdue"),
    "overdue_only": ("只看逾期", "Overdue only"),
    "open": ("未销号", "open"),
    "by_state": ("状态（颜色、外形）", "State (colour, shape)"),
    "by_category": ("类别（字）", "Category (letter)"),
    "cluster": (
        "多个问题聚在一处，数字为件数，外圈为各状态的比例",
        "Several issues in one place: their number, and the share of each state",
    ),
    "number": ("编号", "Number"),
    "category": ("类别", "Category"),
    "state": ("状态", "State"),
    "found_on": ("发现日期", "Found on"),
    "due_on": ("整改期限", "Due on"),
    "village": ("所在村", "Village"),
    "description": ("情况", "Description"),
    "unlocated": ("件没有位置，未画在图上", "without a place, not on the map"),
    "no_issues": (
        "还没有问题记录。请先在“问题”页登记，或导入问题台账。",
        "There are no issues yet. Record one on the issues page, or import the ledger.",
    ),
    "no_located_issues": (
        "所有问题都没有位置，请先在问题记录中补上地点。",
        "None of the issues has a place; add the places to their records first.",
    ),
    "none_match": ("没有符合筛选条件的问题", "No issue matches the filters"),
    # coverage
    "reaches": ("河段", "Reaches"),
    "reach": ("河段", "Reach"),
    "river": ("河流", "River"),
    "level": ("级别", "Level"),
    "chief": ("河长", "Chief"),
    "length": ("长度", "Length"),
    "covered": ("已巡", "Walked"),
    "gap": ("未巡", "Not walked"),
    "share": ("覆盖率", "Covered"),
    "gaps": ("未巡段", "Not walked"),
    "walked": ("已巡段", "Walked stretches"),
    "corridor": ("河段全线", "Whole reach"),
    "recency": ("最近一次巡查", "Last walked"),
    "as_of": ("截至", "as of"),
    "days_within": ("{days} 天内", "within {days} days"),
    "days_between": ("{first}–{last} 天", "{first}–{last} days"),
    "days_over": ("{days} 天以上或日期不详", "over {days} days, or no date"),
    "last_walked": ("最近巡查", "Last walked"),
    "no_date": ("日期不详", "no date"),
    "nobody": ("未落实", "nobody"),
    "all_levels": ("全部", "All"),
    "total_length": ("总长", "total length"),
    "no_reaches": (
        "还没有河段。请先导入河流和河段，并落实河长。",
        "There are no reaches yet. Import the rivers and reaches first, then assign their chiefs.",
    ),
    "no_patrols": (
        "本期还没有巡河轨迹。请先导入轨迹文件，覆盖情况会自动算出。",
        "There are no patrols in this period yet. Import the tracks first; coverage follows by itself.",
    ),
    "sorted_by_gap": ("按未巡长度排列", "longest gap first"),
    # coverage over time
    "play": ("播放", "Play"),
    "pause": ("暂停", "Pause"),
    "slider": ("时间轴", "Timeline"),
    "as_of_day": ("截至所选日期", "as of the day chosen"),
    "within": ("多少天内巡查过", "Walked within"),
    "walked_within": ("期内巡查过", "Walked within that time"),
    "whole_period": ("全期", "Whole period"),
    "longer_only": ("只画长于 {length} 的未巡段", "Only gaps longer than {length}"),
    "slide_hint": (
        "拖动地图下方的时间轴，或按播放；点河段看该处最近巡查日期",
        "Move the timeline under the map, or press play; click a reach for the last day there",
    ),
    "never_walked": ("尚未巡查", "not yet"),
    "times_walked": ("巡查天数", "Days walked"),
    "month": ("{month}月", "{month}"),
    "not_within": ("{days} 天内未巡查的河段为红色虚线", "red and dashed: not walked for {days} days"),
    "here": ("此处距起点", "Here, from the start:"),
    # responsibility
    "cells": ("网格", "Cells"),
    "cell": ("网格", "Cell"),
    "code": ("编码", "Code"),
    "lead": ("主要责任人", "Lead"),
    "assists": ("协助责任人", "Assists"),
    "assigned": ("已落实", "assigned"),
    "vacant": ("空缺", "vacant"),
    "vacant_cell": ("空缺：没有主要责任人", "Vacant: no lead"),
    "assisted_cell": ("有协助责任人", "With assists"),
    "chain": ("责任链", "Chain of responsibility"),
    "finest": ("最细一级", "Finest"),
    "by_village": ("各村（颜色只为区分）", "Villages (colours only tell them apart)"),
    "by_person": ("按责任人查看", "By person"),
    "person": ("责任人", "Person"),
    "search_person": ("查找姓名", "Find a name"),
    "lead_short": ("主责", "Leads"),
    "assist_short": ("协助", "Assists"),
    "clear": ("取消", "Clear"),
    "area": ("面积", "Area"),
    "mu": ("亩", "mu"),
    "click_for_chain": ("点击网格，查看组、村、镇三级责任人", "Click a cell to see who answers for it"),
    "no_cells": (
        "还没有网格。请先导入网格，再落实责任人。",
        "There are no cells yet. Import the cells first, then assign who answers for them.",
    ),
    "county": ("县", "County"),
    "town": ("镇", "Town"),
    "group": ("组", "Group"),
}


class Words:
    """The labels of one language.

    Examples
    --------
    >>> Words("zh")["overdue"], Words("en")["overdue"]
    ('逾期', 'overdue')
    >>> Words("en").fill("days_within", days=7)
    'within 7 days'
    """

    def __init__(self, language: Language = "zh") -> None:
        self.language: Language = language
        self._column = 1 if language == "en" else 0

    def __getitem__(self, key: str) -> str:
        return LABELS[key][self._column]

    def fill(self, key: str, **facts: object) -> str:
        """Return a label with its fields filled in."""
        return self[key].format(**facts)

    def term(self, terms: Iterable[Term], code: str) -> str:
        """Return a term's name; a code that no list has is shown as written."""
        return term_name(terms, code, self.language)

    def brackets(self, text: str) -> str:
        """Return `text` in the language's brackets, ready to follow a word."""
        return f" ({text})" if self._column else f"（{text}）"


def term_name(terms: Iterable[Term], code: str, language: Language = "zh") -> str:
    """Return the name of the term with this code in one language.

    Examples
    --------
    >>> from geo.vocabulary import ISSUE_STATES
    >>> term_name(ISSUE_STATES, "closed"), term_name(ISSUE_STATES, "自定", "en")
    ('已销号', '自定')
    """
    term = find_term(terms, code)
    if term is None:
        return code
    return term.en if language == "en" else term.zh
