"""From a variable's value and a field's type to words: checks the kind, then asks the language.

What may come in: money, numbers and durations (seconds) as int (or a string of digits), digits
as a string, dates and times as ISO 8601 strings or as `datetime` objects (read as the wall clock
they show), names as a string or as `{"zh": ..., "en": ...}`. A record from a list may stand for
its name or its date (`{"name": {...}}`, `{"date": "2026-11-21"}`).

A name may bring the form that a case asks for: `{"ru": "среда", "ru_acc": "среду"}`. One that has
nothing in the language is said in another, in the order of `Language.instead`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from prompts.errors import Unreadable
from prompts.values.en import EN
from prompts.values.language import Form, Language
from prompts.values.pl import PL
from prompts.values.ru import RU
from prompts.values.yue import YUE
from prompts.values.zh import ZH

_LANGUAGES = {language.code: language for language in (ZH, YUE, EN, RU, PL)}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_LETTERS = "A-ZА-ЯЁĄĆĘŁŃÓŚŹŻ"
_LATIN = dict(zip("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЭЮЯŁ", "ABVGDEEZZIJKLMNOPRSTUFHCCSSYEUAL", strict=True))
"""Letters of beds and rooms, for languages that have no names for them."""
LAST_ORDINAL = 9999
LONGEST = 100 * 24 * 3600
"""Seconds; a longer time is a date."""


def _language(code: str) -> Language:
    try:
        return _LANGUAGES[code]
    except KeyError as e:
        raise Unreadable(f'no rules for reading values in "{code}"') from e


@lru_cache(maxsize=4096)
def tidy(language: str, text: str) -> str:
    """Fixed text made fit for a voice: figures of one or two digits become numbers, longer ones
    are read digit by digit (120, telephone numbers), `*` and `#` become words."""
    return _language(language).tidy(text)


def read(language: str, type_: str, value: Any, argument: str = "", currency: str = "CNY") -> str:
    """The words for a value. `argument` is what the field has in brackets; `currency` is for
    amounts that bring none. Raises `Unreadable`."""
    rules = _language(language)
    marks, colon, forms = argument.partition(":") if type_ == "count" else (argument, "", "")
    if type_ == "count" and not colon:
        marks, forms = "", argument
    words = marks.split()
    form = _form(words)
    if type_ == "money":
        amount, unit = _amount(value, next((word for word in words if word.isupper()), currency))
        return rules.money(amount, unit, form)
    if type_ == "number":
        return rules.number(_integer(value), form)
    if type_ == "ordinal":
        return rules.ordinal(_place_in_a_row(value), form)
    if type_ == "count":
        return rules.count(_integer(value), tuple(one.strip() for one in forms.split("|")), form)
    if type_ == "duration":
        return rules.duration(_duration(value), form)
    if type_ == "digits":
        return rules.digits(_digit_groups(rules, value))
    if type_ == "place":
        return rules.place(tuple(re.findall(rf"[0-9]+|[{_LETTERS}]+", _signs(rules, value))))
    if type_ == "date":
        return rules.date(_date(value), "year" in words, form)
    if type_ == "time":
        return rules.time(_time(value), form)
    if type_ == "key":
        if str(value) not in set("0123456789*#"):
            raise Unreadable(f"{value!r} is not a telephone key")
        return rules.key(str(value))
    if type_ in ("name", "text"):
        return tidy(language, _words(rules, value, form.case))
    raise Unreadable(f'no field type "{type_}"')


def _form(words: list[str]) -> Form:
    """The gender and the case among the words in a field's brackets."""
    gender = next((word for word in words if word in ("m", "f", "n", "p")), "m")
    return Form(gender, next((word for word in words if word in ("gen", "acc", "loc", "on")), "nom"))


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    raise Unreadable(f"{value!r} is not a whole number")


def _place_in_a_row(value: Any) -> int:
    number = _integer(value)
    if not 1 <= number <= LAST_ORDINAL:
        raise Unreadable(f"{value!r} is not a place in a row: 1 to {LAST_ORDINAL}")
    return number


def _duration(value: Any) -> tuple[int, int, int, int]:
    """Days, hours, minutes, seconds; from an hour on to the minute, from a day on to the hour."""
    seconds = _integer(value)
    if not 0 <= seconds <= LONGEST:
        raise Unreadable(f"{value!r} is not a length of time: 0 to {LONGEST} seconds")
    for unit in (24 * 3600, 3600):
        if seconds >= unit:
            exact = unit // (24 if unit > 3600 else 60)
            seconds = (seconds + exact // 2) // exact * exact
            break
    return seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60


def _amount(value: Any, currency: str) -> tuple[int, str]:
    if isinstance(value, Mapping):
        return _amount(value.get("amount"), str(value.get("currency", currency)))
    return _integer(value), currency


def _signs(rules: Language, value: Any) -> str:
    signs = str(value).strip().upper() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(rf"[0-9{_LETTERS}]+([ -]?[0-9{_LETTERS}]+)*", signs):
        raise Unreadable(f"{value!r} is not a row of digits")
    return signs if rules.code == "ru" else "".join(_latin(sign, rules.code) for sign in signs)


def _latin(sign: str, code: str) -> str:
    if code == "pl" and sign in "ĄĆĘŁŃÓŚŹŻ":
        return sign
    return _LATIN.get(sign) or unicodedata.normalize("NFD", sign)[0]


def _digit_groups(rules: Language, value: Any) -> tuple[str, ...]:
    signs = _signs(rules, value)
    written = tuple(re.split(r"[ -]", signs))
    if len(written) > 1 or not signs.isdigit():
        return written
    groups, at = [], 0
    for size in rules.grouped(len(signs)):
        groups.append(signs[at : at + size])
        at += size
    return tuple(groups)


def _date(value: Any) -> date:
    if isinstance(value, Mapping) and "date" in value:
        return _date(value["date"])
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError) as e:
        raise Unreadable(f"{value!r} is not a date") from e


def _time(value: Any) -> time:
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    try:
        return datetime.fromisoformat(value).time() if "T" in value else time.fromisoformat(value)
    except (TypeError, ValueError) as e:
        raise Unreadable(f"{value!r} is not a time of day") from e


def _words(rules: Language, value: Any, case: str) -> str:
    if isinstance(value, Mapping):
        if "name" in value and rules.code not in value:
            return _words(rules, value["name"], case)
        order = (f"{rules.code}_{case}", rules.code, *rules.instead)
        # A name known in another language only is better than none: it is said as it is there.
        return _words(rules, next((value[code] for code in order if value.get(code)), None), case)
    if isinstance(value, list | tuple) and value:
        return rules.join.join(_words(rules, item, case) for item in value)
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    raise Unreadable(f"{value!r} is not a name or text in {rules.code}")
