"""What the pages of patrols and rates show, and what their forms do."""

import re
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Audit, PatrolOpinion
from geo.services.rates import GROUPINGS
from tests.api.patrolled import DOUBTED, YEAR, numbers, patrol_id, rows_of, words


def test_the_sums_are_of_the_whole_selection_and_not_of_the_page(as_account):
    page = as_account("office").get(f"/patrols?{YEAR}&limit=2").text

    assert len(numbers(page)) == 2
    assert "共 6 次" in words(page)
    assert all(part in words(page) for part in ("有效 3", "未达标 1", "存疑待核 1", "不予认定 1"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("state=short", ["XH-SHORT"]),
        ("state=doubtful", [DOUBTED]),
        ("state=valid&reach=R1", ["XH-MAY", "XH-WEST"]),
        ("reach=R2", ["XH-EAST"]),
        ("river=小河&state=rejected", ["XH-REJECTED"]),
        ("post=镇长", []),
        ("level=town", []),
    ],
)
def test_filters_choose_and_the_count_says_how_many(as_account, asked, found):
    page = as_account("office").get(f"/patrols?{YEAR}&{asked}").text

    assert numbers(page) == found
    assert f"共 {len(found)} 次" in words(page)


def test_a_patrol_that_does_not_count_says_by_which_number(as_account):
    page = words(as_account("office").get(f"/patrols?{YEAR}&state=short").text)

    assert "用时 0:02，不足 5 分钟" in page
    assert re.search(r"里程 1\d\d m，不足 300 m", page)


def test_a_rate_is_what_counts_over_what_was_due_and_without_a_quota_a_dash(as_account):
    page = as_account("office").get(f"/rates?{YEAR}&by=reach").text

    west, east, total = rows_of(page)
    assert west[1:6] == ["5", "2", "1", "24", "8.33 %"]
    assert east[1:6] == ["1", "1", "0", "—", "—"]
    assert total[1:6] == ["6", "3", "1", "24", "12.50 %"]
    assert "口径：有效巡河次数 ÷ 应巡次数" in page


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_figure_of_a_rate_opens_as_many_patrols(as_account, by):
    client = as_account("office")
    page = client.get(f"/rates?{YEAR}&by={by}").text

    links = re.findall(r'data-label="(?:巡河次数|有效|待核)" class="text-end"><a href="([^"]+)">(\d+)</a>', page)
    assert len(links) >= 6
    opened = {address: numbers(client.get(unescape(address)).text) for address, _ in links}
    assert {address: len(opened[address]) for address, _ in links} == {a: int(figure) for a, figure in links}


def test_groups_keep_their_own_order_and_nobody_is_ranked(as_account):
    client = as_account("office")

    page = client.get(f"/rates?{YEAR}&by=month").text

    months = [row[0] for row in rows_of(page)][:-1]
    assert months == [f"2024 年 {month} 月" for month in range(1, 13)]
    assert "aria-sort" not in page
    assert "李二" not in client.get(f"/rates?{YEAR}&by=post").text
    assert client.get("/rates?by=person").status_code == 422


@pytest.mark.parametrize("definition", ["count", "days", "persons"])
def test_the_exported_rates_are_those_of_the_page(as_account, definition):
    client = as_account("office")
    shown = rows_of(client.get(f"/rates?{YEAR}&by=reach&definition={definition}").text)

    book = load_workbook(BytesIO(client.get(f"/reports/rates.xlsx?{YEAR}&by=reach&definition={definition}").content))

    heads = [cell.value for cell in book.active[3]]
    rates = [row[heads.index("巡河率")].value for row in book.active.iter_rows(min_row=4)]
    assert ["—" if rate is None else f"{rate * 100:.2f} %" for rate in rates] == [
        next(cell for cell in row if cell.endswith("%") or cell == "—") for row in shown
    ]
    assert "口径" in book.active["A2"].value


def test_the_exported_patrols_are_all_that_the_filter_finds(as_account):
    client = as_account("office")

    book = load_workbook(BytesIO(client.get(f"/reports/patrols.xlsx?{YEAR}&reach=R1").content))

    assert [book.active.cell(row, 1).value for row in range(4, book.active.max_row + 1)] == [
        "XH-REJECTED", DOUBTED, "XH-SHORT", "XH-MAY", "XH-WEST",
    ]  # fmt: skip


def test_a_patrol_shows_its_rule_its_claim_and_where_it_is_doubtful(as_account, look):
    page = as_account("office").get(f"/patrols/{patrol_id(look)}").text

    said = words(page)
    assert "不少于 5 分钟，不少于 300 m" in said
    assert "比量得多 250 m" in said
    assert "位置长时间不动" in said
    assert "占记录时间的 71.00 %" in said
    assert re.search(r"wg-mark-doubt.*?<text[^>]*>1</text>", page, re.DOTALL)
    assert '<span class="wg-number">1</span>' in page
    assert "wg-mark-start" in page
    assert "wg-mark-end" in page


@pytest.mark.parametrize(
    ("who", "sees"), [("office", True), ("chief.west", True), ("chief.east", False), ("viewer", False)]
)
def test_evidence_and_track_are_for_supervisors_and_the_patroller(as_account, look, who, sees):
    page = as_account(who).get(f"/patrols/{patrol_id(look)}").text

    assert ("位置长时间不动" in page, "wg-track" in page, "wg-mark-doubt" in page) == (sees,) * 3


