"""Which titles people held on which day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Post

__all__ = ["Titles", "titles_of"]


@dataclass(frozen=True, slots=True)
class Titles:
    """The posts of people: (level, title, first day or None, day after the last or None) by person."""

    held: dict[int, list[tuple[str, str, date | None, date | None]]]

    def on(self, person: Any, level: str | None, day: date) -> str | None:
        """Return the title that a person held on a day, at `level` rather than at another; None if none."""
        valid = [
            (at, title)
            for at, title, since, until in self.held.get(person, [])
            if (since or date.min) <= day < (until or date.max)
        ]
        return next((title for at, title in valid if at == level), valid[0][1] if valid else None)


def titles_of(session: Session, people: Iterable[int]) -> Titles:
    """Return all posts of people."""
    held: dict[int, list[tuple[str, str, date | None, date | None]]] = {}
    rows = session.execute(
        select(Post.person_id, Post.level, Post.title, func.lower(Post.valid), func.upper(Post.valid))
        .where(Post.person_id.in_(list(people)))
        .order_by(Post.id)
    )
    for person, *post in rows:
        held.setdefault(person, []).append((post[0], post[1], post[2], post[3]))
    return Titles(held)
