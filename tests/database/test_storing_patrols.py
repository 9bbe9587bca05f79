"""Patrols on their way into the tables: one outing once, by the rule of its day, with what is doubtful."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from geo.models import CoveredStretch, Patrol, PatrolCheck, PatrolOpinion, Track
from geo.readers import Kind, Reading
from geo.services import imports
from geo.services.filters import Period
from geo.services.imports import import_file
from geo.services.recomputing import recompute
from geo.services.rule_changes import set_rule
from geo.store.scoping import Scope
from tests.database.test_importing import load, walk
from tests.files import TOWN, write_table, write_town

HEADER = "巡查编号,巡查人,河段编码,时间,经度,纬度,精度"


@pytest.fixture(autouse=True)
def town(session, tmp_path):
    load(session, write_town(tmp_path))


def bring(session, path, **options):
    return import_file(session, "tracks", path, town=TOWN, crs="EPSG:4490", **options)


def stroll(path, *, number="A", person="P2", reach="R1", start="2024-05-01 09:00", every=1, digits=7, seed=1):
    """Sixty fixes, ten seconds apart, with a phone's noise that `seed` tells."""
    noise = np.random.default_rng(seed).normal(0, 3e-5, (60, 2))
    moments = pd.date_range(start, periods=60, freq="10s")
    rows = [
        f"{number},{person},{reach},{moment},{107 + n * 1e-4 + noise[n, 0]:.{digits}f},"
        f"{29.0051 + noise[n, 1]:.{digits}f},{4 + n % 7}"
        for n, moment in enumerate(moments)
    ]
    return write_table(path, HEADER, *rows[::every])


def reasons(session, number):
    found = session.scalar(select(PatrolCheck.reasons).join(Patrol).where(Patrol.number == number))
    return [each["reason"] for each in found]


def verdict(session, number):
    return session.scalar(select(PatrolCheck.verdict).join(Patrol).where(Patrol.number == number))


