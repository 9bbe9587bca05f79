"""Doubts over HTTP: who reads why, who decides, who answers."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Account, Audit, Patrol, PatrolCheck
from geo.services.accounts import create_account
from tests.api.conftest import PASSWORD
from tests.api.town import B

REASONS = [
    {"reason": "frozen", "share": 0.8, "minutes": 40.0, "place": [107.012, 29.0051]},
    {"reason": "repeated", "patrol": None, "shift_s": 86400, "deviation_m": 0.1, "share": 1.0},
]


@pytest.fixture
def doubted(site_engine) -> int:
    """The eastern village's patrol, doubted for frozen fixes and as a copy of the western one."""
    with Session(site_engine) as session:
        ids = dict(session.execute(select(Patrol.number, Patrol.id)).all())
        east = session.get_one(Patrol, ids["XH-EAST"])
        reasons = [REASONS[0], REASONS[1] | {"patrol": ids["XH-WEST"]}]
        session.merge(PatrolCheck(patrol_id=east.id, verdict="doubtful", reasons=reasons))
        if session.scalar(select(Account).where(Account.username == "walker")) is None:
            create_account(
                session, username="walker", display_name="孙五丑", password=PASSWORD,
                role="warden", region_code=B, person_id=east.person_id,
            )  # fmt: skip
            create_account(
                session, username="own.office", display_name="也是巡河人", password=PASSWORD,
                role="office", region_code=B, person_id=east.person_id,
            )  # fmt: skip
            create_account(
                session, username="office.b", display_name="东村环保办", password=PASSWORD, role="office", region_code=B
            )
        session.commit()
        return east.id


def test_supervisors_and_the_walker_read_why(client, bearer, doubted):
    for name in ("office.town", "leader.town", "admin.town", "walker"):
        answer = client.get(f"/api/v1/patrols/{doubted}/verdict", headers=bearer(name)).json()

        assert answer["checked_verdict"] == "doubtful"
        assert answer["reasons"][0] == REASONS[0], name


def test_others_read_the_verdict_alone(client, bearer, doubted):
    for name in ("viewer.town", "warden.town", "chief.town"):
        answer = client.get(f"/api/v1/patrols/{doubted}/verdict", headers=bearer(name))

        assert answer.status_code == 200
        assert (answer.json()["reasons"], answer.json()["opinions"]) == ([], [])
        assert "107.012" not in answer.text


def test_a_patrol_elsewhere_is_evidence_without_a_name(client, bearer, doubted):
    within, beyond = (
        client.get(f"/api/v1/patrols/{doubted}/verdict", headers=bearer(name)).json()["reasons"][1]
        for name in ("office.town", "office.b")
    )

    assert within["number"] == "XH-WEST"
    assert within["patrol"] is not None
    assert (beyond["patrol"], beyond["number"]) == (None, None)


def test_a_decision_counts_and_the_walker_answers(client, bearer, doubted, site_session):
    decided = client.post(
        f"/api/v1/patrols/{doubted}/decision",
        json={"verdict": "rejected", "note": "定位一直不动"},
        headers=bearer("office.town"),
    )
    answered = client.post(
        f"/api/v1/patrols/{doubted}/answer", json={"note": "手机放在车上了"}, headers=bearer("walker")
    )
    revised = client.post(
        f"/api/v1/patrols/{doubted}/decision",
        json={"verdict": "valid", "note": "已核实"},
        headers=bearer("leader.town"),
    )

    assert [each.status_code for each in (decided, answered, revised)] == [201, 201, 201]
    assert [(each.json()["verdict"], each.json()["waiting"]) for each in (decided, answered, revised)] == [
        ("rejected", False),
        ("rejected", True),
        ("valid", False),
    ]
    told = [(each["kind"], each["verdict"], each["note"]) for each in revised.json()["opinions"]]
    assert told[-3:] == [
        ("decision", "rejected", "定位一直不动"),
        ("answer", None, "手机放在车上了"),
        ("decision", "valid", "已核实"),
    ]
    actions = site_session.scalars(select(Audit.action).where(Audit.target == "XH-EAST").order_by(Audit.id)).all()
    assert actions[-3:] == ["patrol decision", "patrol answer", "patrol decision"]


@pytest.mark.parametrize("name", ["viewer.town", "warden.town", "chief.town", "walker"])
def test_other_roles_do_not_decide(client, bearer, doubted, name):
    wish = {"verdict": "valid", "note": "好"}

    answer = client.post(f"/api/v1/patrols/{doubted}/decision", json=wish, headers=bearer(name))

    assert answer.status_code == 403


def test_nobody_decides_on_a_patrol_of_their_own(client, bearer, doubted):
    wish = {"verdict": "valid", "note": "我走了"}

    answer = client.post(f"/api/v1/patrols/{doubted}/decision", json=wish, headers=bearer("own.office"))

    assert answer.status_code == 409


@pytest.mark.parametrize("name", ["office.town", "warden.town"])
def test_only_the_walker_answers(client, bearer, doubted, name):
    answer = client.post(f"/api/v1/patrols/{doubted}/answer", json={"note": "不是我"}, headers=bearer(name))

    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["office", "leader", "admin"])
def test_another_villages_patrol_is_not_there(client, bearer, doubted, role):
    wish = {"verdict": "valid", "note": "好"}

    decided = client.post(f"/api/v1/patrols/{doubted}/decision", json=wish, headers=bearer(f"{role}.a"))
    answered = client.post(f"/api/v1/patrols/{doubted}/answer", json={"note": "好"}, headers=bearer(f"{role}.a"))

    assert (decided.status_code, answered.status_code) == (404, 404)


@pytest.mark.parametrize(
    "wish",
    [{"verdict": "doubtful", "note": "好"}, {"verdict": "valid", "note": ""}, {"verdict": "valid", "note": " \n "},
     {"verdict": "valid"}, {"verdict": "valid", "note": "好", "account_id": 1}],
)  # fmt: skip
def test_a_decision_is_one_of_two_and_says_why(client, bearer, doubted, wish):
    answer = client.post(f"/api/v1/patrols/{doubted}/decision", json=wish, headers=bearer("office.town"))

    assert answer.status_code == 422


def test_nobody_signed_in_gets_nothing(client, doubted):
    answers = [
        client.get(f"/api/v1/patrols/{doubted}/verdict"),
        client.get("/api/v1/verdicts/waiting"),
        client.post(f"/api/v1/patrols/{doubted}/decision", json={"verdict": "valid", "note": "好"}),
        client.post(f"/api/v1/patrols/{doubted}/answer", json={"note": "好"}),
    ]

    assert [answer.status_code for answer in answers] == [401] * 4


def test_deciders_find_what_waits_in_their_region(client, bearer, doubted):
    client.post(
        f"/api/v1/patrols/{doubted}/decision",
        json={"verdict": "rejected", "note": "未到河边"},
        headers=bearer("office.town"),
    )
    before = client.get("/api/v1/verdicts/waiting", headers=bearer("office.town")).json()["items"]
    client.post(f"/api/v1/patrols/{doubted}/answer", json={"note": "到了"}, headers=bearer("walker"))

    after, elsewhere = (
        client.get("/api/v1/verdicts/waiting", headers=bearer(name)).json()["items"]
        for name in ("office.town", "office.a")
    )
    refused = client.get("/api/v1/verdicts/waiting", headers=bearer("viewer.town"))

    assert doubted not in [row["id"] for row in before]
    assert [row["reasons"] for row in after if row["id"] == doubted] == [["frozen", "repeated"]]
    assert elsewhere == []
    assert refused.status_code == 403
