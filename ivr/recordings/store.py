"""Recordings on disk and in their table: the real `Recordings`.

    <folder>/2026/11/<id>.wav       folders 0700, files 0600

A recording's row is there before its file, and its empty file before the caller speaks; what a crash leaves
behind is taken over at the next start. What nobody said leaves nothing. Old ones are swept by night, by the
engine whose folder they lie in. When a recording runs is the recorder's.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from twisted.logger import Logger

from background.threads import OffReactor
from db.database import Transactions
from db.errors import DatabaseError
from ivr.call.notes import Position
from ivr.call.recording import RecordingFailed, Tape
from ivr.call.sound_file import RATE, mend, seconds_in
from ivr.recordings import rows as rows
from ivr.recordings.rows import RecordingRecord
from ivr.switch.line import Recorded, RecordEnd

log = Logger()

SPOKEN = 0.3
"""Seconds louder than quiet below which nothing was said: a key's click, a door."""
TONES = 1.0
"""From this many seconds of exchange tones on they are not part of what was said: the line is dead and busy."""
SPARE = 64 * 1024 * 1024
"""Bytes of the disk that recordings leave to everybody else."""
AT_ONCE = 500
"""Old recordings swept in one transaction."""


class RecordingStore:
    """Implements `ivr.call.recording.Recordings`."""

    def __init__(
        self,
        folder: Path,
        tone: Path,
        transactions: Transactions,
        off_reactor: OffReactor,
        wallclock: Callable[[], datetime],
        engine: str,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """`free`: bytes left on the disk of a folder."""
        self._folder = folder
        self._tone = tone
        self._transactions = transactions
        self._off_reactor = off_reactor
        self._wallclock = wallclock
        self._engine = engine
        self._free = free

    @property
    def tone(self) -> Path:
        """As `Recordings.tone`."""
        return self._tone

    async def begin(self, place: Position, limit: float) -> Tape:
        """As `Recordings.begin`."""
        now = self._wallclock()
        name = uuid.uuid4().hex
        path = f"{now:%Y}/{now:%m}/{name}.wav"
        tape = Tape(name, self._folder / path)
        record = RecordingRecord(
            name, place.call_id, "", place.flow, place.step, place.language, now, 0.0, path, ended="", key=""
        )
        try:
            await self._transactions.run(rows.begin, record, self._engine)
            await self._off_reactor(lambda: self._make_room(tape.path, limit))
        except DatabaseError as wrong:
            raise RecordingFailed(str(wrong)) from wrong
        except (OSError, RecordingFailed) as wrong:  # no file was made
            await self._forget(tape)
            told = f"{wrong.strerror or wrong}: {tape.path}" if isinstance(wrong, OSError) else str(wrong)
            raise RecordingFailed(told) from wrong
        return tape

    async def finish(self, tape: Tape, recorded: Recorded) -> float:
        """As `Recordings.finish`."""
        ended = rows.LOST if not recorded.seconds and recorded.ended is RecordEnd.HUNG_UP else recorded.ended.value
        return await self._keep(tape, ended, recorded.key)

    async def discard(self, tape: Tape) -> None:
        """As `Recordings.discard`."""
        try:
            await self._off_reactor(lambda: tape.path.unlink(missing_ok=True))
        except OSError as wrong:  # the next start of this engine finds it
            log.warn("recording {id} was not removed: {wrong}", id=tape.id, wrong=wrong)
            return
        await self._forget(tape)

    async def _forget(self, tape: Tape) -> None:
        """Remove the row of what has no file."""
        try:
            await self._transactions.run(rows.remove, tape.id)
        except DatabaseError as wrong:  # the next start of this engine finds it
            log.warn("recording {id} was not forgotten: {wrong}", id=tape.id, wrong=wrong)

    async def left_over(self) -> list[RecordingRecord]:
        """What an earlier run of this engine left open. To be asked before a call can begin one. Raises
        `DatabaseError`."""
        return await self._transactions.run(rows.unfinished, self._engine)

    async def adopt(self, left: Sequence[RecordingRecord]) -> int:
        """Finish what was left over; how many of them hold something said."""
        kept = 0
        for record in left:
            try:
                kept += await self._keep(Tape(record.id, self._folder / record.path), rows.LOST, "") > 0
            except RecordingFailed as failed:
                log.error("recording {id} of a crash: {failed}", id=record.id, failed=failed)
        return kept

    async def sweep(self, older_than: timedelta) -> int:
        """Delete this engine's recordings that began longer ago than that, files first; how many.

        Raises `DatabaseError`."""
        swept = 0
        while True:
            before = self._wallclock() - older_than
            old = await self._transactions.run(rows.begun_before, self._engine, before, AT_ONCE)
            removed = [record for record in old if await self._remove(record)]
            swept += len(removed)
            if len(old) < AT_ONCE or not removed:
                return swept

    async def _remove(self, record: RecordingRecord) -> bool:
        try:
            await self._off_reactor(lambda: (self._folder / record.path).unlink(missing_ok=True))
        except OSError as wrong:  # its row stays, so it is tried again the next night
            log.error("recording {id} cannot be deleted: {wrong}", id=record.id, wrong=wrong)
            return False
        await self._transactions.run(rows.remove, record.id)
        return True

    async def _keep(self, tape: Tape, ended: str, key: str) -> float:
        try:
            measured: tuple[float, float] = await self._off_reactor(
                lambda: _measured(tape.path, whole=ended != rows.LOST)
            )
            seconds, spoken = measured
            if spoken < SPOKEN:
                await self.discard(tape)
                return 0.0
            await self._transactions.run(rows.finish, tape.id, seconds, ended, key, self._wallclock())
        except (OSError, DatabaseError) as wrong:
            raise RecordingFailed(str(wrong)) from wrong
        return seconds

    def _make_room(self, path: Path, limit: float) -> None:
        """The folders and an empty file that only we may read."""
        folder = self._folder
        for part in ("", *path.parent.relative_to(folder).parts):
            folder = folder / part
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._free(folder) < SPARE + limit * 2 * RATE:
            raise RecordingFailed(f"the disk is full: no room for {limit:.0f} s more in {self._folder}")
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _measured(path: Path, *, whole: bool) -> tuple[float, float]:
    """Seconds of a file and seconds of something said in it; a file that was never closed is mended.

    A busy tone is nothing said."""
    if not path.exists():
        return 0.0, 0.0
    if not whole:
        mend(path)
    seconds, spoken, tones = seconds_in(path)
    return seconds, spoken if tones >= TONES else spoken + tones
