"""What is personal, and who may read it."""

from typing import Any

from geo.services.accounts import CurrentAccount
from geo.types import Role

__all__ = ["mask_name", "mask_phone", "may_see_phones", "may_see_reporter", "may_see_track", "without_reporter"]

_OFFICE = (Role.admin, Role.office)
_SUPERVISORS = (Role.admin, Role.office, Role.leader)


def may_see_reporter(account: CurrentAccount) -> bool:
    """Tell whether the account may read who reported an issue."""
    return account.role in _OFFICE


def may_see_phones(account: CurrentAccount) -> bool:
    """Tell whether the account may read people's numbers."""
    return account.role in _SUPERVISORS


def may_see_track(account: CurrentAccount, person_id: int | None) -> bool:
    """Tell whether the account may see where a person walked: supervisors, and the person."""
    return account.role in _SUPERVISORS or (person_id is not None and account.person_id == person_id)


def mask_name(name: str | None) -> str | None:
    """Return the first character of a name, the rest hidden.

    Examples
    --------
    >>> mask_name("王小二")
    '王**'
    """
    return name and name[0] + "**"


def mask_phone(phone: str | None) -> str | None:
    """Return a number of which only the ends of a full mobile number are left.

    Examples
    --------
    >>> mask_phone("00012345678"), mask_phone("000-0001")
    ('000****5678', '****')
    """
    if not phone:
        return phone
    return phone[:3] + "****" + phone[-4:] if len(phone) == 11 and phone.isdigit() else "****"


def without_reporter(issue: dict[str, Any], account: CurrentAccount) -> dict[str, Any]:
    """Return an issue with its reporter hidden from whoever need not know."""
    if may_see_reporter(account):
        return issue
    return issue | {
        "reporter": mask_name(issue["reporter"]),
        "reporter_phone": mask_phone(issue["reporter_phone"]),
    }
