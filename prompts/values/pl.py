"""Polish: genders (p: of men or of a mixed company), cases and plurals of what is counted; ordinals, which
CLDR has no rules for; hours by the clock of 24."""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import time as Time

from babel import Locale
from babel.dates import format_date

from prompts.values.language import PLAIN, Form, Language
from prompts.values.numerals import by_pairs, spelled
from prompts.values.slavic import Counting, noun

_GENDERS = {"m": "masculine", "f": "feminine", "n": "neuter"}
_CASES = {"nom": "", "gen": "-genitive", "acc": "-accusative"}

_ONES = (
    "", "pierwszy", "drugi", "trzeci", "czwarty", "piąty", "szósty", "siódmy", "ósmy", "dziewiąty", "dziesiąty",
    "jedenasty", "dwunasty", "trzynasty", "czternasty", "piętnasty", "szesnasty", "siedemnasty", "osiemnasty",
    "dziewiętnasty",
)  # fmt: skip
_TENS = (
    "", "", "dwudziesty", "trzydziesty", "czterdziesty", "pięćdziesiąty", "sześćdziesiąty", "siedemdziesiąty",
    "osiemdziesiąty", "dziewięćdziesiąty",
)  # fmt: skip
_HUNDREDS = (
    "", "setny", "dwusetny", "trzechsetny", "czterechsetny", "pięćsetny", "sześćsetny", "siedemsetny", "osiemsetny",
    "dziewięćsetny",
)  # fmt: skip
_THOUSANDS = (
    "", "tysięczny", "dwutysięczny", "trzytysięczny", "czterotysięczny", "pięciotysięczny", "sześciotysięczny",
    "siedmiotysięczny", "ośmiotysięczny", "dziewięciotysięczny",
)  # fmt: skip
_ENDINGS = {
    "m": {"nom": "y", "gen": "ego", "acc": "y", "loc": "ym"},
    "f": {"nom": "a", "gen": "ej", "acc": "ą", "loc": "ej"},
    "n": {"nom": "e", "gen": "ego", "acc": "e", "loc": "ym"},
}
_WEEKDAYS = (
    ("poniedziałek", "poniedziałku", "w poniedziałek"),
    ("wtorek", "wtorku", "we wtorek"),
    ("środa", "środy", "w środę"),
    ("czwartek", "czwartku", "w czwartek"),
    ("piątek", "piątku", "w piątek"),
    ("sobota", "soboty", "w sobotę"),
    ("niedziela", "niedzieli", "w niedzielę"),
)
_NAMES = "a ą be ce cie de e ę ef gie ha i jot ka el eł em en eń o ó pe ku er es eś te u fał wu iks igrek zet ziet żet"
_LETTERS = dict(zip("AĄBCĆDEĘFGHIJKLŁMNŃOÓPQRSŚTUVWXYZŹŻ", _NAMES.split(), strict=True))
_FEMININE = "minut|sekund|godzin|kopiej|sal|tablet|stron|prób|cyfr|osob|osób|kolejk|lini"
"""How feminine nouns begin that may stand after a figure in a fixed text."""


def number(value: int, form: Form = PLAIN) -> str:
    """sto pięć; dwie, dwóch; of men: dwóch, pięciu."""
    if form.gender == "p":
        if form.case == "gen":
            return spelled("pl", "spellout-cardinal-masculine-genitive", value)
        said = spelled("pl", "spellout-cardinal-masculine-accusative-personal", value)
        return "jeden" if said == "jednego" and form.case == "nom" else said
    return spelled("pl", f"spellout-cardinal-{_GENDERS[form.gender]}{_CASES[form.case]}", value)


