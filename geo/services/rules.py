"""The rules of patrols (巡河规则): which one holds where and when."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geo.compute.rules import PatrolRule
from geo.store import duties as store
from geo.store.scoping import Scope
from geo.types import RegionCode

__all__ = ["RuleBook", "holds_on", "list_rules", "rule_of"]


@dataclass(slots=True)
class RuleBook:
    """Every dated rule, to be asked many times; where none is set, the defaults of :class:`PatrolRule` hold.

    Attributes
    ----------
    rules : list of PatrolRule
        The first is the default.
    """

    rows: list[dict[str, Any]]
    rules: list[PatrolRule] = field(default_factory=list)
    _known: dict[tuple[str, str | None, date], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make a value of each row."""
        self.rules = [PatrolRule(), *(rule_of(row) for row in self.rows)]

    @classmethod
    def load(cls, session: Session) -> "RuleBook":
        """Read all rules; there are few."""
        return cls(store.rule_rows(session))

    def position(self, region_code: str, level: str | None, day: date) -> int:
        """Return the position in `rules` of the rule for patrols of a region and level on a day."""
        key = (region_code, level, day)
        if key not in self._known:
            self._known[key] = self._found(*key)
        return self._known[key]

    def rule(self, region_code: str, level: str | None, day: date) -> PatrolRule:
        """Return the rule for patrols of a region and level on a day."""
        return self.rules[self.position(region_code, level, day)]

    def _found(self, region_code: str, level: str | None, day: date) -> int:
        region = RegionCode(region_code)
        best, found = (-1, False), 0
        for k, row in enumerate(self.rows, start=1):
            wide = RegionCode(row["region"])
            if not region.within(wide) or row["level"] not in (None, level) or not holds_on(row, day):
                continue
            rank = (len(wide.prefix), row["level"] is not None)
            if rank > best:
                best, found = rank, k
        return found


def holds_on(row: dict[str, Any], day: date) -> bool:
    """Tell whether a row with ``valid_from`` and ``valid_until`` holds on a day."""
    return (row["valid_from"] or date.min) <= day < (row["valid_until"] or date.max)


def rule_of(row: dict[str, Any]) -> PatrolRule:
    """Return the rule of a row."""
    return PatrolRule(**{name: row[name] for name in store.RULE_FIELDS} | {"months": tuple(row["months"])})


def list_rules(session: Session, scope: Scope, *, on: date | None = None) -> list[dict[str, Any]]:
    """Return the rules that concern a scope: its own, those inside it, and those above it; of a day if one is given."""
    inside = store.rule_rows(session, scope=scope)
    above: list[str] = []
    region = scope.region.parent if scope.region else None
    while region is not None:
        above.append(str(region))
        region = region.parent
    rows = store.rule_rows(session, above) + inside if above else inside
    return [
        row | {"valid_to": row["valid_until"] and row["valid_until"] - timedelta(days=1)}
        for row in rows
        if on is None or holds_on(row, on)
    ]
