"""English as a hospital line says it: no "and" inside numbers, so that "and" parts yuan from fen."""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import time as Time

from babel import Locale
from babel.dates import format_date

from prompts.errors import Unreadable
from prompts.values.language import PLAIN, Form, Language
from prompts.values.numerals import by_fours, spelled

_UNITS = {
    "CNY": (("yuan", "yuan"), ("fen", "fen")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "RUB": (("ruble", "rubles"), ("kopeck", "kopecks")),
    "PLN": (("zloty", "zlotys"), ("grosz", "groszy")),
    "USD": (("dollar", "dollars"), ("cent", "cents")),
}
"""Currency -> one and many of the unit, one and many of its hundredth."""

_LENGTHS = (("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds"))
_CLASSES = ("one", "other")
_LOCALE = Locale("en")


def number(value: int, form: Form = PLAIN) -> str:
    """one hundred five."""
    return spelled("en", "spellout-cardinal", value)


def money(minor: int, currency: str, form: Form = PLAIN) -> str:
    """201 -> two yuan and one fen; 10500 -> one hundred five yuan."""
    if currency not in _UNITS:
        raise Unreadable(f"no words for the currency {currency!r}")
    unit, part = _UNITS[currency]
    whole, rest = divmod(abs(minor), 100)
    said = [count(whole, unit)] if whole or not rest else []
    if rest:
        said.append(count(rest, part))
    return ("minus " if minor < 0 else "") + " and ".join(said)


def ordinal(value: int, form: Form = PLAIN) -> str:
    """twenty-first."""
    return spelled("en", "spellout-ordinal", value)


def count(value: int, forms: tuple[str, ...], form: Form = PLAIN) -> str:
    """one minute, five minutes."""
    return f"{number(value)} {forms[_CLASSES.index(_LOCALE.plural_form(abs(value)))]}"


def duration(parts: tuple[int, int, int, int], form: Form = PLAIN) -> str:
    """one hour and thirty minutes."""
    said = [count(n, unit) for n, unit in zip(parts, _LENGTHS, strict=True) if n]
    return " and ".join(said) or count(0, _LENGTHS[-1])


def one_by_one(signs: str) -> str:
    """one three eight."""
    return " ".join(number(int(sign)) if sign.isdigit() else sign for sign in signs)


def digits(groups: tuple[str, ...]) -> str:
    """one three eight, zero zero one three."""
    return ", ".join(one_by_one(group) for group in groups)


def place(parts: tuple[str, ...]) -> str:
    """Up to two figures are a number (bed twelve), more are read one by one (room three zero two)."""
    words = [number(int(p)) if p.isdigit() and len(p) <= 2 and p[0] != "0" else one_by_one(p) for p in parts]
    return " ".join(words)


def date(day: Date, year: bool, form: Form = PLAIN) -> str:
    """Saturday, November the twenty-first."""
    said = f"{format_date(day, 'EEEE', locale='en')}, {format_date(day, 'MMMM', locale='en')} the {ordinal(day.day)}"
    return f"{said}, {spelled('en', 'spellout-numbering-year', day.year)}" if year else said


def time(at: Time, form: Form = PLAIN) -> str:
    """half past eight in the morning, eight oh five in the morning, twelve noon, midnight."""
    if at.minute == 0 and at.hour in (0, 12):
        return "twelve noon" if at.hour else "midnight"
    if at.hour < 5 or at.hour >= 21:
        period = "at night"
    elif at.hour < 12:
        period = "in the morning"
    else:
        period = "in the afternoon" if at.hour < 18 else "in the evening"
    hour = number(at.hour % 12 or 12)
    if at.minute == 0:
        said = f"{hour} o'clock"
    elif at.minute == 30:
        said = f"half past {hour}"
    elif at.minute == 15:
        said = f"quarter past {hour}"
    else:
        said = f"{hour} {'oh ' if at.minute < 10 else ''}{number(at.minute)}"
    return f"{said} {period}"


def key(sign: str) -> str:
    """one, star, hash."""
    return {"*": "star", "#": "hash"}.get(sign) or number(int(sign))


def tidy(text: str) -> str:
    """press 1 -> press one; 120 -> one two zero; # -> hash."""
    text = text.replace("*", "star").replace("#", "hash")
    text = re.sub(r"[0-9]{3,}", lambda m: one_by_one(m[0]), text)
    return re.sub(r"[0-9]+", lambda m: one_by_one(m[0]) if m[0][0] == "0" != m[0] else number(int(m[0])), text)


EN = Language(
    "en", money, number, ordinal, count, duration, by_fours, digits, place, date, time, key, ", ", tidy,
    ("pl", "ru", "zh", "yue"),
)  # fmt: skip
