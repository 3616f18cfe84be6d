"""Brings a database's tables to the version of this program (`db.version` says which one they have).

Migrations run in one transaction on both databases: all or nothing. A new one is written with
`python -m db.migrate "what changes"` from the difference between the tables here and the last version.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from db.database import Database
from db.errors import DatabaseFault
from db.reading import reading
from db.tables import Base
from db.version import FOLDER

_LOCK = 0x57415244
"""PostgreSQL advisory lock: two upgrades at once wait for each other. SQLite has one writer anyway."""


def upgrade(url: str | URL, to: str = "head") -> None:
    """Bring the tables to `db.version.head()`. On an empty database it makes them. Raises `db.errors.DatabaseError`.

    `to`: an earlier version, for tests of the steps after it.
    """
    change(url, lambda session: _upgrade(session, to))


def change(url: str | URL, work: Callable[[Session], object]) -> None:
    """Change tables in one transaction. A step may copy a table (SQLite cannot alter one): what refers to its rows
    stays. Raises `db.errors.DatabaseError`."""
    database = Database(url)
    if database.dialect == "sqlite":  # to drop the old copy would else delete the rows that refer to it, or fail
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))

    def changed(session: Session) -> None:
        work(session)
        if database.dialect == "sqlite" and (broken := session.execute(text("PRAGMA foreign_key_check")).first()):
            raise DatabaseFault(f"the upgrade would leave rows of {broken[0]} that refer to nothing: nothing was done")

    try:
        database.run_now(changed)
    finally:
        database.close()


def differences(database: Database) -> list[str]:
    """What the tables in the database lack or have in excess, compared with those of this program."""

    @reading
    def compare(session: Session) -> list[str]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(session.connection(), opts=options)
        return [str(one) for one in compare_metadata(context, Base.metadata)]

    return database.run_now(compare)


def write_step(message: str) -> Path:
    """Write the step from the last version to the tables of this program, and return its file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/versions.db"
        if ScriptDirectory.from_config(_config()).get_current_head() is not None:
            upgrade(url)
        database = Database(url)

        def write(session: Session) -> Path:
            number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
            script = command.revision(_config(session.connection()), message, autogenerate=True, rev_id=f"{number:04}")
            if script is None or isinstance(script, list):
                raise AssertionError("one step was asked for")
            return Path(script.path)

        try:
            return database.run_now(write)
        finally:
            database.close()


def _upgrade(session: Session, to: str) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(_config(connection), to)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    # A percent sign in the path would be read as a place holder.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    print(write_step(sys.argv[1]))
