"""Where a page's libraries come from: written into it, or served beside it.

Folium's own addresses point at foreign servers; nothing here ever does. The
files are npm packages installed by the lock file into ``node_modules``.
"""

import base64
import json
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from geo.errors import NotFound

__all__ = ["LIBRARIES", "Assets", "Library"]

_CHECKOUT = Path(__file__).resolve().parents[1]
_STATIC = Path(__file__).resolve().parent / "static"
_URL = re.compile(r"""url\(\s*['"]?(?!data:|#)([^'")]+)['"]?\s*\)""")
_SOURCE_MAP = re.compile(r"^//[#@] sourceMappingURL=.*$|/\*[#@] sourceMappingURL=.*?\*/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Library:
    """An npm package, with the files of it that a page needs."""

    package: str
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


LIBRARIES = {
    "leaflet": Library("leaflet", ("dist/leaflet.js",), ("dist/leaflet.css",)),
    "markercluster": Library("leaflet.markercluster", ("dist/leaflet.markercluster.js",), ("dist/MarkerCluster.css",)),
    "heat": Library("leaflet.heat", ("dist/leaflet-heat.js",)),
}


@dataclass(frozen=True, slots=True)
class Assets:
    """How a page gets its libraries; see :meth:`inline` and :meth:`served`.

    Parameters
    ----------
    folder : Path
        The ``node_modules`` folder.
    prefix : str or None
        The address under which that folder is served; None writes the files
        into the page.
    """

    folder: Path
    prefix: str | None = None

    @classmethod
    def inline(cls, folder: Path | None = None) -> "Assets":
        """Write everything into the page, which then opens from a USB stick."""
        return cls(folder or _CHECKOUT / "node_modules")

    @classmethod
    def served(cls, prefix: str, folder: Path | None = None) -> "Assets":
        """Refer to files that the site serves from `folder` under `prefix`."""
        return cls(folder or _CHECKOUT / "node_modules", prefix.rstrip("/"))

    def styles(self, names: tuple[str, ...], nonce: str | None) -> str:
        """Return the markup that loads the style sheets of `names`."""
        files = [(LIBRARIES[name].package, path) for name in names for path in LIBRARIES[name].styles]
        if self.prefix is None:
            return "\n".join(style_tag(_style_text(self.folder / package / path), nonce) for package, path in files)
        return "\n".join(
            f'<link rel="stylesheet" href="{escape(self._address(package, path))}"{_nonce(nonce)}>'
            for package, path in files
        )

    def scripts(self, names: tuple[str, ...], nonce: str | None) -> str:
        """Return the markup that loads the scripts of `names`, in order."""
        files = [(LIBRARIES[name].package, path) for name in names for path in LIBRARIES[name].scripts]
        if self.prefix is None:
            return "\n".join(script_tag(_script_text(self.folder / package / path), nonce) for package, path in files)
        return "\n".join(
            f'<script src="{escape(self._address(package, path))}"{_nonce(nonce)}></script>' for package, path in files
        )

    def _address(self, package: str, path: str) -> str:
        return f"{self.prefix}/{package}/{path}?v={_version(self.folder / package)}"


def own_text(name: str) -> str:
    """Return the text of one of the maps' own static files."""
    return (_STATIC / name).read_text(encoding="utf-8")


def style_tag(text: str, nonce: str | None) -> str:
    """Return a ``<style>`` element."""
    return f"<style{_nonce(nonce)}>\n{text}\n</style>"


def script_tag(text: str, nonce: str | None) -> str:
    """Return a ``<script>`` element."""
    return f"<script{_nonce(nonce)}>\n{text}\n</script>"


def _nonce(nonce: str | None) -> str:
    return f' nonce="{escape(nonce)}"' if nonce else ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            "the front-end file {name} is missing from {folder}; run ./wangge once, or npm ci",
            name=path.name,
            folder=str(path.parent),
        ) from error


@cache
def _script_text(path: Path) -> str:
    text = _SOURCE_MAP.sub("", _read(path).decode("utf-8"))
    # A string in a library may hold what would end the script element.
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE)


@cache
def _style_text(path: Path) -> str:
    def embedded(match: re.Match[str]) -> str:
        file = path.parent / match.group(1).split("#")[0].split("?")[0]
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return f"url(data:{kind};base64,{base64.b64encode(_read(file)).decode('ascii')})"

    return _URL.sub(embedded, _SOURCE_MAP.sub("", _read(path).decode("utf-8")))


@cache
def _version(package: Path) -> str:
    try:
        return str(json.loads(_read(package / "package.json"))["version"])
    except NotFound:
        # The folder may lie on another machine that serves it.
        return "0"
