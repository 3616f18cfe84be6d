"""The book of days: which days are made, which have to be made (again), and the storing of a day's figures.

Bodies of transactions. Several engines may keep one book: a day is made by whoever has its lease, and its figures are
put in place in one transaction, so that nobody reads half a day or two.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Integer, case, cast, delete, func, insert, not_, or_, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.rows import insert_missing, locked
from db.tables.calls import CallRow
from db.tables.notices import AttemptRow, NoticeRow
from db.tables.reports import ReportDayRow
from notify.notices.states import State
from reports.counting import TABLES, Counted, Size, keys_of, values_of
from reports.days import bounds, day_at

RULES = 1
"""The way of counting. Raise it when `reports.counting` counts otherwise: days whose calls are still there are made
again."""
LEASE = timedelta(minutes=5)
"""How long a day waits for an engine that died while it made it."""
_OVER = [state.value for state in State if state.over]


class Verdict(enum.Enum):
    """What a look at a day found."""

    RIGHT = enum.auto()  # its figures say what its calls and notices say
    TO_MAKE = enum.auto()
    THINNED = enum.auto()  # some of what was counted is deleted: the figures stay


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a day found, and how many calls it has now."""

    verdict: Verdict
    calls: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the book, as it is read back."""

    day: date
    made_at: datetime | None
    thinned_at: datetime | None
    size: Size
    rules: int
    zone: str


@reading
def first_day(session: Session, zone: tzinfo) -> date | None:
    """The day of the first call or notice that is still there; None when there is none."""
    # By the order of an index, which no minimum of a whole table is on every database.
    call = session.scalar(select(CallRow.began_at).order_by(CallRow.began_at).limit(1))
    notice = session.scalar(select(NoticeRow.created_at).order_by(NoticeRow.created_at).limit(1))
    return min((day_at(at, zone) for at in (call, notice) if at is not None), default=None)


@reading
def book(session: Session, first: date, last: date) -> Mapping[date, Day]:
    """What the book says of these days."""
    rows = session.scalars(select(ReportDayRow).where(ReportDayRow.day.between(first, last)))
    return {row.day: _day(row) for row in rows}


@reading
def unmade(session: Session, today: date, zone: tzinfo, since: date | None = None) -> list[date]:
    """The days before `today` that the book must look at: those that are not made, and those of which something could
    still change when they were. From `since` on all of them, because more could have changed."""
    first = first_day(session, zone)
    rows = session.scalars(select(ReportDayRow).where(ReportDayRow.day < today)).all()
    known = {row.day: row for row in rows}
    still = {day: row for day, row in known.items() if row.thinned_at is None}
    open_ = {day for day, row in still.items() if row.made_at is None or _size(row).open or row.rules != RULES}
    there = {first + timedelta(n) for n in range((today - first).days)} if first is not None else set()
    again = {day for day in known if since is not None and day >= since}
    return sorted((there - known.keys()) | open_ | again)


@reading
def look(session: Session, day: date, zone: tzinfo) -> Look:
    """Whether the figures of a day are right."""
    row, now = session.get(ReportDayRow, day), _size_now(session, day, zone)
    return Look(Verdict.TO_MAKE if row is None or row.made_at is None else _verdict(row, now, zone), now.calls)


def _verdict(row: ReportDayRow, now: Size, zone: tzinfo) -> Verdict:
    then = _size(row)
    # What was over when it was counted cannot have changed: only deleting makes it fewer.
    if (
        now.calls < then.calls - then.calls_open
        or now.notices < then.notices - then.notices_open
        or now.dials < then.dials - then.dials_open
    ):
        return Verdict.THINNED
    if row.thinned_at is not None or (now == then and row.zone == str(zone) and row.rules == RULES):
        return Verdict.RIGHT
    return Verdict.TO_MAKE


def take(session: Session, day: date, owner: str, now: datetime) -> bool:
    """Whether `owner` makes this day: nobody else does, or did and was lost."""
    size = asdict(Size())
    insert_missing(session, ReportDayRow, day=day, rules=0, zone="", owner="", **size)
    row = session.scalars(locked(select(ReportDayRow).where(ReportDayRow.day == day))).one()
    if row.owner and row.owner != owner and row.lease_until is not None and row.lease_until > now:
        return False
    row.owner, row.lease_until = owner, now + LEASE
    return True


def put(session: Session, day: date, owner: str, counted: Counted, zone: tzinfo, now: datetime) -> bool:
    """Put a day's figures in the place of those that were there; False when the lease was lost meanwhile."""
    row = session.scalars(locked(select(ReportDayRow).where(ReportDayRow.day == day))).one_or_none()
    if row is None or row.owner != owner:
        return False
    for table in TABLES:
        session.execute(delete(table).where(_of(table, day)).execution_options(synchronize_session=False))
        if rows := counted.figures.get(table):
            names = (*keys_of(table), *values_of(table))
            session.connection().execute(
                insert(table.__table__),  # type: ignore[arg-type]
                [{"day": day, **dict(zip(names, (*key, *values), strict=True))} for key, values in rows.items()],
            )
    for name, value in asdict(counted.size).items():
        setattr(row, name, value)
    row.rules, row.zone, row.made_at = RULES, str(zone), now
    row.owner, row.lease_until = "", None
    return True


def mark_thinned(session: Session, day: date, now: datetime) -> bool:
    """Note that some of a day's calls are deleted; whether that is new."""
    row = session.scalars(locked(select(ReportDayRow).where(ReportDayRow.day == day))).one_or_none()
    if row is None or row.thinned_at is not None:
        return False
    row.thinned_at = now
    return True


def _size_now(session: Session, day: date, zone: tzinfo) -> Size:
    begin, end = bounds(day, zone)
    calls = session.execute(
        select(func.count(), _many(or_(CallRow.ended_at.is_(None), CallRow.waited.is_(None)))).where(
            CallRow.began_at >= begin, CallRow.began_at < end
        )
    ).one()
    notices = session.execute(
        select(func.count(), _many(not_(NoticeRow.state.in_(_OVER)))).where(
            NoticeRow.created_at >= begin, NoticeRow.created_at < end
        )
    ).one()
    dials = session.execute(
        select(func.count(), _many(AttemptRow.ended_at.is_(None))).where(
            AttemptRow.began_at >= begin, AttemptRow.began_at < end
        )
    ).one()
    return Size(*calls, *notices, *dials)


def _many(condition: Any) -> Any:
    return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), Integer)


def _of(table: Any, day: date) -> Any:
    return table.day == day


def _size(row: ReportDayRow) -> Size:
    return Size(row.calls, row.calls_open, row.notices, row.notices_open, row.dials, row.dials_open)


def _day(row: ReportDayRow) -> Day:
    return Day(row.day, row.made_at, row.thinned_at, _size(row), row.rules, row.zone)
