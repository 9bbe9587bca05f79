"""Accounts, sessions and tokens over HTTP; no answer holds a password or a stored digest."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from geo.types import Role

__all__ = [
    "AccountMade",
    "AccountOut",
    "AccountPage",
    "Change",
    "Login",
    "Me",
    "NewAccount",
    "NewToken",
    "OwnPassword",
    "TokenMade",
    "TokenOut",
]

Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Username = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Login(BaseModel):
    """What somebody signs in with."""

    username: Username
    password: Password


class Me(BaseModel):
    """One's own account."""

    id: int
    username: str
    display_name: str
    role: Role
    region: str
    region_name: str
    person_id: int | None


class OwnPassword(BaseModel):
    """The old password and the new one."""

    old: Password
    new: Password


class NewToken(BaseModel):
    """A token to make."""

    label: str = Field(min_length=1, max_length=100)
    days: int = Field(90, ge=1, le=366)


class TokenOut(BaseModel):
    """A token that exists; the token itself is not known any more."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime


class TokenMade(BaseModel):
    """A token just made, shown this once."""

    token: str
    label: str
    days: int


class NewAccount(BaseModel):
    """An account to make; without a password, one is generated and answered once."""

    username: Username
    display_name: str = Field("", max_length=100)
    role: Role
    region: str = Field(max_length=15)
    person_id: int | None = Field(None, ge=1, le=2**31 - 1)
    password: Password | None = None


class Change(BaseModel):
    """What to change of an account; what is absent stays."""

    disabled: bool | None = None
    password: Password | None = None


class AccountOut(BaseModel):
    """An account as an administrator sees it."""

    id: int
    username: str
    display_name: str
    role: Role
    region: str
    region_name: str
    person_id: int | None
    disabled: bool
    created_at: datetime


class AccountMade(BaseModel):
    """An account just made; a password that was generated is shown this once."""

    id: int
    username: str
    password: str | None


class AccountPage(BaseModel):
    """One page of accounts."""

    items: list[AccountOut]
    next: str | None
