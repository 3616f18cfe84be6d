"""Imports that hold nobody up: a file is checked, set aside in the database, decided on, and made live in slices.

Each step is a transaction of a few milliseconds, and between two of them others have their turn. Until the decision
nothing of the file counts; after it all of it will, also when the command or the machine dies: `go_on`, which the next
import and every running service call, carries out what was decided and drops what was not. What lines mean is for the
files' own modules, as a `Kind`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from tqdm import tqdm  # type: ignore[import-untyped]
from twisted.logger import Logger

from accounts.audit import Hand
from db.database import Database
from db.reading import reading
from hospital import import_rows
from hospital.errors import Mistakes
from hospital.import_kind import Kind, Refused, Staged

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
class Brought:
    """What came of an import. `late`: lines that others made impossible between the check and their turn."""

    stored: int
    late: tuple[str, ...] = ()


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
        number = self._database.run_now(import_rows.begin, kind, name, self._wallclock())
        at = 0
        for size in self._slices(len(staged), "set aside"):
            self._timed(size, import_rows.set_aside, number, at, staged[at : at + size.lines], self._wallclock())
            at += size.lines
        self._database.run_now(import_rows.decide, number, self._wallclock(), hand)
        return self._carry_out(kind, number, name)

    def go_on(self, kinds: Mapping[str, Kind]) -> None:
        """What others left behind: carried out when it was decided, dropped when nobody is working on it any more."""
        for left in self._database.run_now(import_rows.left_behind):
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
        total = self._database.run_now(import_rows.count_lines, number)
        late: list[Refused] = []
        for size in self._slices(total, kind.name):
            size.lines, refused = self._timed(size, import_rows.make_live, kind, number, size.lines, self._wallclock())
            late += refused
        self._clear(number)
        return Brought(total - len(late), tuple(f"{name}:{line}: {why}" for line, why in sorted(late)))

    def _clear(self, number: int) -> None:
        while self._database.run_now(import_rows.drop_some, number):
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


def _parts(staged: Sequence[Staged]) -> Iterator[Sequence[Staged]]:
    for at in range(0, len(staged), 500):
        yield staged[at : at + 500]


def _mistakes(name: str, refused: Sequence[Refused]) -> Mistakes:
    return Mistakes([f"{name}:{line}: {why}" for line, why in sorted(refused)])
