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
class Way:
    """One exit: by a key, by an outcome or condition (`label`), or quietly."""

    target: str
    label: str = ""
    key: str = ""
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step as it is drawn: `words` are spoken, `notes` are small print, `flow` is a sub-flow."""

    verb: str
    ways: tuple[Way, ...]
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    flow: str = ""


Said = Callable[[str], str]
"""Text id -> its words."""
