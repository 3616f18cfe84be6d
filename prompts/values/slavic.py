"""What Russian and Polish share: a noun's form by the number before it, digits read in pairs and threes
as numbers, letters by their names, amounts and lengths of time as numbers with their nouns.

Which words these are is in `ru` and `pl`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from babel import Locale

from prompts.errors import Unreadable
from prompts.values.language import PLAIN, Form
from prompts.values.numerals import by_threes

_CLASSES = ("one", "few", "many")


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun that is counted: its gender, and for each case its forms for one, few and many."""

    gender: str
    forms: Mapping[str, tuple[str, str, str]]


def noun(gender: str, one: str, few: str, many: str, *, of_one: str, of_many: str, acc: str = "") -> Noun:
    """`of_one` and `of_many` are genitives; `acc` is the accusative of one where it is not `one`."""
    forms = {"nom": (one, few, many), "gen": (of_one, of_many, of_many), "acc": (acc or one, few, many)}
    return Noun(gender, forms)


@dataclass(frozen=True, slots=True)
class Counting:
    """How a language puts numbers together with nouns, signs and keys."""

    locale: Locale
    number: Callable[[int, Form], str]
    units: Mapping[str, tuple[Noun, Noun]]
    """Currency -> its unit and the hundredth."""
    lengths: tuple[Noun, Noun, Noun, Noun]
    """Day, hour, minute, second."""
    letters: Mapping[str, str]
    keys: Mapping[str, str]
    """The names of * and #."""

    def with_noun(self, value: int, counted: Noun, case: str) -> str:
        """две минуты."""
        return self.count(value, counted.forms[case], Form(counted.gender, case))

    def count(self, value: int, forms: tuple[str, ...], form: Form = PLAIN) -> str:
        """A number and the form of its noun: один пациент, два пациента, пять пациентов."""
        return f"{self.number(value, form)} {forms[_CLASSES.index(self.locale.plural_form(abs(value)))]}"

    def money(self, minor: int, currency: str, form: Form = PLAIN) -> str:
        """два рубля одна копейка."""
        if currency not in self.units:
            raise Unreadable(f"no words for the currency {currency!r}")
        unit, part = self.units[currency]
        whole, rest = divmod(abs(minor), 100)
        said = [self.with_noun(whole, unit, form.case)] if whole or not rest else []
        if rest:
            said.append(self.with_noun(rest, part, form.case))
        return ("minus " if self.locale.language == "pl" else "минус ") * (minor < 0) + " ".join(said)

    def duration(self, parts: tuple[int, int, int, int], form: Form = PLAIN) -> str:
        """один час тридцать минут."""
        said = [self.with_noun(n, unit, form.case) for n, unit in zip(parts, self.lengths, strict=True) if n]
        return " ".join(said) or self.with_noun(0, self.lengths[-1], form.case)

    def group(self, signs: str) -> str:
        """One group of a telephone or card number: 023 is ноль двадцать три, letters have names."""
        if not signs.isdigit():
            return " ".join(self.letters.get(one) or self.number(int(one), PLAIN) for one in signs)
        zeros = len(signs) - len(signs.lstrip("0"))
        said = [self.number(0, PLAIN)] * zeros
        if zeros < len(signs):
            said.append(self.number(int(signs), PLAIN))
        return " ".join(said)

    def digits(self, groups: tuple[str, ...]) -> str:
        """восемь, четыреста девяносто пять, сто двадцать три, сорок пять, шестьдесят семь."""
        pieces: list[str] = []
        for group in groups:
            pieces += by_threes(group) if group.isdigit() else (group,)
        return ", ".join(self.group(piece) for piece in pieces)

    def place(self, parts: tuple[str, ...]) -> str:
        """Up to three figures are one number (триста два), more are read in pairs (двенадцать ноль пять)."""
        return " ".join(self.group(piece) for part in parts for piece in (by_threes(part) if part.isdigit() else part))

    def key(self, sign: str) -> str:
        """один, звёздочка, решётка."""
        return self.keys.get(sign) or self.number(int(sign), PLAIN)
