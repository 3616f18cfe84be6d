"""Examinations told to other systems. The patient is not named: the number, the room, ward and bed say who is meant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from db.tables.exams import Exam, ExamKind, ExamRoom
from webhooks.outbox import tell
from webhooks.what import What


def tell_exam(session: Session, what: What, exam: Exam, room: ExamRoom, kind: ExamKind, now: datetime) -> None:
    """What became of an examination."""
    facts = {
        "number": exam.number,
        "date": exam.date.isoformat(),
        "room": room.code,
        "kind": kind.code,
        "ward": exam.ward,
        "bed": exam.bed,
        "times_missed": exam.times_missed,
    }
    tell(session, what, facts, now)
