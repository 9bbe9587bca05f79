"""Sentences that remember their template, so that they can be translated."""

from typing import Any

__all__ = ["Text"]


class Text(str):
    """A sentence in English that keeps its template and its facts.

    It is an ordinary ``str`` wherever one is expected; whoever shows it to a
    person looks up ``template`` in a catalogue and fills in ``facts``.

    Parameters
    ----------
    template : str
        With ``{name}`` fields, as for :meth:`str.format`.
    **facts
        The values of the fields. A fact may itself be a ``Text``.

    Examples
    --------
    >>> sentence = Text("row {row} has no name", row=3)
    >>> sentence
    'row 3 has no name'
    >>> sentence.template, sentence.facts
    ('row {row} has no name', {'row': 3})
    """

    __slots__ = ("facts", "template")

    template: str
    facts: dict[str, Any]

    def __new__(cls, template: str, /, **facts: Any) -> "Text":
        """Render the template once, in English."""
        self = super().__new__(cls, template.format(**facts) if facts else template)
        self.template, self.facts = template, facts
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling, which plain ``str`` subclasses with slots do not."""
        return _rebuild, (self.template, self.facts)


def _rebuild(template: str, facts: dict[str, Any]) -> Text:
    return Text(template, **facts)
