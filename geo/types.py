"""Checked strings and the closed vocabularies of the domain."""

import re
from enum import StrEnum

from geo.errors import InvalidInput

__all__ = ["IssueState", "Level", "RegionCode", "ResponsibilityRole", "Role", "TargetKind", "ZoneClass"]


class Level(StrEnum):
    """Administrative level (层级), from the widest to the narrowest."""

    county = "county"
    town = "town"
    village = "village"
    group = "group"


class Role(StrEnum):
    """What an account may do (角色)."""

    admin = "admin"
    office = "office"
    leader = "leader"
    warden = "warden"
    chief = "chief"
    viewer = "viewer"


class ResponsibilityRole(StrEnum):
    """How a person answers for a target: first, or beside the first (主责、协助)."""

    lead = "lead"
    assist = "assist"


class TargetKind(StrEnum):
    """What a person can answer for (责任对象)."""

    cell = "cell"
    reach = "reach"
    zone = "zone"
    site = "site"


class ZoneClass(StrEnum):
    """Class of a drinking-water source protection zone (一级、二级、准)."""

    first = "1"
    second = "2"
    quasi = "quasi"


class IssueState(StrEnum):
    """Where an issue stands in its life (问题状态)."""

    found = "found"
    accepted = "accepted"
    rejected = "rejected"
    assigned = "assigned"
    rectifying = "rectifying"
    submitted = "submitted"
    returned = "returned"
    closed = "closed"
    look_back = "look_back"
    stable = "stable"
    reopened = "reopened"
    escalated = "escalated"


class RegionCode(str):
    """A region's code (区划代码): 6 digits county + 3 town + 3 village, + 2–3 for a group.

    Examples
    --------
    >>> RegionCode("500230108201").level
    <Level.village: 'village'>
    >>> RegionCode("500230108000").prefix
    '500230108'
    >>> RegionCode("500230108201").within(RegionCode("500230108000"))
    True
    """

    __slots__ = ()
    _FORM = re.compile(r"[0-9]{12}([0-9]{2,3})?")

    def __new__(cls, code: str) -> "RegionCode":
        """Check the form.

        Raises
        ------
        InvalidInput
            If `code` is not 12, 14 or 15 digits.
        """
        if isinstance(code, RegionCode):
            return code
        if not cls._FORM.fullmatch(code):
            raise InvalidInput("a region code has 12 digits, or 14 to 15 for a group: {code}", code=code)
        return super().__new__(cls, code)

    @property
    def level(self) -> Level:
        """The level that the code's length and trailing zeros tell."""
        if len(self) > 12:
            return Level.group
        if self[9:] != "000":
            return Level.village
        return Level.town if self[6:9] != "000" else Level.county

    @property
    def prefix(self) -> str:
        """The digits that every code inside this region begins with."""
        match self.level:
            case Level.county:
                return self[:6]
            case Level.town:
                return self[:9]
            case _:
                return str(self)

    @property
    def parent(self) -> "RegionCode | None":
        """The next wider region; None above a county."""
        match self.level:
            case Level.group:
                return RegionCode(self[:12])
            case Level.village:
                return RegionCode(self[:9] + "000")
            case Level.town:
                return RegionCode(self[:6] + "000000")
            case _:
                return None

    def within(self, other: "RegionCode") -> bool:
        """Tell whether this region is `other` or lies inside it."""
        return self.startswith(other.prefix)
