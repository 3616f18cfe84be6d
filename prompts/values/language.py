"""What a language must know to read values aloud. One module per language fills this in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language; every function gives words that a voice can speak."""

    code: str
    money: Callable[[int, str], str]
    """Minor units and ISO 4217 currency. Negative amounts are read with "minus"."""
    number: Callable[[int], str]
    ordinal: Callable[[int], str]
    count: Callable[[int, tuple[str, ...]], str]
    """A number with the form of its noun that goes with it; forms in the order of CLDR's classes."""
    digits: Callable[[tuple[str, ...]], str]
    """Groups of digits and capitals, read one by one with a pause between groups."""
    place: Callable[[tuple[str, ...]], str]
    """A bed or room: parts that are all digits or all capitals."""
    date: Callable[[date, bool], str]
    """A date, with its year when asked."""
    time: Callable[[time], str]
    key: Callable[[str], str]
    """A key of the telephone: 0-9 * #."""
    join: str
    """What stands between the items of a list."""
    tidy: Callable[[str], str]
    """Fixed text with figures and key signs turned into words."""
