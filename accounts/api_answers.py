"""What the API answered to changes that carried an `Idempotency-Key`, kept so that a repetition changes nothing.

The same name with another request is a mistake of the client; one whose change is under way is told so. Bodies of
transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.rows import locked
from db.tables.api import ApiAnswerRow

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a name. `status` 0: the change is under way, or the engine died in it."""

    asked: str
    """Digest of the request that took it."""
    status: int
    body: str


def begin(session: Session, key_id: int, name: str, asked: str, now: datetime) -> Kept | None:
    """Take the name; what is known of it when it is taken. Who comes at the same moment waits here."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"key_id": key_id, "name": name, "asked": asked, "status": 0, "body": "", "made_at": now}
    made = dialect.insert(ApiAnswerRow).values(**row).on_conflict_do_nothing().returning(ApiAnswerRow.name)
    if session.scalar(made) is not None:
        return None
    known = session.execute(locked(select(ApiAnswerRow).where(*_one(key_id, name)))).scalar_one()
    return Kept(known.asked, known.status, known.body)


def keep(session: Session, key_id: int, name: str, status: int, body: str) -> None:
    """It was done."""
    row = session.execute(select(ApiAnswerRow).where(*_one(key_id, name))).scalar_one()
    row.status, row.body = status, body


def take_back(session: Session, key_id: int, name: str) -> None:
    """It was not done."""
    session.execute(delete(ApiAnswerRow).where(*_one(key_id, name)))


def forget(session: Session, before: datetime) -> int:
    """Delete some of what is older; how many."""
    old = select(ApiAnswerRow.key_id, ApiAnswerRow.name).where(ApiAnswerRow.made_at < before).limit(AT_ONCE)
    gone = 0
    for key_id, name in session.execute(old).all():
        done: CursorResult[Any] = session.execute(delete(ApiAnswerRow).where(*_one(key_id, name)))  # type: ignore[assignment]
        gone += done.rowcount
    return gone


def _one(key_id: int, name: str) -> tuple[Any, Any]:
    return ApiAnswerRow.key_id == key_id, ApiAnswerRow.name == name
