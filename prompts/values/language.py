"""What a language must know to read values aloud. One module per language fills this in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Form:
    """What the words around a value ask of it. Languages without genders and cases leave it aside."""

    gender: str = "m"
    """m, f, n; in Polish also p: of men or of a mixed company."""
    case: str = "nom"
    """nom, gen, acc, loc; for a date also on: the day on which."""


PLAIN = Form()
"""The form of a word that stands for itself."""


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language; every function gives words that a voice can speak."""

    code: str
    money: Callable[[int, str, Form], str]
    """Minor units and ISO 4217 currency. Negative amounts are read with "minus"."""
    number: Callable[[int, Form], str]
    ordinal: Callable[[int, Form], str]
    """1 to 9999."""
    count: Callable[[int, tuple[str, ...], Form], str]
    """A number with the form of its noun that goes with it; forms in the order of CLDR's classes."""
    duration: Callable[[tuple[int, int, int, int], Form], str]
    """Days, hours, minutes, seconds: those that are not 0, or "zero seconds"."""
    grouped: Callable[[int], tuple[int, ...]]
    """How this many digits are grouped when they were written in a row."""
    digits: Callable[[tuple[str, ...]], str]
    """Groups of digits and capitals with a pause between groups; no digit is lost."""
    place: Callable[[tuple[str, ...]], str]
    """A bed or room: parts that are all digits or all capitals."""
    date: Callable[[date, bool, Form], str]
    """A date, with its year when asked."""
    time: Callable[[time, Form], str]
    key: Callable[[str], str]
    """A key of the telephone: 0-9 * #."""
    join: str
    """What stands between the items of a list."""
    tidy: Callable[[str], str]
    """Fixed text with figures and key signs turned into words."""
    instead: tuple[str, ...]
    """The languages from which a name is taken, in this order, when it has none in this one."""
