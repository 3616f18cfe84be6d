"""A small file on disk for confirmations that the database did not take: whatever is in it was confirmed by a nurse.

Records of one length are written in place into room that was set aside beforehand, so a full disk does not refuse
them, and each is on the disk before `keep` returns. What is in them, and when they are stored, is
`confirmations.py`'s. Everything here blocks; any thread may call it.
"""

from __future__ import annotations

import os
import threading
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from twisted.logger import Logger

log = Logger()

LENGTH = 128
"""Bytes of a record, with its line end."""
ROOM = 512
"""Records for which room is set aside; more make the file grow."""
WAITS, DONE = b"+", b"-"
BLANK = b"\0 \r\n"
DAMAGED = ".damaged"
"""The ending of the file that holds records which nobody can read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody confirmed a notice, in which attempt, and when."""

    notice_id: int
    attempt_id: int
    at: datetime

    def line(self) -> bytes:
        """The record that waits."""
        said = f"{self.at.isoformat()} {self.notice_id} {self.attempt_id}"
        return (WAITS + f" {said} {zlib.crc32(said.encode()):08x}".encode()).ljust(LENGTH - 1) + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Kept | None:
        """What a record says; None: it is damaged."""
        try:
            mark, at, notice, attempt, check = line.decode("ascii").split()
            said = f"{at} {notice} {attempt}"
            if mark != "+" or int(check, 16) != zlib.crc32(said.encode()):
                return None
            return cls(int(notice), int(attempt), datetime.fromisoformat(at))
        except ValueError:
            return None


class Journal:
    """The journal in one file. Raises `OSError` when the file cannot be opened; `close` at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._waiting: dict[Kept, int] = {}
        """What waits -> its place in the file."""
        self._free: list[int] = []
        self._end = 0
        """Places that the file has."""
        self._read()
        self._set_aside_room()

    def close(self) -> None:
        """Nothing is kept any more."""
        with self._lock:
            os.close(self._file)
            self._file = -1

    @property
    def waiting(self) -> tuple[Kept, ...]:
        """What the database does not know yet, the oldest first."""
        with self._lock:
            return tuple(sorted(self._waiting, key=lambda kept: kept.at))

    def keep(self, kept: Kept) -> None:
        """It is on the disk when this returns. Raises `OSError`: then it is not, and nobody may be told so."""
        with self._lock:
            if self._file < 0:
                raise OSError("the journal is closed")
            if kept in self._waiting:
                return
            place = self._free.pop() if self._free else self._end
            try:
                self._write(place * LENGTH, kept.line())
            except OSError:
                if place < self._end:
                    self._free.append(place)
                raise
            self._end = max(self._end, place + 1)
            self._waiting[kept] = place

    def settle(self, kept: Kept) -> None:
        """The database knows it. Raises `OSError`; to settle it again does no harm, nor does to store it again."""
        with self._lock:
            if self._file < 0:
                return
            place = self._waiting.get(kept)
            if place is not None:
                self._write(place * LENGTH, DONE)  # one byte cannot be half written
                del self._waiting[kept]
                self._free.append(place)

    def set_aside(self, kept: Kept, why: str) -> None:
        """The database will never take it: somebody has to look at it."""
        self._tell_damaged(kept.line(), why)
        self.settle(kept)

    def _write(self, at: int, content: bytes) -> None:
        written = os.pwrite(self._file, content, at)
        if written < len(content):
            raise OSError("no room for a whole record")
        os.fsync(self._file)

    def _read(self) -> None:
        content = b""
        while part := os.pread(self._file, 1 << 20, len(content)):
            content += part
        self._end = -(-len(content) // LENGTH)
        for place in range(self._end):
            line = content[place * LENGTH : (place + 1) * LENGTH]
            kept = Kept.read(line)
            if kept is not None and kept not in self._waiting:
                self._waiting[kept] = place
                continue
            if kept is None and line.strip(BLANK) and not line.startswith(DONE):
                self._tell_damaged(line, "it cannot be read")
                self._write(place * LENGTH, DONE)
            self._free.append(place)
        self._free.reverse()  # the first places first

    def _tell_damaged(self, line: bytes, why: str) -> None:
        aside = self._path.with_name(self._path.name + DAMAGED)
        with aside.open("ab") as file:
            file.write(line.replace(b"\0", b" ").rstrip() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        log.error(
            "a confirmation in {path} could not be stored: {why}; it is in {aside} now;"
            " check whether its notice rings again",
            path=str(self._path),
            why=why,
            aside=str(aside),
        )

    def _set_aside_room(self) -> None:
        """Written, not only reserved: a file with holes needs room when somebody writes into them."""
        short = ROOM - self._end
        if short <= 0:
            return
        try:
            self._write(self._end * LENGTH, (b" " * (LENGTH - 1) + b"\n") * short)
        except OSError as full:
            log.error("no space could be reserved for confirmations in {path}: {full}", path=str(self._path), full=full)
            return
        self._free = [*range(ROOM - 1, self._end - 1, -1), *self._free]
        self._end = ROOM


def look(path: Path) -> tuple[int, bool]:
    """How many confirmations wait in the journal at `path`, and whether damaged ones were set aside; changes nothing.
    Raises `OSError`."""
    content = path.read_bytes() if path.exists() else b""
    lines = (content[at : at + LENGTH] for at in range(0, len(content), LENGTH))
    return sum(Kept.read(line) is not None for line in lines), path.with_name(path.name + DAMAGED).exists()
