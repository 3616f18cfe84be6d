"""What each engine says that it serves, and whether all of them have taken an edition yet: transactions.

Which edition an engine should serve is for its watch (`editions.watch`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.editions import EngineRow
from editions.store import LONGEST_REASON, EditionRecord

BEAT = timedelta(seconds=5)
"""How often an engine says that it is there."""
SILENT = timedelta(seconds=16)
"""An engine that has said nothing for this long is not running."""


@dataclass(frozen=True, slots=True)
class EngineRecord:
    """What an engine said of itself, when it last did."""

    name: str
    edition: int
    digest: str
    seen_at: datetime
    refused: int | None = None
    refusal: str = ""

    def runs(self, now: datetime) -> bool:
        """Whether it has been heard of lately."""
        return now - self.seen_at < SILENT

    def serves(self, record: EditionRecord) -> bool:
        """Whether this very edition is live there."""
        return (self.edition, self.digest) == (record.number, record.digest)


def say(session: Session, engine: EngineRecord) -> None:
    """An engine says what it serves."""
    row = session.get(EngineRow, engine.name) or EngineRow(name=engine.name)
    row.edition, row.digest, row.seen_at = engine.edition, engine.digest, engine.seen_at
    row.refused, row.refusal = engine.refused, engine.refusal[:LONGEST_REASON]
    session.add(row)


def leave(session: Session, name: str) -> None:
    """An engine stops."""
    session.execute(delete(EngineRow).where(EngineRow.name == name))


@reading
def engines(session: Session) -> list[EngineRecord]:
    """Every engine that ever said something and did not leave, by name."""
    return [
        EngineRecord(row.name, row.edition, row.digest, row.seen_at, row.refused, row.refusal)
        for row in session.scalars(select(EngineRow).order_by(EngineRow.name))
    ]


@dataclass(frozen=True, slots=True)
class Taking:
    """How far the running engines are with an edition that was published."""

    record: EditionRecord
    took: tuple[EngineRecord, ...]
    late: tuple[EngineRecord, ...]
    """They look once a second."""
    refused: tuple[EngineRecord, ...]

    @property
    def settled(self) -> bool:
        """Every engine that runs has taken it or refused it; also when none runs."""
        return not self.late

    @property
    def by_nobody(self) -> bool:
        """No engine runs: the edition is used at the next start."""
        return not (self.took or self.late or self.refused)


@reading
def taking(session: Session, record: EditionRecord, now: datetime) -> Taking:
    """Who serves `record` at this moment: whoever waits for the engines asks again until it is settled."""
    running = [one for one in engines(session) if one.runs(now)]
    refused = tuple(one for one in running if one.refused == record.number)
    took = tuple(one for one in running if one.serves(record) and one not in refused)
    late = tuple(one for one in running if one not in took and one not in refused)
    return Taking(record, took, late, refused)
