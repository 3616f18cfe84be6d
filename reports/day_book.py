"""The book of days: which days are made, which have to be made (again), and the storing of a day's figures.

Bodies of transactions. Several engines may keep one book: a day is made by whoever has its lease. Its figures are
written in slices, so that no call waits long to write its own rows; while more than one is needed the day counts as not
made, so that nobody reads half a day or two.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Integer, bindparam, case, cast, delete, func, insert, not_, or_, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.rows import insert_missing, locked
from db.tables.base import Base
from db.tables.calls import CallRow
from db.tables.notices import AttemptRow, NoticeRow
from db.tables.reports import ReportDayRow
from notify.notices.states import State
from reports.counting import TABLES, Counted, Key, Size, keys_of, values_of
from reports.days import bounds, day_at

RULES = 1
"""The way of counting. Raise it when `reports.counting` counts otherwise: days whose calls are still there are made
again."""
SLICE = 200
"""Rows of figures that are written in one transaction."""
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


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a day's figures that is not yet as it should be."""

    table: type[Base]
    key: Key
    values: tuple[int, ...] | None
    """None: there should be none."""


@reading
def changes(session: Session, day: date, counted: Counted) -> list[Change]:
    """What has to be written so that the figures of a day are these; little, when it is made again."""
    found: list[Change] = []
    for table in TABLES:
        keys, values = keys_of(table), values_of(table)
        rows = session.execute(select(*(getattr(table, name) for name in (*keys, *values))).where(_of(table, day)))
        there = {tuple(row)[: len(keys)]: tuple(row)[len(keys) :] for row in rows}
        wanted = {key: tuple(given) for key, given in counted.figures.get(table, {}).items()}
        found += [Change(table, key, None) for key in there.keys() - wanted.keys()]
        found += [Change(table, key, given) for key, given in wanted.items() if there.get(key) != given]
    return found


def write(session: Session, day: date, owner: str, some: Sequence[Change], now: datetime) -> bool:
    """Write some of a day's figures; until `put` nobody reads any of them. False when the lease was lost meanwhile."""
    row = _mine(session, day, owner)
    if row is None:
        return False
    row.made_at, row.lease_until = None, now + LEASE
    _write(session, day, some)
    return True


def put(
    session: Session, day: date, owner: str, last: Sequence[Change], size: Size, zone: tzinfo, now: datetime
) -> bool:
    """Write the last of a day's figures: they are read from now on. False when the lease was lost meanwhile."""
    row = _mine(session, day, owner)
    if row is None:
        return False
    _write(session, day, last)
    for name, value in asdict(size).items():
        setattr(row, name, value)
    row.rules, row.zone, row.made_at = RULES, str(zone), now
    row.owner, row.lease_until = "", None
    return True


def _mine(session: Session, day: date, owner: str) -> ReportDayRow | None:
    row = session.scalars(locked(select(ReportDayRow).where(ReportDayRow.day == day))).one_or_none()
    return row if row is not None and row.owner == owner else None


def _write(session: Session, day: date, some: Sequence[Change]) -> None:
    connection = session.connection()
    for table in TABLES:
        mine = [one for one in some if one.table is table]
        if not mine:
            continue
        keys, values, columns = keys_of(table), values_of(table), table.__table__.c
        same = [columns.day == bindparam("of_day"), *(columns[name] == bindparam(f"of_{name}") for name in keys)]
        connection.execute(
            delete(table).where(*same),
            [
                {"of_day": day, **{f"of_{name}": given for name, given in zip(keys, one.key, strict=True)}}
                for one in mine
            ],
        )
        if rows := [
            {"day": day, **dict(zip((*keys, *values), (*one.key, *one.values), strict=True))}
            for one in mine
            if one.values is not None
        ]:
            connection.execute(insert(table.__table__), rows)  # type: ignore[arg-type]


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
