"""The one palette of maps, tables, charts and documents (配色).

Every colour stands for a meaning and never alone: a shape, a dash, a width,
a hatch or a word says the same for eyes that do not tell the colours apart.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "BOUNDARY",
    "CORRIDOR",
    "FONTS",
    "GAP",
    "GROUND",
    "INK",
    "OVERDUE",
    "RECENCY",
    "STATES",
    "UNKNOWN_STATE",
    "VACANT",
    "VILLAGES",
    "ZONES",
    "RecencyStep",
    "Shape",
    "StateStyle",
    "css_variables",
    "state_style",
]

FONTS = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")


class Shape(StrEnum):
    """The outline of an issue's marker: what is being done about it."""

    circle = "circle"
    square = "square"
    diamond = "diamond"
    pentagon = "pentagon"
    triangle = "triangle"


@dataclass(frozen=True, slots=True)
class StateStyle:
    """How an issue in one state is drawn."""

    fill: str
    shape: Shape
    ink: str = "#ffffff"


# Circles wait to be taken up, squares are in hand, diamonds wait for a check,
# pentagons are done, triangles went back up.
STATES: dict[str, StateStyle] = {
    "found": StateStyle("#6b7280", Shape.circle),
    "accepted": StateStyle("#374151", Shape.circle),
    "rejected": StateStyle("#a3a9b3", Shape.pentagon, "#1f2937"),
    "assigned": StateStyle("#1f6fb5", Shape.square),
    "rectifying": StateStyle("#f0a81c", Shape.square, "#1f2937"),
    "returned": StateStyle("#7c3f06", Shape.square),
    "submitted": StateStyle("#7b45a8", Shape.diamond),
    "closed": StateStyle("#1b7f4b", Shape.pentagon),
    "look_back": StateStyle("#5bb58a", Shape.diamond, "#1f2937"),
    "stable": StateStyle("#0d5a34", Shape.pentagon),
    "reopened": StateStyle("#c2187a", Shape.triangle),
    "escalated": StateStyle("#23346b", Shape.triangle),
}
UNKNOWN_STATE = StateStyle("#6b7280", Shape.circle)

OVERDUE = "#d3222a"
INK = "#1f2937"


@dataclass(frozen=True, slots=True)
class RecencyStep:
    """One step of how long ago a stretch was walked; `days` is its inclusive end."""

    days: int | None
    colour: str
    width: float


RECENCY = (
    RecencyStep(7, "#00441b", 7.0),
    RecencyStep(30, "#1b7837", 5.8),
    RecencyStep(90, "#3f9b52", 4.6),
    RecencyStep(180, "#79bd7c", 3.4),
    RecencyStep(None, "#a9d3a4", 2.4),
)
GAP = "#d3222a"
CORRIDOR = "#d9e8ee"

VILLAGES = ("#77aadd", "#eedd88", "#44bb99", "#ffaabb", "#bbcc33", "#99ddff", "#ee8866", "#c9a2d8")
VACANT = "#d3222a"

GROUND = {"land": "#f7f6f1", "outside": "#e9ecef", "river": "#3b82c4", "water_label": "#1d5d99"}
BOUNDARY = {"county": "#1f2937", "town": "#374151", "village": "#b4bac4", "group": "#d5d9df"}
ZONES = {"1": "#0f766e", "2": "#2a9d94", "quasi": "#7cc7c0"}


def state_style(code: str) -> StateStyle:
    """Return how an issue in state `code` is drawn; a plain circle for an unknown one."""
    return STATES.get(code, UNKNOWN_STATE)


def css_variables() -> str:
    """Return the palette as a CSS rule that sets custom properties on ``:root``.

    The names are ``--wg-state-CODE``, ``--wg-recency-1`` (latest) to
    ``--wg-recency-5``, ``--wg-village-1`` …, ``--wg-boundary-LEVEL``,
    ``--wg-zone-CLASS`` and the plain ``--wg-overdue``, ``--wg-gap``,
    ``--wg-corridor``, ``--wg-vacant``, ``--wg-ink``, ``--wg-land``,
    ``--wg-outside``, ``--wg-river``, ``--wg-fonts``.
    """
    fonts = ", ".join(f'"{font}"' if " " in font else font for font in FONTS)
    values = {
        "fonts": fonts,
        "ink": INK,
        "overdue": OVERDUE,
        "gap": GAP,
        "corridor": CORRIDOR,
        "vacant": VACANT,
        **{name.replace("_", "-"): colour for name, colour in GROUND.items()},
        **{f"state-{code.replace('_', '-')}": style.fill for code, style in STATES.items()},
        **{f"recency-{number}": step.colour for number, step in enumerate(RECENCY, 1)},
        **{f"village-{number}": colour for number, colour in enumerate(VILLAGES, 1)},
        **{f"boundary-{level}": colour for level, colour in BOUNDARY.items()},
        **{f"zone-{code}": colour for code, colour in ZONES.items()},
    }
    lines = "".join(f"  --wg-{name}: {value};\n" for name, value in values.items())
    return f":root {{\n{lines}}}\n"
