"""Who pays what of a patient's stays, to the cent: a pure function of charges and rules.

Charges are taken in the order of their day, then of their number, whatever order they come in. For each:

1. The scheme of that day, its rule of that day, and the item's entry of that day say how far insurance takes part. Out
   of scope: the patient pays alone. Partly: what is above the item's limit and the item's own part, rounded half up,
   are the patient's.
2. What remains is eligible. The deductible is taken from it first.
3. Of the rest insurance pays by the item's rate, the class's rate, or else the tiers, which count what was eligible
   before (with the deductible). What it pays is rounded once, half up, on the running sum of the stay: a charge's part
   is by how much that sum grew, so the bill adds up by itself, and an amount may be divided into charges at will.
4. What is above a ceiling goes back to the patient.

Each scheme counts for itself: a patient who changes the scheme begins anew, a scheme whose rule changes goes on
counting. No floating-point number anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeAlias, TypeVar

from hospital.fees.scheme import (
    NOT_OTHERWISE,
    WHOLE,
    Class,
    Insurance,
    Item,
    Otherwise,
    Per,
    Rule,
    Scheme,
    Scope,
)

Key = TypeVar("Key", bound=Hashable)

THOUSANDTHS = 1_000
"""A quantity of 1."""

Period: TypeAlias = tuple[str, object]
"""A scheme, and the stay or the year that is counted."""


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge that stands. `number` gives the order within a day; `quantity` in thousandths."""

    number: int
    day: date
    code: str
    of_class: Class
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Stayed:
    """A stay with its charges. `cover`: the scheme from each day on, in order; before the first there is none."""

    number: str
    begins: date
    cover: tuple[tuple[date, str], ...]
    charges: tuple[Charged, ...]

    def scheme_on(self, day: date) -> str:
        """The name of the scheme that covers that day, or empty."""
        return next((scheme for begins, scheme in reversed(self.cover) if begins <= day), "")


