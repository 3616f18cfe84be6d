"""Wards and whom to call there."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.tables.names import Named


class Ward(Named, Base):
    """A ward by the code that the hospital's messages use (HL7 PV1-3.1)."""

    __tablename__ = "wards"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))


class WardContact(Base):
    """One telephone of a ward, in one role, in the order in which it is tried."""

    __tablename__ = "ward_contacts"
    __table_args__ = (
        UniqueConstraint("ward_id", "role", "position"),
        CheckConstraint("role IN ('station', 'head_nurse', 'duty_manager')", name="role_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("wards.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    position: Mapped[int] = mapped_column(default=0)
    dial: Mapped[str] = mapped_column(String(32))
    """What is dialled: an extension or a full number."""
