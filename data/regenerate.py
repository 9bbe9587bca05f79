"""Grow the township anew and keep its files: ``python -m data.regenerate``."""

from data.demo import HERE
from data.tables import build_files

__all__ = ["regenerate"]


def regenerate() -> None:
    """Replace the files under ``data/qinghe``."""
    HERE.mkdir(exist_ok=True)
    for name, content in build_files().items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    regenerate()
