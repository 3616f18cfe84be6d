"""What an import knows of a kind of file: what its lines say, how they are checked and made live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from hospital.errors import HospitalError


@dataclass(frozen=True, slots=True)
class Staged:
    """One line of a file: its number there, and what it says, fit for JSON."""

    line: int
    content: Mapping[str, Any]


Refused: TypeAlias = tuple[int, str]
"""A line's number, and why it is refused."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What to do with the lines of one kind of file. `check` reads only; `apply` makes lines live and refuses only
    what has changed since the check. Both give what they refuse."""

    name: str
    check: Callable[[Session, Sequence[Staged]], list[Refused]]
    apply: Callable[[Session, Sequence[Staged], datetime], list[Refused]]

    @classmethod
    def of_lines(
        cls, name: str, check: Callable[[Session, Staged], object], apply: Callable[[Session, Staged, datetime], object]
    ) -> Kind:
        """From functions of one line, which raise `HospitalError` for what they refuse, before they change anything."""
        return cls(
            name,
            lambda session, staged: _each(staged, lambda one: check(session, one)),
            lambda session, staged, now: _each(staged, lambda one: apply(session, one, now)),
        )


def _each(staged: Sequence[Staged], work: Callable[[Staged], object]) -> list[Refused]:
    refused: list[Refused] = []
    for one in staged:
        try:
            work(one)
        except HospitalError as wrong:
            refused.append((one.line, str(wrong)))
    return refused
