"""Frames in, maps out: Folium pages and PNG pictures. Knows no database."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maps.assets import Assets
    from maps.basemaps import Basemap
    from maps.coverage import coverage_map
    from maps.ground import Ground
    from maps.issues import issue_map
    from maps.pictures import coverage_png, issue_png, responsibility_png
    from maps.recency import gap_map, gap_png, recency_map, recency_png
    from maps.responsibility import responsibility_map

__all__ = [
    "Assets",
    "Basemap",
    "Ground",
    "coverage_map",
    "coverage_png",
    "gap_map",
    "gap_png",
    "issue_map",
    "issue_png",
    "recency_map",
    "recency_png",
    "responsibility_map",
    "responsibility_png",
]

_HOMES = {
    "Assets": "assets",
    "Basemap": "basemaps",
    "Ground": "ground",
    "coverage_map": "coverage",
    "coverage_png": "pictures",
    "gap_map": "recency",
    "gap_png": "recency",
    "issue_map": "issues",
    "issue_png": "pictures",
    "recency_map": "recency",
    "recency_png": "recency",
    "responsibility_map": "responsibility",
    "responsibility_png": "pictures",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    Folium and matplotlib take a second to import, and whoever only wants the
    palette should not wait for them.
    """
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module  # noqa: PLC0415  # this function is about importing late

    return getattr(import_module(f"maps.{_HOMES[name]}"), name)
