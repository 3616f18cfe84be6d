"""Which version the tables have, and which one this program needs: every start asks. Steps are `db.migrate`'s."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from db.database import Database
from db.reading import reading

FOLDER = Path(__file__).parent / "migrations"
KEPT_IN = "alembic_version"


def is_there(url: str | URL) -> bool:
    """False for the file of an SQLite database that only connecting would make."""
    try:
        parts = make_url(url)
    except ArgumentError:
        return True  # whoever opens it says what is wrong with it
    return parts.get_backend_name() != "sqlite" or Path(parts.database or "").exists()


def current(url: str | URL) -> str | None:
    """The version of the tables, or None when there are none yet. Raises `db.errors.DatabaseError`."""
    database = Database(url)
    try:
        return current_of(database)
    finally:
        database.close()


def current_of(database: Database) -> str | None:
    """As `current`, of a database that is open."""
    return database.run_now(_current)


@reading
def _current(session: Session) -> str | None:
    if not inspect(session.connection()).has_table(KEPT_IN):
        return None
    found: str | None = session.execute(text(f"SELECT version_num FROM {KEPT_IN}")).scalar()
    return found


def head() -> str:
    """The version that this program needs: the number of the last step. Alembic, which reads all steps for it, would
    cost each start as much as everything else of the database; a test holds the two to each other."""
    return max(step.name[:4] for step in (FOLDER / "versions").glob("[0-9]*.py"))
