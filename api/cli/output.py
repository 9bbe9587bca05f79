"""How commands speak: tables and lines for people, JSON for machines."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

__all__ = ["fail", "print_json", "progress", "say", "say_table", "tell"]


def tell(sentence: str) -> str:
    """Return `sentence` in the language of the settings."""
    from api.i18n import translate
    from api.settings import get_settings

    return translate(sentence, get_settings().language)


def say(sentence: str) -> None:
    """Print one line for a person."""
    sys.stdout.write(tell(sentence) + "\n")


def print_json(value: Any) -> None:
    """Print a document for a machine."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False, default=str) + "\n")


def say_table(columns: list[str], rows: list[list[str]]) -> None:
    """Print a table that fits the terminal; columns of numbers stand to the right."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(row[index][:1].isdigit() or row[index] in ("", "—") for row in rows)
        table.add_column(tell(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160, markup=False, highlight=False).print(table)


def fail(error: Exception) -> NoReturn:
    """Print the reason in one line to stderr and leave with exit code 1."""
    sentence = getattr(error, "text", str(error))
    sys.stderr.write(" ".join(tell(sentence).split()) + "\n")
    sys.exit(1)


@contextmanager
def progress(label: str, total: int) -> Iterator[Any]:
    """Show a progress bar on stderr, or nothing when it is not a terminal; yields ``advance(steps=1)``."""
    if not sys.stderr.isatty():
        yield lambda steps=1: None  # noqa: ARG005 - the bar's signature
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(tell(label), total=total)
        yield lambda steps=1: bar.advance(task, steps)
