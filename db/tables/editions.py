"""Tables of editions: what the hospital published, whole, and which engine serves which of them.

Editions are only added, never changed: the newest is the current one, and taking one back adds the
old files again under a new number. Written by `editions.store`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class EditionRow(Base):
    """One edition. `files` is JSON, file name -> text; kept as text so that a row damaged by hand can still be read."""

    __tablename__ = "editions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(String(500))
    digest: Mapped[str] = mapped_column(String(64))
    files_of: Mapped[int | None]
    """The edition whose files these are, when they were taken back."""
    tests: Mapped[str] = mapped_column(String(200), default="")
    """What the flow tests came to; empty: they were not run."""
    files: Mapped[str] = mapped_column(Text)


class EngineRow(Base):
    """What an engine serves, by its own word."""

    __tablename__ = "engines"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    edition: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    refused: Mapped[int | None]
    """A newer edition that it could not use."""
    refusal: Mapped[str] = mapped_column(String(500), default="")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
