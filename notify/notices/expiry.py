"""What ran out of time before anybody confirmed is closed: a few with each sweep, a flood of them in slices.

The few are reported one by one. A flood (the evening of a campaign is over, the telephones were away for a day) is
counted by kind and ward, and its counts are reported. Bodies of transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, bindparam, case, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from db.sqlite import others_wait
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
    awaited: bool
    """Whether somebody waited for its end."""


def expire(session: Session, now: datetime, most: int) -> int:
    """Close `most` that are over, each to be reported for itself; how many there were."""
    ids = session.scalars(_EACH, {"now": now, "most": most}).all()
    tell_expired(session, ids, now)
    return len(ids)


def expire_slice(
    session: Session, now: datetime, most: int, after: Reached | None, seconds: Callable[[], float]
) -> Slice:
    """Close `most` of a flood and count them."""
    alone = session.connection().dialect.name == "sqlite"  # from here on it is our turn to write
    began = seconds()
    closed, last = (_close_between if alone else _close_unlocked)(session, now, most, after)
    return Slice(closed, last, began, alone, alone and others_wait(session))


def _over(now: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IS_WAITING, NoticeRow.expires_at <= now


_ORDER = (NoticeRow.expires_at, NoticeRow.id)
_FLOODED = {
    "kind": NoticeRow.kind,
    "ward": case((NoticeRow.addressee_kind == Kind.WARD, NoticeRow.addressee), else_=""),
}
_COUNTED = {"count": func.count(), "first_id": func.min(NoticeRow.id), "last_id": func.max(NoticeRow.id)}


def _behind(over: Any, after: Reached | None) -> Any:
    return over if after is None else over.where(tuple_(*_ORDER) > tuple_(after.expires_at, after.notice_id))


def _close_between(session: Session, now: datetime, most: int, after: Reached | None) -> tuple[int, Reached | None]:
    """Where nobody else can write, what is closed is what lies between two places of the index: no row leaves the
    database for it."""
    index = _behind(select(*_ORDER).where(*_over(now)).order_by(*_ORDER), after)
    found = session.execute(index.limit(1).offset(most - 1)).one_or_none()
    last = None if found is None else Reached(*found)
    meant = [*_over(now)]
    if last is not None:
        meant.append(tuple_(*_ORDER) <= tuple_(last.expires_at, last.notice_id))
    counted = _behind(select(*_FLOODED.values(), *_COUNTED.values()).where(*meant), after)
    counted = counted.group_by(*_FLOODED.values())
    session.execute(insert(FloodRow).from_select([*_FLOODED, *_COUNTED], counted))
    closing = _behind(update(NoticeRow).where(*meant), after).values(**_end(now))
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        closing.execution_options(synchronize_session=False)
    )
    return done.rowcount, last


def _close_unlocked(session: Session, now: datetime, most: int, after: Reached | None) -> tuple[int, Reached | None]:
    """Where others write, too: what nobody has locked."""
    over = _behind(select(NoticeRow.id).where(*_over(now)).order_by(*_ORDER), after)
    closing = _closing(over, most, _end(now)).returning(
        NoticeRow.id, NoticeRow.expires_at, *(column.label(name) for name, column in _FLOODED.items())
    )
    closed = closing.cte("closed")
    newest = select(func.max(closed.c.expires_at)).scalar_subquery()
    by_ward = select(
        closed.c.kind,
        closed.c.ward,
        func.count(),
        func.min(closed.c.id),
        func.max(closed.c.id),
        newest,
        func.max(closed.c.id).filter(closed.c.expires_at == newest),
    ).group_by(closed.c.kind, closed.c.ward)
    rows = session.execute(by_ward).all()
    if not rows:
        return 0, None
    names = [*_FLOODED, *_COUNTED]
    session.execute(insert(FloodRow), [dict(zip(names, row, strict=False)) for row in rows])
    return sum(row[2] for row in rows), Reached(rows[0][5], max(row[6] for row in rows if row[6] is not None))


def _end(now: Any, report_due: Any = None) -> dict[str, Any]:
    return {
        "state": changed(State.WAITING, Change.EXPIRE),
        "telephone": "",
        "ended_at": now,
        "reason": TOO_LATE,
        "report_due": report_due,
    }


def _closing(over: Select[Any], most: Any, end: Mapping[str, Any]) -> Any:
    # A CTE is read once; a subquery that skips what others have locked might be read again, and find more.
    first = over.limit(most).with_for_update(skip_locked=True).cte("over_now")
    return update(NoticeRow).where(NoticeRow.id.in_(select(first.c.id))).values(**end)


_NOW: Any = bindparam("now", type_=NoticeRow.expires_at.type)
_EACH: Any = (
    _closing(select(NoticeRow.id).where(*_over(_NOW)), bindparam("most"), _end(_NOW, report_due=_NOW))
    .returning(NoticeRow.id)
    .execution_options(synchronize_session=False)
)
"""Built once: each tick asks it."""
