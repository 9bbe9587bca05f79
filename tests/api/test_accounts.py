import pytest
from sqlalchemy import select

from geo.models import Account, Person
from geo.types import Role
from tests.api.conftest import PASSWORD
from tests.api.town import A, B


def account_id(session, username: str) -> int:
    return session.scalar(select(Account.id).where(Account.username == username))


def test_an_administrator_adds_an_account_for_a_region_inside(client, bearer, as_account):
    answer = client.post(
        "/api/v1/accounts",
        json={"username": "new.one", "display_name": "新人", "role": "warden", "region": A},
        headers=bearer("admin.town"),
    )

    password = answer.json()["password"]
    assert answer.status_code == 201
    assert as_account("new.one", password).get("/api/v1/me").json()["region"] == A


def test_a_taken_name_is_a_conflict(client, bearer):
    body = {"username": "office.town", "role": "office", "region": A, "password": PASSWORD}

    assert client.post("/api/v1/accounts", json=body, headers=bearer("admin.town")).status_code == 409


def test_an_administrator_of_a_village_reaches_no_other(client, bearer, site_session):
    person = site_session.scalar(select(Person.id).where(Person.code == "P5"))
    body = {"username": "reaching.out", "role": "office", "region": B}
    admin = bearer("admin.a")

    answers = [
        client.post("/api/v1/accounts", json=body, headers=admin),
        client.post("/api/v1/accounts", json=body | {"region": A, "person_id": person}, headers=admin),
        client.patch(
            f"/api/v1/accounts/{account_id(site_session, 'office.town')}", json={"disabled": True}, headers=admin
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 422, 404]
    names = {each["username"] for each in client.get("/api/v1/accounts?limit=1000", headers=admin).json()["items"]}
    assert "office.a" in names
    assert "office.town" not in names


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.admin])
def test_only_administrators_see_accounts(client, bearer, role):
    header = bearer(f"{role}.town")

    answers = [
        client.get("/api/v1/accounts", headers=header),
        client.post("/api/v1/accounts", json={"username": "xx", "role": "admin", "region": A}, headers=header),
        client.patch("/api/v1/accounts/1", json={"disabled": True}, headers=header),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_nobody_closes_the_account_that_they_use(client, bearer, site_session):
    own = account_id(site_session, "admin.town")

    answer = client.patch(f"/api/v1/accounts/{own}", json={"disabled": True}, headers=bearer("admin.town"))

    assert answer.status_code == 409


def test_a_closed_account_can_be_opened_again(client, bearer, as_account, site_session):
    made = client.post(
        "/api/v1/accounts",
        json={"username": "comes.back", "role": "viewer", "region": A, "password": PASSWORD},
        headers=bearer("admin.town"),
    ).json()
    url = f"/api/v1/accounts/{made['id']}"

    assert client.patch(url, json={"disabled": True}, headers=bearer("admin.town")).status_code == 204
    closed = client.post("/api/v1/session", json={"username": "comes.back", "password": PASSWORD}).status_code
    assert client.patch(url, json={"disabled": False}, headers=bearer("admin.town")).status_code == 204

    assert closed == 401
    assert as_account("comes.back").get("/api/v1/me").status_code == 200
