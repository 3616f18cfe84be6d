"""Logging in: the password, then the second factor where there is one. Wrong ones cost time, as wrong PINs do.

Counted first, checked in the thread that asks, then answered: whoever tries on ten lines at once has still spent his
entries. A name that nobody has, a locked user and a wrong password are one answer after the same time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy.orm import Session

from accounts import users, visits, wrong_entries
from accounts.audit import Hand
from accounts.passwords import Passwords
from accounts.rights import Role
from accounts.second_factor import SecondFactors
from accounts.visitor import Visitor
from accounts.wrong_entries import Patience, Subject
from db.database import Database
from db.tables.accounts import User

USER = Patience(free=4, first=timedelta(minutes=1), longest=timedelta(minutes=15), forget=timedelta(days=1))
"""Shorter at the longest than for a card: a password is no PIN, and who knows a name must not keep its owner out for
an hour."""

FACTOR = Patience(free=4, first=timedelta(minutes=1), longest=timedelta(hours=1), forget=timedelta(days=1))
"""Six digits, and whoever is asked for them knew the password."""

ADDRESS = Patience(
    free=30,
    first=timedelta(seconds=5),
    longest=timedelta(minutes=1),
    forget=timedelta(hours=1),
    every=timedelta(minutes=1),
    warning="many wrong passwords from the address ...{tail}, which has to wait now",
)
"""A whole hospital may come from behind one address."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A session has begun; its token goes to the browser. `totp_pending`: the second factor is still to come."""

    token: str
    totp_pending: bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """There is no such user, he is locked, or the password or code is another: there is no telling which."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many wrong entries of late. Nothing was checked; the right one would not have helped."""

    seconds: int


Outcome: TypeAlias = Entered | Wrong | Wait


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last, and which roles must have a second factor."""

    idle: timedelta = visits.IDLE
    longest: timedelta = visits.LONGEST
    totp_roles: Collection[Role] = ()


class Login:
    """Lets users in. Its methods take tens of milliseconds: for threads, never for a loop."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        factors: SecondFactors,
        wallclock: Callable[[], datetime],
        limits: Limits = Limits(),
    ) -> None:
        self.passwords = passwords
        self.factors = factors
        self._database = database
        self._wallclock = wallclock
        self._limits = limits

    def enter(self, name: str, password: str, address: str, agent: str, before: Visitor | None = None) -> Outcome:
        """Name and password. `before`: who was logged in in this browser; that session ends. Raises
        `accounts.passwords.Crowded`."""
        own, origin = Subject(_user(name), USER), Subject(_address(address), ADDRESS)
        counted = self._database.run_now(self._count, (own, origin), name)
        if isinstance(counted, Wait):
            return counted
        right = self.passwords.verify(password, counted.stored)
        return self._database.run_now(self._answer, right, counted, (own, origin), address, agent, before)

    def second(self, visitor: Visitor, code: str, address: str, agent: str) -> Outcome:
        """The second factor of somebody whose password was right: his session becomes another one."""
        own, origin = Subject(f"totp:{visitor.user_id}", FACTOR), Subject(_address(address), ADDRESS)
        return self._database.run_now(self._second, visitor, code, (own, origin), address, agent)

    def is_his(self, visitor: Visitor, password: str, address: str) -> Wait | bool:
        """Whether it is the password of somebody who is logged in: asked before he changes what protects him. Raises
        `accounts.passwords.Crowded`."""
        own, origin = Subject(_user(visitor.name), USER), Subject(_address(address), ADDRESS)
        counted = self._database.run_now(self._count, (own, origin), visitor.name)
        if isinstance(counted, Wait):
            return counted
        if not self.passwords.verify(password, counted.stored):
            return False
        self._database.run_now(wrong_entries.take_back, own, origin, self._wallclock())
        return True

    def begin(
        self, session: Session, user_id: int, address: str, agent: str, hand: Hand, *, totp_pending: bool = False
    ) -> str:
        """A session of somebody who showed that he is the one, in the transaction in which he did; its token."""
        limits = self._limits
        token = visits.open_session(
            session,
            user_id,
            hand.at,
            address,
            agent,
            idle=limits.idle,
            longest=limits.longest,
            totp_pending=totp_pending,
        )
        user = session.get_one(User, user_id)
        hand.note(session, "give password" if totp_pending else "log in", "user", user.name)
        return token

    def must_have_factor(self, role: Role) -> bool:
        """Whether the settings ask for a second factor of that role."""
        return role in self._limits.totp_roles

    def wants_factor(self, user: users.UserRecord) -> bool:
        """Whether a second factor is asked of him, be it set up or not."""
        return user.second_factor or self.must_have_factor(user.role)

    def _count(self, session: Session, subjects: tuple[Subject, Subject], name: str) -> _Counted | Wait:
        session.connection()  # the clock is read when it is our turn, not before
        delay = wrong_entries.count(session, subjects, self._wallclock())
        if delay:
            return Wait(max(1, math.ceil(delay.left.total_seconds())))
        row = users.lookup(session, name)
        if row is None:
            return _Counted(None, "", None)
        return _Counted(row.id, row.name, None if row.locked else row.password_hash)

    def _answer(
        self,
        session: Session,
        right: bool,
        counted: _Counted,
        subjects: tuple[Subject, Subject],
        address: str,
        agent: str,
        before: Visitor | None,
    ) -> Outcome:
        now = self._wallclock()
        if not right or counted.user_id is None:
            # What was typed where nobody has that name may be a password.
            Hand(counted.name or "?", now, "page", address).note(session, "wrong password", "user", counted.name or "?")
            return Wrong()
        wrong_entries.take_back(session, *subjects, now)
        if before is not None:
            visits.end(session, before.session_id, now)
        user = users.find(session, counted.name)
        pending = self.wants_factor(user)
        hand = Hand(user.name, now, "page", address)
        return Entered(self.begin(session, user.id, address, agent, hand, totp_pending=pending), pending)

    def _second(
        self, session: Session, visitor: Visitor, code: str, subjects: tuple[Subject, Subject], address: str, agent: str
    ) -> Outcome:
        session.connection()
        now = self._wallclock()
        if delay := wrong_entries.count(session, subjects, now):
            return Wait(max(1, math.ceil(delay.left.total_seconds())))
        hand = Hand(visitor, now, "page", address)
        if not self.factors.passes(session, visitor.user_id, code, now):
            hand.note(session, "wrong code", "user", visitor.name)
            return Wrong()
        wrong_entries.take_back(session, *subjects, now)
        visits.end(session, visitor.session_id, now)
        return Entered(self.begin(session, visitor.user_id, address, agent, hand), False)


def forgive(session: Session, name: str) -> None:
    """A user's wrong entries are forgotten: somebody who knows him has set another password, or let him in."""
    user = users.find(session, name)
    wrong_entries.forgive(session, (_user(user.name), f"totp:{user.id}"))


@dataclass(frozen=True, slots=True)
class _Counted:
    """Whose entry was counted, with what is kept of his password."""

    user_id: int | None
    name: str
    stored: str | None


def _user(name: str) -> str:
    """What is typed as a name may be a password: no table holds it in clear."""
    return f"user:{hashlib.sha256(users.folded(name).encode('utf-8', 'surrogatepass')).hexdigest()}"


def _address(address: str) -> str:
    return f"address:{address}"[:80]