def test_a_decision_is_kept_and_the_figures_follow(as_changer, changed, look):
    client = as_changer("office")
    id_ = patrol_id(look)

    answer = client.post(f"/patrols/{id_}/decision", data={"verdict": "valid", "note": "核对照片，人在现场"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/patrols/{id_}")
    page = words(client.get(f"/patrols/{id_}").text)
    assert "认定有效 office" in page
    assert "核对照片，人在现场" in page
    assert rows_of(client.get(f"/rates?{YEAR}&by=reach").text)[0][1:6] == ["5", "3", "0", "24", "12.50 %"]
    with Session(changed) as after:
        assert after.scalar(select(Audit.target).where(Audit.action == "patrol decision")) == DOUBTED


@pytest.mark.parametrize(
    ("who", "form", "status"),
    [
        ("clerk.who.walks", {"verdict": "valid", "note": "我走过"}, 409),
        ("office", {"verdict": "valid", "note": "  "}, 422),
        ("office", {"verdict": "", "note": "看过"}, 422),
        ("viewer", {"verdict": "valid", "note": "看过"}, 403),
        ("chief.west", {"verdict": "valid", "note": "看过"}, 403),
    ],
)
def test_a_decision_that_may_not_be_is_refused_beside_the_form(as_account, look, who, form, status):
    answer = as_account(who).post(f"/patrols/{patrol_id(look)}/decision", data=form)

    assert answer.status_code == status
    assert look.scalars(select(PatrolOpinion)).all() == []


def test_a_note_is_not_lost_when_the_decision_is_refused(as_account, look):
    answer = as_account("office").post(f"/patrols/{patrol_id(look)}/decision", data={"verdict": "", "note": "现场看过"})

    assert 'role="alert"' in answer.text
    assert ">现场看过</textarea>" in answer.text


def test_nobody_is_offered_to_decide_on_their_own_patrol(as_account, look):
    page = as_account("clerk.who.walks").get(f"/patrols/{patrol_id(look)}").text

    assert "/decision" not in page
    assert "/answer" in page


def test_the_patroller_answers_and_the_office_reads_it(as_changer, look):
    id_ = patrol_id(look)

    answered = as_changer("chief.west").post(f"/patrols/{id_}/answer", data={"note": "在桥上等人"})
    other = as_changer("chief.east").post(f"/patrols/{id_}/answer", data={"note": "不是我"})

    assert (answered.status_code, other.status_code) == (303, 403)
    page = words(as_changer("office").get(f"/patrols/{id_}").text)
    assert "巡查人说明 chief.west" in page
    assert "在桥上等人" in page
    assert "不是我" not in page


def test_an_answer_after_the_decision_comes_back_to_the_office(as_changer, look):
    id_ = patrol_id(look, "XH-REJECTED")
    as_changer("office").post(f"/patrols/{id_}/decision", data={"verdict": "rejected", "note": "没有到现场"})
    before = numbers(as_changer("office").get(f"/patrols?{YEAR}&state=doubtful").text)

    as_changer("chief.west").post(f"/patrols/{id_}/answer", data={"note": "有照片"})

    page = as_changer("office").get(f"/patrols?{YEAR}&state=doubtful").text
    assert "XH-REJECTED" not in before
    assert re.search(f'href="/patrols/{id_}[^"]*#verdict">XH-REJECTED<', page)
    assert "XH-REJECTED" not in as_changer("viewer").get(f"/patrols?{YEAR}&state=doubtful").text


def test_a_reach_tells_how_often_and_where_to_walk_next(as_account):
    page = words(as_account("office").get(f"/reaches/R1?{YEAR}").text)

    assert "15 m：" in page
    assert "60 m：" in page
    assert re.search(r"至少 2 次 \d+ m", page)
    assert re.search(r"下次建议 \d+ m – \d+ m", page)
    assert "汛期（5–10 月）" in page


def test_reaches_with_long_gaps_and_long_unwalked_are_found(as_account):
    client = as_account("office")

    def found(asked: str) -> list[str]:
        return re.findall(r'<a href="/reaches/(R\d)[^"]*">', client.get(f"/reaches?{YEAR}&{asked}").text)

    assert found("gap=200") == ["R1", "R2"]
    assert found("gap=900") == []
    assert found("stale=30") == ["R1", "R2"]


def test_the_start_page_tells_hours_rates_and_what_waits(as_account):
    client = as_account("office")

    page = client.get(f"/?{YEAR}").text

    address, figure = re.search(r'<dt>待核轨迹</dt><dd><a href="([^"]+)"[^>]*>(\d+)<', page).groups()
    assert numbers(client.get(unescape(address)).text) == [DOUBTED]
    assert figure == "1"
    assert "村级巡河率" in page
    assert ">12.50 %<" in page


@pytest.mark.parametrize("path", ["/patrols", "/rates?by=month", "/rules", "/reaches/R1"])
def test_pages_speak_english_on_request(as_account, path):
    page = as_account("office").get(path + ("&" if "?" in path else "?") + "lang=en").text

    main = re.sub(r"<option[^>]*>[^<]*</option>", "", page.partition("<main")[2])
    left = set(re.findall("[\u4e00-\u9fff]+", words(main))) - {
        "小河", "小河镇", "西村", "东村", "李二", "孙五丑", "村支书", "小河西村段", "小河东村段", "示例",
    }  # fmt: skip
    assert left == set()
