"""What somebody in IT is still working on: files of the next edition, per user, until published or thrown away.

Written by `editions.drafts`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class DraftRow(Base):
    """One file as one user has it now."""

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_file", "file"),)

    who: Mapped[str] = mapped_column(String(80), primary_key=True)
    file: Mapped[str] = mapped_column(String(200), primary_key=True)
    text: Mapped[str | None] = mapped_column(Text)
    """None: the file is to go."""
    base: Mapped[int]
    """The edition that it was edited from; 0: there was none."""
    version: Mapped[int]
    """Counts the writings, so that two windows of one user notice each other."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
