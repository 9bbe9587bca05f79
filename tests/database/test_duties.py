"""Rules and quotas are dated data: changed from a day on, old days keep theirs, every change is recorded."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from geo.errors import InvalidInput, NotFound
from geo.models import Audit
from geo.services.coverage import stored_coverage
from geo.services.filters import Period
from geo.services.imports import import_file
from geo.services.patrols import PatrolFilter, patrol_page
from geo.services.periods import newest_period
from geo.services.quotas import end_quota, list_quotas, set_quota
from geo.services.rates import GROUPINGS, rates
from geo.services.rule_changes import end_rule, set_rule
from geo.services.rules import RuleBook, list_rules
from geo.store.scoping import Scope
from tests.database.test_importing import load
from tests.files import TOWN, write_table, write_town

YEAR = Period.year(2024)
WEST, EAST = "500299108201", "500299108202"
COUNTY = "500299000000"
SPRING, SUMMER = date(2024, 3, 1), date(2024, 6, 1)


@pytest.fixture(autouse=True)
def town(session, tmp_path):
    load(session, write_town(tmp_path))


def walk(path, number="X1", day="2024-05-01", reach="R1", person="P2", lat=29.0051, start_of=None):
    """Write ten minutes along a reach, with the noise of a phone: nobody takes the same steps twice."""
    noise = np.random.default_rng(int(day.replace("-", ""))).normal(0, 2e-6, (60, 2))
    west = 107.0 if (start_of or reach) == "R1" else 107.01
    rows = [
        f"{number},{person},{reach},{day} 09:{k // 6:02d}:{k % 6 * 10:02d},"
        f"{west + k * 1e-4 + noise[k, 0]:.6f},{lat + noise[k, 1]:.6f},{5 + k % 3}"
        for k in range(60)
    ]
    return write_table(path, "巡查编号,巡查人,河段编码,时间,经度,纬度,精度", *rows)


def bring(session, path, **options):
    assert import_file(session, "tracks", walk(path, **options), town=TOWN, crs="EPSG:4490").stored


def rule(session, region=TOWN, level=None, since=SPRING, until=None, **values):
    return set_rule(
        session, Scope.whole(), region_code=region, level=level, valid_from=since, valid_to=until, values=values
    )


def quota(session, times=2, per="month", since=date(2024, 1, 1)):
    return set_quota(session, Scope.whole(), reach="R1", times=times, per=per, valid_from=since)


def minutes(session, region, level, day):
    return RuleBook.load(session).rule(region, level, day).min_minutes


def test_the_narrowest_region_wins_and_then_the_level(session):
    rule(session, COUNTY, min_minutes=1)
    rule(session, TOWN, min_minutes=2)
    rule(session, TOWN, "village", min_minutes=3)
    rule(session, WEST, min_minutes=4)

    found = [minutes(session, region, level, SUMMER) for region, level in
             ((EAST, "town"), (EAST, "village"), (WEST, "village"), ("500299109000", "town"))]  # fmt: skip

    assert found == [2, 3, 4, 1]


def test_days_before_a_rule_keep_theirs(session):
    rule(session, since=SPRING, min_minutes=5)
    rule(session, since=SUMMER, min_minutes=30)

    found = [minutes(session, TOWN, "town", day) for day in (date(2024, 2, 1), date(2024, 5, 31), SUMMER)]

    assert found == [0, 5, 30]
    assert [str(row["valid_to"]) for row in list_rules(session, Scope.whole())] == ["2024-05-31", "None"]


def test_what_is_not_given_is_taken_from_the_rule_before(session):
    rule(session, since=SPRING, min_minutes=5, corridor_m=50.0)

    later = rule(session, since=SUMMER, min_minutes=30)

    assert (later["min_minutes"], later["corridor_m"]) == (30, 50)


def test_a_rule_that_would_be_cut_by_a_later_one_says_so(session):
    rule(session, since=SUMMER, min_minutes=30)

    with pytest.raises(InvalidInput, match="2024-06-01"):
        rule(session, since=SPRING, min_minutes=5)
    rule(session, since=SPRING, until=date(2024, 5, 31), min_minutes=5)

    assert minutes(session, TOWN, "town", date(2024, 5, 31)) == 5


def test_after_a_rule_for_some_days_the_one_before_goes_on(session):
    rule(session, since=SPRING, min_minutes=5)
    rule(session, since=date(2024, 5, 1), until=date(2024, 5, 31), min_minutes=30)

    days = (date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 31), SUMMER)

    assert [minutes(session, TOWN, "town", day) for day in days] == [5, 30, 30, 5]


def test_a_rule_that_is_mended_for_some_days_only_goes_on_as_it_was(session):
    rule(session, since=SPRING, min_minutes=5)
    rule(session, since=SPRING, until=date(2024, 5, 31), min_minutes=30)

    assert [minutes(session, TOWN, "town", day) for day in (SPRING, SUMMER)] == [30, 5]


def test_a_rule_can_be_mended_on_its_own_first_day(session):
    rule(session, since=SPRING, min_minutes=5)
    rule(session, since=SPRING, min_minutes=6)

    assert [row["min_minutes"] for row in list_rules(session, Scope.whole())] == [6]


def test_after_a_rules_end_that_of_the_wider_region_holds(session):
    rule(session, COUNTY, min_minutes=1)
    made = rule(session, TOWN, min_minutes=2)

    end_rule(session, Scope.of(TOWN), made["id"], date(2024, 4, 30))

    assert [minutes(session, TOWN, "town", day) for day in (date(2024, 4, 30), date(2024, 5, 1))] == [2, 1]


def test_another_corridor_reads_the_patrols_of_its_days_again(session, tmp_path):
    bring(session, tmp_path / "a.csv", number="OLD", day="2024-05-01")
    bring(session, tmp_path / "b.csv", number="NEW", day="2024-07-01", lat=29.0052)
    before = stored_coverage(session, Scope.whole(), Period(date(2024, 5, 1), date(2024, 5, 31))).as_json()

    made = rule(session, since=SUMMER, corridor_m=5.0)
    old = stored_coverage(session, Scope.whole(), Period(date(2024, 5, 1), date(2024, 5, 31))).as_json()
    new = stored_coverage(session, Scope.of(TOWN), Period(date(2024, 7, 1), date(2024, 7, 31))).as_json()

    assert made["reread"] == 1
    assert old == before
    assert (new["corridor_m"], sum(reach["covered_m"] for reach in new["reaches"])) == (5, 0)


def test_a_threshold_alone_reads_nothing_again(session, tmp_path):
    bring(session, tmp_path / "a.csv")

    assert rule(session, min_minutes=5)["reread"] == 0


def test_a_village_cannot_set_the_towns_rule(session):
    with pytest.raises(NotFound):
        set_rule(session, Scope.of(WEST), region_code=TOWN, level=None, valid_from=SPRING, values={})


def test_a_village_cannot_end_the_towns_rule(session):
    made = rule(session)

    with pytest.raises(NotFound):
        end_rule(session, Scope.of(WEST), made["id"], SUMMER)


def test_every_change_is_recorded_with_before_and_after(session):
    rule(session, min_minutes=5)
    made = quota(session)
    end_quota(session, Scope.whole(), made["id"], date(2024, 9, 30))

    noted = {row.action: row.facts for row in session.scalars(select(Audit).where(Audit.action.not_like("import%")))}

    assert noted["rule set"]["before"]["min_minutes"] == 0
    assert noted["rule set"]["after"]["min_minutes"] == 5
    assert noted["quota set"]["times"] == 2
    assert noted["quota end"]["last_day"] == "2024-09-30"


def test_the_database_refuses_two_rules_for_one_day(session):
    rule(session)

    with pytest.raises(IntegrityError, match="ex_patrol_rule_one_a_day"):
        session.execute(
            text(
                "INSERT INTO patrol_rule (region_code, valid, min_minutes, min_distance_m, min_hours_since_last,"
                " months, corridor_m, min_stretch_m, max_speed_kmh, max_gap_s, max_gap_m, max_accuracy_m)"
                " SELECT region_code, '[2024-06-01,)', 0, 0, 0, months, 30, 0, 60, 120, 200, 50 FROM patrol_rule"
            )
        )


def test_a_changed_quota_holds_from_its_day_on(session):
    quota(session, times=1)
    quota(session, times=4, since=date(2024, 7, 1))

    planned = rates(session, Scope.whole(), YEAR).total["planned"]

    assert planned == 6 * 1 + 6 * 4
    assert [(row["times"], str(row["valid_to"])) for row in list_quotas(session, Scope.whole())] == [
        (1, "2024-06-30"), (4, "None"),
    ]  # fmt: skip


def test_nobody_leads_nobody_owes(session):
    with pytest.raises(NotFound, match="nobody leads"):
        set_quota(session, Scope.whole(), reach="R2", times=1, per="month", valid_from=SPRING)


def test_a_patrol_below_the_rule_of_its_day_does_not_count_and_says_why(session, tmp_path):
    quota(session, times=1)
    rule(session, since=SUMMER, min_minutes=30)
    bring(session, tmp_path / "a.csv", number="OLD", day="2024-05-01")
    bring(session, tmp_path / "b.csv", number="NEW", day="2024-07-01", lat=29.0052)

    rows, _ = patrol_page(session, Scope.whole(), YEAR)
    total = rates(session, Scope.whole(), YEAR).total

    assert [(row["number"], row["state"], row["reasons"]) for row in rows] == [
        ("NEW", "short", ("minutes",)), ("OLD", "valid", ()),
    ]  # fmt: skip
    assert (total["patrols"], total["valid"], total["planned"], total["rate"]) == (2, 1, 12, 1 / 12)


def test_a_doubtful_record_neither_counts_nor_covers_until_somebody_decides(session, tmp_path):
    bring(session, tmp_path / "a.csv")
    patrol = patrol_page(session, Scope.whole(), YEAR)[0][0]["id"]
    session.execute(text("DELETE FROM patrol_check"))
    session.execute(text("INSERT INTO patrol_check (patrol_id, verdict) VALUES (:id, 'doubtful')"), {"id": patrol})

    waiting = stored_coverage(session, Scope.whole(), YEAR)
    session.execute(
        text("INSERT INTO patrol_opinion (patrol_id, kind, verdict, note) VALUES (:id, 'decision', 'valid', 'seen')"),
        {"id": patrol},
    )
    decided = stored_coverage(session, Scope.whole(), YEAR)

    assert (waiting.rates[0]["patrols"], waiting.rates[0]["valid"], waiting.reaches["covered_m"].sum()) == (1, 0, 0)
    assert decided.rates[0]["valid"] == 1
    assert decided.reaches["covered_m"].sum() > 500


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("definition", ["count", "days"])
def test_groups_add_up_to_the_total(session, tmp_path, by, definition):
    quota(session, times=3, per="quarter")
    for k, (reach, person) in enumerate((("R1", "P2"), ("R1", "P2"), ("R2", "P4"))):
        bring(session, tmp_path / f"{k}.csv", number=str(k), day=f"2024-0{k + 2}-05", reach=reach, person=person)

    found = rates(session, Scope.whole(), YEAR, by=by, definition=definition)

    for name in ("patrols", "valid", "done"):
        assert found.table[name].sum() == found.total[name], name
    assert found.table["planned"].dropna().sum() == found.total["planned"] == 12
    assert found.table["hours"].sum() == pytest.approx(found.total["hours"])


def test_a_figure_opens_the_patrols_behind_it(session, tmp_path):
    for k, (reach, person) in enumerate((("R1", "P2"), ("R2", "P4"))):
        bring(session, tmp_path / f"{k}.csv", number=str(k), day=f"2024-0{k + 2}-05", reach=reach, person=person)

    for by, name in (("post", "post"), ("river", "river"), ("reach", "reach"), ("level", "level")):
        for row in rates(session, Scope.whole(), YEAR, by=by).table.to_dict("records"):
            rows, _ = patrol_page(session, Scope.whole(), YEAR, PatrolFilter(**{name: row[by]}))
            assert len(rows) == row["patrols"], (by, row[by])


def test_a_rejected_record_makes_no_period_and_no_hours(session, tmp_path):
    bring(session, tmp_path / "a.csv")
    before = rates(session, Scope.whole(), newest_period(session, Scope.whole(), of="patrols")).total
    bring(session, tmp_path / "b.csv", number="FUTURE", day="2124-05-01", lat=29.0052)
    bring(session, tmp_path / "c.csv", number="ELSEWHERE", day="2024-06-01", reach="R2", start_of="R1", lat=29.0056)

    found = rates(session, Scope.whole(), newest_period(session, Scope.whole(), of="patrols"))

    assert found.period == YEAR
    assert (found.total["patrols"], found.total["doubtful"]) == (2, 1)
    assert (found.total["hours"], found.total["km"]) == (before["hours"], before["km"])


def test_a_village_sees_the_rates_of_its_own_patrols(session, tmp_path):
    bring(session, tmp_path / "a.csv")

    assert rates(session, Scope.of(EAST), YEAR).total["patrols"] == 0
    assert rates(session, Scope.of(WEST), YEAR).total["patrols"] == 1
