"""What a ledger has below its rows: sums, and who filled it in."""

import pandas as pd

from geo.readers.results import Kind, Layer
from geo.readers.values import clean_texts
from geo.text import Text

__all__ = ["skip_notes"]

NOTE = r"(?:合计|小计|总计|共计|累计)[:：]?$|(?:填表|制表|审核|填报|备注|说明|注)(?:人|单位|日期)?[:：]"


def skip_notes(layer: Layer, kind: Kind) -> list[Text]:
    """Leave out a ledger's sums and remarks, which are no rows of it; GIS layers have none.

    Returns
    -------
    list of Text
        Which rows were left out.
    """
    if layer.geometry is not None or layer.frame.empty:
        return []
    texts = [clean_texts(layer.frame[name]) for name in layer.frame.columns]
    first = pd.concat(texts, axis=1).bfill(axis=1).iloc[:, 0].fillna("").astype("str")
    notes = first.str.replace(r"\s", "", regex=True).str.match(NOTE).to_numpy(bool)
    if not notes.any():
        return []
    numbers = ", ".join(str(number) for number in layer.rows[notes][:10])
    layer.frame = layer.frame[~notes].reset_index(drop=True)
    layer.rows = layer.rows[~notes]
    return [Text("left out as sums or remarks, not as {kind}: row {rows}", kind=kind.value, rows=numbers)]
