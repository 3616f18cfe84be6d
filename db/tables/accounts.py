"""Users of the console and the API, their sessions and keys, and the audit of what they did.

No table holds a password, a session's token or a key: only what tells whether one is right.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, CheckConstraint, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base

ROLES = ("admin", "it", "operator", "clerk", "nurse", "doctor", "auditor")
_ROLE_KNOWN = f"role IN ({', '.join(repr(role) for role in ROLES)})"


class User(Base):
    """Somebody who may use the console. Users are locked, never removed: the audit names them."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(_ROLE_KNOWN, name="role_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    """What is typed to log in: small letters, digits, dot, dash, underscore."""
    shown: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    wards: Mapped[list[str]] = mapped_column(JSON)
    """Codes of the wards whose notices a nurse sees."""
    language: Mapped[str] = mapped_column(String(5))
    """Empty: as the browser asks."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """None: nobody can log in by this name yet."""
    demo: Mapped[bool]
    """The password stands in the README."""
    totp_seed: Mapped[str | None] = mapped_column(String(64))
    """The second factor's secret is made of it and the server's pepper; None: there is none."""
    totp_offered: Mapped[str | None] = mapped_column(String(64))
    """The seed of one that was shown, and not yet confirmed by a code."""
    totp_step: Mapped[int]
    """The time step of the last code that was used: none is good twice."""
    locked: Mapped[bool]
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code on paper that stands for the second factor once; its row goes when it is used."""

    __tablename__ = "recovery_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class UserSession(Base):
    """A browser in which somebody is logged in."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the token that the browser has."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    totp_pending: Mapped[bool]
    """The password was right, the second factor is still to come: nothing else may be done."""
    begun_at: Mapped[datetime]
    used_at: Mapped[datetime]
    """To the minute: reading a page writes nothing more often."""
    ends_at: Mapped[datetime]
    """Used or not, it is over then."""
    idle_seconds: Mapped[int]
    """Without use for so long, it is over."""
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    """The browser, as it calls itself."""


class ApiKey(Base):
    """A key with which another system uses the API. Shown once, when it is made."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    start: Mapped[str] = mapped_column(String(16))
    """Its first characters, to know it by."""
    rights: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """To the minute."""
    used_from: Mapped[str] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None]


class FirstLink(Base):
    """A link by which the first user makes himself, while there is none."""

    __tablename__ = "first_links"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]


class AuditRow(Base):
    """Who did what to what, when, from where. Written once: the database itself refuses changes and removals."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(80))
    """The user's name, `key:` and the key's, or who was at the machine's keyboard."""
    role: Mapped[str] = mapped_column(String(16))
    """As it was then; empty for keys and commands."""
    how: Mapped[str] = mapped_column(String(8))
    action: Mapped[str] = mapped_column(String(40))
    noun: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(120))
    """Which one of the noun."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    address: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint("how IN ('page', 'api', 'command', 'service')", name="how_known"),
        Index(None, "who", "id"),
        Index(None, "action", "id"),
        Index(None, "noun", "key", "id"),
    )


APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
        "CREATE TRIGGER audit_not_removed BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is only added to' USING ERRCODE = '23000'; END $$",
        "CREATE TRIGGER audit_not_changed BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_only_added_to()",
    ),
}
"""By database: the statements that make it refuse. The migration has a copy, as migrations have of everything."""

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _refuse = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(AuditRow.__table__, "after_create", _refuse)
