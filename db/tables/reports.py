"""Tables of what past days came to: one row of the book for each day, and its figures.

Written by `reports.rolling` only, a day at a time, out of calls and notices; whoever asks reads these instead of
millions of rows. A day and an hour are those of the hospital's clock. Times are whole numbers, so that sums are the
same in whatever order they are made.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import BigInteger, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime

Day = Annotated[date, mapped_column(Date, primary_key=True)]
Whole = Annotated[int, mapped_column(primary_key=True, autoincrement=False)]
Name = Annotated[str, mapped_column(String(64), primary_key=True)]
"""What figures are kept by: parts of the key."""

_CLUSTERED = {"sqlite_with_rowid": False}
"""On SQLite the rows of a day lie side by side."""


class ReportDayRow(Base):
    """A day in the book: whether its figures are made, of how much, and who is about to make them."""

    __tablename__ = "report_days"

    day: Mapped[Day]
    rules: Mapped[int]
    """The way of counting that its figures were made by (`reports.day_book.RULES`)."""
    zone: Mapped[str] = mapped_column(String(64))
    calls: Mapped[int]
    """How many calls were counted, and how many of them may still change; so for notices and dials."""
    calls_open: Mapped[int]
    notices: Mapped[int]
    notices_open: Mapped[int]
    dials: Mapped[int]
    dials_open: Mapped[int]
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: its figures are yet to be made."""
    thinned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is known that some of what was counted is deleted: the figures stay as they were made."""
    owner: Mapped[str] = mapped_column(String(80))
    """Who makes its figures at this moment; empty: nobody."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportCallRow(Base):
    """Calls that began in an hour, by way, flow and outcome."""

    __tablename__ = "report_calls"
    __table_args__ = _CLUSTERED

    day: Mapped[Day]
    hour: Mapped[Whole]
    direction: Mapped[str] = mapped_column(String(3), primary_key=True)
    flow: Mapped[Name]
    outcome: Mapped[Name]
    calls: Mapped[int]
    answered: Mapped[int]
    waited: Mapped[int]
    """Calls whose caller waited for somebody."""
    gave_up: Mapped[int]
    """Those of them that ended by hanging up without having talked with anybody."""
    talked: Mapped[int]
    """Calls that had somebody to talk with."""
    line_ms: Mapped[int] = mapped_column(BigInteger)
    """From answer to end."""
    waited_ms: Mapped[int] = mapped_column(BigInteger)
    talked_ms: Mapped[int] = mapped_column(BigInteger)


class ReportWaitRow(Base):
    """Callers who waited, by what came of it and how long it was (`reports.spans`)."""

    __tablename__ = "report_waits"
    __table_args__ = _CLUSTERED

    day: Mapped[Day]
    hour: Mapped[Whole]
    fate: Mapped[str] = mapped_column(String(12), primary_key=True)
    seconds: Mapped[Whole]
    calls: Mapped[int]


class ReportKeyRow(Base):
    """What callers did where they were asked for a key, by step of a flow."""

    __tablename__ = "report_keys"
    __table_args__ = _CLUSTERED

    day: Mapped[Day]
    flow: Mapped[Name]
    step: Mapped[Name]
    did: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The one key, or a word of `reports.counting`."""
    times: Mapped[int]


class ReportAlertRow(Base):
    """Notices that were planned in an hour, by ward, rule, state and how long until somebody confirmed."""

    __tablename__ = "report_alerts"
    __table_args__ = _CLUSTERED

    day: Mapped[Day]
    hour: Mapped[Whole]
    ward: Mapped[Name]
    """Empty for notices that are for no ward."""
    kind: Mapped[Name]
    priority: Mapped[Whole]
    state: Mapped[str] = mapped_column(String(12), primary_key=True)
    seconds: Mapped[Whole]
    """-1 where nobody confirmed."""
    notices: Mapped[int]


class ReportDialRow(Base):
    """Dials for notices that began in an hour, by rule, whom they rang and how they ended."""

    __tablename__ = "report_dials"
    __table_args__ = _CLUSTERED

    day: Mapped[Day]
    hour: Mapped[Whole]
    kind: Mapped[Name]
    priority: Mapped[Whole]
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    cause: Mapped[str] = mapped_column(String(24), primary_key=True)
    dials: Mapped[int]
    confirmed: Mapped[int]
