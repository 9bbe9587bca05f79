"""Dates as offices and apps write them."""

import datetime as dt

import pandas as pd
import pytest

from geo.readers.dates import parse_dates, parse_moments

MORNING = pd.Timestamp("2024-06-05T01:00:00Z")
DAY = pd.Timestamp("2024-06-04T16:00:00Z")


def moment(value, **options):
    moments, bad = parse_moments(pd.Series([value], dtype=object), **options)
    assert not bad[0]
    return moments[0]


@pytest.mark.parametrize(
    "value",
    [
        "2024-06-05",
        "2024/6/5",
        "2024.6.5",
        "2024年6月5日",
        "2024年06月05日",
        "2024年6月5日（星期三）",
        "20240605",
        "6/5/2024",
        "06/05/2024",
        "2024-06-05 00:00:00",
        45448,
        45448.0,
        "45448",
        dt.date(2024, 6, 5),
        dt.datetime(2024, 6, 5),  # noqa: DTZ001 - a cell of Excel knows no zone
    ],
)
def test_a_day_is_its_beginning_in_china(value):
    assert moment(value) == DAY


@pytest.mark.parametrize(
    "value",
    [
        "2024-06-05 09:00",
        "2024-06-05 09:00:00",
        "2024/6/5 9:00",
        "2024年6月5日9时00分",
        "2024年6月5日 9:00",
        "2024年6月5日上午9时00分",
        "6/5/2024 9:00:00 AM",
        "20240605090000",
        "2024-06-05T01:00:00Z",
        "2024-06-05T01:00:00+00:00",
        "2024-06-05T09:00:00+08:00",
        "2024-06-05T09:00:00.000",
        45448.375,
        dt.datetime(2024, 6, 5, 9),  # noqa: DTZ001 - a cell of Excel knows no zone
    ],
)
def test_a_time_without_zone_is_chinese_time(value):
    assert moment(value) == MORNING


@pytest.mark.parametrize(
    ("value", "hour"),
    [("2024-06-05 12:30 AM", 0), ("2024-06-05 12:30 PM", 12), ("2024-06-05 下午3:30", 15), ("2024-06-05 凌晨12:30", 0)],
)
def test_half_days_are_understood(value, hour):
    assert moment(value).tz_convert("+08:00").hour == hour


def test_with_the_year_last_the_month_goes_first_unless_the_column_shows_otherwise():
    american, _ = parse_dates(pd.Series(["6/5/2024", "6/13/2024"]))
    european, _ = parse_dates(pd.Series(["5/6/2024", "13/6/2024"]))

    assert american.tolist() == [dt.date(2024, 6, 5), dt.date(2024, 6, 13)]
    assert european.tolist() == [dt.date(2024, 6, 5), dt.date(2024, 6, 13)]


def test_seconds_since_1970_count_only_where_they_may():
    assert moment("1717549200", epoch=True) == MORNING
    assert moment("1717549200000", epoch=True) == MORNING
    assert parse_moments(pd.Series(["1717549200"]))[1].tolist() == [True]


@pytest.mark.parametrize(
    "value",
    ["昨天", "2024-13-01", "2024-02-30", "2024-06-05 25:00", "0000-00-00", "1066-10-14", "9999-01-01", "5", "2024"],
)
def test_what_is_no_date_is_told(value):
    moments, bad = parse_moments(pd.Series([value]))

    assert bad.tolist() == [True]
    assert moments.isna().all()


@pytest.mark.parametrize("value", ["", "  ", None, float("nan"), pd.NaT])
def test_nothing_is_no_fault(value):
    moments, bad = parse_moments(pd.Series([value], dtype=object))

    assert bad.tolist() == [False]
    assert moments.isna().all()


def test_a_date_is_the_day_in_china():
    days, bad = parse_dates(pd.Series(["2024-06-05T20:00:00Z", "2024-06-05", ""], dtype=object))

    assert days.tolist() == [dt.date(2024, 6, 6), dt.date(2024, 6, 5), None]
    assert not bad.any()


@pytest.mark.parametrize("value", ["２０２４年６月５日", "2024-0٦-05", "２０２４-０６-０５T00:00:00+08:00"])
def test_digits_of_other_scripts_count_as_digits(value):
    moments, bad = parse_moments(pd.Series([value]))

    assert moments.tolist() == [pd.Timestamp("2024-06-04T16:00Z")]
    assert not bad.any()
