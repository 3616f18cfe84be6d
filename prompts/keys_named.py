"""Which keys of the telephone a text names: `确认按1，听菜单按星号键` names `1` and `*`.

A pure reading, one table a language: what "press" is, what keys are called, and what tells that a number after it is
not a key ("press one of", 按两次). Fields such as `{key:key}` name nothing. Careful rather than clever: what it is not
sure of it doesn't name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_FIELD = re.compile(r"\{[^{}]*\}")
_SIGNS = {"*": "*", "#": "#", "＊": "*", "＃": "#"}
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
"""Digits as some Chinese keyboards write them."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language says "press 1". Parts of regular expressions; letters of either case."""

    press: str
    between: str
    """What may come between "press" and the key, with its spaces."""
    names: Mapping[str, str]
    """What a key is called -> the key."""
    further: str
    """Between one key and the next: "press 1 or 2"."""
    no_key: str
    """What follows a number that is not a key."""
    end: str
    """What ends a name: nothing where words are parted, a lookahead where they are not."""


_ENGLISH = "zero one two three four five six seven eight nine".split()  # noqa: SIM905 - in the order of the keys
_HAN = "零一二三四五六七八九"
_HAN_SIGNS = {"星": "*", "米字": "*", "井": "#"}
_RUSSIAN = {
    **{name: str(key) for key, name in enumerate("ноль один два три четыре пять шесть семь восемь девять".split())},  # noqa: SIM905
    "нуль": "0",
    "единицу": "1",
    "двойку": "2",
    "тройку": "3",
    "четвёрку": "4",
    "четверку": "4",
    "пятёрку": "5",
    "пятерку": "5",
    "шестёрку": "6",
    "шестерку": "6",
    "семёрку": "7",
    "семерку": "7",
    "восьмёрку": "8",
    "восьмерку": "8",
    "девятку": "9",
    "звёздочку": "*",
    "звездочку": "*",
    "решётку": "#",
    "решетку": "#",
}
_POLISH = {
    **{
        name: str(key)
        for key, name in enumerate("zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć".split())  # noqa: SIM905
    },
    "jedynkę": "1",
    "dwójkę": "2",
    "trójkę": "3",
    "czwórkę": "4",
    "piątkę": "5",
    "szóstkę": "6",
    "siódemkę": "7",
    "ósemkę": "8",
    "dziewiątkę": "9",
    "gwiazdkę": "*",
    "krzyżyk": "#",
    "kratkę": "#",
}
_CHINESE = Manner(
    press="[按撳揿㩒]",
    between=r"\s*(?:一?下)?\s*(?:数字|數字|按?键)?\s*",
    names={
        **{name: str(key) for key, name in enumerate(_HAN)},
        "〇": "0",
        **{f"{sign}{kind}": key for sign, key in _HAN_SIGNS.items() for kind in ("号", "號", "字", "")},
    },
    further=r"\s*(?:键|鍵|号键)?\s*[或和、]\s*(?:者)?\s*[按撳揿㩒]?\s*",
    no_key=r"\s*(?:次|下|遍|分|秒|元|块|个|個|位|天|日|月|年|点|點|小时|时|定|般|直|些|起|样|会|会儿)",
    end=r"(?=\s*(?:键|鍵|号键|號鍵|$|[^\w\s]|或|和|[按撳揿㩒]|转|返|结束|确认|重))",
)
MANNERS: Mapping[str, Manner] = {
    "zh": _CHINESE,
    "yue": _CHINESE,
    "en": Manner(
        press=r"\b(?:press|pressing|push|hit)\b",
        between=r"\s+(?:the\s+)?(?:(?:key|number|digit|button)\s+)?",
        names={
            **{name: str(key) for key, name in enumerate(_ENGLISH)},
            "star": "*",
            "asterisk": "*",
            "hash": "#",
            "pound": "#",
            "square": "#",
        },
        further=r"(?:\s*,\s*|\s+)(?:or|and)\s+(?:press\s+)?(?:the\s+)?",
        no_key=r"\s*(?:of\b|more\b|times?\b|or\s+more\b|minutes?\b|seconds?\b|[.,]\d|-)",
        end=r"\b",
    ),
    "ru": Manner(
        press=r"\b(?:нажмите|нажав|нажать|нажимайте|жмите|наберите)\b",
        between=r"\s+(?:на\s+)?(?:(?:клавишу|кнопку|цифру)\s+)?",
        names=_RUSSIAN,
        further=r"(?:\s*,\s*|\s+)(?:или|и)\s+(?:нажмите\s+)?",
        no_key=r"\s*(?:раза?\b|из\b|минут|секунд|[.,]\d|-)",
        end=r"\b",
    ),
    "pl": Manner(
        press=r"\b(?:naciśnij|naciśnięcie|nacisnąć|naciskając|wciśnij|wcisnąć|wybierz|wybrać)\b",
        between=r"\s+(?:(?:klawisz|przycisk|cyfrę)\s+)?",
        names=_POLISH,
        further=r"(?:\s*,\s*|\s+)(?:lub|albo|i)\s+(?:naciśnij\s+)?",
        no_key=r"\s*(?:razy?\b|z\b|minut|sekund|[.,]\d|-)",
        end=r"\b",
    ),
}
"""Language -> its manner. A language that is not here names no keys."""


def keys_named(language: str, text: str) -> tuple[str, ...]:
    """The keys that a catalogue text names, in its order, each once; "12" for "press 12"."""
    manner = MANNERS.get(language)
    if manner is None:
        return ()
    first, further = _patterns(language)
    bare = _FIELD.sub("{}", text)
    found: dict[str, None] = {}
    for pressed in first.finditer(bare):
        match: re.Match[str] | None = pressed
        while match is not None:
            found[_key(manner, match["key"])] = None
            match = further.match(bare, match.end())
    return tuple(found)


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    manner = MANNERS[language]
    names = _any(sorted(manner.names, key=len, reverse=True))
    key = (
        rf"(?P<key>[0-9０-９]{{1,4}}(?![0-9０-９])(?!{manner.no_key})"
        rf"|[*#＊＃]|(?:{names}){manner.end}(?!{manner.no_key}))"
    )
    return (
        re.compile(f"(?:{manner.press}){manner.between}{key}", re.IGNORECASE),
        re.compile(manner.further + key, re.IGNORECASE),
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


def _key(manner: Manner, word: str) -> str:
    return _SIGNS.get(word) or manner.names.get(word.lower()) or word.translate(_WIDE)
