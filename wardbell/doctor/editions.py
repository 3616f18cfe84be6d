"""Checks of what is published: whether this version can use it, whether engines serve it, whether the disk differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from db.database import Database
from db.errors import DatabaseError
from editions import store
from editions.bundle import Bundle
from editions.engines import engines as engines_said
from editions.store import EditionDamaged, StoredEdition
from forms.errors import FilesError
from wardbell.doctor.finding import Finding, error, ok, warning

PUBLISH = "correct it, then: wardbell flows publish (or wardbell flows rollback)"


def published(
    database: Database, check: Callable[[Bundle], object], on_disk: Callable[[], Bundle], now: datetime
) -> Iterator[Finding]:
    """What is live. Mistakes of the files on disk are reported by their own check."""
    try:
        newest = database.run_now(store.newest)
        stored = database.run_now(store.fetch, newest.number) if newest is not None else None
        engines = database.run_now(engines_said)
    except DatabaseError as wrong:
        yield error(f"editions cannot be read: {wrong}", "see the database above")
        return
    if stored is None:
        yield ok("no edition is published: the first start publishes the files on disk")
        return
    yield from _edition(stored, check)
    number = stored.record.number
    for engine in engines:
        if engine.runs(now) and not engine.serves(stored.record):
            yield error(
                f"the engine {engine.name} serves edition {engine.edition}, the newest is {number}",
                "wardbell flows status, and its log",
            )
    try:
        differs = on_disk().digest != stored.record.digest
    except FilesError:
        return
    if differs:
        told = f"the files on disk differ from edition {number}, which is live"
        yield warning(told, "wardbell flows diff; wardbell flows publish puts them live")


def _edition(stored: StoredEdition, check: Callable[[Bundle], object]) -> Iterator[Finding]:
    record = stored.record
    try:
        check(stored.bundle())
    except EditionDamaged as damaged:
        yield error(str(damaged), PUBLISH)
    except FilesError as wrong:
        for line in str(wrong).splitlines():
            yield error(f"edition {record.number}: {line}", PUBLISH)
    else:
        yield ok(f"edition {record.number} is live, published by {record.who}: {record.why}")
