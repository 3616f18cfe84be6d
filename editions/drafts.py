"""Drafts: the files that somebody in IT is still working on, kept per user, and how they lie over what is live.

A draft knows the edition that it was edited from. Whoever opens a file of which another user has a draft is told of
it, and so is the other at his next writing. A draft laid over the live edition is a `Bundle`: it is checked, tried,
tested and published like files on disk. Where somebody published another text of the same file meanwhile, the draft is
`behind`: it is still his, and he is told before it takes the other's work back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.rows import insert_missing
from db.tables.drafts import DraftRow
from editions import store
from editions.bundle import LARGEST_FILE, Bundle
from editions.store import EditionDamaged, EditionRecord

MOST = 100
"""Drafts of one user; a hospital has fewer files."""


@dataclass(frozen=True, slots=True)
class DraftHead:
    """Whose draft of which file, and when it was last written. `at` is aware UTC."""

    who: str
    file: str
    at: datetime
    base: int
    """The edition that it was edited from; 0: there was none."""


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft with its text."""

    head: DraftHead
    text: str | None = field(repr=False)
    """None: the file is to go."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """It is stored. `others` have drafts of the same file."""

    draft: DraftRecord
    others: Sequence[DraftHead]


@dataclass(frozen=True, slots=True)
class WrittenElsewhere:
    """The same user wrote it in another window; nothing was stored. `draft` is what is there (None: thrown away)."""

    draft: DraftRecord | None


@dataclass(frozen=True, slots=True)
class NotKept:
    """It is no file that an edition can hold."""

    sentence: str


Came: TypeAlias = Kept | WrittenElsewhere | NotKept


def keep(
    session: Session, who: str, file: str, text: str | None, base: int, version: int, now: datetime
) -> Came:
    """Store what somebody has of a file. `version`: of the draft that was read before, 0 where there was none."""
    if not store.is_name(file):
        return NotKept(f'"{file}" is no file name here: a-z, 0-9, _ and .yaml')
    if text is not None and (len(text.encode()) > LARGEST_FILE or "\0" in text):
        return NotKept(f"a file has at most {LARGEST_FILE:,} bytes, and none of them is zero")
    row = session.get(DraftRow, (who, file), with_for_update=True)
    if (row.version if row is not None else 0) != version:
        return WrittenElsewhere(_record(row) if row is not None else None)
    if row is None:
        if len(heads_of(session, who)) >= MOST:
            return NotKept(f"you have {MOST} drafts: publish some or throw them away")
        insert_missing(session, DraftRow, who=who, file=file, text=text, base=base, version=1, at=now)
        row = session.get_one(DraftRow, (who, file))
        if row.text != text:  # another window was first
            return WrittenElsewhere(_record(row))
    else:
        row.text, row.base, row.version, row.at = text, base, version + 1, now
    session.flush()
    return Kept(_record(row), others(session, who, file))


def throw_away(session: Session, who: str, files: Collection[str]) -> int:
    """Forget drafts of a user; gives how many there were."""
    gone = session.execute(
        delete(DraftRow).where(DraftRow.who == who, DraftRow.file.in_(files)).returning(DraftRow.file)
    )
    return len(gone.all())


def published(session: Session, who: str, files: Mapping[str, bytes], only: Collection[str], number: int) -> None:
    """The drafts of `only` are in edition `number` now, whose files are `files`: those that say the same go; what was
    typed meanwhile stays and was edited from that edition."""
    for row in session.scalars(select(DraftRow).where(DraftRow.who == who, DraftRow.file.in_(only))):
        if (row.text.encode() if row.text is not None else None) == files.get(row.file):
            session.delete(row)
        else:
            row.base = number


@reading
def draft_of(session: Session, who: str, file: str) -> DraftRecord | None:
    """What a user has of a file."""
    row = session.get(DraftRow, (who, file))
    return _record(row) if row is not None else None


@reading
def others(session: Session, who: str, file: str) -> list[DraftHead]:
    """Who else has a draft of the file, the last writer first."""
    rows = session.execute(_HEADS.where(DraftRow.file == file, DraftRow.who != who).order_by(DraftRow.at.desc()))
    return [DraftHead(*row) for row in rows]


@reading
def heads(session: Session) -> list[DraftHead]:
    """Every draft of everybody, by file."""
    return [DraftHead(*row) for row in session.execute(_HEADS.order_by(DraftRow.file, DraftRow.at.desc()))]


@reading
def heads_of(session: Session, who: str) -> list[DraftHead]:
    """The drafts of a user, by file."""
    return [DraftHead(*row) for row in session.execute(_HEADS.where(DraftRow.who == who).order_by(DraftRow.file))]


@dataclass(frozen=True, slots=True)
class Behind:
    """A draft of which somebody published another text since it was begun."""

    file: str
    base: int


@dataclass(frozen=True, slots=True)
class LaidOver:
    """A user's drafts over the live edition."""

    bundle: Bundle
    live: EditionRecord | None
    before: Bundle
    """The live files by themselves."""
    drafted: Sequence[str]
    """The files that the drafts change, by name."""
    behind: Sequence[Behind] = ()


@reading
def laid_over(session: Session, who: str, only: Collection[str] | None = None) -> LaidOver:
    """The live edition with the drafts of `who` over it; with `only` just his drafts of these files.

    Raises `EditionDamaged` when the live edition was changed by hand.
    """
    live = store.newest(session)
    before = _bundle(session, live.number) if live is not None else Bundle({})
    files, drafted, behind = dict(before.files), [], []
    bases: dict[int, Mapping[str, bytes]] = {live.number if live is not None else 0: before.files}
    for row in session.scalars(select(DraftRow).where(DraftRow.who == who).order_by(DraftRow.file)):
        if only is not None and row.file not in only:
            continue
        text = row.text.encode() if row.text is not None else None
        if row.base not in bases:
            bases[row.base] = _files(session, row.base)
        began = bases[row.base].get(row.file)
        if text == began or text == before.files.get(row.file):
            continue  # opened and left as it was, or published meanwhile
        if began != before.files.get(row.file):
            behind.append(Behind(row.file, row.base))
        drafted.append(row.file)
        if text is None:
            files.pop(row.file, None)
        else:
            files[row.file] = text
    return LaidOver(Bundle(files), live, before, tuple(drafted), tuple(behind))


_HEADS = select(DraftRow.who, DraftRow.file, DraftRow.at, DraftRow.base)


def _record(row: DraftRow) -> DraftRecord:
    return DraftRecord(DraftHead(row.who, row.file, row.at, row.base), row.text, row.version)


def _bundle(session: Session, number: int) -> Bundle:
    stored = store.fetch(session, number)
    return stored.bundle() if stored is not None else Bundle({})


def _files(session: Session, number: int) -> Mapping[str, bytes]:
    """Of an edition that a draft began with; of one that was damaged nothing is known."""
    try:
        return _bundle(session, number).files
    except EditionDamaged:
        return {}