def ordinal(value: int, form: Form = PLAIN) -> str:
    """dwudziesty pierwszy, dwudziesta pierwsza, dwudziestego pierwszego; only the last two places are ordinals."""
    above, last = value - value % 100, value % 100
    if last:
        words = [_ONES[last]] if last < 20 else [_TENS[last // 10], _ONES[last % 10]]
    elif above % 1000:
        words, above = [_HUNDREDS[above // 100 % 10]], above - above % 1000
    else:
        words, above = [_THOUSANDS[above // 1000]], 0
    said = [number(above)] if above else []
    return " ".join(said + [_inflected(word, form) for word in words if word])


def _inflected(word: str, form: Form) -> str:
    """pierwszy -> pierwsza, drugi -> druga, trzeci -> trzecia."""
    ending = _ENDINGS[form.gender][form.case]
    if word.endswith("y"):
        return word[:-1] + ending
    if ending == "y":
        return word
    if ending == "ym":
        return word + "m"
    # trzeci keeps its soft i; drugi keeps it before e only: druga, drugą, but drugie, drugiego, drugiej.
    return (word if word == "trzeci" or ending[0] == "e" else word[:-1]) + ending


def date(day: Date, year: bool, form: Form = PLAIN) -> str:
    """sobota, dwudziesty pierwszy listopada; on: w sobotę, dwudziestego pierwszego listopada."""
    of = form.case != "nom"
    weekday = _WEEKDAYS[day.weekday()][{"nom": 0, "gen": 1, "on": 2}[form.case]]
    month = format_date(day, "d MMMM", locale="pl").split()[1]
    said = f"{weekday}, {ordinal(day.day, Form('m', 'gen' if of else 'nom'))} {month}"
    return f"{said} {ordinal(day.year, Form('m', 'gen'))} roku" if year else said


def time(at: Time, form: Form = PLAIN) -> str:
    """ósma trzydzieści, czternasta, ósma zero pięć; północ; the clock of 24."""
    if at.hour == 0 and at.minute == 0:
        return "północy" if form.case in ("gen", "loc") else "północ"
    hour = ordinal(at.hour, Form("f", form.case)) if at.hour else number(0)
    if at.minute == 0:
        return hour
    return f"{hour} {number(0) + ' ' if at.minute < 10 else ''}{number(at.minute)}"


def tidy(text: str) -> str:
    """naciśnij 1 -> naciśnij jeden; 2 minuty -> dwie minuty; 112 -> sto dwanaście; # -> krzyżyk."""
    text = text.replace("*", "gwiazdka").replace("#", "krzyżyk")
    return re.sub(rf"([0-9]+)(?=\s+((?:{_FEMININE})\w*))?", _figures, text)


def _figures(match: re.Match[str]) -> str:
    digits, following = match[1], match[2] or ""
    if len(digits) > 3 or (digits[0] == "0" != digits):
        return _COUNTING.digits((digits,))
    case = "acc" if following.endswith("ę") else "nom"
    return number(int(digits), Form("f" if following else "m", case))


_CENT = noun("m", "cent", "centy", "centów", of_one="centa", of_many="centów")
_COUNTING = Counting(
    Locale("pl"),
    number,
    {
        "CNY": (
            noun("m", "juan", "juany", "juanów", of_one="juana", of_many="juanów"),
            noun("m", "fen", "feny", "fenów", of_one="fena", of_many="fenów"),
        ),
        "EUR": (noun("n", "euro", "euro", "euro", of_one="euro", of_many="euro"), _CENT),
        "RUB": (
            noun("m", "rubel", "ruble", "rubli", of_one="rubla", of_many="rubli"),
            noun("f", "kopiejka", "kopiejki", "kopiejek", of_one="kopiejki", of_many="kopiejek", acc="kopiejkę"),
        ),
        "PLN": (
            noun("m", "złoty", "złote", "złotych", of_one="złotego", of_many="złotych"),
            noun("m", "grosz", "grosze", "groszy", of_one="grosza", of_many="groszy"),
        ),
        "USD": (noun("m", "dolar", "dolary", "dolarów", of_one="dolara", of_many="dolarów"), _CENT),
    },
    (
        noun("m", "dzień", "dni", "dni", of_one="dnia", of_many="dni"),
        noun("f", "godzina", "godziny", "godzin", of_one="godziny", of_many="godzin", acc="godzinę"),
        noun("f", "minuta", "minuty", "minut", of_one="minuty", of_many="minut", acc="minutę"),
        noun("f", "sekunda", "sekundy", "sekund", of_one="sekundy", of_many="sekund", acc="sekundę"),
    ),
    _LETTERS,
    {"*": "gwiazdka", "#": "krzyżyk"},
)


def _grouped(length: int) -> tuple[int, ...]:
    """Telephone numbers in threes, with 48 before them or without; the rest by pairs."""
    return {6: (3, 3), 9: (3, 3, 3), 11: (2, 3, 3, 3)}.get(length) or by_pairs(length)


PL = Language(
    "pl", _COUNTING.money, number, ordinal, _COUNTING.count, _COUNTING.duration, _grouped, _COUNTING.digits,
    _COUNTING.place, date, time, _COUNTING.key, ", ", tidy, ("en", "ru", "zh", "yue"),
)  # fmt: skip
