"""What a check found: one line of the doctor's table."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias


class Level(enum.StrEnum):
    """How bad it is. An error keeps the line from working; a warning is a risk, or will matter later."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was found, `advice` is what to do about it (empty when all is well)."""

    level: Level
    what: str
    advice: str = ""


Check: TypeAlias = Callable[[], Iterable[Finding]]
"""Looks at one thing and changes nothing. What is wrong there is a finding, not an exception."""


def ok(what: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, what)


def warning(what: str, advice: str) -> Finding:
    """It works, for now or at a risk."""
    return Finding(Level.WARNING, what, advice)


def error(what: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(Level.ERROR, what, advice)
