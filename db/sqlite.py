"""What is special about SQLite: it has one place for writers, and all others wait for it.

A transaction that may write takes the place when it begins, and says for how long it held it. Who holds it can ask
whether others of this process wait (`others_wait`) and let them pass.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

READS = "wardbell_reads"
"""Execution option: the transaction reads only."""
_PLACE = "wardbell_place"


class _Held(threading.local):
    """Since when the transaction of this thread holds the place for writers."""

    since: float | None = None


_held = _Held()


class _Place:
    """The place for writers of one database, as this process sees it."""

    def __init__(self) -> None:
        self._count = threading.Lock()
        self.waiting = 0

    def take(self, connection: Connection) -> None:
        """Wait for it, and hold it until the transaction ends."""
        with self._count:
            self.waiting += 1
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            with self._count:
                self.waiting -= 1
        _held.since = time.monotonic()


def prepare(engine: Engine) -> None:
    """Have all its connections and transactions as they must be."""
    place = _Place()

    def connect(connection: Any, record: Any) -> None:
        # The driver's own BEGIN is late and deferred: two readers that both want to write would then fail at once.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=FULL",  # an acknowledged message must outlive a power cut; NORMAL may lose the last commits
        ):
            connection.execute(f"PRAGMA {pragma}")
        record.info[_PLACE] = place

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS, False)
    if connection.info.get(READS, False) is not reads:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
        connection.info[READS] = reads
    if reads:
        connection.exec_driver_sql("BEGIN")
        return
    place: _Place = connection.info[_PLACE]
    place.take(connection)


def others_wait(session: Session) -> bool:
    """Whether others of this process wait until this transaction, which may write, is over. Never on PostgreSQL."""
    place: _Place | None = session.connection().info.get(_PLACE)
    return place is not None and place.waiting > 0


def forget_hold() -> None:
    """A transaction of this thread is about to begin."""
    _held.since = None


def held_for() -> float | None:
    """Seconds for which this thread's transaction has held the place; None: it never did."""
    return None if _held.since is None else time.monotonic() - _held.since
