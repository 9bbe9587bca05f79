"""The small drawings of markers and legends, as SVG text.

Presentation attributes only: a strict Content-Security-Policy would block
``style``. Everything that can come from data is escaped here.
"""

from markupsafe import Markup, escape

from maps.palette import GAP, INK, OVERDUE, VACANT, Shape, state_style

__all__ = ["OUTLINES", "fill_swatch", "hatch_patterns", "issue_symbol", "line_swatch"]

# In a box of 32 × 32, centred on (16, 16).
OUTLINES: dict[Shape, tuple[tuple[float, float], ...]] = {
    Shape.square: ((5, 5), (27, 5), (27, 27), (5, 27)),
    Shape.diamond: ((16, 1.5), (30.5, 16), (16, 30.5), (1.5, 16)),
    Shape.pentagon: ((16, 2.5), (29.5, 12.5), (24.5, 28), (7.5, 28), (2.5, 12.5)),
    Shape.triangle: ((16, 1.5), (31, 28.5), (1, 28.5)),
}


def issue_symbol(state: str, glyph: str, *, overdue: bool = False) -> Markup:
    """Return the marker of an issue: shape and colour of its state, letter of its category.

    An overdue one has a thick red outline and a red flag with an exclamation
    mark at its corner.
    """
    style = state_style(state)
    edge = f'stroke="{OVERDUE}" stroke-width="3.4"' if overdue else 'stroke="#ffffff" stroke-width="1.6"'
    if style.shape is Shape.circle:
        body = f'<circle cx="16" cy="16" r="12.5" fill="{style.fill}" {edge}/>'
    else:
        points = " ".join(f"{x:g},{y:g}" for x, y in OUTLINES[style.shape])
        body = f'<polygon points="{points}" fill="{style.fill}" stroke-linejoin="round" {edge}/>'
    baseline = {Shape.triangle: 25.0, Shape.pentagon: 22.0}.get(style.shape, 20.8)
    letter = (
        f'<text x="16" y="{baseline:g}" text-anchor="middle" font-size="13" font-weight="600" '
        f'fill="{style.ink}">{escape(glyph)}</text>'
        if glyph
        else ""
    )
    flag = (
        f'<circle cx="27" cy="5" r="5.5" fill="{OVERDUE}" stroke="#ffffff" stroke-width="1"/>'
        '<text x="27" y="8.4" text-anchor="middle" font-size="9.5" font-weight="700" fill="#ffffff">!</text>'
        if overdue
        else ""
    )
    return _markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 34 34" width="30" height="30" '
        f'aria-hidden="true">{body}{letter}{flag}</svg>'
    )


def line_swatch(colour: str, width: float, *, dash: str = "", casing: str = "") -> Markup:
    """Return a short line for a legend."""
    under = f'<path d="M2 8H38" stroke="{casing}" stroke-width="{width + 3:g}"/>' if casing else ""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return _markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 16" width="40" height="16" aria-hidden="true">'
        f'{under}<path d="M2 8H38" stroke="{colour}" stroke-width="{width:g}"{dashes}/></svg>'
    )


def fill_swatch(fill: str, *, edge: str = "#8d95a1", dash: str = "") -> Markup:
    """Return a small box for a legend; `fill` may be a colour or ``url(#pattern)``."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return _markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 18" width="26" height="18" aria-hidden="true">'
        f'<rect x="1.5" y="1.5" width="23" height="15" rx="2" fill="{fill}" stroke="{edge}"{dashes}/></svg>'
    )


def hatch_patterns(colours: tuple[str, ...]) -> Markup:
    """Return an invisible SVG that defines ``wg-assist-N`` for each colour, and ``wg-vacant``."""
    assists = "".join(
        f'<pattern id="wg-assist-{number}" width="9" height="9" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="9" height="9" fill="{colour}"/>'
        f'<path d="M0 0V9" stroke="{INK}" stroke-opacity="0.30" stroke-width="2"/></pattern>'
        for number, colour in enumerate(colours)
    )
    vacant = (
        '<pattern id="wg-vacant" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-45)"><rect width="8" height="8" fill="#ffffff"/>'
        f'<path d="M0 0V8" stroke="{VACANT}" stroke-width="3.4"/></pattern>'
    )
    return _markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0" class="wg-patterns" aria-hidden="true">'
        f"<defs>{assists}{vacant}</defs></svg>"
    )


def _markup(text: str) -> Markup:
    """Vouch for a drawing: all that came from data was escaped above."""
    return Markup(text)  # noqa: S704  # the one place that vouches


GAP_DASH = "7 6"
GAP_SWATCH = line_swatch(GAP, 3, dash=GAP_DASH)
