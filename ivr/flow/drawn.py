"""What a step shows in a picture: its words, and its ways out with the keys or outcomes that lead there.

Each verb draws itself (`Step.draw`). Boxes, lines and colours are the drawing's.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass


class Quiet(enum.Enum):
    """Why a step is left when the caller does not go on; the value is what stands on the line."""

    PERSON = "0"
    NO_INPUT = "no key"
    INVALID = "wrong key"
    EXHAUSTED = "too many failures"
    ERROR = "trouble"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of our own, in English, with values in them. Whoever shows them can say them in another language."""

    words: str
    values: tuple[tuple[str, str | Phrase], ...] = ()

    def said(self, words: Callable[[str], str]) -> str:
        """In the language of `words`."""
        if not self.values:
            return words(self.words)
        return words(self.words) % {name: shown(value, words) for name, value in self.values}


def phrase(words: str, **values: str | Phrase) -> Phrase:
    """`phrase("rings %(seconds)s seconds", seconds="20")`."""
    return Phrase(words, tuple(values.items()))


def shown(text: str | Phrase, words: Callable[[str], str]) -> str:
    """What somebody wrote as it is, our own words in the language of `words`."""
    return text.said(words) if isinstance(text, Phrase) else text


@dataclass(frozen=True, slots=True)
class Way:
    """One exit: by a key, by an outcome or condition (`label`), or quietly."""

    target: str
    label: str | Phrase = ""
    key: str = ""
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step as it is drawn: `words` are spoken, `notes` are small print, `flow` is a sub-flow."""

    verb: str
    ways: tuple[Way, ...]
    words: tuple[str, ...] = ()
    notes: tuple[str | Phrase, ...] = ()
    flow: str = ""


Said = Callable[[str], str]
"""Text id -> its words."""
