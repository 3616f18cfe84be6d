"""How one telephone number may be written: brings what a person writes, a trunk sends and a caller shows to one form.

Without rules only what a person adds for the eye is dropped (blanks, hyphens, dots, slashes, brackets). With rules
+86 10 6552 9988, 0086106552 9988 and 010 6552 9988 are one number. It is for comparing, never for dialling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.switch.address import squeeze

_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
WITHHELD = "withheld"
"""In a list of callers: those who hide their number."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """The rules under `dialling`. Without a country there are none."""

    country: str = ""
    """Digits of the country code."""
    international: str = "00"
    national: str = ""
    """What is dialled before an area code inside the country, such as 0; empty where nothing is."""
    digits: int = 0
    """A number of just so many digits, without anything before it, is a national one; 0: none is."""

    def same(self, written: str) -> str:
        """The form in which equal numbers are equal: `+` and country code, or an inside number as it is."""
        number = self.front(written)
        if self.country and self.digits and number.isdigit():
            if len(number) == self.digits:
                return f"+{self.country}{number}"
            if len(number) == self.digits + len(self.country) and number.startswith(self.country):
                return f"+{number}"
        return number

    def front(self, written: str) -> str:
        """As `same`, for the beginning of a number: its length says nothing."""
        number = squeeze(written)
        if not self.country or not number[:1].isdigit():
            return number
        if self.international and number.startswith(self.international):
            return "+" + number.removeprefix(self.international)
        if self.national and number.startswith(self.national):
            return f"+{self.country}" + number.removeprefix(self.national)
        return number


def diallable(written: str) -> bool:
    """Whether it is a number that can be dialled, once squeezed."""
    return _NUMBER.fullmatch(squeeze(written)) is not None


@dataclass(frozen=True, slots=True)
class CallerList:
    """Callers by number or by how their number begins. A caller id can be forged: a list alone opens no door."""

    name: str
    numbers: frozenset[str] = frozenset()
    fronts: tuple[str, ...] = ()
    withheld: bool = False

    def has(self, caller: str) -> bool:
        """Whether `caller` (as `Dialling.same`; empty when withheld) is in the list."""
        if not caller:
            return self.withheld
        return caller in self.numbers or caller.startswith(self.fronts)
