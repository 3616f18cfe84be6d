"""What callers say, kept: what a conversation asks of the place where recordings lie.

The conversation says when a recording runs and on which line. Files, rows and how long they
are kept are `ivr.recordings.store`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ivr.call.notes import Position
from ivr.errors import IvrError
from ivr.switch.line import Recorded


class RecordingFailed(IvrError):
    """A recording cannot be made or kept: no room on the disk, no database. Leads to the flow's `error` exit."""


@dataclass(frozen=True, slots=True)
class Tape:
    """An empty file that waits for what a caller says."""

    id: str
    """32 hex digits, for ever."""
    path: Path


class Recordings(Protocol):
    """Where recordings are kept."""

    @property
    def tone(self) -> Path:
        """The clip that tells the caller to speak."""

    async def begin(self, place: Position, limit: float) -> Tape:
        """A tape with room for `limit` seconds. Raises `RecordingFailed`."""

    async def finish(self, tape: Tape, recorded: Recorded) -> float:
        """Keep what was recorded; its seconds, or 0 when nothing was said: then nothing is left of it.

        Raises `RecordingFailed`."""

    async def discard(self, tape: Tape) -> None:
        """Nothing is left of it; what prevents that is logged."""


class FakeRecordings:
    """Recordings for tests and rehearsals, in a folder, without a table. Remembers what became of each.

    Whoever records at least `least` seconds has said something: a fake line is not listened to.
    """

    def __init__(self, folder: Path, *, tone: Path | None = None, least: float = 0.5, fails: bool = False) -> None:
        self.folder = folder
        self.tone = tone or folder / "tone.wav"
        self.least = least
        self.fails = fails
        self.begun: list[tuple[Position, float]] = []
        self.kept: dict[str, Recorded] = {}
        self.discarded: list[str] = []

    async def begin(self, place: Position, limit: float) -> Tape:
        """As `Recordings.begin`: `recording-1`, `recording-2` ..."""
        if self.fails:
            raise RecordingFailed("the disk is full")
        self.begun.append((place, limit))
        name = f"recording-{len(self.begun)}"
        return Tape(name, self.folder / f"{name}.wav")

    async def finish(self, tape: Tape, recorded: Recorded) -> float:
        """As `Recordings.finish`."""
        if recorded.seconds < self.least:
            await self.discard(tape)
            return 0.0
        self.kept[tape.id] = recorded
        return recorded.seconds

    async def discard(self, tape: Tape) -> None:
        """As `Recordings.discard`."""
        tape.path.unlink(missing_ok=True)
        self.discarded.append(tape.id)
