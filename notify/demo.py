"""A yesterday for the demo hospital: notices that were confirmed, that nobody heard, that somebody cancelled, and the
messages that they came from. Nothing of it rings any more. Made once; all names are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow, EventRow, MessageRow, NoticeRow
from notify.hl7.adt import Movement
from notify.notices.escalation import Priority
from notify.notices.fate import Fate
from notify.notices.ladder import UNANSWERED
from notify.notices.states import State
from notify.notices.wards import phonebook, variables

SENDER = "HIS|HOSPITAL"
PEER = "127.0.0.1"
RING, TALK = timedelta(seconds=25), timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class _Call:
    role: str
    round: int
    after: int
    """Seconds from the notice's beginning."""
    cause: str


@dataclass(frozen=True, slots=True)
class _Told:
    hours_ago: float
    trigger: str
    kind: str
    movement: Movement
    priority: Priority
    state: State
    calls: Sequence[_Call]
    reason: str = ""
    acknowledged_by: str = ""
    acknowledged_why: str = ""


_ROLES = ("station", "head_nurse", "duty_manager")
_IN_VAIN = tuple(
    _Call(role, round, 165 * step + wait, "no_answer")
    for step, role in enumerate(_ROLES)
    for round, wait in enumerate((0, 55, 140))
)
"""The whole ladder of an admission, with nobody there."""
_STORIES = (
    _Told(
        26.5, "A01", "urgent_admission",
        Movement("admission", "W3", "301", "12", "neike", urgent=True), Priority.EMERGENCY, State.CONFIRMED,
        [_Call("station", 0, 1, "busy"), _Call("station", 1, 12, "confirmed")],
    ),
    _Told(
        22, "A01", "admission", Movement("admission", "W5", "502", "7", "waike"), Priority.ALERT, State.CONFIRMED,
        [*_IN_VAIN[:3], _Call("head_nurse", 0, 165, "confirmed")],
    ),
    _Told(
        19.2, "A01", "admission", Movement("admission", "W6", "601", "3", "erke"), Priority.ALERT, State.FAILED,
        _IN_VAIN, UNANSWERED,
    ),
    _Told(
        9, "A03", "discharge", Movement("discharge", "W3", "304", "2", "neike"), Priority.CARE, State.CANCELLED,
        _IN_VAIN[:1], "operator: entered for the wrong patient",
    ),
    _Told(
        7.5, "A03", "discharge", Movement("discharge", "W5", "501", "1", "waike"), Priority.CARE, State.FAILED,
        _IN_VAIN[:6], UNANSWERED, "刘护士", "the operator told the ward in person",
    ),
)  # fmt: skip
_BROKEN = (
    "MSH|^~\\&|HIS|HOSPITAL|WARDBELL|HOSPITAL|{at}||ADT^A01|DEMO-BAD|P|2.5||||||UNICODE UTF-8\r"
    "EVN|A01|{at}\rPID|1||990001^^^HOSPITAL||样例^病人||19700101|M\rPV1|1|I||R||||||neike\r"
)


def make(session: Session, now: datetime) -> int:
    """Make what is not there yet; how many notices that were."""
    made = 0
    for number, told in enumerate(_STORIES, start=1):
        key = f"demo:{number}"
        if session.scalar(select(EventRow.id).where(EventRow.key == f"hl7:{key}:")) is None:
            _make(session, key, told, now - timedelta(hours=told.hours_ago))
            made += 1
    if made and session.scalar(select(MessageRow.id).where(MessageRow.key == "demo:bad")) is None:
        _refused(session, now - timedelta(hours=5))
    return made


def _make(session: Session, key: str, told: _Told, at: datetime) -> None:
    movement = told.movement
    session.add(_message(key, "accepted", f"ADT^{told.trigger}", f"DEMO-{key[-1]}", at, "AA"))
    facts = {"ward": movement.ward, "room": movement.room, "bed": movement.bed, "urgent": movement.urgent}
    event = EventRow(
        key=f"hl7:{key}:", kind=movement.kind, source=SENDER, received_at=at, facts=facts, fate=Fate.PLANNED
    )
    session.add(event)
    session.flush()
    phones = phonebook(session, movement.ward)
    calls = [one for one in told.calls if phones.get(one.role)]
    ended = at + timedelta(seconds=calls[-1].after if calls else 0) + RING + TALK
    notice = NoticeRow(
        event_id=event.id,
        kind=told.kind,
        priority=int(told.priority),
        addressee=movement.ward,
        language="zh",
        variables=dict(variables(session, movement)),
        state=told.state,
        created_at=at,
        due_at=at,
        expires_at=at + timedelta(hours=2),
        attempts=len(calls),
        ended_at=ended,
        heard_at=ended if told.state is State.CONFIRMED else None,
        reason=told.reason,
        acknowledged_at=ended + timedelta(minutes=10) if told.acknowledged_by else None,
        acknowledged_by=told.acknowledged_by,
        acknowledged_why=told.acknowledged_why,
    )
    session.add(notice)
    session.flush()
    for number, call in enumerate(calls, start=1):
        began = at + timedelta(seconds=call.after)
        answered = began + timedelta(seconds=6) if call.cause == "confirmed" else None
        rang = RING if call.cause == "no_answer" else timedelta()
        session.add(
            AttemptRow(
                notice_id=notice.id,
                number=number,
                step=_ROLES.index(call.role),
                round=call.round,
                place=0,
                places=1,
                role=call.role,
                target=phones[call.role][0],
                owner="demo",
                began_at=began,
                rang_at=began,
                answered_at=answered,
                ended_at=answered + TALK if answered else began + rang,
                cause=call.cause,
                heard=answered is not None,
                confirmed=answered is not None,
            )
        )


def _refused(session: Session, at: datetime) -> None:
    broken = _message("demo:bad", "rejected", "ADT^A01", "DEMO-BAD", at, "AE")
    broken.reason = "PV1-3.1 names no ward"
    broken.raw = _BROKEN.format(at=f"{at:%Y%m%d%H%M%S}").encode()
    session.add(broken)
    session.add(_message("demo:noted", "ignored", "ADT^A04", "DEMO-A04", at - timedelta(hours=1), "AA"))


def _message(key: str, state: str, kind: str, control_id: str, at: datetime, answer: str) -> MessageRow:
    return MessageRow(
        key=key,
        state=state,
        received_at=at,
        peer=PEER,
        sender=SENDER,
        control_id=control_id,
        type=kind,
        answer=answer,
        encoding="utf-8",
        stamped_at=at,
    )
