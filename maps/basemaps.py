"""What may lie under a map: nothing by default, 天地图 with a key, or own tiles."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from geo.errors import InvalidInput

__all__ = ["Basemap"]


@dataclass(frozen=True, slots=True)
class Basemap:
    """A tile layer that the operator chose.

    Tiles are asked for by the browser, so a page with a basemap is not
    offline unless the tiles are. Only an operator's setting makes one.

    Parameters
    ----------
    urls : tuple of str
        Address templates with ``{z}``, ``{x}``, ``{y}`` (and ``{s}``), drawn
        one over the other.
    attribution : str
        Plain text.
    """

    urls: tuple[str, ...]
    attribution: str
    max_zoom: int = 18
    subdomains: str = "abc"

    @classmethod
    def tianditu(cls, key: str, *, imagery: bool = False) -> "Basemap":
        """天地图 with the operator's own key: streets, or aerial images with names.

        Raises
        ------
        InvalidInput
            If `key` is not made of letters and digits.
        """
        if not re.fullmatch(r"[0-9A-Za-z]+", key):
            raise InvalidInput("a Tianditu key has only letters and digits")
        urls = tuple(
            f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
            f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
            f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
            for layer in (("img", "cia") if imagery else ("vec", "cva"))
        )
        return cls(urls, "天地图", 18, "01234567")

    @classmethod
    def tiles(cls, url: str, attribution: str = "", *, max_zoom: int = 18) -> "Basemap":
        """Own tiles: a folder beside the page, or a server in the office's network.

        Raises
        ------
        InvalidInput
            If `url` lacks ``{z}``, ``{x}`` or ``{y}``, or is neither relative
            nor http(s).
        """
        if not all(field in url for field in ("{z}", "{x}", "{y}")):
            raise InvalidInput("a tile address needs {fields}", fields="{z}, {x}, {y}")
        if urlsplit(url.replace("{", "").replace("}", "")).scheme not in {"", "http", "https"}:
            raise InvalidInput("a tile address must be relative or http(s)")
        return cls((url,), attribution, max_zoom)

    @property
    def origins(self) -> tuple[str, ...]:
        """The foreign origins that a Content-Security-Policy must allow for images."""
        found = []
        for url in self.urls:
            parts = urlsplit(url.replace("{s}", "*").replace("t*.", "*."))
            if parts.netloc:
                found.append(f"{parts.scheme}://{parts.netloc}")
        return tuple(dict.fromkeys(found))
