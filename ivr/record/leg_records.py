"""Legs and segments of calls read back as frozen records. Telling them is in `legs.py`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.calls import LegRow, SegmentRow

Record = TypeVar("Record", "LegRecord", "SegmentRecord")


@dataclass(frozen=True, slots=True)
class LegRecord:
    """Who took part in a call, as `db.tables.calls.LegRow` says. Times are aware UTC."""

    number: int
    role: str
    direction: str
    party: str
    line: str
    sip_call_id: str
    worker: str
    begun_by: int
    offered_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str
    sip_code: int
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """Who was with whom, as `db.tables.calls.SegmentRow` says."""

    number: int
    kind: str
    leg: int
    other: int
    began_at: datetime
    ended_at: datetime | None
    seconds: float | None


def legs_of(session: Session, call_id: str) -> tuple[LegRecord, ...]:
    """The legs of a call, in the order in which they came."""
    rows = session.scalars(select(LegRow).where(LegRow.call_id == call_id).order_by(LegRow.number))
    return tuple(_record(LegRecord, row) for row in rows)


def segments_of(session: Session, call_id: str) -> tuple[SegmentRecord, ...]:
    """The segments of a call, in the order in which they began."""
    rows = session.scalars(select(SegmentRow).where(SegmentRow.call_id == call_id).order_by(SegmentRow.number))
    return tuple(_record(SegmentRecord, row) for row in rows)


def _record(kind: type[Record], row: object) -> Record:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})
