from datetime import date

import pytest

from geo.errors import NotFound
from geo.services.coverage import stored_coverage
from geo.services.filters import Period
from geo.services.imports import import_file
from geo.services.patrols import patrol_detail, patrol_page
from geo.store.scoping import Scope
from tests.database.test_importing import load, walk
from tests.files import TOWN, write_town

YEAR = Period.year(2024)


@pytest.fixture(autouse=True)
def town(session, tmp_path):
    load(session, write_town(tmp_path))


def bring(session, path, **options):
    report = import_file(session, "tracks", walk(path, **options), town=TOWN, crs="EPSG:4490")
    assert report.stored
    return report


def test_a_walk_along_the_reach_covers_what_lies_beside_it(session, tmp_path):
    bring(session, tmp_path / "a.csv")

    found = stored_coverage(session, Scope.whole(), YEAR)

    west = found.reaches.set_index("code").loc["R1"]
    # From the start to 590 s at 1e-5° a second, and what the corridor reaches beyond from 11 m beside.
    assert west["covered_m"] == pytest.approx(0.59 * west["length_m"] + 27.9, abs=0.5)
    assert west["chief"] == "李二"
    assert found.total["patrols"] == 1


def test_a_reach_that_nobody_walked_has_no_stretch(session, tmp_path):
    bring(session, tmp_path / "a.csv")

    document = stored_coverage(session, Scope.whole(), YEAR).as_json()

    east = next(reach for reach in document["reaches"] if reach["id"] == "R2")
    assert east["stretches"] == []
    assert east["covered_m"] == 0
    assert east["gaps"] == [[0.0, pytest.approx(east["length_m"])]]


def test_two_walks_cover_their_union_and_the_later_day_stands(session, tmp_path):
    bring(session, tmp_path / "a.csv", number="A", day="2024-03-01")
    once = stored_coverage(session, Scope.whole(), YEAR).reaches["covered_m"].sum()
    bring(session, tmp_path / "b.csv", number="B", day="2024-09-01", lat=29.0052)

    twice = stored_coverage(session, Scope.whole(), YEAR)

    assert twice.reaches["covered_m"].sum() == pytest.approx(once, rel=1e-3)
    assert date(2024, 9, 1) in set(twice.stretches["last_walked"])


def test_a_walk_outside_the_period_does_not_count(session, tmp_path):
    bring(session, tmp_path / "a.csv", day="2023-12-31")

    assert stored_coverage(session, Scope.whole(), YEAR).total["patrols"] == 0


def test_a_walk_just_after_midnight_in_shanghai_belongs_to_the_new_year(session, tmp_path):
    bring(session, tmp_path / "a.csv", day="2024-01-01")
    inside = Period(date(2024, 1, 1), date(2024, 1, 1))

    assert stored_coverage(session, Scope.whole(), inside).total["patrols"] == 1


def test_another_village_is_not_seen(session, tmp_path):
    bring(session, tmp_path / "a.csv")
    east = Scope.of("500299108202")

    assert stored_coverage(session, east, YEAR).reaches["code"].tolist() == ["R2"]
    assert patrol_page(session, east, YEAR) == ([], None)


def test_a_patrol_opens_with_its_track_and_stretches_only_in_scope(session, tmp_path):
    bring(session, tmp_path / "a.csv")
    rows, _ = patrol_page(session, Scope.whole(), YEAR)

    detail = patrol_detail(session, Scope.whole(), rows[0]["id"])

    assert [stretch["reach"] for stretch in detail["stretches"]] == ["R1"]
    assert "MultiLineString" in detail["track"]
    with pytest.raises(NotFound):
        patrol_detail(session, Scope.of("500299108202"), rows[0]["id"])


def test_pages_of_patrols_follow_one_another_without_repeats(session, tmp_path):
    for position in range(5):
        bring(session, tmp_path / f"{position}.csv", number=f"N{position}", day=f"2024-05-0{position + 1}")

    seen, after = [], None
    while True:
        rows, after = patrol_page(session, Scope.whole(), YEAR, limit=2, after=after)
        seen += [row["number"] for row in rows]
        if after is None:
            break

    assert seen == ["N4", "N3", "N2", "N1", "N0"]
