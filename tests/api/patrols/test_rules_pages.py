"""What the page of rules and quotas shows, and what its forms do."""

import re

import pytest

from tests.api.patrolled import YEAR, numbers, rows_of, words
from tests.files import TOWN


def test_a_rule_from_a_day_on_leaves_the_days_before_as_they_were(as_changer):
    client = as_changer("office")
    form = {
        "place": TOWN,
        "valid_from": "2024-06-01",
        "min_minutes": "1",
        "min_distance_m": "100",
        "months": ["5", "6"],
    }

    saved = client.post("/rules", data=form)

    assert (saved.status_code, saved.headers["location"]) == (303, "/rules?saved=0")
    page = words(client.get("/rules").text)
    assert "2024-01-01 至 2024-05-31" in page
    assert "不少于 1 分钟，不少于 100 m，只计 5–6 月" in page
    assert numbers(client.get(f"/patrols?{YEAR}&state=short").text) == ["XH-SHORT"]


def test_a_wider_corridor_reads_the_tracks_again_and_says_so(as_changer):
    client = as_changer("office")

    saved = client.post("/rules", data={"place": TOWN, "valid_from": "2024-05-01", "corridor_m": "60"})

    page = words(client.get(saved.headers["location"]).text)
    assert "按新规则重新计算的巡河： 4 次" in page
    assert "走廊敏感性 15 m：" not in words(client.get("/reaches/R1?from=2024-05-01&to=2024-05-31").text)


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/rules", {"place": TOWN, "valid_from": "2023-01-01", "min_minutes": "7"}, "2024-01-01"),
        ("/rules", {"place": TOWN, "valid_from": "2024-02-01", "corridor_m": "-3"}, "1000"),
        ("/rules", {"place": TOWN, "min_minutes": "7"}, "日期"),
        ("/quotas", {"reach": "R1", "times": "0", "valid_from": "2024-02-01"}, "1000"),
        ("/quotas", {"reach": "NOPE", "times": "2", "valid_from": "2024-02-01"}, "NOPE"),
        ("/quotas", {"reach": "R1", "times": "2", "valid_from": "2023-02-01"}, "R1"),
    ],
)
def test_a_refused_change_is_told_beside_its_form_and_changes_nothing(as_account, path, form, said):
    client = as_account("office")
    before = rows_of(client.get("/rules").text)

    answer = client.post(path, data=form)

    alert = re.search(r'role="alert">([^<]+)<', answer.text)[1]
    assert answer.status_code in (404, 422)
    assert said in alert
    assert re.search("[\u4e00-\u9fff]", alert)
    assert rows_of(client.get("/rules").text) == before


def test_a_quota_changes_what_is_due_from_its_day_on(as_changer):
    client = as_changer("office")

    client.post("/quotas", data={"reach": "R1", "times": "1", "per": "month", "valid_from": "2024-07-01"})

    assert rows_of(client.get(f"/rates?{YEAR}&by=reach").text)[0][4] == "18"


def test_a_quota_that_ends_leaves_what_was_due_before(as_changer):
    client = as_changer("office")
    path = re.search(r'action="(/quotas/\d+/end)"', client.get("/rules").text)[1]

    client.post(path, data={"last_day": "2024-03-31"})

    assert rows_of(client.get(f"/rates?{YEAR}&by=reach").text)[0][4] == "6"


@pytest.mark.parametrize("who", ["leader", "viewer", "chief.west"])
def test_only_the_office_changes_rules_and_quotas(as_account, who):
    client = as_account(who)
    page = client.get("/rules").text

    assert 'method="post" action="/rules' not in page
    assert 'method="post" action="/quotas' not in page
    for path in ("/rules", "/rules/1/end", "/quotas", "/quotas/1/end"):
        assert client.post(path, data={"last_day": "2024-03-31"}).status_code == 403
