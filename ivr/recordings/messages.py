"""Messages that callers left, for whoever looks after them: what nobody has heard yet, what was noted, what is deleted.

Each function is the body of a transaction. A change, and every hearing, is noted in the audit with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from accounts.audit import AuditQuery, Hand, find, signed
from db.reading import reading
from db.tables.recordings import RecordingRow
from ivr.errors import IvrError
from ivr.record.cursor import Cursor
from ivr.recordings.rows import RecordingRecord, one_recording, records

NOTE = 500
"""Characters of a note."""
ONE_HEARING = timedelta(minutes=10)
"""A player asks for a recording piece by piece, and again when somebody seeks in it: that is one hearing."""


class CannotDelete(IvrError):
    """The file cannot be removed; its message says why. Nothing was changed."""


class State(StrEnum):
    """Which messages are listed."""

    NEW = "new"
    HEARD = "heard"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Messages:
    """A page of messages, newest first."""

    messages: tuple[RecordingRecord, ...]
    older: Cursor | None
    new: int
    """How many there are in all that nobody has taken care of."""


@reading
def list_messages(session: Session, state: State, cursor: Cursor | None = None, limit: int = 50) -> Messages:
    """The newest in that state, or those after the cursor."""
    began, heard = RecordingRow.began_at, RecordingRow.heard_at
    conditions: list[object] = []
    if state is State.NEW:
        conditions.append(heard.is_(None))
    elif state is State.HEARD:
        conditions.append(heard.is_not(None))
    if cursor is not None:
        conditions += [began <= cursor.at, or_(began < cursor.at, RecordingRow.id < cursor.call_id)]
    found = records(session, *conditions, limit=limit + 1, newest_first=True)
    last = found[limit - 1] if len(found) > limit else None
    older = None if last is None else Cursor(last.began_at, last.id, older=True)
    new = session.scalar(select(func.count()).select_from(RecordingRow).where(heard.is_(None))) or 0
    return Messages(tuple(found[:limit]), older, new)


def hear(session: Session, id: str, hand: Hand) -> RecordingRecord | None:
    """Somebody is about to hear it: noted once for each hearing. None: there is no such recording, or it still runs."""
    found = one_recording(session, id)
    if found is None or not found.ended:
        return None
    who, _ = signed(hand.by)
    since = hand.at - ONE_HEARING
    if not find(session, AuditQuery(who, "listen", "recording", id, since=since), 1):
        hand.note(session, "listen", "recording", id, call=found.call_id)
    return found


def mark(session: Session, id: str, heard: bool, hand: Hand) -> bool:
    """It is taken care of, or not after all; whether there is such a message."""
    found = one_recording(session, id)
    if found is None:
        return False
    if (found.heard_at is not None) is not heard:
        who, _ = signed(hand.by)
        now = {"heard_by": who[:64], "heard_at": hand.at} if heard else {"heard_by": "", "heard_at": None}
        session.execute(update(RecordingRow).where(RecordingRow.id == id).values(**now))
        hand.note(session, "mark" if heard else "unmark", "recording", id, call=found.call_id)
    return True


def write_note(session: Session, id: str, note: str, hand: Hand) -> bool:
    """What is noted about it from now on; whether there is such a message."""
    found, note = one_recording(session, id), note.strip()[:NOTE]
    if found is None:
        return False
    if note != found.note:
        session.execute(update(RecordingRow).where(RecordingRow.id == id).values(note=note))
        hand.note(session, "note", "recording", id, before=found.note, after=note)
    return True


def delete(session: Session, id: str, folder: Path, hand: Hand) -> bool:
    """Row and file are no more; whether there was such a message. `folder` is that of recordings. Raises
    `CannotDelete`."""
    found = one_recording(session, id)
    if found is None or not found.ended:
        return False
    session.execute(delete_rows(RecordingRow).where(RecordingRow.id == id))
    hand.note(session, "delete", "recording", id, call=found.call_id, began=found.began_at.isoformat())
    session.flush()
    try:  # last: what the database refuses leaves the file
        (folder / found.path).unlink(missing_ok=True)
    except OSError as wrong:
        raise CannotDelete(f"{wrong.strerror}: {folder / found.path}") from wrong
    return True
