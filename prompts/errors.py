"""What can go wrong in the prompts room: one exception tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PromptError(Exception):
    """Something that should have been said cannot be."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a file that the hospital edits. `line` and `col` count from 1."""

    file: str
    line: int
    col: int
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col} {self.code} {self.sentence}"


class CatalogErrors(PromptError):
    """The catalogues cannot be used; `mistakes` holds everything that is wrong with them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class NoSuchPrompt(PromptError):
    """No catalogue has this id in this language."""


class Unreadable(PromptError):
    """A value is missing or is not of the kind that its field reads aloud."""


class VoiceFailed(PromptError):
    """A voice could not speak a text: program missing, no network, time-out, nothing came out."""


class SoundFailed(PromptError):
    """An audio file could not be brought into the form that telephones play."""


class StudioError(PromptError):
    """No recording and no configured voice gave a clip for a text; says what each of them answered."""
