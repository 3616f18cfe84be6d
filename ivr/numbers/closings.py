"""Numbers that somebody closed: kept in the database, known by every engine within about a second.

A call never waits for the database: it goes by what was read last. What "closed" means for a call is decided in
`ivr.numbers.plan`; the way to it by telephone is the actions of `ivr.numbers.line_actions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from twisted.internet.defer import DeferredLock
from twisted.logger import Logger

from accounts.audit import Hand
from background.spawn import spawn
from db.database import Transactions
from db.errors import DatabaseError
from db.reading import reading
from db.tables.lines import LinePinRow, LineSwitchRow
from ivr.numbers.closing import Closing

log = Logger()


@dataclass(frozen=True, slots=True)
class Switched:
    """One switching as it was done, for the record."""

    number: str
    closed: bool
    until: datetime | None
    who: str
    why: str
    at: datetime
    call_id: str = ""


class Closings:
    """What this engine knows of closed numbers. Call it for the closings by number."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._known: Mapping[str, Closing] = {}
        self._away = False
        self._one = DeferredLock()

    def __call__(self) -> Mapping[str, Closing]:
        """The closings by number, as they were read last; those that are over may still be there."""
        return self._known

    def tick(self) -> None:
        """Read again, unless that is going on."""
        if not self._one.locked:
            spawn(self.read(), "reading which numbers are closed")

    async def read(self) -> None:
        """Read which numbers are closed. While the database is away what was read last stands."""
        await self._one.acquire()  # a late answer never replaces a newer one
        try:
            self._known = await self._transactions.run(closed_numbers)
        except DatabaseError as away:
            if not self._away:
                log.warn("which numbers are closed cannot be read; what was known still counts: {away}", away=away)
            self._away = True
        else:
            self._away = False
        finally:
            self._one.release()


@reading
def closed_numbers(session: Session) -> dict[str, Closing]:
    """The closings by number, also those whose time is over."""
    newest = select(func.max(LineSwitchRow.id)).group_by(LineSwitchRow.number)
    rows = session.scalars(select(LineSwitchRow).where(LineSwitchRow.id.in_(newest), LineSwitchRow.closed))
    return {row.number: Closing(row.number, row.until, row.who, row.why, row.at) for row in rows}


def switch(session: Session, switchings: Iterable[Switched]) -> None:
    """Close numbers, or give them back to their timetable."""
    for one in switchings:
        session.add(
            LineSwitchRow(
                number=one.number,
                closed=one.closed,
                until=one.until,
                who=one.who[:80],
                why=one.why[:200],
                at=one.at,
                call_id=one.call_id,
            )
        )


def switch_by_hand(session: Session, switchings: Sequence[Switched], hand: Hand) -> None:
    """As `switch`, with a row in the audit for each number."""
    switch(session, switchings)
    for one in switchings:
        until = one.until.isoformat() if one.until else ""
        hand.note(session, "close" if one.closed else "open", "number", one.number, until=until)


@reading
def history(session: Session, limit: int = 50) -> list[Switched]:
    """Who closed and opened what, the newest first."""
    rows = session.scalars(select(LineSwitchRow).order_by(LineSwitchRow.id.desc()).limit(limit))
    return [Switched(row.number, row.closed, row.until, row.who, row.why, row.at, row.call_id) for row in rows]


@reading
def pin_of(session: Session, code: str) -> str | None:
    """The stored hash of a feature code's PIN."""
    row = session.get(LinePinRow, code)
    return None if row is None else row.pin_hash


def set_pin(session: Session, code: str, pin_hash: str, who: str, at: datetime) -> None:
    """Give a feature code its PIN, or another one."""
    session.merge(LinePinRow(code=code, pin_hash=pin_hash, who=who[:80], at=at))


def set_pin_by_hand(session: Session, code: str, pin_hash: str, who: str, hand: Hand) -> None:
    """As `set_pin`, with a row in the audit."""
    set_pin(session, code, pin_hash, who, hand.at)
    hand.note(session, "new PIN", "number", code)
