"""Wrong entries of PINs and passwords, counted per card or user and per caller or address; the delay grows and always
ends. How much patience there is with whom is said by those who ask (`hospital.cards.pin_entries`, `accounts.login`).

An entry is counted as wrong before it is checked, and taken back when it was right: whoever hangs up in the middle, or
tries on ten lines at once, has still spent it. Entries made while waiting are refused and not counted, so nobody can
lock a card or a user out for ever (docs/features.md, 23).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from twisted.logger import Logger

from db.rows import insert_missing, locked
from db.tables.cards import WrongEntries

log = Logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How many wrong entries cost nothing, and how the delay grows after that."""

    free: int
    first: timedelta
    longest: timedelta
    forget: timedelta
    """Without a wrong entry for this long, all are forgotten."""
    every: timedelta | None = None
    """One entry is forgiven each time that this has passed, so that a telephone of many people is never worn out."""
    warning: str = ""
    """What the log says when the delay begins; `{tail}`: the last digits of the subject."""

    def delay(self, count: int) -> timedelta:
        """What the `count`-th wrong entry in a row costs: nothing, then `first`, doubling up to `longest`."""
        if count <= self.free:
            return timedelta(0)
        doublings = min(count - self.free - 1, 30)
        return min(self.first * (1 << doublings), self.longest)

    def after_one_more(self, count: int, last_at: datetime, now: datetime) -> tuple[int, datetime]:
        """Count and last moment after another wrong entry at `now`."""
        passed = max(now - last_at, timedelta(0))  # somebody may have set the clock back
        if count == 0 or passed >= self.forget:
            return 1, now
        if self.every is None:
            return count + 1, now
        forgiven = passed // self.every
        if forgiven >= count:
            return 1, now
        # What is left of the time counts towards the next one to be forgiven; at the longest delay more changes
        # nothing.
        return min(count - forgiven, self._enough) + 1, min(last_at, now) + forgiven * self.every

    @property
    def _enough(self) -> int:
        """The count at which the delay is the longest."""
        return next(count for count in range(self.free, self.free + 40) if self.delay(count) == self.longest)


OLD = timedelta(days=2)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stored where nobody has to wait. The moment of the entry itself would be in the future for everybody whose clock was
read a little earlier, on this engine or another."""

JUST_NOW = timedelta(seconds=5)
"""A delay that began no longer ago may be that of entries which are being checked, and turn out to be right."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose wrong entries are counted."""

    name: str
    patience: Patience


@dataclass(frozen=True, slots=True)
class Delay:
    """How long to wait before the next entry. `fresh`: it began just now, maybe for entries that are still being
    checked: whoever asks again in a moment may find it gone."""

    left: timedelta
    fresh: bool = False

    def __bool__(self) -> bool:
        return self.left > timedelta(0)


def count(session: Session, counted: Iterable[Subject], now: datetime) -> Delay:
    """Count one wrong entry for each subject and return no delay; or count nothing and return how long to wait."""
    rows = _locked(session, counted, now)
    for row, patience in rows:
        row.wait_until = min(row.wait_until, now + patience.longest)  # somebody may have set the clock back
    left = max((row.wait_until - now for row, _ in rows), default=timedelta(0))
    if left > timedelta(0):
        return Delay(left, all(_fresh(row, patience, now) for row, patience in rows))
    for row, patience in rows:
        row.count, row.last_at = patience.after_one_more(row.count, row.last_at, now)
        delay = patience.delay(row.count)
        row.wait_until = now + delay if delay else NEVER
        if patience.warning and row.count == patience.free + 1:
            log.warn(patience.warning, tail=row.subject[-4:])
    return Delay(timedelta(0))


def count_before(session: Session, counted: Iterable[Subject], now: datetime) -> timedelta:
    """As `count`, for those who want only the time."""
    return max(count(session, counted, now).left, timedelta(0))


def _fresh(row: WrongEntries, patience: Patience, now: datetime) -> bool:
    """Whether what this row asks to wait, if anything, began just now."""
    return row.wait_until <= now or row.wait_until - patience.delay(row.count) > now - JUST_NOW


def take_back(session: Session, own: Subject, origin: Subject, now: datetime) -> None:
    """The entry was right: the card or user starts anew; where it came from has this one entry less, so that a thief
    with a card of his own gains nothing."""
    for row, _ in _locked(session, (own, origin), now):
        row.count = 0 if row.subject == own.name else max(row.count - 1, 0)
        row.wait_until = NEVER


def forgive(session: Session, names: Iterable[str]) -> None:
    """These subjects start anew."""
    if wanted := list(names):
        session.execute(delete(WrongEntries).where(WrongEntries.subject.in_(wanted)))


def forget_old(session: Session, now: datetime) -> None:
    """Remove counts that mean nothing any more."""
    session.execute(delete(WrongEntries).where(WrongEntries.last_at < now - OLD))


def _locked(session: Session, counted: Iterable[Subject], now: datetime) -> list[tuple[WrongEntries, Patience]]:
    # In one order for all, so that two calls never wait for each other.
    rows = []
    for subject in sorted(counted, key=lambda one: one.name):
        insert_missing(session, WrongEntries, subject=subject.name, count=0, last_at=now, wait_until=NEVER)
        row = session.execute(locked(select(WrongEntries).where(WrongEntries.subject == subject.name))).scalar_one()
        rows.append((row, subject.patience))
    return rows
