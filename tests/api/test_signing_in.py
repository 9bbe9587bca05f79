import pytest

from tests.api.conftest import PASSWORD


def test_the_site_says_that_it_works(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_who_signs_in_is_known_afterwards(as_account):
    me = as_account("office.town").get("/api/v1/me").json()

    assert (me["username"], me["role"], me["region_name"]) == ("office.town", "office", "小河镇")


def test_nobody_is_asked_to_sign_in(client):
    answer = client.get("/api/v1/me")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize(("name", "password"), [("office.town", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_look_alike(client, name, password):
    answer = client.post("/api/v1/session", json={"username": name, "password": password})

    assert (answer.status_code, answer.json()["detail"]) == (401, "the username or the password is wrong")
