"""Pages of collections: ``limit`` and an opaque ``cursor``."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from geo.errors import InvalidInput

__all__ = ["Paging", "PagingDep", "cursor_of"]

MOST = 1000
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Paging:
    """How many records at most, and after which one (None: from the beginning)."""

    limit: int
    after: Any

    def after_id(self) -> int | None:
        """Return the cursor's number.

        Raises
        ------
        InvalidInput
            If the cursor belongs to a collection that is not counted by number.
        """
        if self.after is not None and not (isinstance(self.after, int) and 0 <= self.after <= _LARGEST_ID):
            raise InvalidInput("the cursor is not one that this collection gave")
        return self.after

    def after_code(self) -> str | None:
        """Return the cursor's code; raises `InvalidInput` as :meth:`after_id` does."""
        if self.after is not None and not isinstance(self.after, str):
            raise InvalidInput("the cursor is not one that this collection gave")
        return self.after


def cursor_of(after: Any) -> str | None:
    """Return the cursor of the page that follows a record; None at the end."""
    return None if after is None else base64.urlsafe_b64encode(json.dumps([after]).encode()).decode().rstrip("=")


def get_paging(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Most records of a page")] = 100,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
) -> Paging:
    """Return the page asked for.

    Raises
    ------
    InvalidInput
        If the cursor is none that was given.
    """
    if not cursor:
        return Paging(limit, None)
    try:
        (after,) = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidInput("the cursor is not one that this collection gave") from None
    return Paging(limit, after)


PagingDep = Annotated[Paging, Depends(get_paging)]


def next_link(request: Request, cursor: str | None) -> str | None:
    """Return the path of the next page, with the filters of this one; None at the end."""
    if cursor is None:
        return None
    url = request.url.include_query_params(cursor=cursor)
    return f"{url.path}?{url.query}"
