"""Coverage over time of what is stored, on the town of two villages and a river of 1.9 km."""

import json
from datetime import date

import numpy as np
import pytest

from geo.errors import InvalidInput, NotFound
from geo.models import PatrolCheck
from geo.services.coverage import stored_coverage
from geo.services.filters import Period
from geo.services.imports import import_file
from geo.services.sensitivity import covered_with
from geo.services.walks import coverage_over_time, daily_walks
from geo.store.scoping import Scope
from tests.database.test_importing import load
from tests.files import TOWN, write_table, write_town

YEAR = Period.year(2024)
EAST = Scope.of("500299108202")


@pytest.fixture(autouse=True)
def town(session, tmp_path):
    load(session, write_town(tmp_path))


@pytest.fixture
def stroll(session, tmp_path):
    """Return what brings a patrol along the river from one share of the western reach to another."""
    number = iter(range(1, 100))

    def walked(day: str, first: float, last: float, lat: float = 29.0051, detours=()) -> None:
        steps = max(int(abs(last - first) * 100), 1)
        walk = next(number)
        name = f"P{walk}"
        # Nobody walks evenly, nor is on two walks at once, nor is a fix ever as exact as the last: that were doubtful.
        random = np.random.default_rng(walk)
        paces = np.append(0, np.cumsum(random.uniform(0.4, 1.6, steps)))
        rows = []
        for n, share in enumerate(first + (last - first) * paces / paces[-1]):
            aside = next((other for begin, end, other in detours if begin < share < end), lat)
            time = f"{day} {6 + walk % 8 * 2 + n // 360:02d}:{n // 6 % 60:02d}:{n % 6 * 10:02d}"
            place = f"{107 + share * 0.01:.7f},{aside + random.normal(0, 8e-6):.7f}"
            rows.append(f"{name},P2,R1,{time},{place},{random.uniform(4, 9):.1f}")
        file = write_table(tmp_path / f"{name}.csv", "巡查编号,巡查人,河段编码,时间,经度,纬度,精度", *rows)
        assert import_file(session, "tracks", file, town=TOWN, crs="EPSG:4490").stored

    return walked


def west(found):
    return found.histories[found.reaches["code"].tolist().index("R1")]


def east(found):
    return found.histories[found.reaches["code"].tolist().index("R2")]


def test_metres_covered_by_two_patrols_are_told_apart(session, stroll):
    stroll("2024-03-01", 0.0, 0.6)
    stroll("2024-03-01", 0.3, 0.9)
    stroll("2024-04-01", 0.5, 0.58)

    history = west(coverage_over_time(session, Scope.whole(), YEAR))

    # Beyond each end the corridor reaches some 28 m.
    assert history.times_m == pytest.approx([905, 349, 134], abs=6)
    assert history.days_m == pytest.approx([905, 134], abs=6)
    assert [times for *_, times in history.times] == [1, 2, 3, 2, 1]


def test_the_last_days_are_those_of_the_coverage(session, stroll):
    stroll("2024-03-01", 0.0, 0.6)
    stroll("2024-05-01", 0.3, 0.9)

    found = coverage_over_time(session, Scope.whole(), YEAR)
    coverage = stored_coverage(session, Scope.whole(), YEAR)

    assert found.frame("recency").values.tolist() == coverage.stretches.values.tolist()
    assert found.reaches["covered_m"].tolist() == pytest.approx(coverage.reaches["covered_m"].tolist())
    assert (west(found).oldest, west(found).newest) == (date(2024, 3, 1), date(2024, 5, 1))


def test_a_walk_after_the_day_asked_for_is_not_known_yet(session, stroll):
    stroll("2024-03-01", 0.0, 0.3)
    stroll("2024-09-01", 0.0, 1.0)

    found = coverage_over_time(session, Scope.whole(), YEAR, as_of=date(2024, 4, 15))

    assert west(found).newest == date(2024, 3, 1)
    assert [row[2] for row in west(found).stale] == [date(2024, 3, 1), None]
    assert west(found).stale_m == pytest.approx(west(found).covered_m)


def test_only_gaps_longer_than_asked_for_are_listed(session, stroll):
    stroll("2024-03-01", 0.0, 0.4)
    stroll("2024-03-02", 0.6, 1.0)

    every = coverage_over_time(session, Scope.whole(), YEAR)
    long = coverage_over_time(session, Scope.whole(), YEAR, min_gap_m=500)

    assert [end - start for start, end in west(every).gaps] == pytest.approx([139], abs=5)
    assert west(long).gaps == []
    assert long.frame("gaps")["id"].tolist() == [long.reaches.set_index("code").loc["R2", "id"]]


def test_a_reach_that_nobody_walked_is_suggested_before_one_walked_lately(session, stroll):
    stroll("2024-03-01", 0.0, 1.0)

    found = coverage_over_time(session, Scope.whole(), YEAR, as_of=date(2024, 3, 31), longest_m=400)
    of_west, of_east = (found.suggestions[found.reaches["code"].tolist().index(code)] for code in ("R1", "R2"))

    assert (of_east["start_m"], of_east["end_m"], round(of_east["never_m"])) == (
        pytest.approx(28, abs=1),
        pytest.approx(428, abs=1),
        400,
    )
    assert of_east["start"] == pytest.approx([107.01, 29.005], abs=5e-4)
    assert of_east["why"] == "nobody walked it since 2024-01-01"
    assert "30 days ago" in of_west["why"]


