"""The outbox: claims what is due, dials, and writes down what came of it, until somebody has confirmed.

`poke` wakes it at once when an event was committed; the timetable wakes it each second besides, for what
falls due, leases that ran out and failures to report. The truth is in the rows: an outbox that dies
forgets nothing. The database may go away and come back at any moment: a claim is tried at the next
tick, the end of a call is written again and again until it's written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from db.database import Transactions
from db.errors import DatabaseError
from ivr.spawn import spawn
from ivr.switch.line import Capacity, Cause
from ivr.switch.reactor import Time, Timer, call_later
from notify.budget import LineBudget
from notify.caller import NO_LINE, Caller, CallOrder, CallResult
from notify.confirmations import Confirmations
from notify.escalation import Priority
from notify.notices import Phonebook, claim, finish, renew
from notify.rules import NoticeRules
from notify.sweep import AT_ONCE, Reports, Unreached, reported, sweep, take_over

T = TypeVar("T")

log = Logger()

LEASE = timedelta(seconds=30)
"""How long a claimed notice is ours without a sign of life: when an engine dies, another one dials this much later."""
RENEW = 10.0
"""Seconds between two signs of life."""
AGAIN = 1.0
"""Seconds until a write that the database didn't take is tried again."""
GRACE = 5.0
"""Seconds that a drained outbox gives the database to take the last ends of calls."""


@dataclass(frozen=True, slots=True)
class OutboxParts:
    """What an outbox works with."""

    clock: Time
    wallclock: Callable[[], datetime]
    transactions: Transactions
    rules: Callable[[], NoticeRules]
    """Those of the current edition: asked anew for every transaction."""
    phonebook: Phonebook
    caller: Caller
    capacity: Callable[[], Capacity]
    """Of the switch, at this moment."""
    reports: Reports
    owner: str
    """This engine's name: unique among the engines of one database, the same after a restart."""
    budget: LineBudget
    confirmations: Confirmations
    """What nurses confirmed and the database does not know yet is stored before anything is claimed or ended."""