def test_an_ordinary_walk_is_valid(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv"))

    assert (verdict(session, "A"), reasons(session, "A")) == ("valid", [])


@pytest.mark.parametrize(
    "again",
    [{"digits": 5}, {"every": 3}, {"start": "2024-05-01 01:00"}, {"start": "2024-05-01 09:02"}],
    ids=["rounded", "thinned", "time zone", "clock"],
)
def test_an_outing_recorded_otherwise_is_there_already(session, tmp_path, again):
    bring(session, stroll(tmp_path / "a.csv"))

    report = bring(session, stroll(tmp_path / "b.csv", number="B", **again))

    assert (report.added, report.unchanged, len(report.warnings)) == (0, 1, 1)
    assert "already" in report.warnings[0]


def test_a_shifted_clock_is_told_by_its_minutes(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv"))

    report = bring(session, stroll(tmp_path / "b.csv", number="B", start="2024-05-01 17:00"))

    assert "+480" in report.warnings[0]


def test_the_same_points_on_another_day_are_stored_and_rejected(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv"))

    report = bring(session, stroll(tmp_path / "b.csv", number="B", start="2024-05-09 09:30"))

    assert report.added == 1
    assert verdict(session, "B") == "rejected"
    assert reasons(session, "B") == ["shifted_repeat"]
    assert verdict(session, "A") == "valid"


def test_a_copy_that_is_dated_back_does_not_strike_out_the_walk_that_was_there(session, tmp_path):
    bring(session, stroll(tmp_path / "b.csv", number="B", start="2024-05-09 09:30"))

    report = bring(session, stroll(tmp_path / "a.csv"))

    # Which of the two is the copy, nobody knows but a person: neither counts till then.
    assert (verdict(session, "A"), verdict(session, "B")) == ("doubtful", "doubtful")
    assert reasons(session, "A") == reasons(session, "B") == ["shifted_repeat"]
    assert any("doubted now" in warning for warning in report.warnings)


def test_of_two_copies_in_one_file_the_later_is_the_copy(session, tmp_path):
    later = stroll(tmp_path / "b.csv", number="B", start="2024-05-09 09:30").read_text(encoding="utf-8-sig")
    earlier = stroll(tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    rows = later.splitlines()[1:] + earlier.splitlines()[1:]

    bring(session, write_table(tmp_path / "both.csv", HEADER, *rows))

    assert (verdict(session, "A"), verdict(session, "B")) == ("valid", "rejected")


def test_a_walk_along_another_reach_is_none_of_the_one_that_it_names(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv", reach="R2"))

    assert (verdict(session, "A"), reasons(session, "A")) == ("doubtful", ["outside_corridor"])


def test_one_outing_told_by_two_people_is_for_a_person_to_judge(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv"))

    report = bring(session, stroll(tmp_path / "b.csv", number="B", person="P3"))

    assert (report.added, verdict(session, "B"), reasons(session, "B")) == (1, "doubtful", ["repeated"])


def test_two_patrols_of_one_person_at_a_time_are_both_doubted(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv"))

    bring(session, stroll(tmp_path / "b.csv", number="B", start="2024-05-01 09:05", seed=2))

    assert (reasons(session, "A"), reasons(session, "B")) == (["overlapping"], ["overlapping"])


def test_each_day_keeps_the_rule_of_its_day(session, tmp_path):
    set_rule(
        session, Scope.whole(), region_code=TOWN, level=None, valid_from=date(2024, 6, 1),
        values={"corridor_m": 15.0, "min_stretch_m": 20.0},
    )  # fmt: skip

    bring(session, stroll(tmp_path / "a.csv"))
    bring(session, stroll(tmp_path / "b.csv", number="B", start="2024-06-02 09:00", seed=2))

    found = dict(session.execute(select(Patrol.number, CoveredStretch.corridor_m).join(CoveredStretch)).all())
    assert found == {"A": 30.0, "B": 15.0}


def test_a_changed_rule_reads_old_patrols_again_and_decisions_stay(session, tmp_path):
    bring(session, stroll(tmp_path / "a.csv"))
    patrol = session.scalar(select(Patrol.id))
    before = session.scalar(select(Patrol.length_m))
    session.add(PatrolOpinion(patrol_id=patrol, kind="decision", verdict="valid", note="seen"))
    session.flush()
    set_rule(
        session, Scope.whole(), region_code=TOWN, level=None, valid_from=date(2024, 1, 1),
        values={"corridor_m": 15.0, "max_accuracy_m": 8.0},
    )  # fmt: skip

    told = []
    count = recompute(session, Scope.of(TOWN), Period.year(2024), lambda *step: told.append(step))
    session.expire_all()

    row = session.scalar(select(Patrol))
    assert (count, told) == (1, [(1, 1)])
    assert row.kept < 60
    assert row.dropped["accuracy"] > 0
    assert row.length_m < before
    assert session.scalars(select(CoveredStretch.corridor_m)).all() == [15.0]
    assert session.scalars(select(PatrolOpinion.note)).all() == ["seen"]
    assert verdict(session, "A") == "valid"


def test_reading_again_under_the_same_rules_changes_nothing(session, tmp_path):
    bring(session, walk(tmp_path / "a.csv"))
    bring(session, stroll(tmp_path / "b.csv", start="2024-05-02 09:00"))

    def state():
        session.expire_all()
        columns = (Patrol.number, Patrol.length_m, Patrol.duration_s, Patrol.kept, PatrolCheck.verdict)
        stretches = select(CoveredStretch.patrol_id, CoveredStretch.stretches).order_by(CoveredStretch.patrol_id)
        return (
            session.execute(select(*columns).join(PatrolCheck).order_by(Patrol.id)).all(),
            session.execute(stretches).all(),
        )

    before = state()

    assert recompute(session, Scope.whole()) == 2
    assert state() == before


def list_of(monkeypatch, rows):
    """Let the next file be read as a list of patrols, one row for each."""
    frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="row"))
    for name in ("time", "started_at", "ended_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    monkeypatch.setattr(
        imports, "read", lambda *_, **__: Reading(Kind.tracks, "list.csv", "a" * 64, "EPSG:4490", frame)
    )


def test_a_record_without_a_track_is_stored_as_claimed_and_doubted(session, tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text("rows")
    claim = {
        "track": 0, "segment": 0, "patrol": "N1", "person": "P2", "reach": "R1", "lon": np.nan, "lat": np.nan,
        "time": "2024-05-01T01:00Z", "started_at": "2024-05-01T01:00Z", "ended_at": "2024-05-01T02:00Z",
        "claimed_m": 1200.0, "timed": False, "no_track": True,
    }  # fmt: skip
    list_of(monkeypatch, [claim])

    first = bring(session, tmp_path / "list.csv")
    again = bring(session, tmp_path / "list.csv")

    row = session.scalar(select(Patrol))
    assert (first.added, again.added, again.unchanged) == (1, 0, 1)
    assert (row.fixes, row.kept, row.length_m, row.duration_s, row.claimed_m) == (0, 0, 0.0, 3600.0, 1200.0)
    assert session.scalars(select(Track.patrol_id)).all() == []
    assert (verdict(session, "N1"), reasons(session, "N1")) == ("doubtful", ["no_track"])


def test_times_that_were_spread_tell_no_speed_and_last_as_claimed(session, tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text("rows")
    rows = [
        {
            "track": 0, "segment": 0, "patrol": "N1", "person": "P2", "reach": "R1", "lon": 107 + n * 1.5e-3,
            "lat": 29.005, "time": f"2024-05-01T01:{n * 5:02d}Z",
            "started_at": "2024-05-01T01:00Z", "ended_at": "2024-05-01T01:30Z",
            "claimed_m": 900.0, "timed": False, "no_track": False,
        }
        for n in range(6)
    ]  # fmt: skip
    list_of(monkeypatch, rows)

    bring(session, tmp_path / "list.csv")

    row = session.scalar(select(Patrol))
    assert (row.kept, row.timed, row.duration_s) == (6, False, 1800.0)
    assert row.length_m == pytest.approx(5 * 146, rel=0.01)


def test_a_track_of_an_unknown_person_is_left_out_and_the_others_are_stored(session, tmp_path):
    rows = [
        f"{number},{person},R1,2024-05-01 09:{m:02d}:00,{107 + m * 1e-4},{29.005},{m % 5 + 4}"
        for number, person in (("A", "P2"), ("B", "P99"))
        for m in range(10)
    ]
    file = write_table(tmp_path / "two.csv", HEADER, *rows)

    whole = bring(session, file)
    partly = bring(session, file, skip_rejected=True)

    assert (whole.stored, partly.stored, partly.added) == (False, True, 1)
    assert session.scalars(select(Patrol.number)).all() == ["A"]


def test_a_list_of_patrols_is_stored_with_what_it_claims(session, tmp_path):
    line = "107.001,29.005;107.002,29.005;107.003,29.005;107.004,29.005"
    file = write_table(
        tmp_path / "list.csv",
        "巡查编号,巡河人,河段编码,开始时间,结束时间,巡河里程(km),轨迹",
        f'L1,P2,R1,2024-05-01 09:00,2024-05-01 09:30,0.4,"{line}"',
        "L2,P2,R1,2024-05-02 09:00,2024-05-02 09:30,1.2,",
    )

    report = bring(session, file)

    assert report.stored, (report.rejected, report.warnings)
    rows = session.execute(select(Patrol.number, Patrol.kept, Patrol.claimed_m, Patrol.duration_s).order_by("number"))
    assert rows.all() == [("L1", 4, 400.0, 1800.0), ("L2", 0, 1200.0, 1800.0)]
    assert reasons(session, "L2") == ["no_track"]


def test_a_record_without_a_track_keeps_what_it_claims_when_it_is_read_again(session, tmp_path):
    header = "巡查编号,巡河人,河段编码,开始时间,结束时间,巡河里程(km),轨迹"
    bring(session, write_table(tmp_path / "list.csv", header, "L2,P2,R1,2024-05-02 09:00,2024-05-02 09:30,1.2,"))

    recompute(session, Scope.whole())

    session.expire_all()
    row = session.scalar(select(Patrol))
    assert (row.duration_s, (row.ended_at - row.started_at).total_seconds(), row.length_m) == (1800.0, 1800.0, 0.0)
