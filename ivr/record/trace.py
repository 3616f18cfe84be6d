"""What a call leaves behind: one row, and its events as they happen.

Every call of the engine writes through one `CallBook`, which gathers rows and events and
writes them in order, many calls in one transaction. Masking of secrets happens before
anything arrives here (`conversation.py`). Reading calls back is in `call_records.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Table, Update, bindparam, insert, update
from sqlalchemy.orm import Session
from twisted.internet.defer import DeferredLock
from twisted.logger import Logger

from background.reactor import Time, Timer, call_later
from background.spawn import spawn
from db.database import Transactions
from db.errors import ConstraintBroken, DatabaseError, DatabaseFault
from db.tables.calls import CallEventRow, CallRow
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

_CALLS = cast("Table", CallRow.__table__)
_NEW_CALL, _NEW_EVENT = insert(_CALLS), insert(cast("Table", CallEventRow.__table__))
_UNFINISHED = {
    "answered_at": None,
    "ended_at": None,
    "cause": "",
    "sip_code": 0,
    "ended_by_peer": False,
    "outcome": "",
}
"""Columns of a call that still goes on."""

IN_BAND = "keys_in_band"
"""The event of a call whose telephone offered no key events."""


@dataclass(frozen=True, slots=True)
class CallBegun:
    """What is known of a call when it begins."""

    call_id: str
    direction: str
    """`in` or `out`."""
    dialled: str
    caller: str
    flow: str
    language: str
    notice: str = ""
    """The notice that it carries, when it is an outgoing alert."""
    edition: int = 0
    """The edition of flows and texts that it keeps to its end; 0: one that was never published."""


@dataclass(frozen=True, slots=True)
class _Begin:
    facts: CallBegun
    at: datetime

    @property
    def call_id(self) -> str:
        return self.facts.call_id


@dataclass(frozen=True, slots=True)
class _Event:
    call_id: str
    number: int
    at: datetime
    kind: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Change:
    call_id: str
    values: dict[str, Any]


_Write = _Begin | _Event | _Change


class CallBook:
    """Gathers what calls report and writes it, in order, in few transactions."""

    def __init__(self, transactions: Transactions, clock: Time, wallclock: Callable[[], datetime], engine: str) -> None:
        self._transactions = transactions
        self._clock = clock
        self._wallclock = wallclock
        self._engine = engine
        self._waiting: deque[_Write] = deque()
        self._lost = 0
        self._away = False
        self._soon: Timer | None = None
        self._one = DeferredLock()

    def begin(self, facts: CallBegun) -> Trace:
        """A call began: its row is written and its trace opened."""
        self._put(_Begin(facts, self._wallclock()))
        return Trace(self, facts.call_id, self._wallclock)

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

    async def _write_all(self, batch: list[_Write]) -> list[_Write]:
        """Write `batch`; returns what is to be tried again. What can never be stored is dropped, and said so.

        One write that the database refuses (it was stored already when the connection broke at the
        commit, or a peer sent what no column takes) must not hold up the traces of all other calls.
        """
        try:
            await self._transactions.run(write_batch, batch, self._engine)
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

    def _put(self, write: _Write) -> None:
        if len(self._waiting) >= KEPT and isinstance(write, _Event):
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


class Trace:
    """One call's report to the book."""

    def __init__(self, book: CallBook, call_id: str, wallclock: Callable[[], datetime]) -> None:
        self._book = book
        self._call_id = call_id
        self._wallclock = wallclock
        self._count = 0

    def event(self, kind: str, **detail: Any) -> None:
        """Something happened: `step`, `prompt`, `keys`, `action`, `outcome`, `rang`, `answered`, `ended` ..."""
        self._count += 1
        self._book._put(_Event(self._call_id, self._count, self._wallclock(), kind, detail))

    def answered(self) -> None:
        """Audio flows from now on."""
        self._book._put(_Change(self._call_id, {"answered_at": self._wallclock()}))
        self.event("answered")

    def finished(self, end: Ended, outcome: str) -> None:
        """The call is over; `outcome` is the flow's own word for how it went."""
        self._book._put(
            _Change(
                self._call_id,
                {
                    "ended_at": self._wallclock(),
                    "cause": end.cause.value,
                    "sip_code": end.sip_code,
                    "ended_by_peer": end.by_peer,
                    "outcome": outcome,
                },
            )
        )
        self.event("ended", cause=end.cause.value, sip_code=end.sip_code, by_peer=end.by_peer, outcome=outcome)


def write_batch(session: Session, batch: list[_Write], engine: str) -> None:
    """Rows first, then changes and events in the order of their happening. A row that changes in the batch in which it
    begins is written once, as it is in the end.

    Straight to the tables: what the mapper would do for each row is most of what a short call costs.
    """
    rows: dict[str, dict[str, Any]] = {}
    changes: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    for write in batch:
        match write:
            case _Begin(facts, at):
                if facts.call_id in rows:
                    raise ValueError(f"call {facts.call_id} begins twice")
                rows[facts.call_id] = _row(facts, at, engine)
            case _Change(call_id, values):
                (rows.get(call_id) or changes.setdefault(call_id, {})).update(values)
            case _Event(call_id, number, at, kind, detail):
                events.append({"call_id": call_id, "number": number, "at": at, "kind": kind, "detail": detail})
    connection = session.connection()
    if rows:
        connection.execute(_NEW_CALL, list(rows.values()))
    for columns in dict.fromkeys(tuple(values) for values in changes.values()):
        alike = [(call_id, values) for call_id, values in changes.items() if tuple(values) == columns]
        connection.execute(_changed(columns), [{"of_call": call_id, **values} for call_id, values in alike])
    if events:
        connection.execute(_NEW_EVENT, events)


def _row(facts: CallBegun, at: datetime, engine: str) -> dict[str, Any]:
    return {
        "id": facts.call_id,
        "engine": engine,
        "direction": facts.direction,
        "dialled": facts.dialled,
        "caller": facts.caller,
        "flow": facts.flow,
        "language": facts.language,
        "notice": facts.notice,
        "edition": facts.edition,
        "began_at": at,
        **_UNFINISHED,
    }


@cache
def _changed(columns: tuple[str, ...]) -> Update:
    """The change of these columns of a call, `of_call`."""
    return update(_CALLS).where(_CALLS.c.id == bindparam("of_call")).values({name: bindparam(name) for name in columns})


def close_orphans(session: Session, engine: str, now: datetime) -> int:
    """End the rows that `engine` left open when it died."""
    left = update(CallRow).where(CallRow.engine == engine, CallRow.ended_at.is_(None))
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        left.values(ended_at=now, cause="engine_lost", outcome="lost")
    )
    return done.rowcount
