"""Imports that hold nobody up: a file is checked, set aside in the database, decided on, and made live in slices.

Each step is a transaction of a few milliseconds, and between two of them others have their turn. Until the decision
nothing of the file counts; after it all of it will, also when the command or the machine dies: `go_on`, which the next
import and every running service call, carries out what was decided and drops what was not. What lines mean is for the
files' own modules, as a `Kind`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session
from tqdm import tqdm  # type: ignore[import-untyped]
from twisted.logger import Logger

from accounts.audit import Hand
from db.database import Database
from db.reading import reading
from db.rows import locked
from db.tables.imports import ImportLineRow, ImportRow
from hospital.errors import HospitalError, Mistakes

T = TypeVar("T")

log = Logger()

SMALL = 40
"""Lines that are stored in one transaction, without setting them aside."""
HOLD = 0.015
"""Seconds that a slice should take."""
FIRST, FEWEST, MOST = 20, 5, 2_000
"""Lines of a slice: the first, and as it may become."""
ABANDONED = timedelta(hours=1)
"""After this long without a sign of life an import that was not decided is dropped."""


@dataclass(frozen=True, slots=True)
class Staged:
    """One line of a file: its number there, and what it says, fit for JSON."""

    line: int
    content: Mapping[str, Any]


Refused: TypeAlias = tuple[int, str]
"""A line's number, and why it is refused."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What to do with the lines of one kind of file. `check` reads only; `apply` makes lines live and refuses only
    what has changed since the check. Both give what they refuse."""

    name: str
    check: Callable[[Session, Sequence[Staged]], list[Refused]]
    apply: Callable[[Session, Sequence[Staged], datetime], list[Refused]]

    @classmethod
    def of_lines(
        cls, name: str, check: Callable[[Session, Staged], object], apply: Callable[[Session, Staged, datetime], object]
    ) -> Kind:
        """From functions of one line, which raise `HospitalError` for what they refuse, before they change anything."""
        return cls(
            name,
            lambda session, staged: _each(staged, lambda one: check(session, one)),
            lambda session, staged, now: _each(staged, lambda one: apply(session, one, now)),
        )


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of an import. `late`: lines that others made impossible between the check and their turn."""

    stored: int
    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """An import that stands in the database."""

    id: int
    kind: str
    name: str
    decided: bool
    touched_at: datetime


class Staging:
    """Brings files in. `pause` waits between two slices, so that others get to write; `shown`: with a bar."""

    def __init__(
        self,
        database: Database,
        wallclock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
        shown: bool = False,
    ) -> None:
        self._database = database
        self._wallclock = wallclock
        self._pause = pause
        self._shown = shown

    def bring(self, kind: Kind, name: str, staged: Sequence[Staged], hand: Hand) -> Brought:
        """All lines, or none; the audit notes whose file it was. Raises `Mistakes` with everything that is wrong,
        `db.errors.DatabaseError`."""
        if len(staged) <= SMALL:
            self._database.run_now(_at_once, kind, name, staged, hand)
            return Brought(len(staged))
        refused = [one for part in _parts(staged) for one in self._database.run_now(_checks(kind), part)]
        if refused:
            raise _mistakes(name, refused)
        number = self._database.run_now(_begin, kind, name, self._wallclock())
        at = 0
        for size in self._slices(len(staged), "set aside"):
            self._timed(size, _set_aside, number, at, staged[at : at + size.lines], self._wallclock())
            at += size.lines
        self._database.run_now(_decide, number, self._wallclock(), hand)
        return self._carry_out(kind, number, name)

    def go_on(self, kinds: Mapping[str, Kind]) -> None:
        """What others left behind: carried out when it was decided, dropped when nobody is working on it any more."""
        for left in self._database.run_now(left_behind):
            if left.decided:
                if left.touched_at > self._wallclock() - timedelta(minutes=1):
                    continue  # somebody is working on it
                came = self._carry_out(kinds[left.kind], left.id, left.name)
                log.warn("the import of {name}, which was interrupted, is carried out", name=left.name)
                for sentence in came.late:
                    log.error("{sentence}", sentence=sentence)
            elif left.touched_at < self._wallclock() - ABANDONED:
                self._clear(left.id)
                log.warn("the import of {name} was interrupted before all was there: nothing is kept", name=left.name)

    def _carry_out(self, kind: Kind, number: int, name: str) -> Brought:
        total = self._database.run_now(count_lines, number)
        late: list[Refused] = []
        for size in self._slices(total, kind.name):
            size.lines, refused = self._timed(size, _make_live, kind, number, size.lines, self._wallclock())
            late += refused
        self._clear(number)
        return Brought(total - len(late), tuple(f"{name}:{line}: {why}" for line, why in sorted(late)))

    def _clear(self, number: int) -> None:
        while self._database.run_now(_drop_some, number):
            self._wait(HOLD)

    def _slices(self, total: int, what: str) -> Iterator[_Size]:
        """The size of each slice, until `total` lines are done."""
        size = _Size()
        with tqdm(total=total, disable=not self._shown, desc=what, unit="line") as bar:
            done = 0
            while done < total:
                size.lines = min(size.best, total - done)
                yield size
                if not size.lines:  # another one has done the rest
                    return
                done += size.lines
                bar.update(size.lines)
                self._wait(size.took)

    def _timed(self, size: _Size, work: Callable[..., T], *args: Any) -> T:
        """One slice; the next is as large as this one's time says."""

        began: list[float] = []

        def body(session: Session) -> T:
            session.connection()  # from here on others wait, and until the commit is on the disk
            began[:] = [time.monotonic()]
            return work(session, *args)

        came = self._database.run_now(body)
        size.learn(time.monotonic() - began[0])
        return came

    def _wait(self, took: float) -> None:
        if self._database.dialect == "sqlite":
            self._pause(max(3 * took, 0.02))


