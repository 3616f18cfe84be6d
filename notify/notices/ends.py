"""The ends of calls on their way into the tables: those that come while one transaction is written share the next one.

An end alone is written at once. Of a transaction that did not come through, each end is written for itself, as often as
it takes: none waits for another that the database refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from background.spawn import spawn
from db.errors import DatabaseError
from ivr.call.order import CallResult
from notify.notices.attempts import end_call
from notify.notices.insisting import insist
from notify.notices.ladder import Phonebook
from notify.notices.parts import OutboxParts
from notify.notices.rules import NoticeRules
from notify.notices.telephone_locks import Hold

log = Logger()

TOGETHER = 20
"""Ends that one transaction writes at most: some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended."""

    attempt_id: int
    """Of what was told last."""
    result: CallResult
    hold: Hold
    further: bool


class Ends:
    """Writes them down."""

    def __init__(self, parts: OutboxParts) -> None:
        self._parts = parts
        self._waiting: list[tuple[End, Deferred[None]]] = []
        self._writing = False

    async def write(self, end: End) -> None:
        """Returns when it is in the tables, however long that takes."""
        written: Deferred[None] = Deferred()
        self._waiting.append((end, written))
        if not self._writing:
            self._writing = True
            spawn(self._write(), "writing the ends of calls")
        await written

    async def _write(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                if not await self._all(together):
                    for one in together:
                        spawn(self._one(*one), "writing the end of a call")
        finally:
            self._writing = False

    async def _all(self, together: Sequence[tuple[End, Deferred[None]]]) -> bool:
        try:
            await self._run([end for end, _ in together])
        except DatabaseError as wrong:
            if len(together) > 1:
                log.warn("the ends of {n} calls are written one by one: {wrong}", n=len(together), wrong=wrong)
            return False
        except Exception:  # noqa: BLE001 - it comes again for the one that it is about, and is told there
            return False
        for _, written in together:
            written.callback(None)
        return True

    async def _one(self, end: End, written: Deferred[None]) -> None:
        try:
            await insist(self._parts.clock, lambda: self._run([end]))
        except Exception:  # noqa: BLE001 - whoever waits for it has to know
            written.errback(Failure())  # type: ignore[no-untyped-call]
        else:
            written.callback(None)

    async def _run(self, ends: Sequence[End]) -> None:
        parts = self._parts
        await parts.transactions.run(end_calls, parts.rules(), parts.phonebook, ends, parts.wallclock())


def end_calls(session: Session, rules: NoticeRules, phonebook: Phonebook, ends: Sequence[End], now: datetime) -> None:
    """These calls are over; the body of a transaction. In the order of their attempts, as other engines do it."""
    for end in sorted(ends, key=lambda end: end.attempt_id):
        end_call(session, rules, phonebook, end.attempt_id, end.result, now, end.hold, end.further)
