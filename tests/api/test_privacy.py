import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Account, Audit, Patrol, Person
from geo.services.accounts import create_account
from tests.api.conftest import PASSWORD
from tests.api.town import REPORTER, REPORTER_PHONE, A

SUPERVISORS, OTHERS = ("admin", "office", "leader"), ("warden", "chief", "viewer")


@pytest.mark.parametrize("role", ["admin", "office"])
def test_the_office_reads_who_reported(client, bearer, role):
    issue = client.get("/api/v1/issues/WEST-1", headers=bearer(f"{role}.town")).json()

    assert (issue["reporter"], issue["reporter_phone"]) == (REPORTER, REPORTER_PHONE)


def test_that_the_office_read_who_reported_is_recorded(client, bearer, site_session):
    def count() -> int:
        return len(site_session.scalars(select(Audit.id).where(Audit.action == "reporter view")).all())

    before = count()
    client.get("/api/v1/issues/WEST-1", headers=bearer("office.town"))
    client.get("/api/v1/issues/WEST-1", headers=bearer("viewer.town"))
    site_session.rollback()

    assert count() == before + 1


@pytest.mark.parametrize("role", ["leader", *OTHERS])
@pytest.mark.parametrize("url", ["/api/v1/issues/WEST-1", "/api/v1/issues", "/maps/issues"])
def test_nobody_else_reads_who_reported(client, bearer, role, url):
    text = client.get(url, headers=bearer(f"{role}.town")).text

    assert REPORTER not in text
    assert REPORTER_PHONE not in text


@pytest.mark.parametrize(("roles", "phone"), [(SUPERVISORS, "000-0002"), (OTHERS, "****")])
@pytest.mark.parametrize("more", ["", "?f=geojson"])
def test_numbers_are_for_supervisors(client, bearer, roles, phone, more):
    for role in roles:
        page = client.get(f"/api/v1/people{more}", headers=bearer(f"{role}.town")).json()
        people = page.get("items") or [each["properties"] for each in page["features"]]

        assert next(each["phone"] for each in people if each["code"] == "P2") == phone


@pytest.mark.parametrize("role", [*SUPERVISORS, *OTHERS])
def test_where_a_person_walked_is_for_supervisors(client, bearer, site_session, role):
    patrol = site_session.scalar(select(Patrol.id).where(Patrol.number == "XH-WEST"))

    answer = client.get(f"/api/v1/patrols/{patrol}", headers=bearer(f"{role}.a")).json()

    assert (answer["track"] is not None) == (role in SUPERVISORS)
    assert answer["stretches"][0]["reach"] == "R1"


def test_who_walked_sees_their_own_track(client, as_account, site_engine):
    with Session(site_engine) as session:
        walker = session.scalar(select(Person.id).where(Person.code == "P2"))
        patrol = session.scalar(select(Patrol.id).where(Patrol.number == "XH-WEST"))
        if session.scalar(select(Account).where(Account.username == "walker")) is None:
            create_account(
                session, username="walker", display_name="", password=PASSWORD, role="chief",
                region_code=A, person_id=walker,
            )  # fmt: skip
        session.commit()

    track = as_account("walker").get(f"/api/v1/patrols/{patrol}").json()["track"]

    assert track["type"] == "MultiLineString"
