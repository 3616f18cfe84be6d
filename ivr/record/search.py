"""Any call found again among a million, in pages, newest first.

A question may fit few calls, and nobody waits for a search through years. So the work is bounded: a search goes along
one index for at most `MOST` calls, along the one that reaches farthest, and says how far it came (`Found.reached`); the
cursor goes on from there. Which index that is, is found by looking, not left to a planner, who would guess: he holds
"rejected in the flow main" for frequent because either is.

No total is told: to count would be to read them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db.reading import reading
from db.seconds import seconds_between
from db.tables.calls import CallRow
from db.tables.recordings import RecordingRow
from ivr.record.call_records import CallRecord, record_of
from ivr.record.cursor import FIRST, LAST, Cursor
from ivr.switch.address import squeeze

PAGE = 50
A_LOOK = 1_000
"""Calls of the first look, which is enough for whatever is not rare."""
MOST = 30_000
"""Calls that a search goes through at once."""
FEW = 5_000
"""Calls of a number, or with words left, that are all looked at."""
FENCE = 2 * MOST
"""A limit through which no planner looks: what is inside is found along its own index, and only then the rest is asked.
Above all that a way brings (some calls may begin in the moment of its horizon), yet so low that the index pays."""
_END = "\U0010ffff"
"""Sorts behind every character."""

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty does not matter. Times are aware, `until` is not within."""

    since: datetime | None = None
    until: datetime | None = None
    number: str = ""
    """Of the caller or of whom was called: the whole, or its last digits."""
    direction: str = ""
    """`in` or `out`."""
    flow: str = ""
    outcome: str = ""
    cause: str = ""
    shortest: float | None = None
    """Seconds from the answer to the end."""
    longest: float | None = None
    recorded: bool = False
    """Only those whose caller left words."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of calls, newest first."""

    calls: tuple[CallRecord, ...]
    recorded: frozenset[str] = frozenset()
    """Those of them whose caller left words."""
    older: Cursor | None = None
    """Where it goes on to older calls; None: there are none."""
    newer: Cursor | None = None
    reached: datetime | None = None
    """The search stopped here, at the most that it does at once: there may be more beyond."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Calls by one index."""

    alike: tuple[Condition, ...]
    """What they have in common, if anything; where they are all there, they are of the one or the other, never both."""
    horizon: datetime | None = None
    """When the last call began that this way brings; None: it brings all of the period."""
    all_there: bool = False
    """They are so few that they come as they are, of whatever time."""


@reading
def search(session: Session, wanted: Wanted, cursor: Cursor | None = None, limit: int = PAGE) -> Found:
    """The newest calls that are wanted, or those that come next on the cursor's side."""
    wanted = replace(wanted, number=squeeze(wanted.number))
    _along_indexes(session)
    older = cursor is None or cursor.older
    way = _Way((), _horizon(session, wanted, cursor, (), max(A_LOOK, 2 * limit)))
    rows = _along(session, wanted, cursor, way, limit + 1)
    if len(rows) <= limit and way.horizon is not None:
        way = _best(session, wanted, cursor)
        rows = _along(session, wanted, cursor, way, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit] if older else rows[:limit][::-1]
    reached = None if more else way.horizon
    beyond = None if reached is None else Cursor(reached, FIRST if older else LAST, older)
    back = None if cursor is None else cursor.back()
    top = Cursor(rows[0].began_at, rows[0].id, older=False) if rows else back
    bottom = Cursor(rows[-1].began_at, rows[-1].id, older=True) if rows else back
    return Found(
        tuple(record_of(row) for row in rows),
        _recorded(session, rows),
        older=(bottom if more else beyond) if older else bottom,
        newer=(top if more else beyond) if not older else top if cursor is not None else None,
        reached=reached,
    )


def _along_indexes(session: Session) -> None:
    """PostgreSQL plans each search for what is asked, not for what is asked on the average, and reads no whole table,
    as it would for whatever it holds for frequent. For this transaction only."""
    if session.get_bind().dialect.name == "postgresql":
        settings = {"plan_cache_mode": "force_custom_plan", "enable_seqscan": "off"}
        session.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))


def walk(look: Callable[[Cursor | None], Found], most: int) -> Iterator[CallRecord]:
    """All that `look` finds, page by page, newest first, at most so many. Goes on where a search stopped."""
    cursor: Cursor | None = None
    while most > 0:
        found = look(cursor)
        yield from found.calls[:most]
        most -= len(found.calls)
        cursor = found.older
        if cursor is None:
            return


@reading
def words(session: Session) -> dict[str, tuple[str, ...]]:
    """Which flows, outcomes and causes there are among the calls, for whoever chooses."""
    return {column.key: tuple(_different(session, column)) for column in (CallRow.flow, CallRow.outcome, CallRow.cause)}


def _different(session: Session, column: InstrumentedAttribute[str]) -> Iterator[str]:
    """From one value to the next along its index: a database that is asked for all of them reads the whole of it."""
    last = ""
    while value := session.scalar(select(func.min(column)).where(column > last)):
        yield value
        last = value


