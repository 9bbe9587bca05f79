"""A whole map page: a Folium map that loads nothing from outside.

Folium renders through Jinja twice, so text that went through one of its
templates would be run as a template. All data therefore travels in
:class:`Fragment`, which is never a template, and in one JSON block.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Required, TypedDict, Unpack

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from maps.assets import Assets, own_text, script_tag, style_tag
from maps.basemaps import Basemap
from maps.encoding import data_tag, script_json
from maps.ground import Ground, encode_ground, view_bounds
from maps.labels import Language, Words
from maps.palette import BOUNDARY, CORRIDOR, GAP, GROUND, OVERDUE, ZONES, css_variables
from maps.symbols import fill_swatch, line_swatch

__all__ = ["Page", "PageOptions", "render_page", "template", "words_of"]

_TEMPLATES = Environment(loader=PackageLoader("maps", "templates"), autoescape=True, trim_blocks=True)
_MAX_ZOOM = 19
# A fictional centre, seen only when there is neither ground nor data.
_NOWHERE = (35.0, 105.0)


@dataclass(frozen=True)
class Page:
    """What one kind of map adds to the common page.

    Parameters
    ----------
    kind : str
        Names the own script (``KIND.js``) and the function that it offers.
    layers : dict
        Key of each layer to its name, as markup, and whether it shows at first.
    data : dict
        For the script; JSON values only.
    panel : str
        Markup of the panel's inside, already escaped.
    libraries : tuple of str
        Beyond Leaflet; see :data:`maps.assets.LIBRARIES`.
    """

    kind: str
    layers: Mapping[str, tuple[str, bool]]
    data: Mapping[str, Any]
    panel: str
    libraries: tuple[str, ...] = ()
    extent: BaseGeometry | None = None
    markup: str = ""
    notice: str = ""
    summary: Sequence[tuple[str, str, str]] = ()


def template(name: str, **values: Any) -> str:
    """Render one of the panel's templates; values are escaped."""
    return _TEMPLATES.get_template(name).render(**values)


class PageOptions(TypedDict, total=False):
    """What every map page can be told beside its subject.

    Attributes
    ----------
    title, subtitle : str
    language : {"zh", "en"}
        Chinese by default.
    assets : Assets or None
        Written into the page by default.
    nonce : str or None
        Goes on every script and style, for the server's own
        Content-Security-Policy. Without one, a page with everything inside
        brings its own policy, which forbids every request.
    basemap : Basemap or None
        None by default: the township's own ground.
    """

    title: Required[str]
    subtitle: str
    language: Language
    assets: Assets | None
    nonce: str | None
    basemap: Basemap | None


def words_of(options: PageOptions) -> Words:
    """Return the words of a page's language."""
    return Words(options.get("language", "zh"))


def render_page(page: Page, ground: Ground, **options: Unpack[PageOptions]) -> str:
    """Return the HTML of a whole page."""
    title, subtitle = options["title"], options.get("subtitle", "")
    language, basemap, nonce = options.get("language", "zh"), options.get("basemap"), options.get("nonce")
    assets = options.get("assets") or Assets.inline()
    words = Words(language)
    data = {
        "kind": page.kind,
        "ground": encode_ground(ground, words),
        "words": {key: words[key] for key in _SCRIPT_WORDS},
        "colours": {**GROUND, **{f"border_{k}": v for k, v in BOUNDARY.items()}, **_COLOURS},
        "notice": page.notice,
        "view": _corners(view_bounds(ground, page.extent)),
        **page.data,
    }
    policy = ""
    if nonce is None and assets.prefix is None:
        # The page's own digest is as good as chance: whoever could know it
        # would already have written the page.
        nonce = hashlib.sha256((title + script_json(data)).encode()).hexdigest()[:32]
        policy = _policy(nonce, basemap)
    heading = template(
        "panel.html", title=title, subtitle=subtitle, words=words, page=page, summary=page.summary, notice=page.notice
    )
    figure = _Page(title, language, policy, nonce, page.kind)
    libraries = ("leaflet", *page.libraries)
    styles = [assets.styles(libraries, nonce), style_tag(css_variables() + own_text("map.css"), nonce)]
    scripts = [assets.scripts(libraries, nonce), script_tag(own_text("core.js") + own_text(f"{page.kind}.js"), nonce)]
    figure.header.add_child(Fragment("\n".join(styles + scripts)), name="assets")
    figure.html.add_child(Fragment(heading), name="panel")
    figure.html.add_child(Fragment(data_tag("wg-data", data)), name="data")
    figure.add_child(_folium_map(page, data["view"], words, basemap))
    html: str = figure.render()
    return html


