"""Coverage over time over HTTP."""

import pytest

URL = "/api/v1/walks"


def test_the_figures_of_every_reach_are_told(client, bearer):
    document = client.get(URL, headers=bearer("office.town")).json()

    west = next(reach for reach in document["reaches"] if reach["id"] == "R1")
    assert document["period"] == ["2024-01-01", "2024-12-31"]
    assert west["times_m"] == [pytest.approx(west["covered_m"])]
    assert west["recency"][0][2] == west["oldest"] == west["newest"] == "2024-03-01"
    assert west["half_m"] is None
    assert west["next"]["start"] == pytest.approx([107.0, 29.005], abs=0.01)


def test_half_and_double_the_corridor_are_computed_when_asked(client, bearer):
    document = client.get(f"{URL}?corridors=true&reach=R1", headers=bearer("office.town")).json()

    (west,) = document["reaches"]
    assert west["half_m"] < west["covered_m"] < west["double_m"]
    assert document["levels"][0]["half_m"] == west["half_m"]


def test_geojson_has_a_line_for_each_stretch_and_gap(client, bearer):
    answer = client.get(f"{URL}?f=geojson&reach=R1", headers=bearer("office.town"))

    features = answer.json()["features"]
    days = [feature["properties"]["last_walked"] for feature in features]
    assert answer.headers["content-type"] == "application/geo+json"
    assert days == [None, "2024-03-01", None]
    assert {feature["geometry"]["type"] for feature in features} == {"LineString"}
    ends = [feature["properties"]["end_m"] for feature in features]
    assert [feature["properties"]["start_m"] for feature in features] == [0.0, *ends[:-1]]


def test_the_reason_is_told_in_the_language_of_the_asker(client, bearer):
    chinese = client.get(f"{URL}?lang=zh", headers=bearer("office.town")).json()
    english = client.get(f"{URL}?lang=en", headers=bearer("office.town")).json()

    assert "未巡查" in chinese["reaches"][0]["next"]["why"]
    assert "walked" in english["reaches"][0]["next"]["why"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("reach=R9", 404),
        ("as_of=2023-01-01&from=2024-01-01&to=2024-12-31", 422),
        ("older_than_days=-1", 422),
        ("min_gap_m=nan", 422),
        ("longest_m=0", 422),
        ("level=ocean", 422),
    ],
)
def test_what_cannot_be_is_refused(client, bearer, query, status):
    assert client.get(f"{URL}?{query}", headers=bearer("office.town")).status_code == status


@pytest.mark.parametrize("kind", ["recency", "gaps"])
def test_the_maps_with_a_slider_are_served(client, bearer, kind):
    page = client.get(f"/maps/{kind}?on=2024-06-30", headers=bearer("office.town"))

    assert page.status_code == 200
    assert 'id="wg-day"' in page.text
    assert 'src="/static/vendor/leaflet/dist/leaflet.js' in page.text
    assert client.get(f"/maps/{kind}").status_code == 401
