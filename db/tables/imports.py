"""Files of clerks on their way into the tables, line by line: they become live in slices, all of them or none.

Written by `hospital.import_rows`; empty but for the minutes of an import.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class ImportRow(Base):
    """One file."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    touched_at: Mapped[datetime]
    decided: Mapped[bool] = mapped_column(default=False)
    """Everything is here and was checked: from now on it is carried out, whoever does it."""
    done: Mapped[int] = mapped_column(default=0)
    """Lines that are live."""


class ImportLineRow(Base):
    """One line of it, read and checked, as JSON."""

    __tablename__ = "import_lines"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
