"""What the hospital's system sent and could not be taken: kept with the reason, mended, taken or dropped.

The same that comes again is counted, not kept twice. What was taken from here is what it would have been when it came:
its sender and number say whether it is there already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.audit import Hand, signed
from db.reading import reading
from db.rows import locked
from db.tables.fees import AsideRow
from hospital.errors import HospitalError, NotAllowed, Unknown
from hospital.fees import intake
from hospital.fees.intake import NEEDED, OPTIONAL, Terms


@dataclass(frozen=True, slots=True)
class Aside:
    """One entry that waits, or waited. `values` by column; `raw` as it came."""

    id: int
    state: str
    at: datetime
    times: int
    sender: str
    source: str
    reason: str
    values: Mapping[str, str]
    raw: str


def receive(
    session: Session, values: Mapping[str, str], sender: str, source: str, raw: str, terms: Terms, now: datetime
) -> str:
    """Take an entry, or set it aside; why it was, or nothing. One of several entries does not spoil the others."""
    try:
        with session.begin_nested():
            intake.take(session, intake.understand(values, sender, terms, now), terms, now)
    except HospitalError as wrong:
        reason = str(wrong).replace("\n", "; ")
        keep(session, values, sender, source, raw, reason, now)
        return reason
    _again(session, values.get("stay", ""), terms, now)
    return ""


def _again(session: Session, stay: str, terms: Terms, now: datetime) -> None:
    """What waited for something of this stay, and came before it, is tried again."""
    for one in waiting(session):
        if one.values.get("stay") == stay:
            with suppress(HospitalError), session.begin_nested():
                take(session, one.id, {}, terms, Hand("set aside", now, "service"))


def keep(
    session: Session, values: Mapping[str, str], sender: str, source: str, raw: str, reason: str, now: datetime
) -> None:
    """Set an entry aside."""
    content = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
    mark = hashlib.sha256(f"{sender}\x1f{content}".encode("utf-8", "surrogatepass")).hexdigest()
    row = session.scalars(locked(select(AsideRow).where(AsideRow.mark == mark))).one_or_none()
    if row is None:
        values_kept = {"reason": reason[:300], "content": content, "raw": raw[:4000]}
        made = AsideRow(mark=mark, at=now, sender=sender[:80], source=source[:200], **values_kept)
        session.add(made)
    else:
        row.times += 1
        row.reason = reason[:300]
        if row.state == "dropped":
            row.state = "waiting"
    session.flush()


@reading
def waiting(session: Session, every: bool = False, limit: int = 200) -> list[Aside]:
    """What waits, the oldest first; with `every` also what was taken or dropped, the newest first."""
    query = select(AsideRow).limit(limit)
    if every:
        query = query.order_by(AsideRow.at.desc(), AsideRow.id.desc())
    else:
        query = query.where(AsideRow.state == "waiting").order_by(AsideRow.at, AsideRow.id)
    return [_record(row) for row in session.scalars(query)]


@reading
def count(session: Session) -> int:
    """How many wait."""
    return int(session.scalar(select(func.count()).select_from(AsideRow).where(AsideRow.state == "waiting")) or 0)


@reading
def find(session: Session, number: int) -> Aside:
    """One of them. Raises Unknown."""
    row = session.get(AsideRow, number)
    if row is None:
        raise Unknown(f"nothing with the number {number} was set aside")
    return _record(row)


def take(session: Session, number: int, mended: Mapping[str, str], terms: Terms, hand: Hand) -> None:
    """Take an entry as it is, or with some of its values mended. Raises HospitalError with what is still wrong."""
    row = _row(session, number)
    if row.state == "taken":
        return
    if unknown := mended.keys() - {*NEEDED, *OPTIONAL}:
        raise NotAllowed(f'no column "{min(unknown)}": {", ".join((*NEEDED, *OPTIONAL))}')
    values = {**json.loads(row.content), **mended}
    intake.take(session, intake.understand(values, row.sender, terms, hand.at), terms, hand.at)
    _decide(session, row, "taken", hand, mended)


def drop(session: Session, number: int, hand: Hand) -> None:
    """It will not be taken. Raises Unknown, NotAllowed."""
    row = _row(session, number)
    if row.state == "taken":
        raise NotAllowed(f"{number} was taken already")
    _decide(session, row, "dropped", hand, {})


def _decide(session: Session, row: AsideRow, state: str, hand: Hand, mended: Mapping[str, str]) -> None:
    row.state, row.decided_at, row.decided_by = state, hand.at, signed(hand.by)[0][:80]
    hand.note(session, "take" if state == "taken" else "drop", "set aside", row.id, mended=sorted(mended))
    session.flush()


def _row(session: Session, number: int) -> AsideRow:
    row = session.scalars(locked(select(AsideRow).where(AsideRow.id == number))).one_or_none()
    if row is None:
        raise Unknown(f"nothing with the number {number} was set aside")
    return row


def _record(row: AsideRow) -> Aside:
    values: dict[str, str] = json.loads(row.content)
    return Aside(row.id, row.state, row.at, row.times, row.sender, row.source, row.reason, values, row.raw)
