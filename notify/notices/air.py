"""The calls of an outbox that are being made: placed, kept on lease, their ends written. What is claimed and when is
`outbox.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from background.reactor import Timer, call_later
from background.spawn import spawn
from db.errors import DatabaseError
from ivr.call.order import NO_LINE, CallResult
from ivr.switch.line import Cause
from notify.notices import telephone_locks
from notify.notices.call import Call
from notify.notices.ends import End, Ends
from notify.notices.insisting import insist
from notify.notices.leases import renew
from notify.notices.parts import LEASE, OutboxParts

log = Logger()

RENEW = 10.0
"""Seconds between two signs of life."""


class Air:
    """Calls in the air. `begin` dials; `closes` when nothing more is dialled."""

    def __init__(self, parts: OutboxParts, poke: Callable[[], None], gone: Callable[[], None]) -> None:
        """`poke`: something may be due now; `gone`: the end of a call is written."""
        self._parts = parts
        self._poke = poke
        self._gone = gone
        self._ends = Ends(parts)
        self.calls: dict[int, Call] = {}
        """Attempt id of the dialling -> a call in the air, until its end is written."""
        self._placing: dict[int, Deferred[CallResult]] = {}
        self._rests: set[Timer] = set()
        self._renewal: Timer | None = None
        self._closing = False

    def begin(self, calls: Sequence[Call]) -> None:
        """Dial for what was claimed."""
        for call in calls:
            self.calls[call.hold.attempt_id] = call
        for call in calls:
            spawn(self._call(call), f"the call of notice {call.order.notice_id}")
        self._renew_later()

    def closes(self) -> None:
        """Nothing more is dialled."""
        self._closing = True

    def hang_up_all(self) -> None:
        """End every call."""
        for placing in tuple(self._placing.values()):
            placing.cancel()

    def stop_timers(self) -> None:
        """It is the end."""
        for timer in (self._renewal, *self._rests):
            if timer is not None and timer.active():
                timer.cancel()

    # One call

    async def _call(self, call: Call) -> None:
        parts = self._parts
        confirmed = parts.confirmations.waits(call.order.notice_id)
        result = NO_LINE if self._closing or confirmed else await self._place(call)
        # What was confirmed in the call comes before its end.
        await insist(parts.clock, parts.confirmations.replay)
        await self._ends.write(End(call.order.attempt_id, result, call.hold, call.further))
        del self.calls[call.hold.attempt_id]
        self._gone()
        if result.dialled:
            self._poke()  # a line is free, and the next target may be due at once
            self._poke_after_rest()

    async def _place(self, call: Call) -> CallResult:
        number = call.hold.attempt_id
        placing = self._placing[number] = Deferred.fromCoroutine(self._parts.telephone.place(call.order, call))
        try:
            result = await placing
            return replace(result, taken_back=call.order.stopped.here)
        except CancelledError:
            return CallResult(Cause.SWITCH_LOST)
        except Exception:  # noqa: BLE001 - logged with its traceback; the notice goes on by its rule, it is never lost
            log.failure("the call of notice {id} failed unexpectedly", id=call.order.notice_id)
            return CallResult(Cause.ERROR)
        finally:
            del self._placing[number]

    def _poke_after_rest(self) -> None:
        """The telephone may be rung again then."""
        if self._closing:
            return

        def rested() -> None:
            self._rests.discard(timer)
            self._poke()

        timer = call_later(self._parts.clock, telephone_locks.REST.total_seconds() + 0.01, rested)
        self._rests.add(timer)

    # Leases

    def _renew_later(self) -> None:
        if self.calls and (self._renewal is None or not self._renewal.active()):
            self._renewal = call_later(
                self._parts.clock, RENEW, lambda: spawn(self._renew(), "renewing leases of notices")
            )

    async def _renew(self) -> None:
        parts = self._parts
        told = [call.order.notice_id for call in self.calls.values()]
        try:
            if told:
                await parts.transactions.run(_renew, parts.owner, told, list(self.calls), parts.wallclock() + LEASE)
        except DatabaseError as wrong:
            log.error("leases could not be renewed: {wrong}", wrong=wrong)
        self._renew_later()


def _renew(session: Session, owner: str, notices: Sequence[int], attempts: Sequence[int], until: datetime) -> None:
    """Hold on to what calls in the air tell, and to their telephones."""
    renew(session, owner, notices, until)
    telephone_locks.renew(session, owner, attempts, until)
