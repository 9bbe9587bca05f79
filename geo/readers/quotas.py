"""How often a reach is to be patrolled, as a list of responsibilities tells it (应巡次数)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.readers.texts import one_line
from geo.text import Text

__all__ = ["settle_quotas"]

PERIODS = ("week", "ten_days", "month", "quarter")


def settle_quotas(frame: pd.DataFrame, labels: Mapping[str, str]) -> tuple[pd.DataFrame, dict[int, Text]]:
    """Put the columns of quotas together as one number and its period.

    Parameters
    ----------
    frame : DataFrame, shape (n, …)
        With ``quota`` and ``quota_per``, and ``quota_week``, ``quota_ten_days`` … for headers that tell the
        period themselves.
    labels : mapping of field to str
        The headers, for the reasons.

    Returns
    -------
    frame : DataFrame
        With ``quota`` (Int64) and ``quota_per`` (a code or None) in place of all of them.
    faults : dict of int to Text
        By position. No quota and 0 are the same.
    """
    total, per = frame["quota"].astype(float).copy(), frame["quota_per"].copy()
    faults: dict[int, Text] = {}
    filled = (total.fillna(0) != 0).astype(int)
    label = pd.Series(labels.get("quota", "quota"), index=frame.index, dtype=object)
    for period in PERIODS:
        values = frame[f"quota_{period}"].astype(float)
        here = values.fillna(0) != 0
        filled += here
        total, per = total.where(~here, values), per.where(~here, period)
        label = label.where(~here, labels.get(f"quota_{period}", ""))
    for position in np.flatnonzero(filled):
        reason = _fault(frame.iloc[position], float(total.iloc[position]), per.iloc[position], filled.iloc[position])
        if reason is not None:
            faults[int(position)] = Text("{label}: {reason}", label=one_line(label.iloc[position]), reason=reason)
    good = (filled > 0) & ~frame.index.isin(list(faults))
    settled = frame.drop(columns=[f"quota_{period}" for period in PERIODS])
    settled["quota"] = total.where(good).astype("Int64")
    settled["quota_per"] = per.astype(object).where(good, None)
    return settled, faults


def _fault(row: pd.Series, times: float, per: object, count: int) -> Text | None:
    """Say why a row's quota cannot be used."""
    if count > 1:
        return Text("the row has quotas for several periods; keep one")
    if row["target_kind"] != "reach" or row["role"] != "lead":
        return Text("only who leads for a reach has a quota of patrols; leave it empty in other rows")
    if not (times.is_integer() and 0 < times < 10_000):
        return Text("{value} is no number of patrols", value=f"{times:g}")
    if per is None or pd.isna(per):
        message = (
            "the quota does not tell its period; head the column 每月应巡次数, or add a column 周期, or say"
            " --map quota_per==month"
        )
        return Text(message)
    return None
