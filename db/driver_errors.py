"""Reads what a driver means by its error: away, busy, full, refused. For `db.database` only."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from db.errors import (
    ConstraintBroken,
    DatabaseAway,
    DatabaseBehind,
    DatabaseBusy,
    DatabaseError,
    DatabaseFault,
    DatabaseFull,
)

if TYPE_CHECKING:
    import psycopg

_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

_POSTGRESQL_BUSY = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock not available (PostgreSQL manual, appendix A)."""

_POSTGRESQL_NO_TABLE = frozenset({"42P01", "42703"})
"""Undefined table, undefined column."""

_BEHIND = "the database has no tables yet, or those of another version ({}); run `wardbell db upgrade`"


def translate(error: DBAPIError) -> DatabaseError:
    """Our error for the driver's."""
    driver = error.orig
    sentence = str(driver).strip() or type(driver).__name__
    if isinstance(driver, sqlite3.Error):
        return translate_sqlite(driver)
    import psycopg  # here, so that who keeps an SQLite file does not start it

    if isinstance(driver, psycopg.Error):
        return _postgresql(driver, error, sentence)
    return DatabaseFault(sentence)


def translate_sqlite(driver: sqlite3.Error) -> DatabaseError:
    """Our error for one of SQLite's, also when nothing wraps it."""
    sentence = str(driver)
    # An extended code carries the primary one in its low byte.
    code: int = (getattr(driver, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _SQLITE_BUSY:
        return DatabaseBusy(sentence)
    if code == sqlite3.SQLITE_FULL:
        return DatabaseFull(f"the disk of the database is full ({sentence})")
    if code == sqlite3.SQLITE_IOERR:  # what a disk without room for SQLite's own files says, too
        return DatabaseAway(f"{sentence} (is the disk of the database full or broken?)")
    if sentence.startswith(("no such table", "no such column")):
        return DatabaseBehind(_BEHIND.format(sentence))
    if isinstance(driver, sqlite3.IntegrityError):
        return ConstraintBroken(sentence)
    if isinstance(driver, sqlite3.OperationalError) or code == sqlite3.SQLITE_NOTADB:
        return DatabaseAway(sentence)
    return DatabaseFault(sentence)


def _postgresql(driver: psycopg.Error, error: DBAPIError, sentence: str) -> DatabaseError:
    code = driver.sqlstate or ""
    if code in _POSTGRESQL_BUSY:
        return DatabaseBusy(sentence)
    if code == "53100":
        return DatabaseFull(f"the disk of the database is full ({sentence})")
    if code in _POSTGRESQL_NO_TABLE:
        return DatabaseBehind(_BEHIND.format(sentence))
    if isinstance(error, IntegrityError):
        return ConstraintBroken(sentence)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return DatabaseAway(sentence)
    return DatabaseFault(sentence)
