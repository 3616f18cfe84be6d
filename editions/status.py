"""What is live, which engine serves what, and how the files on disk stand to it: one record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from db.database import Database
from editions.base import base_of
from editions.bundle import Bundle
from editions.difference import Changed, changes
from editions.engines import EngineRecord, engines
from editions.store import EditionDamaged, EditionHead, EditionRecord, fetch, newest
from forms.errors import FilesBroken


@dataclass(frozen=True, slots=True)
class Differs:
    """The files on disk are not the live ones."""

    changed: Sequence[Changed] | None
    """None: the live ones cannot be read, their row was changed by hand."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The files on disk cannot be read."""

    mistakes: FilesBroken


Disk: TypeAlias = Differs | Unreadable | None
"""How the files on disk stand to an edition; None: they are the same."""


@dataclass(frozen=True, slots=True)
class Status:
    """The line as its database and the disk tell it."""

    live: EditionRecord
    engines: Sequence[EngineRecord]
    disk: Disk
    base: EditionHead | None
    """What the files on disk were edited from, as far as it is known."""

    @property
    def from_another(self) -> bool:
        """The files on disk were edited, and not from the live edition."""
        return isinstance(self.disk, Differs) and self.base is not None and self.base.digest != self.live.digest


def status(database: Database, on_disk: Callable[[], Bundle], folder: Path) -> Status | None:
    """How it stands; None before anything was published. Raises `DatabaseError`."""
    live = database.run_now(newest)
    if live is None:
        return None
    disk = disk_against(database, live.head, on_disk)
    return Status(live, database.run_now(engines), disk, base_of(database, folder))


def disk_against(database: Database, head: EditionHead, on_disk: Callable[[], Bundle]) -> Disk:
    """How the files on disk stand to an edition."""
    try:
        disk = on_disk()
    except FilesBroken as wrong:
        return Unreadable(wrong)
    if disk.digest == head.digest:
        return None
    stored = database.run_now(fetch, head.number)
    try:
        return Differs(changes(stored.bundle(), disk) if stored is not None else None)
    except EditionDamaged:
        return Differs(None)
