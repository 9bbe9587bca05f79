"""Who may sign in, for which region, and what they did."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import Base, Facts, Instant, Now, Region
from geo.types import Role

__all__ = ["Account", "Audit", "Ticket"]

_ROLES = ", ".join(f"'{role}'" for role in Role)


class Account(Base):
    """A login (账号). It sees its region and what lies inside, and nothing else."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint(f"role IN ({_ROLES})", name="role_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    region_code: Mapped[Region] = mapped_column(ForeignKey("region.code"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    disabled: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Now]


class Ticket(Base):
    """A signed-in browser or a program's token (登录凭证); only its SHA-256 is kept."""

    __tablename__ = "ticket"
    __table_args__ = (CheckConstraint("kind IN ('session', 'token')", name="kind_known"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    label: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[Now]
    expires_at: Mapped[Instant]


class Audit(Base):
    """What an account or a command did (操作日志). The database refuses to change or delete it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_happened_at", "happened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[Now]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    action: Mapped[str]
    target: Mapped[str] = mapped_column(server_default="")
    region_code: Mapped[Region | None] = mapped_column(ForeignKey("region.code"), index=True)
    facts: Mapped[Facts]
