"""Insert a row unless it is there: without an error that would end the transaction, whoever comes first."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Base


def insert_missing(session: Session, table: type[Base], **values: Any) -> None:
    """Insert `values` into `table`; a row that stands in the way (any unique rule) stays as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(table).values(**values).on_conflict_do_nothing())
    else:
        session.execute(sqlite.insert(table).values(**values).on_conflict_do_nothing())