@dataclass(slots=True)
class _Size:
    """How many lines the slice has, and how many are best."""

    lines: int = 0
    best: int = FIRST
    took: float = 0.0

    def learn(self, took: float) -> None:
        self.took = took
        fits = int(self.lines * HOLD / max(took, 0.0005))
        self.best = max(FEWEST, min(MOST, fits, 2 * max(self.lines, FIRST)))


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


def _checks(kind: Kind) -> Callable[[Session, Sequence[Staged]], list[Refused]]:
    @reading
    def check(session: Session, staged: Sequence[Staged]) -> list[Refused]:
        return kind.check(session, staged)

    return check


def _at_once(session: Session, kind: Kind, name: str, staged: Sequence[Staged], hand: Hand) -> None:
    refused = kind.check(session, staged) or kind.apply(session, staged, hand.at)
    if refused:
        raise _mistakes(name, refused)  # which takes everything back
    hand.note(session, "import", kind.name, name, lines=len(staged))


def _begin(session: Session, kind: Kind, name: str, now: datetime) -> int:
    row = ImportRow(kind=kind.name, name=name[:200], touched_at=now, decided=False, done=0)
    session.add(row)
    session.flush()
    return row.id


def _set_aside(session: Session, number: int, at: int, staged: Sequence[Staged], now: datetime) -> None:
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


def _decide(session: Session, number: int, now: datetime, hand: Hand) -> None:
    row = _row(session, number)
    row.decided, row.touched_at = True, now
    lines = select(func.count()).select_from(ImportLineRow).where(ImportLineRow.import_id == number)
    hand.note(session, "import", row.kind, row.name, lines=session.scalar(lines))


def _make_live(
    session: Session, kind: Kind, number: int, lines: int, now: datetime
) -> tuple[int, list[Refused]]:
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


def _drop_some(session: Session, number: int) -> bool:
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


def _each(staged: Sequence[Staged], work: Callable[[Staged], object]) -> list[Refused]:
    refused: list[Refused] = []
    for one in staged:
        try:
            work(one)
        except HospitalError as wrong:
            refused.append((one.line, str(wrong)))
    return refused


def _parts(staged: Sequence[Staged]) -> Iterator[Sequence[Staged]]:
    for at in range(0, len(staged), 500):
        yield staged[at : at + 500]


def _mistakes(name: str, refused: Sequence[Refused]) -> Mistakes:
    return Mistakes([f"{name}:{line}: {why}" for line, why in sorted(refused)])
