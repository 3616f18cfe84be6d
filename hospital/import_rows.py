"""Imports as they stand in the database: each function is one transaction of a few milliseconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from db.rows import locked
from db.tables.imports import ImportLineRow, ImportRow
from hospital.errors import Mistakes
from hospital.import_kind import Kind, Refused, Staged


@dataclass(frozen=True, slots=True)
class Import:
    """An import that stands in the database."""

    id: int
    kind: str
    name: str
    decided: bool
    touched_at: datetime


@reading
def left_behind(session: Session) -> list[Import]:
    """Imports in the database, the oldest first."""
    rows = session.scalars(select(ImportRow).order_by(ImportRow.id))
    return [Import(row.id, row.kind, row.name, row.decided, row.touched_at) for row in rows]


@reading
def count_lines(session: Session, number: int) -> int:
    """How many lines of an import stand in the database."""
    query = select(func.count()).select_from(ImportLineRow).where(ImportLineRow.import_id == number)
    return session.execute(query).scalar_one()


def begin(session: Session, kind: Kind, name: str, now: datetime) -> int:
    """An import of a kind begins; its number."""
    row = ImportRow(kind=kind.name, name=name[:200], touched_at=now, decided=False, done=0)
    session.add(row)
    session.flush()
    return row.id


def set_aside(session: Session, number: int, at: int, staged: Sequence[Staged], now: datetime) -> None:
    """Some lines, from position `at` on; nothing of them counts yet."""
    _row(session, number).touched_at = now
    session.execute(
        insert(ImportLineRow),
        [
            {
                "import_id": number,
                "position": at + place,
                "line": one.line,
                "content": json.dumps(one.content, ensure_ascii=False),
            }
            for place, one in enumerate(staged)
        ],
    )


def decide(session: Session, number: int, now: datetime, hand: Hand) -> None:
    """From now on all of its lines will count."""
    row = _row(session, number)
    row.decided, row.touched_at = True, now
    lines = select(func.count()).select_from(ImportLineRow).where(ImportLineRow.import_id == number)
    hand.note(session, "import", row.kind, row.name, lines=session.scalar(lines))


def make_live(session: Session, kind: Kind, number: int, lines: int, now: datetime) -> tuple[int, list[Refused]]:
    """The next lines; how many they were. Two that do it at the same time take turns."""
    row = session.scalars(locked(select(ImportRow).where(ImportRow.id == number))).one_or_none()
    if row is None:
        return 0, []
    found = session.execute(
        select(ImportLineRow.line, ImportLineRow.content)
        .where(ImportLineRow.import_id == number, ImportLineRow.position >= row.done)
        .order_by(ImportLineRow.position)
        .limit(lines)
    ).all()
    refused = kind.apply(session, [Staged(line, json.loads(content)) for line, content in found], now)
    row.done += len(found)
    row.touched_at = now
    return len(found), refused


def drop_some(session: Session, number: int) -> bool:
    """Remove some lines, or the import itself when none is left; whether there is more to do."""
    some = select(ImportLineRow.position).where(ImportLineRow.import_id == number).limit(1_000)
    positions = list(session.scalars(some))
    if not positions:
        session.execute(delete(ImportRow).where(ImportRow.id == number))
        return False
    session.execute(
        delete(ImportLineRow).where(
            ImportLineRow.import_id == number, ImportLineRow.position.between(min(positions), max(positions))
        )
    )
    return True


def _row(session: Session, number: int) -> ImportRow:
    row = session.get(ImportRow, number)
    if row is None:
        raise Mistakes(["the import took too long and was dropped: nothing is kept, import the file again"])
    return row
