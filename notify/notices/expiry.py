"""What ran out of time before anybody confirmed is closed: a few with each sweep, a flood of them in slices.

The few are reported one by one. A flood (the evening of a campaign is over, the telephones were away for a day) is
counted by kind and ward, and its counts are reported. Bodies of transactions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, insert, select, tuple_, update
from sqlalchemy.orm import Session

from db.tables.notices import IS_WAITING, FloodRow, NoticeRow
from notify.notices.addressee import Kind
from notify.notices.hooks import tell_expired
from notify.notices.states import Change, State, changed

TOO_LATE = "its time ran out before anybody confirmed"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a flood is closed. What is closed already need not be looked through again for each slice."""

    expires_at: datetime
    notice_id: int


@dataclass(frozen=True, slots=True)
class Slice:
    """What one transaction closed."""

    closed: int
    last: Reached | None
    began: float
    """When it had its turn, by the clock that it was given: to wait for others is not its own time."""
    alone: bool
    """Whether nobody else could write meanwhile."""


def expire(session: Session, now: datetime, most: int) -> int:
    """Close `most` that are over, each to be reported for itself; how many there were."""
    closed = _closed(session, select(NoticeRow.id).where(*_over(now)), now, most, report_due=now)
    tell_expired(session, [id for id, *_ in closed], now)
    return len(closed)


def expire_slice(
    session: Session, now: datetime, most: int, after: Reached | None, seconds: Callable[[], float]
) -> Slice:
    """Close `most` of a flood and count them."""
    session.connection()  # from here on it is our turn to write
    began = seconds()
    order = (NoticeRow.expires_at, NoticeRow.id)
    over = select(NoticeRow.id).where(*_over(now)).order_by(*order)
    if after is not None:
        over = over.where(tuple_(*order) > tuple_(after.expires_at, after.notice_id))
    rows = _closed(session, over, now, most, report_due=None)
    by_ward: dict[tuple[str, str], list[int]] = defaultdict(list)
    for id, kind, whom, addressee, _ in rows:
        by_ward[kind, addressee if whom == Kind.WARD else ""].append(id)
    if by_ward:
        session.execute(
            insert(FloodRow),
            [
                {"kind": kind, "ward": ward, "count": len(ids), "first_id": min(ids), "last_id": max(ids)}
                for (kind, ward), ids in by_ward.items()
            ],
        )
    last = max(((expires_at, id) for id, *_, expires_at in rows), default=None)
    alone = session.get_bind().dialect.name == "sqlite"
    return Slice(len(rows), Reached(*last) if last is not None else None, began, alone)


def _over(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IS_WAITING, NoticeRow.expires_at <= now


def _closed(
    session: Session, over: Select[int], now: datetime, most: int, report_due: datetime | None
) -> Sequence[Row[int, str, str, str, datetime]]:
    # A CTE is read once; a subquery that skips what others have locked might be read again, and find more.
    first = over.limit(most).with_for_update(skip_locked=True).cte("over_now")
    closing = (
        update(NoticeRow)
        .where(NoticeRow.id.in_(select(first.c.id)))
        .values(
            state=changed(State.WAITING, Change.EXPIRE),
            telephone="",
            ended_at=now,
            reason=TOO_LATE,
            report_due=report_due,
        )
        .returning(NoticeRow.id, NoticeRow.kind, NoticeRow.addressee_kind, NoticeRow.addressee, NoticeRow.expires_at)
        .execution_options(synchronize_session=False)
    )
    return session.execute(closing).all()
