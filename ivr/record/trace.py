"""What a call leaves behind: one row, its legs, and its events as they happen.

Every call of the engine writes through one `CallBook`, which gathers rows and events and
writes them in order (`writes.py`), many calls in one transaction. Masking of secrets happens before
anything arrives here (`ivr.call.errands`). Reading calls back is in `call_records.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from twisted.internet.defer import DeferredLock
from twisted.logger import Logger

from background.reactor import Time, Timer, call_later
from background.spawn import spawn
from db.database import Transactions
from db.errors import ConstraintBroken, DatabaseError, DatabaseFault
from ivr.call.book import CallBegun
from ivr.record.legs import FIRST, Legs, Role, by_whom
from ivr.record.writes import CALLS, LEGS, SEGMENTS, Event, Row, Write, close_orphans, write_batch
from ivr.switch.line import Ended

log = Logger()

GATHER = 0.1
"""Seconds that an event may wait for company: what a kill of the engine can cost of a trace."""
AGAIN = 2.0
"""Seconds until the next try when the database did not take a batch."""
AT_ONCE = 1_000
"""Writes of one transaction: what gathered while the database was away does not keep bookings waiting."""
KEPT = 200_000
"""Writes kept while the database is away; beyond that new events (never rows) are dropped, and the log says so."""


class CallBook:
    """Implements `ivr.call.book.Book`: gathers what calls report and writes it, in order, in few transactions."""

    def __init__(self, transactions: Transactions, clock: Time, wallclock: Callable[[], datetime], engine: str) -> None:
        self._transactions = transactions
        self._clock = clock
        self._wallclock = wallclock
        self._engine = engine
        self._waiting: deque[Write] = deque()
        self._lost = 0
        self._away = False
        self._soon: Timer | None = None
        self._one = DeferredLock()

    def begin(self, facts: CallBegun) -> Trace:
        """A call began: its row and that of its first leg are written, and its trace opened."""
        return Trace(self, facts, self._wallclock, self._engine)

    async def adopt(self) -> int:
        """Close the rows that an earlier run of this engine left open; returns how many.

        Called once at start: those calls ended when the engine died.
        """
        return await self._transactions.run(close_orphans, self._engine, self._wallclock())

    async def flush(self) -> None:
        """Write everything that waits. Returns when it is stored or the database refused it."""
        if self._soon is not None and self._soon.active():
            self._soon.cancel()
        self._soon = None
        await self._one.acquire()  # batches stay in order
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                left = await self._write_all(batch)
                if left:
                    self._waiting.extendleft(reversed(left))
                    self._arm(AGAIN)
                    return
        finally:
            self._one.release()

    async def _write_all(self, batch: list[Write]) -> list[Write]:
        """Write `batch`; returns what is to be tried again. What can never be stored is dropped, and said so.

        One write that the database refuses (it was stored already when the connection broke at the
        commit, or a peer sent what no column takes) must not hold up the traces of all other calls.
        """
        try:
            await self._transactions.run(write_batch, batch)
        except (ConstraintBroken, DatabaseFault, ValueError, TypeError) as refused:
            if len(batch) == 1:
                log.warn("an entry of call {call} was not stored: {refused}", call=batch[0].call_id, refused=refused)
                return []
            middle = len(batch) // 2
            return await self._write_all(batch[:middle]) + await self._write_all(batch[middle:])
        except DatabaseError as away:
            if not self._away:
                log.warn("call traces wait for the database: {away}", away=away)
            self._away = True
            return batch
        self._away = False
        return []

    def _put(self, write: Write) -> None:
        if len(self._waiting) >= KEPT and isinstance(write, Event):
            self._lost += 1
            if self._lost % 1000 == 1:
                log.error("{lost} call trace entries were dropped: the database was away too long", lost=self._lost)
            return
        self._waiting.append(write)
        self._arm(GATHER)

    def _arm(self, seconds: float) -> None:
        if self._soon is None:
            self._soon = call_later(self._clock, seconds, self._write)

    def _write(self) -> None:
        self._soon = None
        spawn(self.flush(), "writing call traces")


class _Sheet:
    """Implements `Sheet` for one call: rows go the way of all that the book writes."""

    def __init__(self, book: CallBook, call_id: str) -> None:
        self._book = book
        self._call_id = call_id

    def leg(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.leg`."""
        self._book._put(Row(self._call_id, LEGS, number, values, new))

    def segment(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.segment`."""
        self._book._put(Row(self._call_id, SEGMENTS, number, values, new))


class Trace:
    """One call's report to the book. Implements `ivr.call.book.CallNotes`."""

    def __init__(self, book: CallBook, facts: CallBegun, wallclock: Callable[[], datetime], engine: str) -> None:
        self._book = book
        self._call_id = facts.call_id
        self._wallclock = wallclock
        self._count = 0
        book._put(Row(facts.call_id, CALLS, 0, _row(facts, wallclock(), engine), new=True))
        self.legs = Legs(_Sheet(book, facts.call_id), wallclock)
        """Who takes part, and who talks with whom. This trace notes the first leg's life."""
        role, party = (Role.CALLER, facts.caller) if facts.direction == "in" else (Role.CALLED, facts.dialled)
        self.legs.begin(role, party, direction=facts.direction, seat=facts.seat)

    def event(self, kind: str, **detail: Any) -> None:
        """Something happened: `step`, `prompt`, `keys`, `action`, `outcome`, `rang`, `answered`, `ended` ..."""
        self._count += 1
        self._book._put(Event(self._call_id, self._count, self._wallclock(), kind, detail))

    def rang(self) -> None:
        """The telephone that we called rings."""
        self.legs.rang(FIRST)
        self.event("rang")

    def answered(self) -> None:
        """Audio flows from now on."""
        self._change({"answered_at": self._wallclock()})
        self.legs.answered(FIRST)
        self.event("answered")

    def hung_up(self, end: Ended) -> None:
        """Its first leg is gone; what the flow still does takes no time of anybody's."""
        self.legs.hung_up(FIRST, end)

    def finished(self, end: Ended, outcome: str) -> None:
        """The call is over; `outcome` is the flow's own word for how it went."""
        self.hung_up(end)
        self._change(
            {
                "ended_at": self._wallclock(),
                "cause": end.cause.value,
                "sip_code": end.sip_code,
                "ended_by_peer": end.by_peer,
                "outcome": outcome,
                "ended_by": self.legs.role(by_whom(FIRST, end)),
                "waited": self.legs.waited,
                "talked": self.legs.talked,
            }
        )
        self.event("ended", cause=end.cause.value, sip_code=end.sip_code, by_peer=end.by_peer, outcome=outcome)

    def _change(self, values: dict[str, Any]) -> None:
        self._book._put(Row(self._call_id, CALLS, 0, values))


def _row(facts: CallBegun, at: datetime, engine: str) -> dict[str, Any]:
    return {
        "engine": engine,
        "direction": facts.direction,
        "dialled": facts.dialled,
        "caller": facts.caller,
        "caller_reversed": facts.caller[::-1],
        "dialled_reversed": facts.dialled[::-1],
        "flow": facts.flow,
        "language": facts.language,
        "notice": facts.notice,
        "edition": facts.edition,
        "began_at": at,
        "answered_at": None,
        "ended_at": None,
        "cause": "",
        "sip_code": 0,
        "ended_by_peer": False,
        "outcome": "",
        "ended_by": "",
        "waited": 0.0,
        "talked": 0.0,
    }