class Outbox:
    """Dials notices. `start` first; then `poke`, `tick` each second; `drain` at the end."""

    def __init__(self, parts: OutboxParts) -> None:
        self._parts = parts
        self._air: dict[int, CallOrder] = {}
        """Attempt id -> a call in the air, until its end is written."""
        self._calls: dict[int, Deferred[CallResult]] = {}
        self._started = False
        self._draining = False
        self._running = False
        self._reporting = False
        self._wanted = False
        self._sweep_wanted = False
        self._away = False
        self._renewal: Timer | None = None
        self._waiters: list[Deferred[None]] = []

    # What others call

    async def start(self) -> None:
        """Take over what an earlier life of this engine had in the air, as soon as the database lets us."""
        parts = self._parts
        while not self._draining:
            await self._insist(parts.confirmations.replay)
            lost = await self._insist(
                lambda: parts.transactions.run(take_over, parts.rules(), parts.owner, parts.wallclock())
            )
            if lost:
                log.warn("{n} notices were in the air when this engine stopped: they go on", n=lost)
            if lost < AT_ONCE:
                break
        self._started = True
        self.tick()

    def poke(self) -> None:
        """Something may be due now."""
        self._wanted = True
        if self._started and not self._running and not self._draining:
            self._running = True
            spawn(self._work(), "a tick of the outbox")

    def tick(self) -> None:
        """As `poke`, and put right what time has changed: leases, expiry, reports. Once a second."""
        self._sweep_wanted = True
        self.poke()

    async def drain(self, limit: float) -> None:
        """Dial nothing more; calls in the air may go on for `limit` seconds, then they are hung up.

        Returns when every end is written, or `GRACE` seconds after that when the database doesn't take
        them: the next start of this engine takes those over.
        """
        self._draining = True
        hanging_up = call_later(self._parts.clock, limit, self._hang_up_all)
        abandoning = call_later(self._parts.clock, limit + GRACE, self._tell_waiters)
        while (self._air or self._running) and abandoning.active():
            told: Deferred[None] = Deferred()
            self._waiters.append(told)
            await told
        for timer in (hanging_up, abandoning, self._renewal):
            if timer is not None and timer.active():
                timer.cancel()
        if self._air:
            log.error("the end of {n} calls could not be written: the next start takes them over", n=len(self._air))

    @property
    def in_air(self) -> tuple[CallOrder, ...]:
        """Calls that are being made, or whose end is not written yet."""
        return tuple(self._air.values())

    # The tick

    async def _work(self) -> None:
        try:
            while (self._wanted or self._sweep_wanted) and not self._draining:
                self._wanted, sweeping, self._sweep_wanted = False, self._sweep_wanted, False
                await self._parts.confirmations.replay()
                if sweeping:
                    await self._sweep()
                await self._claim()
            if self._away:
                self._away = False
                log.info("the database is back")
        except DatabaseError as wrong:
            self._sweep_wanted = True  # a claim that was committed without our hearing of it is found by a sweep
            if not self._away:
                self._away = True
                log.error("the outbox waits for the database: {wrong}", wrong=wrong)
        finally:
            self._running = False
            self._tell_waiters()

    async def _sweep(self) -> None:
        parts = self._parts
        in_air = {order.notice_id for order in self._air.values()}
        swept = await parts.transactions.run(sweep, parts.rules(), parts.owner, in_air, parts.wallclock())
        if swept.lost or swept.released or swept.expired:
            log.warn(
                "notices taken over from lost calls: {lost}, given back undialled: {released}, expired: {expired}",
                lost=swept.lost,
                released=swept.released,
                expired=swept.expired,
            )
        if swept.unreported and not self._reporting:
            self._reporting = True
            spawn(self._report(swept.unreported), "reporting notices that reached nobody")

    async def _report(self, notices: Sequence[Unreached]) -> None:
        """Beside the tick: whoever is told may be slow or broken, and alerts don't wait for that."""
        try:
            for notice in notices:
                await self._parts.reports.unreached(notice)
                await self._parts.transactions.run(reported, [notice.notice_id])
        except DatabaseError as wrong:
            log.error("what was reported could not be noted, it will be reported again: {wrong}", wrong=wrong)
        finally:
            self._reporting = False

    async def _claim(self) -> None:
        parts = self._parts
        in_air = Counter(Priority(order.priority) for order in self._air.values())
        room = parts.budget.room(parts.capacity(), in_air)
        if room.all > 0:
            orders = await parts.transactions.run(
                claim, parts.rules(), parts.phonebook, parts.owner, parts.wallclock(), LEASE, room
            )
            for order in orders:
                self._air[order.attempt_id] = order
            for order in orders:
                spawn(self._call(order), f"the call of notice {order.notice_id}")
            self._renew_later()

    # One call

    async def _call(self, order: CallOrder) -> None:
        parts = self._parts
        confirmed = parts.confirmations.waits(order.notice_id)
        result = NO_LINE if self._draining or confirmed else await self._place(order)
        await self._insist(parts.confirmations.replay)  # what was confirmed in the call comes before its end
        await self._insist(
            lambda: parts.transactions.run(finish, parts.rules(), order.attempt_id, result, parts.wallclock())
        )
        del self._air[order.attempt_id]
        self._tell_waiters()
        if result.dialled:
            self.poke()  # a line is free, and the next target may be due at once

    async def _place(self, order: CallOrder) -> CallResult:
        call = self._calls[order.attempt_id] = Deferred.fromCoroutine(self._parts.caller.place(order))
        try:
            return await call
        except CancelledError:
            return CallResult(Cause.SWITCH_LOST)
        except Exception:  # noqa: BLE001 - logged with its traceback; the notice goes on by its rule, it is never lost
            log.failure("the call of notice {id} broke", id=order.notice_id)
            return CallResult(Cause.ERROR)
        finally:
            del self._calls[order.attempt_id]

    def _hang_up_all(self) -> None:
        for call in tuple(self._calls.values()):
            call.cancel()

    async def _insist(self, write: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do a write until the database takes it."""
        logged = False
        while True:
            try:
                return await write()
            except DatabaseError as wrong:
                if not logged:
                    log.error("a write of the outbox waits for the database: {wrong}", wrong=wrong)
                logged = True
            over: Deferred[None] = Deferred()
            call_later(self._parts.clock, AGAIN, lambda over=over: over.callback(None))  # type: ignore[misc]
            await over

    # Leases

    def _renew_later(self) -> None:
        if self._air and (self._renewal is None or not self._renewal.active()):
            self._renewal = call_later(
                self._parts.clock, RENEW, lambda: spawn(self._renew(), "renewing leases of notices")
            )

    async def _renew(self) -> None:
        parts = self._parts
        held = [order.notice_id for order in self._air.values()]
        try:
            if held:
                await parts.transactions.run(renew, parts.owner, held, parts.wallclock() + LEASE)
        except DatabaseError as wrong:
            log.error("leases could not be renewed: {wrong}", wrong=wrong)
        self._renew_later()

    def _tell_waiters(self) -> None:
        waiters, self._waiters = self._waiters, []
        for told in waiters:
            told.callback(None)