class Fragment(Element):
    """Markup that is put into the page as it is, never run as a template."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._name = "Fragment"
        self.markup = markup

    def render(self, **_: Any) -> str:
        """Return the markup."""
        return self.markup


class _Page(Figure):
    """Folium's figure, with a language, an escaped title and nonces."""

    _template = Template(
        """<!DOCTYPE html>
<html lang="{{ this.language }}">
<head>
{% if this.policy %}<meta http-equiv="Content-Security-Policy" content="{{ this.policy|e }}">{% endif %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ this.page_title|e }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body class="wg wg-{{ this.kind }}">
{{ this.html.render(**kwargs) }}
<script{% if this.nonce %} nonce="{{ this.nonce|e }}"{% endif %}>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""
    )

    def __init__(self, title: str, language: Language, policy: str, nonce: str | None, kind: str) -> None:
        super().__init__()
        self.kind, self.page_title, self.policy, self.nonce = kind, title, policy, nonce
        self.language = "en" if language == "en" else "zh-CN"


class _Map(folium.Map):
    """A Folium map without Folium's addresses, jQuery, Bootstrap and icon fonts."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # Folium reads the class attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012  # the same

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}
                role="region" aria-label={{ this.label|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Wangge.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(**options)
        self.label = label


class _Drawing(MacroElement):
    """Hands Folium's map and layers to the page's own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            Wangge.start({{ this._parent.get_name() }}, {
            {%- for key, layer in this.layers.items() %} {{ key }}: {{ layer.get_name() }},{% endfor -%}
            });
        {% endmacro %}
        """
    )

    def __init__(self, layers: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates only part of itself
        self._name = "Drawing"
        self.layers = layers


def _folium_map(page: Page, view: list[list[float]] | None, words: Words, basemap: Basemap | None) -> folium.Map:
    centre = _NOWHERE if view is None else ((view[0][0] + view[1][0]) / 2, (view[0][1] + view[1][1]) / 2)
    chart = _Map(
        words["map"],
        location=centre,
        zoom_start=4 if view is None else 12,
        tiles=None,
        zoom_control=False,
        # MarkerCluster needs to know it, and no tile layer says it.
        maxZoom=_MAX_ZOOM,
        zoomSnap=1 if basemap else 0.25,
    )
    for number, url in enumerate(basemap.urls if basemap else ()):
        folium.TileLayer(
            tiles=url,
            attr=escape(basemap.attribution) if basemap else "",
            name=f"{words['basemap']} {number + 1}",
            overlay=True,
            control=False,
            max_zoom=_MAX_ZOOM,
            max_native_zoom=basemap.max_zoom if basemap else _MAX_ZOOM,
            subdomains=basemap.subdomains if basemap else "abc",
        ).add_to(chart)
    layers = {
        key: folium.FeatureGroup(name=name, show=show).add_to(chart)
        for key, (name, show) in {**page.layers, **_ground_layers(words)}.items()
    }
    folium.LayerControl(collapsed=False).add_to(chart)
    chart.add_child(_Drawing(layers))
    return chart


def _ground_layers(words: Words) -> dict[str, tuple[str, bool]]:
    swatches = {
        "zones": fill_swatch("#d3e9e5", edge=ZONES["1"], dash="4 2"),
        "rivers": line_swatch(GROUND["river"], 2.2),
        "ground": line_swatch(BOUNDARY["village"], 1.6),
        "names": Markup(),
    }
    return {key: (swatch + words[key], True) for key, swatch in swatches.items()}


def _corners(bounds: tuple[float, float, float, float] | None) -> list[list[float]] | None:
    if bounds is None:
        return None
    west, south, east, north = (round(value, 6) for value in bounds)
    return [[south, west], [north, east]]


def _policy(nonce: str, basemap: Basemap | None) -> str:
    images = " ".join(("data:", "'self'", "file:", *basemap.origins)) if basemap else "data:"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src {images}; "
        "base-uri 'none'; form-action 'none'"
    )


_SCRIPT_WORDS = (
    "close_panel",
    "kilometres",
    "metres",
    "none_match",
    "open_record",
    "panel",
    "whole",
    "zoom_in",
    "zoom_out",
)
_COLOURS = {"corridor": CORRIDOR, "gap": GAP, "overdue": OVERDUE}
