"""Quotas of patrols in a list of responsibilities."""

import pandas as pd
import pytest

from geo.readers import read
from tests.unit.reader_files import text

HEADER = "责任人,对象类型,对象编码,角色,开始日期"
LEAD = "P1,河段,R1,主要责任人,2024-01-01"


def duties(path, header, *rows):
    return text(path, f"{HEADER},{header}", *rows)


@pytest.mark.parametrize(
    ("header", "period"),
    [
        ("每周应巡次数", "week"),
        ("每旬应巡次数", "ten_days"),
        ("每月应巡次数", "month"),
        ("月巡河次数（次）", "month"),
        ("每季应巡次数", "quarter"),
        ("每季度应巡次数", "quarter"),
        ("quota_month", "month"),
    ],
)
def test_a_quota_takes_its_period_from_the_header(tmp_path, header, period):
    frame = read("responsibilities", duties(tmp_path / "a.csv", header, f"{LEAD},2")).frame

    assert frame["quota"].tolist() == [2]
    assert frame["quota_per"].tolist() == [period]
    assert [name for name in frame.columns if "quota" in name] == ["quota", "quota_per"]


def test_a_quota_may_have_its_period_in_a_column(tmp_path):
    path = duties(tmp_path / "a.csv", "应巡次数,周期", f"{LEAD},3,每旬", f"{LEAD.replace('P1', 'P2')},1,每天")

    reading = read("responsibilities", path)

    assert reading.frame["quota_per"].tolist() == ["ten_days"]
    assert "每天 is none of 周 (week)" in reading.rejected[0].reason


def test_a_period_can_be_given_to_all_rows(tmp_path):
    path = duties(tmp_path / "a.csv", "应巡次数", f"{LEAD},3")

    assert read("responsibilities", path, mapping={"quota_per": "=month"}).frame["quota_per"].tolist() == ["month"]


def test_no_quota_and_nought_are_the_same(tmp_path):
    other = "P1,网格,C1,协助责任人,2024-01-01"

    reading = read("responsibilities", duties(tmp_path / "a.csv", "每月应巡次数", f"{LEAD},", f"{other},0"))

    assert reading.rejected == ()
    assert reading.frame["quota"].isna().all()
    assert reading.frame["quota_per"].tolist() == [None, None]


def test_a_list_without_quotas_has_empty_ones(tmp_path):
    frame = read("responsibilities", text(tmp_path / "a.csv", HEADER, LEAD)).frame

    assert isinstance(frame["quota"].dtype, pd.Int64Dtype)
    assert frame["quota"].isna().all()


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("每月应巡次数", "P1,网格,C1,主要责任人,2024-01-01,2", "only who leads for a reach"),
        ("每月应巡次数", "P1,河段,R1,协助责任人,2024-01-01,2", "only who leads for a reach"),
        ("每月应巡次数", f"{LEAD},1.5", "每月应巡次数: 1.5 is no number of patrols"),
        ("每月应巡次数", f"{LEAD},-1", "-1 is no number of patrols"),
        ("应巡次数", f"{LEAD},2", "does not tell its period"),
        ("每月应巡次数,每周应巡次数", f"{LEAD},4,1", "quotas for several periods"),
    ],
)
def test_a_quota_that_cannot_be_used_is_rejected_with_its_reason(tmp_path, header, row, words):
    reading = read("responsibilities", duties(tmp_path / "a.csv", header, row))

    assert words in reading.rejected[0].reason


def test_the_rows_with_and_without_a_quota_stand_side_by_side(tmp_path):
    rows = ["P3,河段,R3,主要责任人,2024-01-01,2", "P4,网格,C1,协助责任人,2024-01-01,2", f"{LEAD},1"]

    frame = read("responsibilities", duties(tmp_path / "a.csv", "每月应巡次数", *rows)).frame

    assert frame["quota"].tolist() == [2, 1]
    assert frame.index.tolist() == [1, 3]
