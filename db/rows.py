"""Rows that several transactions want at once: inserted by whoever comes first, locked by one after the other."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Base

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


def locked(query: Query) -> Query:
    """The query, locking its rows to the end of the transaction, and reading them anew when the session has them.

    SQLite has one writer at a time and needs no such lock.
    """
    return query.with_for_update().execution_options(populate_existing=True)


def insert_missing(session: Session, table: type[Base], **values: Any) -> None:
    """Insert `values` into `table`; a row that is in the way (any unique rule) stays as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(table).values(**values).on_conflict_do_nothing())
    else:
        session.execute(sqlite.insert(table).values(**values).on_conflict_do_nothing())
