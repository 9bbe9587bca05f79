"""The patrol rate (巡河率) in its three definitions, for any grouping."""

from math import fsum
from typing import Any, Literal, get_args

import pandas as pd

__all__ = ["ACCEPTED", "DEFINITIONS", "Definition", "rate_table"]


Definition = Literal["count", "days", "persons"]
"""What stands above and below the line (口径); one of them stands behind each figure."""

DEFINITIONS: tuple[Definition, ...] = get_args(Definition)

ACCEPTED = ("valid", "short")
"""States of patrols whose record is believed, whether the rule counts them or not."""


def rate_table(patrols: pd.DataFrame, plans: pd.DataFrame, by: str, definition: Definition) -> pd.DataFrame:
    """Return patrols, valid ones, the plan and the rate of each group.

    Parameters
    ----------
    patrols : DataFrame
        ``person``, ``reach`` (keys or None), ``day`` (date), ``duration_s``, ``length_m``, ``state`` (``valid``,
        ``short`` for one that the rule does not count, ``doubtful`` or ``rejected``) and the column `by`.
    plans : DataFrame
        ``person``, ``reach``, ``planned`` and the column `by`: a row per assignment and group.
    by : str
        The column to group by; patrols without a value form a group of their own, None.
    definition : Definition

    Returns
    -------
    DataFrame with columns `by`, ``patrols``, ``valid``, ``doubtful``, ``rejected``, ``hours``, ``km``, ``planned``, \
``done``, ``due``, ``rate``
        ``done`` and ``due`` are what the definition divides: valid patrols and planned ones; days with a valid
        patrol of a person on a reach, and days due, one for each planned patrol; persons who met their plan, and
        persons who have one. Hours and kilometres are those of records that are neither doubtful nor rejected.
        Where nothing is due, ``planned`` and ``rate`` are None and not 0. Never capped.

    Examples
    --------
    >>> from datetime import date
    >>> walk = {"person": 1, "reach": 7, "duration_s": 3600.0, "length_m": 900.0, "state": "valid", "level": "town"}
    >>> twice = pd.DataFrame([walk | {"day": date(2024, 1, 2)}] * 2)
    >>> plan = pd.DataFrame([{"person": 1, "reach": 7, "planned": 1, "level": "town"}])
    >>> [rate_table(twice, plan, "level", each)["rate"].tolist() for each in DEFINITIONS]
    [[2.0], [1.0], [1.0]]
    """
    groups: list[Any] = []
    for each in (*patrols[by].tolist(), *plans[by].tolist()):
        key = None if pd.isna(each) else each
        if key not in groups:
            groups.append(key)
    walked, due = _parts(patrols, by), _parts(plans, by)
    rows = [_row(key, walked.get(key, patrols.iloc[:0]), due.get(key, plans.iloc[:0]), definition) for key in groups]
    names = [by, "patrols", "valid", "doubtful", "rejected", "hours", "km", "planned", "done", "due", "rate"]
    return pd.DataFrame({name: pd.Series([row[k] for row in rows], dtype=object) for k, name in enumerate(names)})


def _parts(frame: pd.DataFrame, by: str) -> dict[Any, pd.DataFrame]:
    keys = pd.Series([None if pd.isna(each) else each for each in frame[by]], index=frame.index, dtype=object)
    known = keys.notna()
    parts = dict(iter(frame[known].groupby(keys[known], sort=False)))
    return parts | ({None: frame[~known]} if not known.all() else {})


def _row(key: Any, walked: pd.DataFrame, plans: pd.DataFrame, definition: Definition) -> tuple[Any, ...]:
    states = walked["state"].value_counts()
    valid = walked[walked["state"] == "valid"]
    accepted = walked[walked["state"].isin(ACCEPTED)]
    planned = int(plans["planned"].sum())
    done, due = _measured(valid, plans, planned, definition)
    return (
        key, len(walked), len(valid), int(states.get("doubtful", 0)), int(states.get("rejected", 0)),
        _exact_sum(accepted["duration_s"]) / 3600, _exact_sum(accepted["length_m"]) / 1000, planned or None,
        done, due or None, done / due if due else None,
    )  # fmt: skip


def _exact_sum(values: pd.Series) -> float:
    # Whatever the order in which the records come, the sum has the same digits.
    return fsum(values)


def _measured(valid: pd.DataFrame, plans: pd.DataFrame, planned: int, definition: Definition) -> tuple[int, int]:
    if definition == "count":
        return len(valid), planned
    if definition == "days":
        return len(valid.drop_duplicates(["person", "reach", "day"])), planned
    owed = plans.groupby("person")["planned"].sum()
    owed = owed[owed > 0]
    walked = valid.groupby("person").size().reindex(owed.index, fill_value=0)
    return int((walked >= owed).sum()), len(owed)