def test_each_chief_has_one_stalest_reach(session, stroll):
    stroll("2024-03-01", 0.0, 0.5)

    found = coverage_over_time(session, Scope.whole(), YEAR)

    marked = [(chief, one["of_chief"]) for chief, one in zip(found.reaches["chief"], found.suggestions, strict=True)]
    assert sum(first for _, first in marked) == len({chief for chief, _ in marked})


def test_half_the_corridor_covers_no_more_and_double_no_less(session, stroll):
    # 22 m beside: outside half the corridor of 30 m; and 44 m beside: inside the double.
    stroll("2024-03-01", 0.1, 0.9, detours=[(0.3, 0.4, 29.0052), (0.6, 0.7, 29.0054)])

    found = coverage_over_time(session, Scope.whole(), YEAR).reaches.set_index("code").loc["R1"]

    tenth_m = 0.1 * found["length_m"]
    assert found["half_m"] == pytest.approx(6 * tenth_m, abs=45)
    assert found["covered_m"] == pytest.approx(7 * tenth_m + 56, abs=45)
    assert found["double_m"] == pytest.approx(8 * tenth_m + 118, abs=15)


def test_the_corridor_once_more_is_what_is_stored(session, stroll):
    stroll("2024-03-01", 0.2, 0.4)
    stroll("2024-03-02", 0.3, 0.6, lat=29.0052)
    found = coverage_over_time(session, Scope.whole(), YEAR, corridors=False)

    again = covered_with(session, found.reaches, YEAR, (1.0,))

    assert again[1.0].tolist() == pytest.approx(found.reaches["covered_m"].tolist(), abs=1e-6)
    assert found.reaches["half_m"].isna().all()


def test_a_doubtful_patrol_covers_nothing_with_any_corridor(session, stroll):
    stroll("2024-03-01", 0.0, 0.5)
    _, walks = daily_walks(session, Scope.whole(), YEAR)
    patrol = int(walks["patrol"].iloc[0])
    session.merge(PatrolCheck(patrol_id=patrol, verdict="doubtful", reasons=[]))
    session.flush()

    found = coverage_over_time(session, Scope.whole(), YEAR)

    assert found.reaches[["covered_m", "half_m", "double_m"]].to_numpy().tolist() == [[0, 0, 0]] * 2


def test_seasons_are_told_for_each_reach_and_level(session, stroll):
    stroll("2024-03-01", 0.0, 0.5)
    stroll("2024-07-01", 0.0, 0.2)

    document = coverage_over_time(session, Scope.whole(), YEAR).as_json()

    seasons = document["reaches"][0]["seasons_m"]
    assert [name for name, metres in seasons.items() if metres] == ["spring", "summer", "wet", "dry"]
    assert document["levels"][0]["seasons_m"]["spring"] == pytest.approx(document["levels"][0]["covered_m"])


def test_the_document_is_json_with_days_as_text(session, stroll):
    stroll("2024-03-01", 0.0, 0.5)

    document = json.loads(json.dumps(coverage_over_time(session, Scope.whole(), YEAR).as_json(), allow_nan=False))

    west = document["reaches"][0]
    assert west["id"] == "R1"
    assert west["recency"] == [[0, pytest.approx(515, abs=5), "2024-03-01"]]
    assert west["stale"][-1][2] is None
    assert west["intervals"][-1][2:] == ["2024-01-01", "2024-12-31"]
    assert document["levels"][0]["reaches"] == 2


def test_another_village_is_not_seen(session, stroll):
    stroll("2024-03-01", 0.0, 1.0)

    found = coverage_over_time(session, EAST, YEAR)

    assert found.reaches["code"].tolist() == ["R2"]
    with pytest.raises(NotFound, match="no reach R1"):
        coverage_over_time(session, EAST, YEAR, reach="R1")


def test_one_reach_can_be_asked_for(session, stroll):
    stroll("2024-03-01", 0.0, 1.0)

    found = coverage_over_time(session, Scope.whole(), YEAR, reach="R1")

    assert found.reaches["code"].tolist() == ["R1"]
    assert found.histories[0].covered_m > 900


def test_a_level_without_reaches_has_no_figures(session):
    found = coverage_over_time(session, Scope.whole(), YEAR, level="county")

    assert found.as_json()["reaches"] == found.levels() == []
    assert found.frame("gaps").empty


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"as_of": date(2023, 12, 31)}, "before the period begins"),
        ({"older_than_days": -1}, "not be negative"),
        ({"min_gap_m": float("nan")}, "not be negative"),
        ({"longest_m": 0}, "above 0"),
    ],
)
def test_what_cannot_be_is_refused(session, options, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        coverage_over_time(session, Scope.whole(), YEAR, **options)
