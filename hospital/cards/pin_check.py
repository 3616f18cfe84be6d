"""The check of card number and PIN at the telephone: counted first, verified off the reactor, then answered."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session
from twisted.internet.defer import DeferredSemaphore

from accounts import wrong_entries
from accounts.wrong_entries import Delay, Subject
from background.threads import OffReactor
from db.database import Transactions
from db.tables.cards import Card
from hospital.cards import pin_entries
from hospital.cards.pins import Pins

AT_ONCE = 2
"""PINs verified at the same time: each takes a core and 19 MiB."""

PAUSE = 0.1
"""Seconds between two looks at whether a delay came only from entries that were being checked."""

PAUSES = 80
"""The most looks there are: eight seconds, of the fifteen that a caller waits for an action."""

CLEAN_EVERY = 500
"""Checks between two removals of old counts."""


@dataclass(frozen=True, slots=True)
class Right:
    """The PIN is the card's."""

    card: str
    patient: str
    slow: bool = False
    """The line speaks slowly to this patient."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """There is no such card, it is blocked, or the PIN is another: the caller hears no difference."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many wrong entries of late. Nothing was checked; the right PIN would not have helped."""

    seconds: int

    @property
    def told(self) -> int:
        """Seconds as a caller hears them: never less than they are, to ten seconds in the first two minutes, to the
        minute after that."""
        step = 10 if self.seconds <= 120 else 60
        return -(-self.seconds // step) * step


Checked: TypeAlias = Right | Wrong | Wait


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose PIN it is, with the stored hash of it."""

    stored: str | None
    patient: str = ""
    slow: bool = False


Find: TypeAlias = Callable[[Session, str], Holder | None]
"""Looks up what `number` stands for; None: there is no such thing, or it is blocked."""


class PinCheck:
    """Checks PINs. `off_reactor` runs the slow part elsewhere, at most `at_once` at a time. `shared_callers` are
    numbers that many people call from, such as the one number of a PBX."""

    def __init__(
        self,
        transactions: Transactions,
        pins: Pins,
        off_reactor: OffReactor,
        wallclock: Callable[[], datetime],
        shared_callers: Collection[str] = (),
        at_once: int = AT_ONCE,
        pause: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        """With `pause` (which waits for so many seconds) nobody is refused because of entries that are being checked
        at this moment, here or by another engine: their outcome is waited for."""
        self._transactions = transactions
        self._pins = pins
        self._off_reactor = off_reactor
        self._wallclock = wallclock
        self._shared_callers = shared_callers
        self._free = DeferredSemaphore(at_once)
        self._checks = 0
        self._pause = pause

    async def check(self, number: str, pin: str, caller: str, find: Find | None = None) -> Checked:
        """Whether `pin` is the PIN of card `number`. The same steps are taken for a card that does not exist.

        With `find` the PIN is that of something other than a card: `number` names it, in a form that no card has.
        """
        card, by_caller = pin_entries.subjects(number, caller, self._shared_callers)
        await self._clean_at_times()
        delay, found = await self._counted((card, by_caller), number, find or _card)
        if delay:
            return Wait(max(1, math.ceil(delay.left.total_seconds())))
        await self._free.acquire()
        try:
            right: bool = await self._off_reactor(lambda: self._pins.verify(number, pin, found.stored))
        finally:
            self._free.release()
        if not right:
            return Wrong()
        await self._transactions.run(wrong_entries.take_back, card, by_caller, self._wallclock())
        return Right(number, found.patient, found.slow)

    async def _counted(self, subjects: tuple[Subject, Subject], number: str, find: Find) -> tuple[Delay, Holder]:
        """The entry counted; or a delay that still holds when what was being checked is settled."""
        looks = 0
        while True:
            delay, found = await self._transactions.run(_count_and_find, subjects, number, find, self._wallclock)
            if not delay.fresh or self._pause is None or looks == PAUSES:
                return delay, found
            looks += 1
            await self._pause(PAUSE)

    async def _clean_at_times(self) -> None:
        self._checks += 1
        if self._checks % CLEAN_EVERY == 0:
            await self._transactions.run(wrong_entries.forget_old, self._wallclock())


def _count_and_find(
    session: Session, subjects: tuple[Subject, Subject], number: str, find: Find, wallclock: Callable[[], datetime]
) -> tuple[Delay, Holder]:
    session.connection()  # the clock is read when it is our turn, not before
    delay = wrong_entries.count(session, subjects, wallclock())
    nobody = Holder(None)
    return (delay, nobody) if delay else (delay, find(session, number) or nobody)


def _card(session: Session, number: str) -> Holder | None:
    row = session.execute(select(Card).where(Card.number == number)).scalar_one_or_none()
    return None if row is None or row.blocked else Holder(row.pin_hash, row.patient, row.slow)
