"""Reads notices back: lists and searches. Bodies of transactions. One with all its calls is `records.py`'s.

Who sees only some wards says so in the question (`wards`); of the others nothing is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import IS_OPEN, IS_UNCONFIRMED, IS_UNTOLD, AttemptRow, EventRow, NoticeRow
from db.types import UtcDateTime
from ivr.switch.address import squeeze
from notify.notices.addressee import Addressee, Kind, addressee_of
from notify.notices.fate import Fate
from notify.notices.records import AttemptRecord, NoticeRecord, Wards, attempt_record, notice_record, seen
from notify.notices.states import State

_OPEN = frozenset({State.WAITING, State.IN_AIR})
_UNTOLD = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})
MOST_COUNTED = 1_000
LONGEST_ID = 9
"""Digits of a notice's number; what is longer can only be a telephone."""


@dataclass(frozen=True, slots=True)
class Uncalled:
    """Events of one kind that were accepted and called nobody, with why."""

    kind: str
    why: str
    count: int
    last_at: datetime
    fate: Fate = Fate.NOBODY

    def __str__(self) -> str:
        times = "1 event" if self.count == 1 else f"{self.count} events"
        return f'{times} "{self.kind}" called nobody: {self.why}'


@reading
def list_uncalled(session: Session, since: datetime) -> list[Uncalled]:
    """What called nobody since then, the most frequent first."""
    count = func.count()
    query = (
        select(EventRow.kind, EventRow.why, count, func.max(EventRow.received_at, type_=UtcDateTime()), EventRow.fate)
        .where(EventRow.fate.in_((Fate.NOBODY, Fate.UNMATCHED, Fate.STALE)), EventRow.received_at >= since)
        .group_by(EventRow.kind, EventRow.why, EventRow.fate)
        .order_by(count.desc(), EventRow.kind)
    )
    return [Uncalled(kind, why, times, last, Fate(fate)) for kind, why, times, last, fate in session.execute(query)]


@reading
def list_notices(session: Session, states: Collection[State] = (), limit: int = 50) -> list[NoticeRecord]:
    """The newest notices, of these states if any are named."""
    query = select(NoticeRow).order_by(NoticeRow.id.desc()).limit(limit)
    if states:
        query = query.where(NoticeRow.state.in_([str(state) for state in states]))
    return [notice_record(row) for row in session.scalars(query)]


# Searching


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty does not matter."""

    states: Collection[State] = ()
    ward: str = ""
    kind: str = ""
    since: datetime | None = None
    """Made at this moment or later."""
    until: datetime | None = None
    """Made before it."""
    unconfirmed: bool = False
    """Only those that nobody knows of, by a telephone or by hand."""
    number: str = ""
    """Of the notice, or of a telephone that rang for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, the newest first."""

    notices: tuple[NoticeRecord, ...]
    """Each with its last call in `made`, when it had any."""
    before: int | None = None
    """Where the next page begins; None: that is all."""


@reading
def search(session: Session, asked: Asked, wards: Wards = None, before: int | None = None, limit: int = 50) -> Found:
    """A page of notices, from the newest down, or from below the notice `before`."""
    rung = select(AttemptRow.notice_id).where(AttemptRow.target.in_(_written(asked.number)))
    query = select(NoticeRow).where(*seen(wards))
    if before is not None:
        query = query.where(NoticeRow.id < before)
        rung = rung.where(AttemptRow.notice_id < before)
    if wards is None and asked == Asked(number=asked.number):  # a station has rung many thousand times
        rung = rung.distinct().order_by(AttemptRow.notice_id.desc()).limit(limit + 1)
    query = query.where(*_wanted(asked, rung))
    rows = session.scalars(query.order_by(NoticeRow.id.desc()).limit(limit + 1)).all()
    last = (AttemptRow.notice_id == NoticeRow.id) & (AttemptRow.number == NoticeRow.attempts)
    shown = [row.id for row in rows[:limit]]
    calls = session.scalars(select(AttemptRow).join(NoticeRow, last).where(NoticeRow.id.in_(shown)))
    made = {call.notice_id: (attempt_record(call),) for call in calls}
    found = tuple(notice_record(row, made.get(row.id, ())) for row in rows[:limit])
    return Found(found, found[-1].id if len(rows) > limit else None)


@reading
def count_unconfirmed(session: Session, wards: Wards = None, most: int = MOST_COUNTED) -> int:
    """How many nobody knows of; `most` when there are that many, or more."""
    found = select(NoticeRow.id).where(IS_UNCONFIRMED, *seen(wards)).limit(most)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


@dataclass(frozen=True, slots=True)
class Rang:
    """A call that was made to some telephone, and its notice."""

    notice_id: int
    kind: str
    addressee: Addressee
    state: State
    call: AttemptRecord


@reading
def rang_last(session: Session, telephones: Collection[str], wards: Wards = None, limit: int = 20) -> list[Rang]:
    """The last calls to these telephones, the newest first."""
    query = select(AttemptRow, NoticeRow).join(NoticeRow, NoticeRow.id == AttemptRow.notice_id).where(*seen(wards))
    query = query.order_by(AttemptRow.notice_id.desc(), AttemptRow.number.desc()).limit(limit)
    found = [row for one in set(telephones) for row in session.execute(query.where(AttemptRow.target == one)).all()]
    found.sort(key=lambda row: row[0].began_at, reverse=True)
    return [
        Rang(notice.id, notice.kind, addressee_of(notice), State(notice.state), attempt_record(attempt))
        for attempt, notice in found[:limit]
    ]


def _wanted(asked: Asked, rung: Select[int]) -> Iterator[ColumnElement[bool]]:
    if asked.unconfirmed:
        yield IS_UNCONFIRMED
    if asked.states:
        yield _among(frozenset(asked.states))
    if asked.ward:
        yield and_(NoticeRow.addressee_kind == Kind.WARD, NoticeRow.addressee == asked.ward)
    if asked.kind:
        yield NoticeRow.kind == asked.kind
    if asked.since is not None:
        yield NoticeRow.created_at >= asked.since
    if asked.until is not None:
        yield NoticeRow.created_at < asked.until
    if asked.number:
        digits = asked.number.strip().lstrip("#")
        itself = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_ID
        yield or_(NoticeRow.id == int(digits), NoticeRow.id.in_(rung)) if itself else NoticeRow.id.in_(rung)


def _among(states: frozenset[State]) -> ColumnElement[bool]:
    """One of these states; what few rows are in is said for their index."""
    one = NoticeRow.state.in_([str(state) for state in sorted(states)])
    for few, said in ((_OPEN, IS_OPEN), (_UNTOLD, IS_UNTOLD)):
        if states <= few:
            return and_(said, one)
    return one


def _written(number: str) -> list[str]:
    """A telephone as it was typed, and as it is dialled."""
    return sorted({number.strip(), squeeze(number)})
