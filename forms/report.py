"""Gathers what is wrong with files, each at its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.mistake import Mistake, nearest


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    col: int = 1


class Report:
    """Gathers mistakes while files are read and checked."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def add(self, mark: Mark, code: str, sentence: str) -> None:
        """Note one mistake or warning; `code` is one of the tables'."""
        self.mistakes.append(Mistake(mark.file, mark.line, mark.col, code, sentence))

    @property
    def wrong(self) -> bool:
        """Whether there is any mistake; warnings do not count."""
        return any(not mistake.is_warning for mistake in self.mistakes)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean "general"?)`, or nothing when no known word is near."""
    near = nearest(word, known)
    return f' (did you mean "{near}"?)' if near else ""