def _between(
    call: type[CallRow], wanted: Wanted, cursor: Cursor | None, horizon: datetime | None = None
) -> tuple[Condition, ...]:
    """Of the period, what lies on the cursor's side, up to the horizon. One bound at each end: of two, SQLite goes by
    the one that stands first, and reads on to it."""
    began, since, until = call.began_at, wanted.since, wanted.until
    bounds: list[Condition] = []
    if cursor is not None and not cursor.older:
        if since is None or cursor.at >= since:
            bounds += [began >= cursor.at, or_(began > cursor.at, call.id > cursor.call_id)]
        else:
            bounds.append(began >= since)
        if horizon is not None or until is not None:
            bounds.append(began <= horizon if horizon is not None else began < until)
        return tuple(bounds)
    if cursor is not None and (until is None or cursor.at < until):
        bounds += [began <= cursor.at, or_(began < cursor.at, call.id < cursor.call_id)]
    elif until is not None:
        bounds.append(began < until)
    if horizon is not None or since is not None:
        bounds.append(began >= (horizon or since))
    return tuple(bounds)


def _horizon(
    session: Session, wanted: Wanted, cursor: Cursor | None, alike: Sequence[Condition], most: int
) -> datetime | None:
    """When the last of `most` calls of the period began; None when there are not so many."""
    older, began = cursor is None or cursor.older, CallRow.began_at
    ordered = select(began).where(*alike, *_between(CallRow, wanted, cursor))
    return session.scalar(ordered.order_by(began.desc() if older else began).offset(most - 1).limit(1))


def _best(session: Session, wanted: Wanted, cursor: Cursor | None) -> _Way:
    """The way that reaches farthest."""
    if wanted.number:
        caller, dialled = _ends_with(CallRow, wanted.number)
        if sum(_count(session, select(CallRow.began_at).where(one)) for one in (caller, dialled)) <= FEW:
            return _Way((caller, and_(dialled, ~caller)), all_there=True)
    if wanted.recorded and _count(session, select(RecordingRow.began_at)) <= FEW:
        return _Way((CallRow.id.in_(select(RecordingRow.call_id)),), all_there=True)
    chosen = ((CallRow.outcome, wanted.outcome), (CallRow.cause, wanted.cause), (CallRow.flow, wanted.flow))
    farthest: _Way | None = None
    for alike in (*((column == value,) for column, value in chosen if value), ()):
        horizon = _horizon(session, wanted, cursor, alike, MOST)
        if horizon is None:
            return _Way(alike)
        older = cursor is None or cursor.older
        if farthest is None or farthest.horizon is None or (horizon < farthest.horizon) is older:
            farthest = _Way(alike, horizon)
    assert farthest is not None
    return farthest


def _count(session: Session, query: Select[datetime]) -> int:
    """How many, as far as it matters."""
    return session.scalar(select(func.count()).select_from(query.limit(FEW + 1).subquery())) or 0


def _along(session: Session, wanted: Wanted, cursor: Cursor | None, way: _Way, most: int) -> list[CallRow]:
    """What is wanted of the calls on this way, the nearest to the cursor first."""
    older, began = cursor is None or cursor.older, CallRow.began_at
    if way.all_there:
        arms = [select(CallRow).where(one) for one in way.alike]
    else:
        along = select(CallRow).where(*way.alike, *_between(CallRow, wanted, cursor, way.horizon))
        arms = [along.order_by(began.desc() if older else began)]
    fenced = [arm.limit(FENCE).subquery() for arm in arms]
    near: FromClause = fenced[0] if len(fenced) == 1 else union_all(*(select(arm) for arm in fenced)).subquery()
    call = aliased(CallRow, near)
    query = select(call).where(*_between(call, wanted, cursor), *_filters(call, wanted))
    order = (call.began_at.desc(), call.id.desc()) if older else (call.began_at, call.id)
    return list(session.scalars(query.order_by(*order).limit(most)))


def _filters(call: type[CallRow], wanted: Wanted) -> Iterator[Condition]:
    """All but the period."""
    if wanted.number:
        yield or_(*_ends_with(call, wanted.number))
    for column, value in (
        (call.direction, wanted.direction),
        (call.flow, wanted.flow),
        (call.outcome, wanted.outcome),
        (call.cause, wanted.cause),
    ):
        if value:
            yield column == value
    lasted = seconds_between(call.answered_at, call.ended_at)
    if wanted.shortest is not None:
        yield lasted >= wanted.shortest
    if wanted.longest is not None:
        yield lasted <= wanted.longest
    if wanted.recorded:
        yield exists().where(RecordingRow.call_id == call.id)


def _ends_with(call: type[CallRow], number: str) -> tuple[Condition, Condition]:
    """Of the caller, of whom was called."""
    front = number[::-1]
    caller, dialled = call.caller_reversed, call.dialled_reversed
    return and_(caller >= front, caller < front + _END), and_(dialled >= front, dialled < front + _END)


def _recorded(session: Session, rows: Sequence[CallRow]) -> frozenset[str]:
    wanted = select(RecordingRow.call_id).where(RecordingRow.call_id.in_([row.id for row in rows]))
    return frozenset(session.scalars(wanted)) if rows else frozenset()
