"""Rules, quotas and rates over HTTP: who may change them, and what becomes of it."""

import pytest
from sqlalchemy import select

from geo.models import Audit
from geo.types import Role
from tests.api.town import A, B
from tests.files import TOWN

# Days far from those of the other tests of this database, so that nothing of theirs changes.
RULE = {"region": A, "valid_from": "2031-01-01", "min_minutes": 10, "months": [3, 4]}
QUOTA = {"reach": "R2", "times": 2, "per": "month", "valid_from": "2031-01-01"}
CHANGES = [
    ("/api/v1/rules", RULE), ("/api/v1/rules/1/end", {"last_day": "2031-02-01"}),
    ("/api/v1/quotas", QUOTA), ("/api/v1/quotas/1/end", {"last_day": "2031-02-01"}),
]  # fmt: skip


@pytest.mark.parametrize(("url", "wish"), CHANGES)
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.admin, Role.office)])
def test_only_the_office_changes_rules_and_quotas(client, bearer, role, url, wish):
    assert client.post(url, json=wish, headers=bearer(f"{role}.town")).status_code == 403


@pytest.mark.parametrize(("url", "wish"), CHANGES)
def test_nobody_changes_anything_unsigned(client, url, wish):
    assert client.post(url, json=wish).status_code == 401


def test_a_rule_is_set_shown_and_ended(client, bearer, site_session):
    office = bearer("office.town")

    made = client.post("/api/v1/rules", json=RULE, headers=office)
    shown = client.get("/api/v1/rules", params={"on": "2031-02-01"}, headers=office).json()
    ended = client.post(f"/api/v1/rules/{made.json()['id']}/end", json={"last_day": "2031-03-01"}, headers=office)

    assert made.status_code == 201, made.text
    assert (made.json()["min_minutes"], made.json()["months"], made.json()["corridor_m"]) == (10, [3, 4], 30)
    assert made.json()["id"] in {rule["id"] for rule in shown}
    assert ended.json()["valid_to"] == "2031-03-01"
    actions = site_session.execute(select(Audit.action, Audit.account_id).where(Audit.action.like("rule %"))).all()
    assert {action for action, _ in actions} == {"rule set", "rule end"}
    assert all(account is not None for _, account in actions)


def test_a_village_sees_the_rules_above_it(client, bearer):
    made = client.post(
        "/api/v1/rules", json=RULE | {"region": TOWN, "level": "town"}, headers=bearer("office.town")
    ).json()

    shown = client.get("/api/v1/rules", headers=bearer("viewer.a")).json()

    assert made["id"] in {rule["id"] for rule in shown}


@pytest.mark.parametrize("region", [TOWN, B])
def test_an_office_of_a_village_sets_no_rule_elsewhere(client, bearer, region):
    answer = client.post("/api/v1/rules", json=RULE | {"region": region}, headers=bearer("office.a"))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"min_minutes": -1}, {"months": []}, {"months": [13]}, {"corridor_m": 0}, {"level": "group"}, {"speed": 3},
     {"valid_to": "2030-01-01"}, {"valid_from": "0001-01-01"}, {"region": "abc"}],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused_in_one_line(client, bearer, wrong):
    answer = client.post("/api/v1/rules", json=RULE | wrong, headers=bearer("office.town"))

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_quota_is_set_shown_counted_and_ended(client, bearer):
    office = bearer("office.town")
    year = {"from": "2031-01-01", "to": "2031-12-31"}

    made = client.post("/api/v1/quotas", json=QUOTA, headers=office)
    rates = client.get("/api/v1/rates", params={**year, "by": "reach"}, headers=office).json()
    west = client.get("/api/v1/quotas", headers=bearer("office.a")).json()
    ended = client.post(f"/api/v1/quotas/{made.json()['id']}/end", json={"last_day": "2031-06-30"}, headers=office)
    after = client.get("/api/v1/rates", params=year, headers=office).json()

    assert made.status_code == 201, made.text
    assert next(row for row in rates["rates"] if row["reach"] == "R2")["planned"] == 24
    assert "R2" not in {row["reach"] for row in west}
    assert ended.json()["valid_to"] == "2031-06-30"
    assert after["total"]["planned"] == 12


def test_a_quota_for_a_reach_outside_is_not_there(client, bearer):
    assert client.post("/api/v1/quotas", json=QUOTA, headers=bearer("office.a")).status_code == 404


def test_rates_name_their_definition_and_period(client, bearer):
    document = client.get("/api/v1/rates?definition=days", headers=bearer("viewer.town")).json()

    assert (document["definition"], document["period"]) == ("days", ["2024-01-01", "2024-12-31"])
    assert document["total"]["patrols"] == 2
    assert document["total"]["rate"] is None


@pytest.mark.parametrize("query", ["by=person", "definition=best", "level=group&by=rank"])
def test_rates_of_persons_do_not_exist(client, bearer, query):
    assert client.get(f"/api/v1/rates?{query}", headers=bearer("office.town")).status_code == 422
