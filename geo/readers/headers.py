"""Which header of a file means which field (表头识别)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from geo.errors import InvalidInput
from geo.readers.columns import Field
from geo.readers.texts import one_line

__all__ = ["assign_columns", "count_known", "fold", "list_columns"]

# How a shapefile cuts a column's name.
NAME_BYTES = 10


@lru_cache(maxsize=4096)
def fold(header: str) -> str:
    """Return a header without what people write differently: width, case, spaces, signs.

    Examples
    --------
    >>> fold(" Valid_From * "), fold("精　度：")
    ('validfrom', '精度')
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s_*:.、/'\"-]", "", text)


def _bare(header: str) -> str:
    """Return a folded header without a remark or unit in brackets."""
    return re.sub(r"[(\[].*?[)\]]", "", fold(header))


def count_known(headers: Iterable[str], fields: Sequence[Field], mapping: Mapping[str, str]) -> int:
    """Count how many cells of a row are headers: the fullest row is the header's."""
    known = {fold(word) for field in fields for word in field.headers}
    known |= {fold(column) for column in mapping.values() if not column.startswith("=")}
    return sum(fold(header) in known or (_bare(header) in known) for header in headers if header)


def assign_columns(
    columns: Sequence[str], fields: Sequence[Field], mapping: Mapping[str, str], *, truncated: bool = False
) -> dict[str, str]:
    """Say which column holds each field.

    Parameters
    ----------
    columns : sequence of str
        The file's headers.
    mapping : mapping of str to str
        A person's own assignment, which goes first. A value that begins with ``=`` is
        no column but one value for all rows; it is passed through.
    truncated : bool
        Whether names were cut at ten bytes, so that a header's beginning counts.

    Raises
    ------
    InvalidInput
        If `mapping` names a field or a column that there is not.
    """
    found: dict[str, str] = {}
    folded = {fold(column): column for column in reversed(columns)}
    bare = {_bare(column): column for column in reversed(columns)} | folded
    names = [field.name for field in fields]
    for name, column in mapping.items():
        if name not in names:
            message = "there is no field {field}; the fields are {fields}"
            raise InvalidInput(message, field=name, fields=", ".join(names))
        if column.startswith("=") or column in columns:
            found[name] = column
        elif fold(column) in folded:
            found[name] = folded[fold(column)]
        else:
            message = "there is no column {column}; the columns are {columns}"
            raise InvalidInput(message, column=one_line(column), columns=list_columns(columns))
    taken = set(found.values())
    for field in fields:
        if field.name in found:
            continue
        for word in field.headers:
            match = bare.get(fold(word)) or (_cut(word, columns) if truncated else None)
            if match is not None and match not in taken:
                found[field.name] = match
                taken.add(match)
                break
    return found


def _cut(word: str, columns: Sequence[str]) -> str | None:
    for column in columns:
        size = max(len(column.encode("gb18030", "replace")), len(column.encode()))
        if size >= NAME_BYTES - 1 and len(column) < len(word) and fold(word).startswith(fold(column)):
            return column
    return None


def list_columns(columns: Sequence[str]) -> str:
    """Return the columns' names for a sentence, without end when there are many."""
    shown = ", ".join(one_line(column, 30) for column in columns[:30]) or "-"
    return shown + (" …" if len(columns) > 30 else "")
