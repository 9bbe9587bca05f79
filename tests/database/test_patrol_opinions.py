"""Verdicts in the database: the last decision counts, and nothing said is changed."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from geo.errors import Forbidden, InvalidInput, NotFound, Refused
from geo.models import Account, Audit, Patrol, PatrolCheck
from geo.services.accounts import CurrentAccount
from geo.services.verdicts import answer, decide, doubtful_page, verdict_of_patrol
from geo.store.scoping import Scope
from geo.types import RegionCode, Role
from tests.api.town import A, B, fill_town
from tests.files import TOWN

SCOPE = Scope.of(TOWN)


@pytest.fixture
def patrols(session, tmp_path):
    fill_town(session, tmp_path)
    return {patrol.number: patrol for patrol in session.scalars(select(Patrol))}


def account(session, role, person_id=None):
    row = Account(
        username=f"{role}{person_id}", display_name=str(role), password_hash="x", role=str(role), region_code=TOWN,
        person_id=person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return CurrentAccount(row.id, row.username, row.display_name, role, RegionCode(TOWN), "", person_id)


def doubt(session, patrol, verdict="doubtful"):
    session.merge(PatrolCheck(patrol_id=patrol.id, verdict=verdict, reasons=[{"reason": "too_fast", "median_kmh": 21}]))
    session.flush()


def test_a_patrol_that_nobody_doubts_is_valid(session, patrols):
    west = patrols["XH-WEST"]
    session.execute(text("DELETE FROM patrol_check"))

    found = verdict_of_patrol(session, SCOPE, west.id)

    assert (found["verdict"], found["reasons"], found["opinions"], found["waiting"]) == ("valid", [], [], False)


@pytest.mark.parametrize("checked", ["valid", "doubtful", "rejected"])
def test_the_last_decision_counts_whatever_the_machine_found(session, patrols, checked):
    west, office = patrols["XH-WEST"], account(session, Role.office)
    doubt(session, west, checked)

    before = verdict_of_patrol(session, SCOPE, west.id)["verdict"]
    first = decide(session, SCOPE, office, west.id, "rejected", "车速")["verdict"]
    last = decide(session, SCOPE, office, west.id, "valid", "是船")

    assert (before, first, last["verdict"]) == (checked, "rejected", "valid")
    assert last["checked_verdict"] == checked
    assert [(row["verdict"], row["note"], row["by"]) for row in last["opinions"]] == [
        ("rejected", "车速", "office"), ("valid", "是船", "office"),
    ]  # fmt: skip


def test_what_is_doubtful_waits_until_it_is_decided_and_again_when_it_is_answered(session, patrols):
    west, office = patrols["XH-WEST"], account(session, Role.office)
    walker = account(session, Role.chief, west.person_id)
    doubt(session, west)

    def waits():
        return west.id in [row["id"] for row in doubtful_page(session, SCOPE)[0]]

    seen = [waits()]
    answer(session, SCOPE, walker, west.id, "骑车去的")
    seen.append(waits())
    decide(session, SCOPE, office, west.id, "rejected", "规则要求步行")
    seen.append(waits())
    answer(session, SCOPE, walker, west.id, "后半程是步行")
    seen.append(waits())
    decide(session, SCOPE, office, west.id, "valid", "已看轨迹")
    seen.append(waits())

    assert seen == [True, True, False, True, False]


@pytest.mark.parametrize("statement", ["UPDATE patrol_opinion SET note = 'x'", "DELETE FROM patrol_opinion"])
def test_nothing_said_is_ever_changed(session, patrols, statement):
    decide(session, SCOPE, account(session, Role.office), patrols["XH-WEST"].id, "valid", "好")

    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement))


def test_each_opinion_is_in_the_record_of_what_was_done(session, patrols):
    west = patrols["XH-WEST"]
    office, walker = account(session, Role.office), account(session, Role.chief, west.person_id)
    doubt(session, west)

    decide(session, SCOPE, office, west.id, "rejected", "车速")
    answer(session, SCOPE, walker, west.id, "是船")

    rows = session.scalars(select(Audit).where(Audit.target == "XH-WEST").order_by(Audit.id)).all()
    assert [(row.action, row.account_id, row.region_code) for row in rows[-2:]] == [
        ("patrol decision", office.id, west.region_code), ("patrol answer", walker.id, west.region_code),
    ]  # fmt: skip
    assert {"verdict": "rejected", "before": "doubtful"}.items() <= rows[-2].facts.items()


def test_nobody_decides_on_a_patrol_of_their_own(session, patrols):
    west = patrols["XH-WEST"]

    with pytest.raises(Refused, match="of their own"):
        decide(session, SCOPE, account(session, Role.leader, west.person_id), west.id, "valid", "好")


def test_somebody_who_also_walks_decides_on_anothers(session, patrols):
    west, east = patrols["XH-WEST"], patrols["XH-EAST"]

    found = decide(session, SCOPE, account(session, Role.leader, east.person_id), west.id, "rejected", "不在河边")

    assert found["verdict"] == "rejected"


@pytest.mark.parametrize("role", [Role.viewer, Role.warden, Role.chief])
def test_roles_that_do_not_supervise_do_not_decide(session, patrols, role):
    with pytest.raises(Forbidden):
        decide(session, SCOPE, account(session, role), patrols["XH-WEST"].id, "valid", "好")


def test_only_who_walked_answers(session, patrols):
    west, east = patrols["XH-WEST"], patrols["XH-EAST"]
    doubt(session, west)

    for person in (None, east.person_id):
        with pytest.raises(Forbidden):
            answer(session, SCOPE, account(session, Role.office, person), west.id, "好")


def test_a_patrol_whose_walker_is_unknown_has_nobody_to_answer(session, patrols):
    west = patrols["XH-WEST"]
    west.person_id = None
    doubt(session, west)

    with pytest.raises(Forbidden):
        answer(session, SCOPE, account(session, Role.chief), west.id, "好")


def test_what_nobody_doubts_needs_no_answer(session, patrols):
    west = patrols["XH-WEST"]
    session.execute(text("DELETE FROM patrol_check"))

    with pytest.raises(Refused, match="nothing to answer"):
        answer(session, SCOPE, account(session, Role.chief, west.person_id), west.id, "好")


@pytest.mark.parametrize(("verdict", "note"), [("doubtful", "好"), ("", "好"), ("valid", "  "), ("valid", "长" * 2001)])
def test_a_decision_is_one_of_two_and_says_why(session, patrols, verdict, note):
    with pytest.raises(InvalidInput):
        decide(session, SCOPE, account(session, Role.office), patrols["XH-WEST"].id, verdict, note)


def test_outside_the_scope_there_is_no_patrol(session, patrols):
    office, east = account(session, Role.office), patrols["XH-EAST"]

    for act in (
        lambda: verdict_of_patrol(session, Scope.of(A), east.id),
        lambda: decide(session, Scope.of(A), office, east.id, "valid", "好"),
        lambda: answer(session, Scope.of(A), office, east.id, "好"),
    ):
        with pytest.raises(NotFound):
            act()
    doubt(session, east)
    assert east.id not in [row["id"] for row in doubtful_page(session, Scope.of(A))[0]]
    assert east.id in [row["id"] for row in doubtful_page(session, Scope.of(B))[0]]


def test_pages_of_what_waits_hold_everything_once(session, patrols):
    for patrol in patrols.values():
        doubt(session, patrol)

    first, following = doubtful_page(session, SCOPE, limit=1)
    second, end = doubtful_page(session, SCOPE, limit=1, after=following)

    assert {row["id"] for row in first + second} == {patrol.id for patrol in patrols.values()}
    assert end is None
