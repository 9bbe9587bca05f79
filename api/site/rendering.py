"""Templates, with the words and forms that every page uses."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from api.i18n import translate
from api.language import language_of, settings_of
from geo.services.filters import SHANGHAI
from geo.vocabulary import (
    ISSUE_CATEGORIES,
    ISSUE_SOURCES,
    ISSUE_STATES,
    LEVELS,
    PATROL_DOUBTS,
    PATROL_STATES,
    QUOTA_SPANS,
    RESPONSIBILITY_ROLES,
    ROLES,
    SITE_KINDS,
    ZONE_CLASSES,
    Term,
)

__all__ = ["NOTHING", "TERMS", "error_page", "length", "name_of", "render", "share", "static_version"]

_HERE = Path(__file__).parent
NOTHING = "—"
TERMS: dict[str, tuple[Term, ...]] = {
    "category": ISSUE_CATEGORIES,
    "state": ISSUE_STATES,
    "source": ISSUE_SOURCES,
    "level": LEVELS,
    "role": ROLES,
    "duty": RESPONSIBILITY_ROLES,
    "site": SITE_KINDS,
    "zone": ZONE_CLASSES,
    "counts": PATROL_STATES,
    "doubt": PATROL_DOUBTS,
    "span": QUOTA_SPANS,
}
_KM_M = 1000


def name_of(kind: str, code: str | None, language: str) -> str:
    """Return the name of a code; one that a town made itself is shown as it is written."""
    if not code:
        return NOTHING
    term = next((term for term in TERMS[kind] if term.code == code), None)
    if term is None:
        return code
    return term.en if language == "en" else term.zh


def length(metres: float | None) -> str:
    """Return a length: metres under a kilometre, kilometres with two decimals above.

    Examples
    --------
    >>> length(849.6), length(12345.0), length(None)
    ('850 m', '12.35 km', '—')
    """
    if metres is None:
        return NOTHING
    return f"{metres:.0f} m" if round(metres) < _KM_M else f"{metres / _KM_M:.2f} km"


def share(value: float | None) -> str:
    """Return a share or a rate in percent; never capped, and never rounded up to the whole.

    Examples
    --------
    >>> share(1.1397849), share(1.0), share(0.99999), share(None)
    ('113.98 %', '100.00 %', '99.99 %', '—')
    """
    if value is None:
        return NOTHING
    percent = value * 100
    return f"{min(percent, 99.99) if percent < 100 else percent:.2f} %"


def day(value: date | datetime | None) -> str:
    """Return a day as 2024-06-05, in Asia/Shanghai."""
    if value is None:
        return NOTHING
    return (value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value).isoformat()


def moment(value: datetime | None) -> str:
    """Return a day and time as 2024-06-05 14:30, in Asia/Shanghai."""
    return NOTHING if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """Return a duration as 1:38, hours and minutes."""
    if seconds is None:
        return NOTHING
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


@cache
def static_version() -> str:
    """Return what changes when one of the site's own files does, for addresses kept for good."""
    newest = max(path.stat().st_mtime_ns for path in (_HERE / "static").iterdir())
    return f"{newest // 1_000_000_000:x}"


@cache
def _icon(assets_dir: Path, name: str) -> Markup:
    path = assets_dir / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    if not path.is_file():
        return Markup("")
    drawn = path.read_text(encoding="utf-8")
    return Markup(drawn[drawn.index("<svg") :].replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 - of the library


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"metres": length, "share": share, "day": day, "moment": moment, "duration": duration}
    made.globals |= {"version": static_version(), "NOTHING": NOTHING}
    return made


def render(request: Request, template: str, **context: Any) -> str:
    """Return a page or a part of one, in the request's language.

    In a template, ``_('中文')`` is a sentence, ``name('state', code)`` a term of
    the trade and ``icon('map')`` a picture of the icon library.
    """
    language = language_of(request)
    assets_dir = settings_of(request).assets_dir
    sentence: Callable[[str], str] = lambda chinese: translate(chinese, language)  # noqa: E731 - bound to the language
    return _environment().get_template(template).render(
        request=request, nonce=getattr(request.state, "nonce", ""), language=language, _=sentence,
        name=lambda kind, code: name_of(kind, code, language), terms=TERMS,
        icon=lambda icon: _icon(assets_dir, icon), **context,
    )  # fmt: skip


def error_page(request: Request, *, status: int, title: str, detail: str, language: str) -> str:
    """Return the page that tells a person what went wrong, what was kept and what to do."""
    del language  # the request says it
    return render(request, "error.html", status=status, title=title, detail=detail)
