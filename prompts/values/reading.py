"""From a variable's value and a field's type to words: checks the kind, then asks the language.

What may come in: money and numbers as int (or a string of digits), digits as a string, dates
and times as ISO 8601 strings or as `datetime` objects (read as the wall clock they show),
names as a string or as `{"zh": ..., "en": ...}`. A record from a list may stand for its name
or its date (`{"name": {...}}`, `{"date": "2026-11-21"}`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from prompts.errors import Unreadable
from prompts.values.en import EN
from prompts.values.language import Language
from prompts.values.zh import ZH

_LANGUAGES = {language.code: language for language in (ZH, EN)}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_GROUPS: dict[int, tuple[int, ...]] = {
    5: (5,),
    6: (3, 3),
    7: (3, 4),
    9: (3, 3, 3),
    10: (3, 3, 4),
    11: (3, 4, 4),
    18: (6, 4, 4, 4),
}
"""How digits without separators are grouped; other lengths go by fours."""


def _language(code: str) -> Language:
    try:
        return _LANGUAGES[code]
    except KeyError as e:
        raise Unreadable(f'no rules for reading values in "{code}"') from e


def tidy(language: str, text: str) -> str:
    """Fixed text made fit for a voice: figures of one or two digits become numbers, longer ones
    are read digit by digit (120, telephone numbers), `*` and `#` become words."""
    return _language(language).tidy(text)


def read(language: str, type_: str, value: Any, argument: str = "", currency: str = "CNY") -> str:
    """The words for a value. `argument` is what the field has in brackets; `currency` is for
    amounts that bring none. Raises `Unreadable`."""
    rules = _language(language)
    if type_ == "money":
        amount, unit = _amount(value, argument or currency)
        return rules.money(amount, unit)
    if type_ == "number":
        return rules.number(_integer(value))
    if type_ == "ordinal":
        return rules.ordinal(_integer(value))
    if type_ == "count":
        return rules.count(_integer(value), tuple(argument.split("|")))
    if type_ == "digits":
        return rules.digits(_digit_groups(value))
    if type_ == "place":
        return rules.place(tuple(re.findall(r"[0-9]+|[A-Z]+", _signs(value))))
    if type_ == "date":
        return rules.date(_date(value), argument == "year")
    if type_ == "time":
        return rules.time(_time(value))
    if type_ == "key":
        if str(value) not in set("0123456789*#"):
            raise Unreadable(f"{value!r} is no key of a telephone")
        return rules.key(str(value))
    if type_ in ("name", "text"):
        return rules.tidy(_words(rules, value))
    raise Unreadable(f'no field type "{type_}"')


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    raise Unreadable(f"{value!r} is no whole number")


def _amount(value: Any, currency: str) -> tuple[int, str]:
    if isinstance(value, Mapping):
        return _amount(value.get("amount"), str(value.get("currency", currency)))
    return _integer(value), currency


def _signs(value: Any) -> str:
    signs = str(value).strip().upper() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9A-Z]+([ -]?[0-9A-Z]+)*", signs):
        raise Unreadable(f"{value!r} is no row of digits")
    return signs


def _digit_groups(value: Any) -> tuple[str, ...]:
    signs = _signs(value)
    written = tuple(re.split(r"[ -]", signs))
    if len(written) > 1 or len(signs) <= 4:
        return written
    sizes = _GROUPS.get(len(signs), (4,) * (-(-len(signs) // 4)))
    groups, at = [], 0
    for size in sizes:
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
        raise Unreadable(f"{value!r} is no date") from e


def _time(value: Any) -> time:
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    try:
        return datetime.fromisoformat(value).time() if "T" in value else time.fromisoformat(value)
    except (TypeError, ValueError) as e:
        raise Unreadable(f"{value!r} is no time of day") from e


def _words(rules: Language, value: Any) -> str:
    if isinstance(value, Mapping):
        if rules.code in value:
            return _words(rules, value[rules.code])
        if "name" in value:
            return _words(rules, value["name"])
        spoken = [value[code] for code in _LANGUAGES if isinstance(value.get(code), str)]
        # A name known in another language only is better than none: it is said as it is there.
        return _words(rules, spoken[0] if spoken else None)
    if isinstance(value, list | tuple) and value:
        return rules.join.join(_words(rules, item) for item in value)
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    raise Unreadable(f"{value!r} is no name or text in {rules.code}")
