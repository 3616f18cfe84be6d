"""What every room stands on: the settings, the data folder, the database, threads for slow work, the instruments."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import IO, Any, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from background.threads import SlowWork
from db.database import Database
from db.errors import DatabaseAway, DatabaseBusy
from db.in_time import in_time
from db.version import current, head
from hospital.clinic.calendar import HospitalCalendar
from wardbell.errors import CannotStart
from wardbell.metrics.metrics import Metrics
from wardbell.parts import Parts

T = TypeVar("T")

log = Logger()

GRACE = 5.0
"""Seconds that calls get at the end to store what was said in them, and the database for each last write."""


class Ground:
    """`reactor` is Twisted's. Raises `CannotStart` for a data folder or a database that cannot be ours."""

    def __init__(self, parts: Parts, reactor: Any) -> None:
        self.parts = parts
        self.settings = parts.settings
        self.reactor = reactor
        self._lock = _own(parts.data_dir())
        self.database = Database(self.settings.database_url, reactor)
        _at_head(self.settings.database_url)
        self.zone = ZoneInfo(self.settings.zone)
        self.calendar = HospitalCalendar(self.zone)
        self.slow = SlowWork(reactor)
        self.metrics = Metrics()
        self.database.watch = self.metrics.transaction

    def pause(self, seconds: float) -> Deferred[None]:
        """Wait, while everything else goes on."""
        return deferLater(self.reactor, seconds)

    async def patiently(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """`work`, tried again while the database is away: an outage just as we start must not end the service."""
        told = False
        while True:
            try:
                return await work()
            except (DatabaseAway, DatabaseBusy) as away:
                if not told:
                    log.error("startup is waiting for the database: {away}", away=away)
                told = True
                await self.pause(1.0)

    async def within_grace(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """A last write, given up after `GRACE`."""
        try:
            await in_time(self.reactor, GRACE, work, what)
        except DatabaseAway as away:
            log.error("{what}: {away}", what=what, away=away)

    def let_go(self) -> None:
        """The data folder may be another engine's."""
        self._lock.close()


def _own(folder: Path) -> IO[str]:
    """The data folder for this engine alone, as long as the process lives."""
    lock = (folder / "engine.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.close()
        raise CannotStart(f"another engine runs on {folder}; one data folder is for one engine") from taken
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _at_head(url: str) -> None:
    """Refuse a database with other tables than this version's."""
    found = current(url)
    if found != head():
        told = f"is at {found}" if found else "has no tables yet"
        raise CannotStart(f"the database {told}; run `wardbell db upgrade` (this version needs {head()})")
