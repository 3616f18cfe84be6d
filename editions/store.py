"""The history of editions: transactions that publish, list and fetch.

Append-only: the newest edition is the current one, and taking one back publishes the old files
again under a new number. Whether files are right is checked before they come here; what an engine
serves stands in `editions.engines`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.editions import EditionRow
from editions.bundle import TESTS, TEXTS, Bundle
from forms.errors import FilesBroken, FilesError
from forms.report import Mark, Report

LARGEST = 4_000_000
"""Bytes of all files of an edition together; a large hospital's are a tenth of it."""
LONGEST_REASON = 500
LONGEST_NAME = 80

_NAME = re.compile(rf"(?:{TESTS}/|{TEXTS}/)?[A-Za-z0-9_][A-Za-z0-9_.-]*\.yaml")
_COLUMNS = (
    EditionRow.number,
    EditionRow.at,
    EditionRow.who,
    EditionRow.why,
    EditionRow.digest,
    EditionRow.files_of,
    EditionRow.tests,
)


class EditionDamaged(FilesError):
    """An edition in the database is not what was published: its row was changed by hand."""


@dataclass(frozen=True, slots=True)
class EditionHead:
    """Which edition, and what must be in it."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """An edition as the history lists it. `at` is aware UTC."""

    number: int
    at: datetime
    who: str
    why: str
    digest: str
    files_of: int | None = None
    """The edition whose files these are, when they were taken back."""
    tests: str = ""

    @property
    def head(self) -> EditionHead:
        """Number and digest."""
        return EditionHead(self.number, self.digest)


@dataclass(frozen=True, slots=True)
class StoredEdition:
    """An edition with its files, as the database holds them."""

    record: EditionRecord
    files: str = field(repr=False)
    """JSON: file name -> text."""

    def bundle(self) -> Bundle:
        """The files, when they are those that were published. Raises `EditionDamaged`."""
        damaged = EditionDamaged(
            f"edition {self.record.number} is not what {self.record.who} published:"
            " its row in the database was changed by hand (publish again, or roll back to an older edition)"
        )
        try:
            files = json.loads(self.files)
            bundle = Bundle({name: text.encode() for name, text in files.items() if _NAME.fullmatch(name)})
        except (ValueError, AttributeError, RecursionError) as no_files:
            raise damaged from no_files
        if bundle.digest != self.record.digest:
            raise damaged
        return bundle


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be published."""

    files: Mapping[str, str] = field(repr=False)
    digest: str
    who: str
    why: str
    files_of: int | None = None
    tests: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """It is the current edition now."""

    record: EditionRecord


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The current edition has these very files."""

    record: EditionRecord


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody published `record` meanwhile; nothing was stored."""

    record: EditionRecord
    parent: int = 0
    """What was the current one when the publisher looked."""


def is_name(file: str) -> bool:
    """Whether a file of an edition can be called so: main.yaml, tests/main.yaml, texts/zh.yaml."""
    return _NAME.fullmatch(file) is not None


def as_texts(bundle: Bundle) -> dict[str, str]:
    """A bundle's files as text, as they are stored. Raises `FilesBroken` for what cannot be kept."""
    report = Report()
    texts: dict[str, str] = {}
    for name, data in bundle.files.items():
        try:
            texts[name] = data.decode("utf-8")
        except UnicodeDecodeError as wrong:
            report.add(Mark(bundle.name(name)), "E101", f"the file is not UTF-8 (byte {wrong.start + 1})")
            continue
        if "\0" in texts[name]:
            report.add(Mark(bundle.name(name)), "E101", "the file is not text (it contains a zero byte)")
        if not is_name(name):
            report.add(Mark(bundle.name(name)), "E111", f'"{name}" is no file name here: a-z, 0-9, _ and .yaml')
    size = sum(map(len, bundle.files.values()))
    if size > LARGEST:
        largest = max(bundle.files, key=lambda name: len(bundle.files[name]))
        told = f"all files together have {size:,} bytes, at most {LARGEST:,} are allowed; this is the largest"
        report.add(Mark(bundle.name(largest)), "E101", told)
    if report.mistakes:
        raise FilesBroken(report.mistakes)
    return texts


def publish(session: Session, proof: Proof, parent: int, now: datetime) -> Published | Unchanged | Overtaken:
    """Make `proof` the current edition. `parent`: the current one when the publisher looked; 0 when there was none."""
    current = newest(session)
    if current is not None and current.number != parent:
        return Overtaken(current, parent)
    if current is not None and current.digest == proof.digest and _is_whole(session, current):
        return Unchanged(current)
    record = EditionRecord(
        parent + 1, now, proof.who[:LONGEST_NAME], proof.why[:LONGEST_REASON], proof.digest, proof.files_of, proof.tests
    )
    values = {
        "number": record.number,
        "at": now,
        "who": record.who,
        "why": record.why,
        "digest": record.digest,
        "files_of": record.files_of,
        "tests": record.tests,
        "files": json.dumps(proof.files, ensure_ascii=False),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(EditionRow).values(values).on_conflict_do_nothing().returning(EditionRow.number)
    if session.scalar(new) is not None:
        return Published(record)
    first = session.execute(select(*_COLUMNS).where(EditionRow.number == record.number)).one()
    return Overtaken(EditionRecord(*first), parent)


@reading
def newest(session: Session) -> EditionRecord | None:
    """The current edition; None before the first."""
    row = session.execute(select(*_COLUMNS).order_by(EditionRow.number.desc()).limit(1)).one_or_none()
    return EditionRecord(*row) if row is not None else None


@reading
def began(session: Session) -> datetime | None:
    """When the first edition was published, which no other line has the same; None before it."""
    return session.scalar(select(EditionRow.at).order_by(EditionRow.number).limit(1))


@reading
def history(session: Session, limit: int = 1_000_000) -> list[EditionRecord]:
    """Every edition, newest first."""
    rows = session.execute(select(*_COLUMNS).order_by(EditionRow.number.desc()).limit(limit))
    return [EditionRecord(*row) for row in rows]


def origin(record: EditionRecord, known: Mapping[int, EditionRecord]) -> EditionRecord:
    """The edition that was first published with these files: followed through every taking back."""
    while record.files_of is not None and record.files_of in known:
        record = known[record.files_of]
    return record


def before(every: Sequence[EditionRecord]) -> EditionRecord | None:
    """The edition to step back to from the live one, which is `every[0]`; None when there is none.

    Whoever took back once and steps back again wants what was live before THAT, never the edition that was just
    taken back.
    """
    known = {record.number: record for record in every}
    live = every[0]
    first = origin(live, known)
    earlier = (record for record in every if record.number < first.number and record.digest != live.digest)
    return next(earlier, None)


@reading
def fetch(session: Session, number: int) -> StoredEdition | None:
    """One edition with its files; None when there is none of this number."""
    row = session.execute(select(*_COLUMNS, EditionRow.files).where(EditionRow.number == number)).one_or_none()
    return StoredEdition(EditionRecord(*row[:-1]), row[-1]) if row is not None else None


def _is_whole(session: Session, record: EditionRecord) -> bool:
    """False when the row was changed by hand: publishing the same files again puts that right."""
    stored = fetch(session, record.number)
    if stored is None:
        return False
    try:
        stored.bundle()
    except EditionDamaged:
        return False
    return True