@dataclass(frozen=True, slots=True)
class Share:
    """How an amount is divided. All are minor units and none is negative; they add up to `total`."""

    insurance: int = 0
    outside: int = 0
    """The patient's: out of scope, an item's own part, above its limit, or without insurance."""
    deductible: int = 0
    copay: int = 0
    """The patient's part of what insurance shares in."""
    above: int = 0
    """Beyond what insurance pays at most."""

    @property
    def patient(self) -> int:
        """All that is the patient's."""
        return self.outside + self.deductible + self.copay + self.above

    @property
    def total(self) -> int:
        """All of it."""
        return self.insurance + self.patient

    def __add__(self, other: Share) -> Share:
        return Share(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


NOTHING = Share()


@dataclass(frozen=True, slots=True)
class Line:
    """One charge with its shares, and how far insurance takes part in it."""

    charge: Charged
    share: Share
    scope: Scope


@dataclass(frozen=True, slots=True)
class Divided:
    """A stay, divided."""

    stay: str
    lines: tuple[Line, ...]

    @property
    def share(self) -> Share:
        """Of the whole stay."""
        return added(line.share for line in self.lines)

    def by_class(self) -> dict[Class, Share]:
        """In the order of a bill, without classes that nothing was charged in."""
        found = _grouped((line.charge.of_class, line.share) for line in self.lines)
        return {one: found[one] for one in Class if one in found}

    def by_day(self) -> dict[date, Share]:
        """Oldest first."""
        return dict(sorted(_grouped((line.charge.day, line.share) for line in self.lines).items()))

    def on(self, day: date) -> Share:
        """Of the charges of one day."""
        return added(line.share for line in self.lines if line.charge.day == day)


def added(shares: Iterable[Share]) -> Share:
    """Their sum."""
    return sum(shares, NOTHING)


def divided(stays: Sequence[Stayed], insurance: Insurance) -> list[Divided]:
    """The stays of one patient, in the given order: all of a year belong together where a scheme counts by the year."""
    counts = _Counts(_numbered(stays))
    lines: dict[str, list[Line]] = defaultdict(list)
    every = [(charge.day, stay.begins, charge.number, stay, charge) for stay in stays for charge in stay.charges]
    for day, _, _, stay, charge in sorted(every, key=lambda one: (*one[:3], one[3].number)):
        scheme = insurance.schemes.get(stay.scheme_on(day))
        rule = scheme.rule(day) if scheme is not None else None
        item = insurance.catalogue.find(charge.code, day)
        if scheme is None or rule is None:
            lines[stay.number].append(Line(charge, Share(outside=charge.amount), Scope.OUT))
            continue
        terms = _terms(rule, item, charge)
        lines[stay.number].append(Line(charge, _share(scheme, rule, terms, stay, charge, counts), terms.scope))
    return [Divided(stay.number, tuple(lines[stay.number])) for stay in stays]


def _grouped(parts: Iterable[tuple[Key, Share]]) -> dict[Key, Share]:
    found: dict[Key, Share] = {}
    for key, share in parts:
        found[key] = found.get(key, NOTHING) + share
    return found


def _numbered(stays: Sequence[Stayed]) -> dict[str, int]:
    """Stay -> which it is of its year, from 0."""
    count: dict[int, int] = defaultdict(int)
    numbers: dict[str, int] = {}
    for stay in sorted(stays, key=lambda one: (one.begins, one.number)):
        numbers[stay.number] = count[stay.begins.year]
        count[stay.begins.year] += 1
    return numbers


class _Counts:
    """What was counted so far, by scheme and stay or year."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.number = numbers
        self.borne: dict[Period, int] = defaultdict(int)
        """Of the deductible."""
        self.eligible: dict[Period, int] = defaultdict(int)
        self.paid: dict[Period, int] = defaultdict(int)
        self.exact: dict[Period, int] = defaultdict(int)
        """What insurance pays, before rounding and ceilings, in ten-thousandths of a minor unit."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for one charge."""

    scope: Scope
    own: int = 0
    limit: int | None = None
    rate: int | None = None


def _terms(rule: Rule, item: Item | None, charge: Charged) -> _Terms:
    """The scheme's word on the item goes before the catalogue's, and that before its word on the class. What the
    catalogue does not list on that day is out of scope: no promise is made in the insurance's name."""
    of_item, of_class = rule.items.get(charge.code, NOT_OTHERWISE), rule.classes.get(charge.of_class, NOT_OTHERWISE)
    listed = Otherwise(Scope.OUT) if item is None else Otherwise(item.scope, item.own, item.limit, item.rate)
    scope = of_item.scope or (Scope.OUT if Scope.OUT in (listed.scope, of_class.scope) else listed.scope) or Scope.OUT
    if scope is Scope.OUT:
        return _Terms(scope)
    if of_item.scope is Scope.IN:
        listed = NOT_OTHERWISE
    own = _first(of_item.own, listed.own or None, of_class.own) or 0
    limit = _first(of_item.limit, listed.limit, of_class.limit)
    rate = _first(of_item.rate, listed.rate, of_class.rate)
    return _Terms(Scope.PARTLY if own or limit is not None else Scope.IN, own, limit, rate)


def _first(*values: int | None) -> int | None:
    return next((one for one in values if one is not None), None)


def _share(scheme: Scheme, rule: Rule, terms: _Terms, stay: Stayed, charge: Charged, counts: _Counts) -> Share:
    amount = charge.amount
    if terms.scope is Scope.OUT:
        return Share(outside=amount)
    below = amount if terms.limit is None else min(amount, half_up(terms.limit * charge.quantity, THOUSANDTHS))
    eligible = below - half_up(below * terms.own, WHOLE)
    deductible = _deductible(scheme, rule, stay, charge, eligible, counts)
    rest = eligible - deductible

    before = counts.eligible[_period(scheme, rule.tiers_per, stay, charge)] + deductible
    exact = rest * terms.rate if terms.rate is not None else sum(_by_tiers(rule, before, rest))
    whole = (scheme.name, stay.number)
    rounded = half_up(counts.exact[whole], WHOLE)
    counts.exact[whole] += exact
    paid = half_up(counts.exact[whole], WHOLE) - rounded

    granted = paid
    for per, ceiling in rule.ceilings.items():
        granted = min(granted, max(0, ceiling - counts.paid[_period(scheme, per, stay, charge)]))
    for per in Per:
        counts.eligible[_period(scheme, per, stay, charge)] += eligible
        counts.paid[_period(scheme, per, stay, charge)] += granted
    return Share(granted, amount - eligible, deductible, rest - paid, paid - granted)


def _deductible(scheme: Scheme, rule: Rule, stay: Stayed, charge: Charged, eligible: int, counts: _Counts) -> int:
    """What the deductible takes of what is eligible."""
    period = _period(scheme, rule.deductible_per, stay, charge)
    number = counts.number[stay.number] if rule.deductible_per is Per.STAY else 0
    whole = rule.deductible[min(number, len(rule.deductible) - 1)]
    taken = min(eligible, max(0, whole - counts.borne[period]))
    for per in Per:
        counts.borne[_period(scheme, per, stay, charge)] += taken
    return taken


def _by_tiers(rule: Rule, before: int, rest: int) -> Iterator[int]:
    """What insurance pays of `rest` in each tier, in ten-thousandths, when `before` was eligible already."""
    at, left = before, rest
    for tier in rule.tiers:
        part = left if tier.to is None else min(left, max(0, tier.to - at))
        yield part * tier.rate
        at += part
        left -= part


def _period(scheme: Scheme, per: Per, stay: Stayed, charge: Charged) -> Period:
    return scheme.name, stay.number if per is Per.STAY else charge.day.year


def half_up(exact: int, by: int) -> int:
    """`exact / by` to the nearest whole number, a half upwards. Neither is negative."""
    return (2 * exact + by) // (2 * by)
