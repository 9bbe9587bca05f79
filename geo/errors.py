"""The error tree. Errors carry facts; ``api.errors`` alone knows HTTP."""

from typing import Any

from geo.text import Text

__all__ = [
    "AlreadyExists",
    "DatabaseUnavailable",
    "Forbidden",
    "InvalidInput",
    "NotFound",
    "NotSignedIn",
    "Refused",
    "TooLarge",
    "UnknownDatum",
    "Unreadable",
    "WanggeError",
    "WrongCRS",
]


class WanggeError(Exception):
    """Wangge refused an operation."""

    def __init__(self, message: str | None = None, /, **facts: Any) -> None:
        """Keep the sentence with its template, so that it can be translated.

        Parameters
        ----------
        message : str, optional
            A template for `facts`; by default the class's docstring.
        """
        text = message or (type(self).__doc__ or "").splitlines()[0]
        self.text = text if isinstance(text, Text) else Text(text, **facts)
        self.facts = facts
        super().__init__(str(self.text))


class InvalidInput(WanggeError):
    """The input cannot be used as it is."""


class Unreadable(InvalidInput):
    """The file cannot be read."""


class TooLarge(InvalidInput):
    """The file is larger than the limit allows."""


class WrongCRS(InvalidInput):
    """The coordinates are in another reference system than the operation needs."""


class UnknownDatum(InvalidInput):
    """The file does not say which datum its coordinates use."""


class NotFound(WanggeError):
    """There is no such record."""


class Refused(WanggeError):
    """The request is well formed, but a rule of supervision forbids it."""


class AlreadyExists(Refused):
    """A record with this code exists already."""


class NotSignedIn(WanggeError):
    """The request needs an account."""


class Forbidden(WanggeError):
    """The account may not do this."""


class DatabaseUnavailable(WanggeError):
    """The database cannot be reached."""
