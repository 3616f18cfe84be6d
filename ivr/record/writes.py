"""What the book of calls writes, and how many of it go into the tables at once.

Straight to the tables, with statements made once: what the mapper would do for each row is most of what a short call
costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from db.tables.calls import CallEventRow, CallRow, LegRow, SegmentRow
from ivr.record.hooks import tell_calls
from ivr.record.legs import FIRST, Kind

ENGINE_LOST = "engine_lost"
"""The cause of what a crash of the engine left open."""

CALLS, LEGS, SEGMENTS = "calls", "legs", "segments"

_TABLES = {
    CALLS: cast("Table", CallRow.__table__),
    LEGS: cast("Table", LegRow.__table__),
    SEGMENTS: cast("Table", SegmentRow.__table__),
}
"""In the order in which they refer to each other."""
_NEW = {name: insert(table) for name, table in _TABLES.items()}
_NEW_EVENT: Insert = insert(cast("Table", CallEventRow.__table__))


@dataclass(frozen=True, slots=True)
class Row:
    """A new row, all columns but its key, or columns of one that have come to be known. `number` is that in the call, 0
    for the call itself."""

    call_id: str
    table: str
    number: int
    values: dict[str, Any]
    new: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a call; `detail` has no secrets any more."""

    call_id: str
    number: int
    at: datetime
    kind: str
    detail: dict[str, Any]


Write = Row | Event


def write_batch(session: Session, batch: Sequence[Write]) -> None:
    """Rows first, then changes and events in the order of their happening. A row that changes in the batch in which it
    begins is written once, as it is in the end."""
    rows: dict[str, dict[tuple[str, int], dict[str, Any]]] = {name: {} for name in _TABLES}
    changes: dict[str, dict[tuple[str, int], dict[str, Any]]] = {name: {} for name in _TABLES}
    events: list[dict[str, Any]] = []
    for write in batch:
        match write:
            case Event(call_id, number, at, kind, detail):
                events.append({"call_id": call_id, "number": number, "at": at, "kind": kind, "detail": detail})
            case Row(call_id, table, number, values, new=True):
                if (call_id, number) in rows[table]:
                    raise ValueError(f"call {call_id} begins twice")
                key = {"id": call_id} if table == CALLS else {"call_id": call_id, "number": number}
                rows[table][call_id, number] = {**key, **values}
            case Row(call_id, table, number, values):
                begun = rows[table].get((call_id, number))
                (begun or changes[table].setdefault((call_id, number), {})).update(values)
    connection = session.connection()
    for table, added in rows.items():
        if added:
            connection.execute(_NEW[table], list(added.values()))
        if changes[table]:
            _change(connection, table, changes[table])
    if events:
        connection.execute(_NEW_EVENT, events)
    touched = (*rows[CALLS].items(), *changes[CALLS].items())
    ended = [call_id for (call_id, _), row in touched if row.get("ended_at") is not None]
    tell_calls(session, rows[CALLS].values(), ended)


def _change(connection: Connection, table: str, changes: dict[tuple[str, int], dict[str, Any]]) -> None:
    """The same columns of many rows in one statement."""
    for columns in dict.fromkeys(tuple(values) for values in changes.values()):
        alike = [(key, values) for key, values in changes.items() if tuple(values) == columns]
        rows = [{"of_call": call, "of_number": number, **values} for (call, number), values in alike]
        connection.execute(_changed(table, columns), rows)


@cache
def _changed(name: str, columns: tuple[str, ...]) -> Update:
    """The change of these columns of a row."""
    table = _TABLES[name]
    if name == CALLS:
        mine = update(table).where(table.c.id == bindparam("of_call"))
    else:
        mine = update(table).where(table.c.call_id == bindparam("of_call"), table.c.number == bindparam("of_number"))
    return mine.values({column: bindparam(column) for column in columns})


def spent(kind: Kind) -> Select[Any]:
    """Seconds of such segments of a call's first leg, beside a row of `calls`."""
    first = or_(SegmentRow.leg == FIRST, SegmentRow.other == FIRST)
    total = func.coalesce(func.sum(SegmentRow.seconds), 0.0)
    mine = select(total).where(SegmentRow.call_id == CallRow.id, SegmentRow.kind == kind.value, first)
    return mine.correlate(CallRow)


def close_orphans(session: Session, engine: str, now: datetime) -> int:
    """End what `engine` left open when it died; how many calls that were. How long people talked then, nobody knows."""
    for row, values in ((SegmentRow, {}), (LegRow, {"cause": ENGINE_LOST})):
        mine = exists().where(CallRow.id == row.call_id, CallRow.engine == engine)
        left = update(row).where(row.ended_at.is_(None), mine).values(ended_at=now, **values)
        session.execute(left.execution_options(synchronize_session=False))
    open_calls = CallRow.engine == engine, CallRow.ended_at.is_(None)
    ids = session.scalars(select(CallRow.id).where(*open_calls)).all()
    left = update(CallRow).where(*open_calls)
    waited = CallRow.waited + spent(Kind.WAIT).scalar_subquery()  # none stays none: its legs are yet to come
    talked = CallRow.talked + spent(Kind.TALK).scalar_subquery()
    lost = left.values(ended_at=now, cause=ENGINE_LOST, outcome="lost", waited=waited, talked=talked)
    done: CursorResult[Any] = session.execute(lost.execution_options(synchronize_session=False))  # type: ignore[assignment]
    tell_calls(session, (), ids)
    return done.rowcount
