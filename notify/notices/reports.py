"""Who is told that a notice reached nobody: one by one, or counted when a flood of them expired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session
from twisted.logger import Logger

from background.spawn import spawn
from db.database import Transactions
from db.errors import DatabaseError
from db.tables.notices import FloodRow, NoticeRow
from notify.notices.addressee import addressee_of
from notify.notices.hooks import tell_flood
from notify.notices.states import State

log = Logger()

AT_ONCE = 50
"""Notices that are reported one by one; the next sweep reports the rest."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A notice that ended without anybody confirming."""

    notice_id: int
    kind: str
    whom: str
    """As a log may say it."""
    state: State
    """`failed` or `expired`."""
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Expired:
    """Notices of one kind and ward that expired in a flood."""

    kind: str
    ward: str
    """Empty for patients, persons and numbers."""
    count: int
    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Unreported:
    """What somebody must be told of."""

    notices: tuple[Unreached, ...] = ()
    floods: tuple[Expired, ...] = ()
    counted: int = 0
    """The last count of a flood that is among them."""

    def __bool__(self) -> bool:
        return bool(self.notices or self.floods)


class Reports(Protocol):
    """Who is told. Raising means that it is told again; so the same may come twice after a crash."""

    async def unreached(self, notice: Unreached) -> None:
        """Tell of one notice, loudly."""

    async def expired(self, flood: Expired) -> None:
        """Tell of many at once, loudly."""


class LogReports:
    """Reports into the log, as errors: the least that every site has."""

    async def unreached(self, notice: Unreached) -> None:
        """As `Reports.unreached`."""
        log.error(
            "NOBODY CONFIRMED notice {id} ({kind}, for {whom}): {reason}; {attempts} calls",
            id=notice.notice_id,
            kind=notice.kind,
            whom=notice.whom,
            reason=notice.reason,
            attempts=notice.attempts,
        )

    async def expired(self, flood: Expired) -> None:
        """As `Reports.expired`."""
        log.error(
            "NOBODY CONFIRMED {count} notices ({kind}, for {whom}), {first} to {last}: their time ran out",
            count=flood.count,
            kind=flood.kind,
            whom=f"ward {flood.ward}" if flood.ward else "people outside the wards",
            first=flood.first_id,
            last=flood.last_id,
        )


class Reporting:
    """Tells beside the ticks of the outbox: whoever is told may be slow or broken, and alerts do not wait for that."""

    def __init__(self, transactions: Transactions, reports: Reports, wallclock: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._reports = reports
        self._wallclock = wallclock
        self._telling = False

    def tell(self, what: Unreported) -> None:
        """Tell, unless it is still being told of what was found before: then a later sweep finds this again."""
        if what and not self._telling:
            self._telling = True
            spawn(self._tell(what), "reporting notices that reached nobody")

    async def _tell(self, what: Unreported) -> None:
        try:
            for notice in what.notices:
                await self._reports.unreached(notice)
                await self._transactions.run(reported, [notice.notice_id])
            for flood in what.floods:
                await self._reports.expired(flood)
                await self._transactions.run(flood_reported, flood, what.counted, self._wallclock())
        except DatabaseError as wrong:
            log.error("what was reported could not be recorded, so it will be reported again: {wrong}", wrong=wrong)
        finally:
            self._telling = False


# Bodies of transactions


# Built once: each tick asks them.
_UNREPORTED = select(NoticeRow).where(NoticeRow.report_due.is_not(None)).order_by(NoticeRow.id).limit(AT_ONCE)
_NEWEST_FLOOD = select(func.max(FloodRow.id))


def unreported(session: Session, floods: bool = True) -> Unreported:
    """What nobody was told of; of `floods` only when none is being closed and its counts are whole."""
    notices = tuple(
        Unreached(row.id, row.kind, str(addressee_of(row)), State(row.state), row.reason, row.attempts)
        for row in session.scalars(_UNREPORTED)
    )
    counted = session.scalar(_NEWEST_FLOOD) if floods else None
    if counted is None:
        return Unreported(notices)
    summed = (
        select(
            FloodRow.kind,
            FloodRow.ward,
            func.sum(FloodRow.count),
            func.min(FloodRow.first_id),
            func.max(FloodRow.last_id),
        )
        .where(FloodRow.id <= counted)
        .group_by(FloodRow.kind, FloodRow.ward)
        .order_by(FloodRow.kind, FloodRow.ward)
    )
    return Unreported(notices, tuple(Expired(*row) for row in session.execute(summed)), counted)


def reported(session: Session, notice_ids: Sequence[int]) -> None:
    """Somebody was told of these."""
    session.execute(
        update(NoticeRow)
        .where(NoticeRow.id.in_(notice_ids))
        .values(report_due=None)
        .execution_options(synchronize_session=False)
    )


def flood_reported(session: Session, flood: Expired, counted: int, now: datetime) -> None:
    """Somebody was told of these; what was counted later is told later."""
    told: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(FloodRow)
        .where(FloodRow.kind == flood.kind, FloodRow.ward == flood.ward, FloodRow.id <= counted)
        .execution_options(synchronize_session=False)
    )
    if told.rowcount:
        tell_flood(session, flood.kind, flood.ward, flood.count, (flood.first_id, flood.last_id), now)
