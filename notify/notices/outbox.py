"""The outbox: claims what is due, again and again, until somebody has confirmed. What it claimed is dialled and written
down by `air.py`.

`poke` wakes it at once when an event was committed; the timetable wakes it each second besides, for what
falls due, leases that ran out and failures to report. The truth is in the rows: an outbox that dies
forgets nothing. The database may go away and come back at any moment: a claim is tried at the next
tick, the end of a call is written again and again until it's written.

To end the call of a notice, make the notice over in the tables (`stopping.cancel`) and `poke`: whichever engine makes
the call sees it when it is poked, at the latest within a second. A call that rings is hung up by CANCEL; a listener
hears a sentence (`Outbox.stop` gives it another one than `CALLED_OFF`), and then what else waits for that telephone. A
notice that is called off before anybody answers is never told.

An emergency that finds no line takes one on which a lesser call only rings: that one is hung up and loses nothing. When
all lines talk, the first one that has told its notice says goodbye, whatever else waits for that telephone.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from background.reactor import call_later
from background.spawn import spawn
from db.errors import DatabaseError
from notify.notices.air import Air
from notify.notices.budget import Room
from notify.notices.call import CALLED_OFF, Call
from notify.notices.claim import claim
from notify.notices.flood import Flood
from notify.notices.insisting import insist
from notify.notices.leases import over_of
from notify.notices.parts import LEASE
from notify.notices.parts import OutboxParts as OutboxParts
from notify.notices.reports import Reporting
from notify.notices.states import State
from notify.notices.sweep import AT_ONCE, sweep, take_over
from notify.notices.telephone import NoticeOrder

T = TypeVar("T")

log = Logger()

GRACE = 5.0
"""Seconds that a drained outbox gives the database to take the last ends of calls."""
CANCELLING = 2.0
"""Seconds that a call which gave way may take to be gone, until an emergency takes another one's line."""


class Outbox:
    """Dials notices. `start` first; then `poke`, `tick` each second; `drain` at the end."""

    def __init__(self, parts: OutboxParts) -> None:
        self._parts = parts
        self._reporting = Reporting(parts.transactions, parts.reports, parts.wallclock)
        self._flood = Flood(parts.transactions, parts.clock, parts.wallclock)
        self._air = Air(parts, self.poke, self._tell_waiters)
        self._turn = DeferredLock()
        """Held while transactions change which notices are in the air: a sweep never sees one half."""
        self._lacking = 0
        """Lines that emergencies wait for, and no call gives way yet."""
        self._started = False
        self._draining = False
        self._running = False
        self._wanted = False
        self._sweep_wanted = False
        self._away = False
        self._waiters: list[Deferred[None]] = []

    # What others call

    async def start(self) -> None:
        """Take over what an earlier life of this engine had in the air, as soon as the database lets us."""
        parts = self._parts
        while not self._draining:
            await insist(parts.clock, parts.confirmations.replay)
            lost = await insist(
                parts.clock, lambda: parts.transactions.run(take_over, parts.rules(), parts.owner, parts.wallclock())
            )
            if lost:
                log.warn("{n} notices were in the air when this engine stopped: they continue", n=lost)
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
        self._flood.stop()
        self._air.closes()
        limit = limit if self._air.calls else 0.0  # only a tick may be under way
        hanging_up = call_later(self._parts.clock, limit, self._air.hang_up_all)
        abandoning = call_later(self._parts.clock, limit + GRACE, self._tell_waiters)
        while (self._air.calls or self._running) and abandoning.active():
            told: Deferred[None] = Deferred()
            self._waiters.append(told)
            await told
        for timer in (hanging_up, abandoning):
            if timer.active():
                timer.cancel()
        self._air.stop_timers()
        if self._air.calls:
            log.error(
                "the end of {n} calls could not be written: the next start takes them over", n=len(self._air.calls)
            )

    def stop(self, notice_id: int, text: str = CALLED_OFF) -> bool:
        """End the call of a notice that is over in the tables already, if this engine makes it now. A listener hears
        `text`, an id of the catalogues. False: no call of ours."""
        calls = [call for call in self._air.calls.values() if call.order.notice_id == notice_id]
        for call in calls:
            call.stop(text)
        return bool(calls)

    @property
    def in_air(self) -> tuple[NoticeOrder, ...]:
        """What is told or dialled for in calls that are being made, or whose end is not written yet."""
        return tuple(call.order for call in self._air.calls.values())

    # The tick

    async def _work(self) -> None:
        try:
            while (self._wanted or self._sweep_wanted) and not self._draining:
                self._wanted, sweeping, self._sweep_wanted = False, self._sweep_wanted, False
                await self._parts.confirmations.replay()
                async with self._turn:
                    if sweeping:
                        await self._sweep()
                    await self._stop_over()
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
        in_air = {call.order.notice_id: call.order.attempt_id for call in self._air.calls.values()}
        held = list(self._air.calls)
        flooded = self._flood.running
        now = parts.wallclock()
        swept = await parts.transactions.run(sweep, parts.rules(), parts.owner, in_air, held, now, flooded)
        if swept.expired == AT_ONCE and not flooded:
            spawn(self._flood.close(), "closing expired notices")
        if swept.lost or swept.released or swept.expired:
            log.warn(
                "notices taken over from lost calls: {lost}, given back undialled: {released}, expired: {expired}",
                lost=swept.lost,
                released=swept.released,
                expired=swept.expired,
            )
        self._reporting.tell(swept.unreported)

    async def _stop_over(self) -> None:
        """Notices that were cancelled, or confirmed in another call, are not told any more."""
        told = {call.order.notice_id: call for call in self._air.calls.values()}
        if not told:
            return
        for notice_id, state in (await self._parts.transactions.run(over_of, list(told))).items():
            call = told[notice_id]
            if call.order.notice_id == notice_id and (state is State.CANCELLED or not call.talking):
                call.stop()

    async def _claim(self) -> None:
        parts = self._parts
        room = parts.budget.room(parts.capacity(), Counter(call.priority for call in self._air.calls.values()))
        if self._flood.running:  # alerts need not look for their like behind what is over: the others wait a moment
            room = Room(room.all, 0)
        if room.all <= 0 and not self._air.calls:
            return
        claimed = await parts.transactions.run(
            claim, parts.rules(), parts.phonebook, parts.owner, parts.wallclock(), LEASE, room
        )
        self._air.begin([Call(parts, self._turn, order, lambda: self._lacking > 0) for order in claimed.orders])
        self._give_way(claimed.wanting)

    def _give_way(self, wanting: int) -> None:
        """Emergencies take lines that lesser calls ring on: the least of them first, and of those the newest. For the
        rest, the next calls that have told their notice tell no other."""
        now = self._parts.clock.seconds()
        for call in self._air.calls.values():
            wanting -= call.gave_way_at is not None and now - call.gave_way_at < CANCELLING
        ringing = [call for call in self._air.calls.values() if call.may_give_way]
        giving = sorted(ringing, key=lambda call: (-call.priority, -call.began))[: max(wanting, 0)]
        for call in giving:
            log.info("notice {id} gives up its line for an emergency", id=call.order.notice_id)
            call.give_way()
        self._lacking = max(wanting - len(giving), 0)

    def _tell_waiters(self) -> None:
        waiters, self._waiters = self._waiters, []
        for told in waiters:
            told.callback(None)
