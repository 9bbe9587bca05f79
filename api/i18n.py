"""Messages in the reader's language, from the catalogues in ``api/locale``."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from geo.text import Text

__all__ = ["translate"]

_LOCALE = Path(__file__).with_name("locale")


@lru_cache
def _catalogue(language: str) -> dict[str, str]:
    path = _LOCALE / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id and m.string}


def translate(sentence: str, language: str) -> str:
    """Return `sentence` in `language`, or as it is when the catalogue does not know it.

    Examples
    --------
    >>> translate("no such sentence", "zh")
    'no such sentence'
    """
    catalogue = _catalogue(language)
    if not isinstance(sentence, Text):
        return catalogue.get(sentence, sentence)
    template = catalogue.get(sentence.template, sentence.template)
    facts: dict[str, Any] = {
        name: translate(fact, language) if isinstance(fact, Text) else fact for name, fact in sentence.facts.items()
    }
    return template.format(**facts) if facts else template
