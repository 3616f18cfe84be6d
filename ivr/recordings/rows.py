"""Transactions on recordings. Each function is the body of one; records that leave here are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.calls import CallRow
from db.tables.recordings import RecordingRow
from webhooks.outbox import tell
from webhooks.what import What

LOST = "lost"
_TOLD = ("flow", "step", "language", "began_at")


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """A recording as it is listed. `began_at` is aware UTC, `path` relative to the folder of recordings."""

    id: str
    call_id: str
    caller: str
    flow: str
    step: str
    language: str
    began_at: datetime
    seconds: float
    path: str
    ended: str
    key: str
    engine: str = ""
    """In whose folder it lies."""
    heard_by: str = ""
    """Who took care of it."""
    heard_at: datetime | None = None
    note: str = ""


def begin(session: Session, recording: RecordingRecord, engine: str) -> None:
    """A recording is about to run."""
    session.add(
        RecordingRow(
            id=recording.id,
            engine=engine,
            call_id=recording.call_id,
            flow=recording.flow,
            step=recording.step,
            language=recording.language,
            began_at=recording.began_at,
            path=recording.path,
        )
    )


def finish(session: Session, id: str, seconds: float, ended: str, key: str, now: datetime) -> None:
    """It is whole."""
    whole = update(RecordingRow).where(RecordingRow.id == id, RecordingRow.ended == "")
    whole = whole.values(seconds=seconds, ended=ended, key=key).execution_options(synchronize_session=False)
    told = (RecordingRow.call_id.label("call"), *(getattr(RecordingRow, name) for name in _TOLD))
    row = session.execute(whole.returning(*told)).mappings().one_or_none()
    if row is not None:
        tell(session, What.MESSAGE_LEFT, {"recording": id, "seconds": round(seconds, 1), **row}, now)


def remove(session: Session, id: str) -> None:
    """It is no more."""
    session.execute(delete(RecordingRow).where(RecordingRow.id == id))


@reading
def unfinished(session: Session, engine: str) -> list[RecordingRecord]:
    """Those that ran when `engine` died."""
    return records(session, RecordingRow.engine == engine, RecordingRow.ended == "")


@reading
def begun_before(session: Session, engine: str, before: datetime, limit: int) -> list[RecordingRecord]:
    """The oldest ones of `engine` that are whole and older than `before`."""
    old = RecordingRow.began_at < before
    return records(session, RecordingRow.engine == engine, old, RecordingRow.ended != "", limit=limit)


@reading
def list_recordings(session: Session, limit: int) -> list[RecordingRecord]:
    """The newest first."""
    return records(session, limit=limit, newest_first=True)


@reading
def find_recordings(session: Session, prefix: str) -> list[RecordingRecord]:
    """Those whose id begins with `prefix`, at most two."""
    return records(session, RecordingRow.id.startswith(prefix, autoescape=True), limit=2)


@reading
def recordings_of(session: Session, call_id: str) -> list[RecordingRecord]:
    """Those of one call, the oldest first."""
    return records(session, RecordingRow.call_id == call_id)


@reading
def one_recording(session: Session, id: str) -> RecordingRecord | None:
    """The one of just this id."""
    return next(iter(records(session, RecordingRow.id == id)), None)


def records(
    session: Session, *conditions: object, limit: int = 1_000_000, newest_first: bool = False
) -> list[RecordingRecord]:
    """Those that meet all conditions, in the order of their beginning."""
    began = RecordingRow.began_at
    found = session.execute(
        select(RecordingRow, CallRow.caller)
        .join(CallRow, CallRow.id == RecordingRow.call_id, isouter=True)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(*((began.desc(), RecordingRow.id.desc()) if newest_first else (began, RecordingRow.id)))
        .limit(limit)
    )
    return [
        RecordingRecord(
            row.id,
            row.call_id,
            caller or "",
            row.flow,
            row.step,
            row.language,
            row.began_at,
            row.seconds,
            row.path,
            row.ended,
            row.key,
            row.engine,
            row.heard_by,
            row.heard_at,
            row.note,
        )
        for row, caller in found
    ]
