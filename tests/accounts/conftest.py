"""A console with an administrator, a nurse and a clock to set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from accounts import users, visits
from accounts.audit import AuditQuery, AuditRecord, Hand, find
from accounts.passwords import PlainPasswords
from accounts.rights import Role
from accounts.visitor import Visitor
from db.database import Database

T = TypeVar("T")

MORNING = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
DESK = "10.1.2.7"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"


@dataclass
class House:
    """Users in a database."""

    database: Database
    now: datetime = MORNING
    passwords: PlainPasswords = field(default_factory=PlainPasswords)

    def wallclock(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """One transaction."""
        return self.database.run_now(work, *args, **kwargs)

    @property
    def hand(self) -> Hand:
        return Hand("root", self.now, "command")

    def add(self, name: str, role: Role, password: str = "", **more: Any) -> users.UserRecord:
        hashed = self.passwords.hash(password) if password else None
        return self.run(users.add, name, name.title(), role, hashed, self.hand, **more)

    def open(self, name: str, **more: Any) -> str:
        """A session of his, past the login."""
        user = self.run(users.find, name)
        return self.run(visits.open_session, user.id, self.now, DESK, BROWSER, **more)

    def whose(self, token: str) -> Visitor | None:
        return self.run(visits.whose, token, self.now)

    def audit(self, **wanted: Any) -> list[AuditRecord]:
        return self.run(find, AuditQuery(**wanted))


@pytest.fixture
def house(database: Database) -> House:
    """An administrator `anna` and a nurse `nina` of ward W3."""
    made = House(database)
    made.add("anna", Role.ADMIN, "purple-elephant-7")
    made.add("nina", Role.NURSE, "quiet-corridor-3", wards=["W3"], language="pl")
    return made
