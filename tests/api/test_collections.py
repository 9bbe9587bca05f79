import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

GEOJSON = {"Accept": "application/geo+json"}
PLACED = ("regions", "cells", "rivers", "reaches", "zones", "sites", "issues")
COLLECTIONS = (*PLACED, "people", "responsibilities", "patrols")


def walk(client, header, url: str) -> list[dict]:
    items, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{url}?limit=1" + (f"&cursor={cursor}" if cursor else ""), headers=header).json()
        items += page["items"]
        cursor = page["next"]
    return items


@pytest.mark.parametrize("name", COLLECTIONS)
def test_pages_of_one_add_up_to_the_whole(client, bearer, name):
    header, url = bearer("office.town"), f"/api/v1/{name}"

    whole = client.get(url, headers=header).json()

    assert whole["next"] is None
    assert len(whole["items"]) > 0
    assert walk(client, header, url) == whole["items"]


@pytest.mark.parametrize("name", [*PLACED, "coverage"])
def test_geojson_by_header_and_by_parameter_is_the_same(client, bearer, name):
    by_header = client.get(f"/api/v1/{name}", headers=bearer("office.town") | GEOJSON)
    by_parameter = client.get(f"/api/v1/{name}?f=geojson", headers=bearer("office.town"))

    document = by_header.json()
    assert by_header.content == by_parameter.content
    assert by_header.headers["content-type"] == "application/geo+json"
    assert document["type"] == "FeatureCollection"
    assert {each["type"] for each in document["features"]} == {"Feature"}
    assert any(each["geometry"] for each in document["features"])


def test_the_next_page_is_linked_with_the_filters(client, bearer):
    header = bearer("office.town")
    first = client.get("/api/v1/issues?limit=1&category=straw_burning", headers=header)

    link = re.fullmatch(r'<(.*)>; rel="next"', first.headers["link"])[1]

    assert "category=straw_burning" in unquote(link)
    assert client.get(link, headers=header).json()["items"] != first.json()["items"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("issues?bbox=107.01,29,107.02,29.01", ["EAST-1"]),
        ("issues?q=EAST", ["EAST-1"]),
        ("issues?region=500299108202", ["EAST-1"]),
        ("issues?state=closed", []),
        ("issues?state=closed&state=rectifying&bbox=107.01,29,107.02,29.01", ["EAST-1"]),
        ("issues?from=2024-03-02&to=2024-03-02", ["WEST-2/甲"]),
        ("issues?overdue=false", []),
        ("issues?category=&state=&overdue=&from=&to=&bbox=&q=&region=", ["WEST-2/甲", "EAST-1", "WEST-1"]),
    ],
)
def test_filters_restrict(client, bearer, url, found):
    page = client.get(f"/api/v1/{url}", headers=bearer("office.town")).json()

    assert [each["number"] for each in page["items"]] == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sites?bbox=107.01,29,107.02,29.01", ["S-EAST"]),
        ("sites?kind=mine", []),
        ("reaches?code=R1", ["R1"]),
        ("cells?level=town", ["T"]),
        ("people?q=李", ["P2"]),
        ("zones?zone_class=1&region=500299108201", ["Z-WEST"]),
        ("cells?q=%25", []),
    ],
)
def test_records_are_looked_up(client, bearer, url, found):
    page = client.get(f"/api/v1/{url}", headers=bearer("office.town")).json()

    assert [each["code"] for each in page["items"]] == found


def test_a_cell_names_who_holds_it_on_a_day(client, bearer):
    def lead(on: str) -> str:
        page = client.get(f"/api/v1/cells?level=group&on={on}&q=G1", headers=bearer("office.town")).json()
        return page["items"][0]["lead"]

    assert (lead("2024-06-30"), lead("2024-07-01")) == ("张三", "赵四")


def test_the_last_day_of_a_responsibility_is_included(client, bearer):
    url = "/api/v1/responsibilities?on=2024-06-30&target_kind=cell&role=lead"

    duties = client.get(url, headers=bearer("office.town")).json()["items"]

    assert next(each["valid_to"] for each in duties if each["person"] == "P3") == "2024-06-30"


def test_a_number_with_a_slash_is_found(client, bearer):
    issue = client.get("/api/v1/issues/WEST-2%2F甲", headers=bearer("office.town")).json()

    assert issue["description"] == "西边又烧"
    assert issue["events"]


def test_the_documents_are_those_of_the_commands(client, bearer):
    coverage = client.get("/api/v1/coverage", headers=bearer("office.town")).json()
    chain = client.get("/api/v1/responsible?lon=107.005&lat=29.005&on=2024-06-01", headers=bearer("office.town")).json()

    assert [reach["id"] for reach in coverage["reaches"]] == ["R1", "R2"]
    assert coverage["total"]["patrols"] == 2
    assert [link["cell"] for link in chain["chain"]] == ["G1", "V1", "T"]
    assert chain["status"] == "assigned"


def test_a_map_is_whole_and_its_scripts_are_allowed(client, bearer):
    answer = client.get("/maps/issues?lang=zh", headers=bearer("office.town"))

    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1]
    # A block of data is not run, so it needs no leave.
    scripts = [each for each in re.findall(r"<script[^>]*>", answer.text) if 'type="application/json"' not in each]
    assert scripts
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert "/issues/WEST-2%2F%E7%94%B2" in answer.text
    for address in re.findall(r'(?:src|href)="(/static/vendor/[^"]+)"', answer.text):
        assert client.get(address).status_code == 200


def test_every_answer_is_guarded(client, bearer):
    for url in ("/healthz", "/docs", "/nothing", "/api/v1/me", "/static/vendor/leaflet/dist/leaflet.js"):
        headers = client.get(url).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "object-src 'none'" in headers["content-security-policy"]


def test_a_nonce_is_used_once(client):
    policies = {client.get("/healthz").headers["content-security-policy"] for _ in range(5)}

    assert len(policies) == 5


def test_the_description_is_shown_from_here(client):
    page = client.get("/docs").text

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(client.get(address).status_code == 200 for address in addresses)
    assert json.loads(client.get("/openapi.json").text)["paths"]


@pytest.mark.parametrize(
    "path",
    [
        "vendor/leaflet/package.json.bak", "vendor/../pyproject.toml", "vendor/leaflet/..%2f..%2f..%2fpyproject.toml",
        "vendor/@tabler/icons/package.json", "vendor/leaflet/README.md", "vendor/leaflet/%00.js",
    ],
)  # fmt: skip
def test_only_the_listed_files_are_served(client, path):
    assert client.get(f"/static/{path}").status_code == 404


def test_two_people_ask_at_once(app, bearer):
    headers = [bearer("office.town"), bearer("office.a")] * 8

    with TestClient(app) as client, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda header: client.get("/api/v1/issues", headers=header), headers))

    assert [len(answer.json()["items"]) for answer in answers] == [3, 2] * 8
