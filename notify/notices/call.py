"""One call of ours as the outbox sees it: ringing or talking, and which notice is told in it now.

It answers the caller's questions (`telephone.Tellings`) by the tables. A database that is slow or away never keeps a
listener waiting: the notice that was dialled for is told, and after it the call ends. The next sweep gives back what
such a late answer had claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from background.reactor import call_later
from background.spawn import spawn
from db.errors import DatabaseError
from ivr.call.order import CallResult
from ivr.switch.address import squeeze
from notify.notices.escalation import Priority
from notify.notices.parts import LEASE, OutboxParts
from notify.notices.telephone import NoticeOrder
from notify.notices.telephone_locks import Hold
from notify.notices.telling import First, tell_first, tell_next

T = TypeVar("T")

log = Logger()

PATIENCE = 1.5
"""Seconds that a listener waits in silence for what is told next."""
CALLED_OFF = "ward.called_off"
"""What a listener hears of a notice that was cancelled, unless somebody knows better words for it."""


class Call:
    """Implements `Tellings`. `order` is what is told now, or dialled for."""

    def __init__(
        self, parts: OutboxParts, turn: DeferredLock, order: NoticeOrder, line_is_wanted: Callable[[], bool]
    ) -> None:
        """`turn`: whoever holds it may change which notices are in the air; see `Outbox`. `line_is_wanted`: whether an
        emergency waits for a line."""
        self._line_is_wanted = line_is_wanted
        self._parts = parts
        self._turn = turn
        self.order = order
        self.hold = Hold(squeeze(order.target), parts.owner, order.attempt_id)
        self.began = parts.clock.seconds()
        self.talking = False
        self.further = False
        """Whether a notice was confirmed in this call before the one that is told now."""
        self.gave_way_at: float | None = None

    @property
    def priority(self) -> Priority:
        """Of what is told now."""
        return Priority(self.order.priority)

    @property
    def may_give_way(self) -> bool:
        """Whether an emergency may take its line: it only rings, for something less."""
        return not self.talking and self.priority > Priority.EMERGENCY and not self.order.stopped.here

    def give_way(self) -> None:
        """Hang up: an emergency needs the line. The notice loses nothing."""
        self.gave_way_at = self._parts.clock.seconds()
        self.order.stopped.come("")

    def stop(self, text: str = CALLED_OFF) -> None:
        """Its notice must not be told any more. A call that rings is hung up; a listener hears `text`."""
        self.order.stopped.come(text)

    # Tellings

    async def first(self) -> NoticeOrder | None:
        """As `Tellings.first`."""
        self.talking = True
        parts, now = self._parts, self._parts.wallclock()
        first = await self._in_time(
            parts.transactions.run(
                tell_first,
                parts.rules(),
                parts.phonebook,
                self.order.attempt_id,
                self.hold.telephone,
                parts.owner,
                now,
                LEASE,
            ),
            First(True),
        )
        if first.as_dialled:
            return self.order
        if first.order is not None:
            self.order = first.order
        return first.order

    async def then(self, told: CallResult) -> NoticeOrder | None:
        """As `Tellings.then`. What waits here too is left for another call when an emergency waits for a line."""
        parts, now = self._parts, self._parts.wallclock()
        wanted = self._line_is_wanted()
        following = await self._in_time(
            parts.transactions.run(
                tell_next,
                parts.rules(),
                parts.phonebook,
                self.order.attempt_id,
                replace(told, taken_back=self.order.stopped.here),
                self.hold.telephone,
                parts.owner,
                now,
                LEASE,
                Priority.EMERGENCY if wanted else Priority.MONEY,
            ),
            None,
        )
        if following is None and wanted:
            self.gave_way_at = parts.clock.seconds()
        if following is not None:
            self.order, self.further = following, True
        return following

    async def _in_time(self, work: Coroutine[Any, Any, T], otherwise: T) -> T:
        """What the database says, unless it takes too long."""
        told: Deferred[T] = Deferred()

        async def ask() -> None:
            try:
                async with self._turn:
                    if told.called:
                        work.close()
                        return
                    await self._parts.confirmations.replay()
                    answer = await work
                    if not told.called:
                        told.callback(answer)  # while it is our turn: no sweep may see what is claimed as nobody's
            except DatabaseError as wrong:
                log.error("what notice {id} tells could not be read: {wrong}", id=self.order.notice_id, wrong=wrong)
                if not told.called:
                    told.callback(otherwise)

        spawn(ask(), f"what is told in the call of notice {self.order.notice_id}")
        late = None
        if not told.called:
            late = call_later(self._parts.clock, PATIENCE, lambda: told.callback(otherwise))
        try:
            return await told
        finally:
            if late is not None and late.active():
                late.cancel()
