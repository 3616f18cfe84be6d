"""What a clerk's command needs of the application, and how it prints a table. `wardbell.parts` is the real one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from db.database import Database


class ClerkDesk(Protocol):
    """What the commands of clerks get as `obj`."""

    @property
    def database(self) -> Database:
        """The hospital's database, open."""

    @property
    def pepper(self) -> bytes:
        """The secret under which PINs are hashed (`hospital.cards.pins.load_pepper`)."""

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""

    def wallclock(self) -> datetime:
        """Now, aware, in UTC."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lines of text in columns. Chinese characters take two places, as terminals show them."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(columns), *cells]
    )


def _width(shown: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in shown)
