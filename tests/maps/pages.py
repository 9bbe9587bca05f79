"""Whole pages of each kind, and where a place of one is on the screen."""

from maps import coverage_map, issue_map, responsibility_map
from tests.maps import factories

__all__ = ["a_page", "pixel"]


def a_page(kind: str, **options: object) -> str:
    ground = options.pop("ground", factories.ground())
    title = options.pop("title", "清溪镇地图")
    if kind == "issues":
        return issue_map(options.pop("issues", factories.issues()), ground, title=title, **options)
    if kind == "coverage":
        reaches = options.pop("reaches", factories.reaches())
        return coverage_map(reaches, options.pop("stretches", factories.stretches()), ground, title=title, **options)
    return responsibility_map(options.pop("cells", factories.cells()), ground, title=title, **options)


def pixel(page, x: float, y: float) -> tuple[float, float]:
    """Return where a place is on the screen."""
    box = page.locator(".folium-map").bounding_box()
    at = page.evaluate("([lat, lon]) => Wangge.current.latLngToContainerPoint([lat, lon])", [y, x])
    return box["x"] + at["x"], box["y"] + at["y"]
