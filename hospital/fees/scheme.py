"""What insurance pays, as data: schemes with their rules by date, and the catalogue of drugs and services.

Nothing is decided here but which rule and which entry count on a day. Files are read by `insurance_form` and
`catalogue_form`; what a stay comes to is computed in `share`. Amounts are minor units, rates ten-thousandths: 85 % is
8,500.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

WHOLE = 10_000
"""All of it, as a rate."""

Names: TypeAlias = Mapping[str, str]
"""Language -> name."""


class Class(StrEnum):
    """Classes of charges, as a bill groups them."""

    BED = "bed"
    CARE = "care"
    DRUG = "drug"
    EXAM = "exam"
    LAB = "lab"
    TREATMENT = "treatment"
    SURGERY = "surgery"
    MATERIAL = "material"
    MEALS = "meals"
    OTHER = "other"


class Scope(StrEnum):
    """How far insurance takes part in an item."""

    IN = "in"
    PARTLY = "partly"
    OUT = "out"


class Per(StrEnum):
    """What is counted together."""

    STAY = "stay"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Item:
    """A drug or a service on some days. `own`: the part that the patient pays before anything else is counted;
    `limit`: the most for one unit in which insurance takes part; `rate`: what insurance pays of it in place of the
    scheme's tiers."""

    code: str
    names: Names
    of_class: Class
    scope: Scope
    own: int = 0
    limit: int | None = None
    rate: int | None = None
    begins: date = date.min
    ends: date = date.max

    def on(self, day: date) -> bool:
        """Whether it counts on that day."""
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All items by code, each with its entries in the order of their dates."""

    items: Mapping[str, tuple[Item, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def find(self, code: str, day: date) -> Item | None:
        """The entry of `code` that counts on `day`."""
        return next((one for one in self.items.get(code, ()) if one.on(day)), None)

    def nearest(self, code: str, day: date) -> Item | None:
        """As `find`; else the entry nearest in time, for the item's name and class."""
        entries = self.items.get(code, ())
        return self.find(code, day) or min(entries, key=lambda one: _apart(one, day), default=None)


def _apart(item: Item, day: date) -> int:
    return (item.begins - day).days if day < item.begins else (day - item.ends).days


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a rule says of one item or one class otherwise than the catalogue does; None: nothing."""

    scope: Scope | None = None
    own: int | None = None
    limit: int | None = None
    rate: int | None = None


NOT_OTHERWISE = Otherwise()


@dataclass(frozen=True, slots=True)
class Tier:
    """Of what is eligible up to `to` (None: without end), counted from the beginning, insurance pays `rate`."""

    to: int | None
    rate: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What a scheme pays from `begins` to `ends`, both included.

    `deductible`: what the patient bears first, by the number of the stay in its year (the last one goes on counting);
    a single one of the year when it is per year.
    """

    begins: date
    ends: date
    tiers: tuple[Tier, ...]
    tiers_per: Per = Per.STAY
    deductible: tuple[int, ...] = (0,)
    deductible_per: Per = Per.STAY
    ceilings: Mapping[Per, int] = field(default_factory=lambda: MappingProxyType({}))
    """The most that insurance pays."""
    classes: Mapping[Class, Otherwise] = field(default_factory=lambda: MappingProxyType({}))
    items: Mapping[str, Otherwise] = field(default_factory=lambda: MappingProxyType({}))

    def on(self, day: date) -> bool:
        """Whether it counts on that day."""
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Scheme:
    """An insurance, or none at all. `codes`: what the hospital's messages call it."""

    name: str
    names: Names
    rules: tuple[Rule, ...]
    codes: tuple[str, ...] = ()

    def rule(self, day: date) -> Rule | None:
        """The rule that counts on that day; None: insurance pays nothing."""
        return next((one for one in self.rules if one.on(day)), None)


@dataclass(frozen=True, slots=True)
class Insurance:
    """All schemes by name, and the catalogue that they share."""

    schemes: Mapping[str, Scheme] = field(default_factory=lambda: MappingProxyType({}))
    catalogue: Catalogue = Catalogue()

    def named(self, written: str) -> Scheme | None:
        """The scheme of that name, or that messages call so."""
        if written in self.schemes:
            return self.schemes[written]
        return next((one for one in self.schemes.values() if written in one.codes), None)
