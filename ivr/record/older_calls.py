"""Calls from before there were legs get theirs, a few in a transaction, while the line works.

Their first leg is told by the row of the call. Where a caller was put through, the other leg had a row too, which named
his call in its first event: it becomes another leg of his call, with its waiting and its talk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from db.rows import locked
from db.tables.calls import CallEventRow, CallRow, LegRow, SegmentRow
from ivr.record.legs import FIRST, LINE, Kind, Role, by_whom
from ivr.record.writes import ENGINE_LOST, spent
from ivr.switch.line import Cause, Ended

SLICE = 50
"""Calls of one transaction: others write in between."""


def tell_older(session: Session, most: int = SLICE) -> int:
    """Give legs to the oldest calls without; how many calls that were. Calls that go on are left for later."""
    wanted = select(CallRow).where(CallRow.waited.is_(None), CallRow.ended_at.is_not(None))
    rows = session.scalars(locked(wanted.order_by(CallRow.began_at).limit(most))).all()
    if not rows:
        return 0
    beside, rang = _events(session, [row.id for row in rows])
    there = set(session.scalars(select(CallRow.id).where(CallRow.id.in_(set(beside.values())))))
    firsts = [row for row in rows if beside.get(row.id) not in there]
    legs = [_leg(row, row.id, FIRST, rang.get(row.id)) for row in firsts]
    segments: list[dict[str, Any]] = []
    second = [(row, beside[row.id]) for row in rows if beside.get(row.id) in there]
    counts = _counts(session, {call for _, call in second})
    for row, call in second:
        counts[call] += 1
        legs.append(_leg(row, call, counts[call], rang.get(row.id)))
        segments.extend(_segments(row, call, counts[call]))
    session.execute(insert(LegRow), legs)
    if segments:
        session.execute(insert(SegmentRow), segments)
        gone = [row.id for row, _ in second]
        session.execute(delete(CallEventRow).where(CallEventRow.call_id.in_(gone)))
        session.execute(delete(CallRow).where(CallRow.id.in_(gone)))
    for row in firsts:
        row.ended_by = _ended_by(row)
    told = or_(
        CallRow.id.in_([row.id for row in firsts]),
        CallRow.id.in_({call for _, call in second}) & CallRow.waited.is_not(None),  # else its own turn comes
    )
    sums = {"waited": spent(Kind.WAIT).scalar_subquery(), "talked": spent(Kind.TALK).scalar_subquery()}
    session.execute(update(CallRow).where(told).values(sums).execution_options(synchronize_session=False))
    return len(rows)


def _events(session: Session, calls: Iterable[str]) -> tuple[dict[str, str], dict[str, datetime]]:
    """Beside which call a row's leg was, and when its telephone rang."""
    wanted = CallEventRow.call_id.in_(calls), CallEventRow.number <= 2, CallEventRow.kind.in_(("beside", "rang"))
    beside, rang = {}, {}
    for event in session.scalars(select(CallEventRow).where(*wanted)):
        if event.kind == "beside":
            beside[event.call_id] = str(event.detail["call"])
        else:
            rang[event.call_id] = event.at
    return beside, rang


def _counts(session: Session, calls: Iterable[str]) -> defaultdict[str, int]:
    """The highest number of a leg of each call; its first leg has its number even before it is noted."""
    highest = select(LegRow.call_id, func.max(LegRow.number)).where(LegRow.call_id.in_(calls)).group_by(LegRow.call_id)
    return defaultdict(lambda: FIRST, [(call, number) for call, number in session.execute(highest)])


def _leg(row: CallRow, call: str, number: int, rang: datetime | None) -> dict[str, Any]:
    if number == FIRST:
        role, party = (Role.CALLER, row.caller) if row.direction == "in" else (Role.CALLED, row.dialled)
    else:
        role, party = Role.DESK, row.dialled
    return {
        "call_id": call,
        "number": number,
        "role": role.value,
        "direction": row.direction,
        "party": party,
        "line": row.id,
        "sip_call_id": "",
        "worker": "",
        "begun_by": LINE,
        "offered_at": row.began_at,
        "rang_at": rang,
        "answered_at": row.answered_at,
        "ended_at": row.ended_at,
        "cause": row.cause,
        "sip_code": row.sip_code,
        "ended_by": _whose(row, number),
    }


def _segments(row: CallRow, call: str, number: int) -> Iterable[dict[str, Any]]:
    """The first leg waited until the other one answered or was gone; from the answer on they talked."""
    ended, lost = row.ended_at or row.began_at, row.cause == ENGINE_LOST
    stretches = [(Kind.WAIT, row.began_at, row.answered_at or ended)]
    if row.answered_at is not None:
        stretches.append((Kind.TALK, row.answered_at, ended))
    for place, (kind, began, end) in enumerate(stretches):
        yield {
            "call_id": call,
            "number": 2 * (number - FIRST) - 1 + place,
            "kind": kind.value,
            "leg": FIRST,
            "other": number,
            "began_at": began,
            "ended_at": end,
            "seconds": None if lost and end == ended else max(0.0, (end - began).total_seconds()),
        }


def _whose(row: CallRow, number: int) -> int | None:
    if row.cause == ENGINE_LOST:
        return None
    return by_whom(number, Ended(Cause(row.cause), by_peer=row.ended_by_peer))


def _ended_by(row: CallRow) -> str:
    whose = _whose(row, FIRST)
    if whose == FIRST:
        return (Role.CALLER if row.direction == "in" else Role.CALLED).value
    return "" if whose is None else "line"
