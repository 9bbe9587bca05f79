import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from api.auth import SESSION_COOKIE
from geo.errors import AlreadyExists, InvalidInput
from geo.models import Account, Audit, Ticket
from geo.services.accounts import create_account, disable, generate_password
from tests.api.conftest import PASSWORD
from tests.files import TOWN


def audits(session, action: str) -> list[tuple[int | None, str]]:
    rows = session.execute(select(Audit.account_id, Audit.target).where(Audit.action == action).order_by(Audit.id))
    return [tuple(row) for row in rows]


@pytest.fixture
def somebody(site_engine):
    """An account of the test's own."""
    name = f"test-{generate_password()[:11]}"
    with Session(site_engine) as session:
        create_account(
            session, username=name, display_name="", password=PASSWORD, role="office", region_code=TOWN
        )  # fmt: skip
        session.commit()
    return name


def test_the_site_says_that_it_works(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_who_signs_in_is_known_afterwards(as_account):
    me = as_account("office.town").get("/api/v1/me").json()

    assert (me["username"], me["role"], me["region_name"]) == ("office.town", "office", "小河镇")


def test_the_cookie_is_hidden_from_scripts_and_other_sites(client):
    answer = client.post("/api/v1/session", json={"username": "office.town", "password": PASSWORD})

    facts = answer.headers["set-cookie"].lower()
    assert "httponly" in facts
    assert "samesite=lax" in facts


@pytest.mark.parametrize(("name", "password"), [("office.town", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_look_alike(client, name, password):
    answer = client.post("/api/v1/session", json={"username": name, "password": password})

    assert (answer.status_code, answer.json()["detail"]) == (401, "the username or the password is wrong")


def test_a_failed_attempt_is_recorded_without_what_was_typed(client, site_session, somebody):
    client.post("/api/v1/session", json={"username": somebody, "password": "wrong"})
    client.post("/api/v1/session", json={"username": "my-password-in-the-wrong-field", "password": "wrong"})

    assert (None, somebody) in audits(site_session, "login failed")
    assert "my-password" not in str(audits(site_session, "login failed"))


def test_only_a_digest_of_the_session_is_stored(as_account, site_session, somebody):
    token = as_account(somebody).cookies[SESSION_COOKIE]

    digests = set(site_session.scalars(select(Ticket.digest)))
    assert hashlib.sha256(token.encode()).hexdigest() in digests
    assert token not in digests


def test_who_signed_out_is_out_though_the_cookie_was_copied(as_account, somebody):
    client = as_account(somebody)
    token = client.cookies[SESSION_COOKIE]

    assert client.delete("/api/v1/session").status_code == 204

    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/api/v1/me").status_code == 401


def test_a_session_ends_by_itself(as_account, site_engine, somebody):
    client = as_account(somebody)
    with Session(site_engine) as session:
        owner = select(Account.id).where(Account.username == somebody).scalar_subquery()
        session.execute(
            update(Ticket).where(Ticket.account_id == owner).values(expires_at=func.now() - timedelta(seconds=1))
        )
        session.commit()

    assert client.get("/api/v1/me").status_code == 401


def test_a_disabled_account_is_out_at_once_and_cannot_return(as_account, site_engine, somebody):
    client = as_account(somebody)
    with Session(site_engine) as session:
        disable(session, somebody)
        session.commit()

    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/session", json={"username": somebody, "password": PASSWORD}).status_code == 401


def test_a_changed_password_ends_every_session(as_account, somebody):
    client = as_account(somebody)

    answer = client.put("/api/v1/me/password", json={"old": PASSWORD, "new": "another long password"})

    assert answer.status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert as_account(somebody, "another long password").get("/api/v1/me").status_code == 200


def test_a_password_is_changed_only_by_who_knows_it(as_account, somebody):
    answer = as_account(somebody).put("/api/v1/me/password", json={"old": "wrong", "new": "another long password"})

    assert answer.status_code == 422


def test_guessing_is_stopped_and_stays_stopped_for_the_right_password(client, somebody):
    answers = [
        client.post("/api/v1/session", json={"username": somebody, "password": "wrong"}).status_code for _ in range(12)
    ]

    last = client.post("/api/v1/session", json={"username": somebody, "password": PASSWORD})
    assert answers == [401] * 10 + [429] * 2
    assert last.status_code == 429
    assert client.post("/api/v1/session", json={"username": "office.town", "password": PASSWORD}).status_code == 204


def test_a_token_works_as_a_bearer_and_can_be_ended(as_account, client, somebody):
    made = as_account(somebody).post("/api/v1/tokens", json={"label": "报表", "days": 30}).json()
    header = {"Authorization": f"Bearer {made['token']}"}
    listed = client.get("/api/v1/tokens").json()

    assert client.get("/api/v1/me", headers=header).json()["username"] == somebody
    assert [each["label"] for each in listed] == ["报表"]
    assert made["token"] not in str(listed)

    assert client.delete(f"/api/v1/tokens/{listed[0]['id']}").status_code == 204
    assert client.get("/api/v1/me", headers=header).status_code == 401


def test_nobody_ends_the_token_of_another(as_account, somebody):
    token = as_account("office.town").post("/api/v1/tokens", json={"label": "x"}).status_code
    id_ = as_account("office.town").get("/api/v1/tokens").json()[0]["id"]

    assert token == 201
    assert as_account(somebody).delete(f"/api/v1/tokens/{id_}").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_act_in_a_persons_name(as_account, headers):
    client = as_account("office.town")

    answer = client.post("/api/v1/tokens", json={"label": "theirs"}, headers=headers)

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "theirs" not in client.get("/api/v1/tokens").text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}])
def test_the_site_itself_can(as_account, headers, somebody):
    answer = as_account(somebody).post("/api/v1/tokens", json={"label": "mine"}, headers=headers)

    assert answer.status_code == 201


def test_what_was_done_is_recorded(as_account, site_session, somebody):
    client = as_account(somebody)
    client.post("/api/v1/tokens", json={"label": "记录"})
    client.delete("/api/v1/session")

    who = site_session.scalar(select(Account.id).where(Account.username == somebody))
    assert (who, somebody) in audits(site_session, "login")
    assert (who, "记录") in audits(site_session, "token create")
    assert (who, "") in audits(site_session, "logout")
    assert (None, somebody) in audits(site_session, "account create")


def test_generated_passwords_are_long_readable_and_never_the_same():
    passwords = {generate_password() for _ in range(200)}

    assert len(passwords) == 200
    assert all(len(password) >= 16 for password in passwords)
    assert not set("0O1lIi") & set("".join(passwords))


def test_a_username_is_given_once(session, site_engine):
    with Session(site_engine) as taken, pytest.raises(AlreadyExists):
        create_account(
            taken, username="office.town", display_name="", password=PASSWORD, role="office", region_code=TOWN
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "a b"},
        {"password": "short"},
        {"role": "king"},
        {"region_code": "999999999000"},
        {"person_id": 10**6},
    ],
)
def test_an_account_that_could_not_work_is_refused(site_engine, wrong):
    facts = {"username": "new", "display_name": "", "password": PASSWORD, "role": "office", "region_code": TOWN}

    with Session(site_engine) as session, pytest.raises(InvalidInput):
        create_account(session, **(facts | wrong))


def test_expired_tickets_are_forgotten(as_account, site_engine, somebody):
    as_account(somebody)
    with Session(site_engine) as session:
        session.execute(
            update(Ticket).values(expires_at=func.now() - timedelta(days=1)).where(Ticket.kind == "session")
        )
        session.commit()

    as_account(somebody)

    with Session(site_engine) as session:
        old = session.scalar(select(func.count()).where(Ticket.expires_at < func.now()))
        session.execute(delete(Ticket).where(Ticket.kind == "session"))
        session.commit()
    assert old == 0
