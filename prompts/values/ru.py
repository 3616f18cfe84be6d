"""Russian: genders, cases and plurals of what is counted; hours by the clock of 24; ё is written, because
voices take е for е."""

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

_ROUND = {
    2: "двухсот", 3: "трёхсот", 4: "четырёхсот", 5: "пятисот", 6: "шестисот", 7: "семисот", 8: "восьмисот",
    9: "девятисот",
}  # fmt: skip
"""The ordinals of round hundreds without their endings; CLDR's rules give cardinals for them."""
_ENDINGS = {
    "m": {"nom": "ый", "gen": "ого", "acc": "ый"},
    "f": {"nom": "ая", "gen": "ой", "acc": "ую"},
    "n": {"nom": "ое", "gen": "ого", "acc": "ое"},
}
_WEEKDAYS = (
    ("понедельник", "понедельника", "в понедельник"),
    ("вторник", "вторника", "во вторник"),
    ("среда", "среды", "в среду"),
    ("четверг", "четверга", "в четверг"),
    ("пятница", "пятницы", "в пятницу"),
    ("суббота", "субботы", "в субботу"),
    ("воскресенье", "воскресенья", "в воскресенье"),
)
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "а бэ цэ дэ е эф гэ аш и йот ка эль эм эн о пэ ку эр эс тэ у вэ дубль-вэ икс игрек зет".split(),  # noqa: SIM905
        strict=True,
    )
)
_LETTERS |= dict(
    zip(
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
        "а бэ вэ гэ дэ е ё жэ зэ и и-краткое ка эль эм эн о пэ эр эс тэ у эф ха цэ че ша ща ы э ю я".split(),  # noqa: SIM905
        strict=True,
    )
)
_LETTERS |= {"Ь": "мягкий знак", "Ъ": "твёрдый знак"}
_FEMININE = "минут|секунд|недел|копе|тысяч|палат|кнопк|таблет|процедур|страниц|попыт|очеред|цифр|клавиш|лини"
"""How feminine nouns begin that may stand after a figure in a fixed text."""


def _yo(said: str) -> str:
    """CLDR writes е where ё is said."""
    said = re.sub(r"(?<=тр)е(?=х)|(?<=четыр)е(?=х)|(?<=четв)е(?=рт)", "ё", said)
    return re.sub(r"\b(тр|четыр)ем\b", r"\1ём", said)


def number(value: int, form: Form = PLAIN) -> str:
    """сто пять; одна, двух."""
    return _yo(spelled("ru", f"spellout-cardinal-{_GENDERS[form.gender]}{_CASES[form.case]}", value))


def ordinal(value: int, form: Form = PLAIN) -> str:
    """двадцать первый, двадцать первая, двадцать первого."""
    if value % 1000 and value % 100 == 0 and value % 1000 > 100:
        above, hundreds = value - value % 1000, value % 1000 // 100
        before = f"{number(above)} " if above else ""
        return before.removeprefix("одна ") + _ROUND[hundreds] + _ENDINGS[form.gender][form.case]
    said = spelled("ru", f"spellout-ordinal-{_GENDERS[form.gender]}{_CASES[form.case]}", value)
    return _yo(said).removeprefix("одна ")  # тысяча девятьсот, as years are said


def date(day: Date, year: bool, form: Form = PLAIN) -> str:
    """суббота, двадцать первое ноября; on: в субботу, двадцать первого ноября."""
    of = form.case != "nom"
    weekday = _WEEKDAYS[day.weekday()][{"nom": 0, "gen": 1, "on": 2}[form.case]]
    month = format_date(day, "d MMMM", locale="ru").split()[1]
    said = f"{weekday}, {ordinal(day.day, Form('n', 'gen' if of else 'nom'))} {month}"
    return f"{said} {ordinal(day.year, Form('m', 'gen'))} года" if year else said


def time(at: Time, form: Form = PLAIN) -> str:
    """восемь часов тридцать минут, двадцать один час; the clock of 24."""
    said = _COUNTING.with_noun(at.hour, _HOUR, form.case)
    return f"{said} {_COUNTING.with_noun(at.minute, _MINUTE, form.case)}" if at.minute else said


def tidy(text: str) -> str:
    """нажмите 1 -> нажмите один; через 2 минуты -> через две минуты; 112 -> сто двенадцать; # -> решётка."""
    text = text.replace("*", "звёздочка").replace("#", "решётка").replace("№", "номер ")
    return re.sub(rf"([0-9]+)(?=\s+((?:{_FEMININE})\w*))?", _figures, text)


def _figures(match: re.Match[str]) -> str:
    digits, following = match[1], match[2] or ""
    if len(digits) > 3 or (digits[0] == "0" != digits):
        return _COUNTING.digits((digits,))
    case = "acc" if following.endswith("у") else "nom"
    return number(int(digits), Form("f" if following else "m", case))


_HOUR = noun("m", "час", "часа", "часов", of_one="часа", of_many="часов")
_MINUTE = noun("f", "минута", "минуты", "минут", of_one="минуты", of_many="минут", acc="минуту")
_CENT = noun("m", "цент", "цента", "центов", of_one="цента", of_many="центов")
_COUNTING = Counting(
    Locale("ru"),
    number,
    {
        "CNY": (
            noun("m", "юань", "юаня", "юаней", of_one="юаня", of_many="юаней"),
            noun("m", "фэнь", "фэня", "фэней", of_one="фэня", of_many="фэней"),
        ),
        "EUR": (noun("m", "евро", "евро", "евро", of_one="евро", of_many="евро"), _CENT),
        "RUB": (
            noun("m", "рубль", "рубля", "рублей", of_one="рубля", of_many="рублей"),
            noun("f", "копейка", "копейки", "копеек", of_one="копейки", of_many="копеек", acc="копейку"),
        ),
        "PLN": (
            noun("m", "злотый", "злотых", "злотых", of_one="злотого", of_many="злотых"),
            noun("m", "грош", "гроша", "грошей", of_one="гроша", of_many="грошей"),
        ),
        "USD": (noun("m", "доллар", "доллара", "долларов", of_one="доллара", of_many="долларов"), _CENT),
    },
    (
        noun("m", "день", "дня", "дней", of_one="дня", of_many="дней"),
        _HOUR,
        _MINUTE,
        noun("f", "секунда", "секунды", "секунд", of_one="секунды", of_many="секунд", acc="секунду"),
    ),
    _LETTERS,
    {"*": "звёздочка", "#": "решётка"},
)


def _grouped(length: int) -> tuple[int, ...]:
    """8 495 123 45 67; the rest by pairs."""
    return {10: (3, 3, 2, 2), 11: (1, 3, 3, 2, 2)}.get(length) or by_pairs(length)


RU = Language(
    "ru", _COUNTING.money, number, ordinal, _COUNTING.count, _COUNTING.duration, _grouped, _COUNTING.digits,
    _COUNTING.place, date, time, _COUNTING.key, ", ", tidy, ("en", "pl", "zh", "yue"),
)  # fmt: skip
