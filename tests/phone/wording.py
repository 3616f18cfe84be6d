"""How far what was heard is from what was said: Chinese by syllables without tones, other languages by words.

Figures in what was heard ("press 1", "2026") are taken as a number or digit by digit, whichever is nearer to what
was said: the recogniser writes both ways. Who writes down what was heard is `ear.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from prompts.values import read
from tests.phone.ear import INSTALL, NoEar

_FIGURES = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_SAME = {
    "zh": {"yao": "yi", "liang": "er"},  # 幺 and 两 are said for 一 and 二, and written as 1 and 2
    "en": {"i'm": "i am", "it's": "it is", "dr": "doctor", "ok": "okay"},
    "ru": {"ё": "е"},
}
"""What may be written in two ways -> the one that counts: syllables, words, letters."""


@dataclass
class Score:
    """Wrong units of all units said; `worst` first in `prompts`: rate, said, heard."""

    wrong: int = 0
    units: int = 0
    prompts: list[tuple[float, str, str]] = field(default_factory=list)

    def add(self, language: str, said: str, heard: str) -> float:
        """One more prompt; its own rate."""
        wrong, units = compare(language, said, heard)
        self.wrong += wrong
        self.units += units
        rate = wrong / units
        self.prompts.append((rate, said, heard))
        self.prompts.sort(reverse=True)
        return rate

    @property
    def rate(self) -> float:
        """Wrong units for each that was said."""
        return self.wrong / max(1, self.units)

    def __str__(self) -> str:
        lines = [f"  {rate:4.0%}  said: {said}\n       heard: {heard}" for rate, said, heard in self.prompts]
        return "\n".join([f"{self.rate:.1%} of {self.units} units wrong", *lines])


def compare(language: str, said: str, heard: str) -> tuple[int, int]:
    """Units that are wrong, missing or too many, and how many were said."""
    wanted = units(language, _FIGURES.sub(lambda match: _singly(language, match[0]), said))
    spans = [match.span() for match in _FIGURES.finditer(heard)]
    choice = [False] * len(spans)

    def far() -> int:
        text, at = "", 0
        for (start, end), as_number in zip(spans, choice, strict=True):
            figures = heard[start:end]
            words = read(language, "number", int(figures)) if as_number else _singly(language, figures)
            text += f"{heard[at:start]} {words} "
            at = end
        return distance(wanted, units(language, text + heard[at:]))

    least = far()
    for index, (start, end) in enumerate(spans):
        if 1 < end - start < 8:
            choice[index] = True
            now = far()
            choice[index] = now < least
            least = min(now, least)
    return least, len(wanted)


def units(language: str, text: str) -> list[str]:
    """The text as units that are compared."""
    same = _SAME.get(language, {})
    text = text.lower().replace("’", "'")
    if language == "zh":
        return [same.get(syllable, syllable) for syllable in _syllables(text)]
    for one, other in same.items():
        text = re.sub(rf"\b{one}\b" if len(one) > 1 else one, other, text)
    return _WORD.findall(text.replace("'", ""))


def _syllables(text: str) -> list[str]:
    """Chinese without tones; Latin words as they are."""
    try:
        from pypinyin import lazy_pinyin  # comes with the extra kokoro
    except ImportError as missing:
        raise NoEar(INSTALL) from missing
    found: list[str] = []
    for word in _WORD.findall(text):
        found += lazy_pinyin(word) if _HAN.search(word) else [word]
    return found


def _singly(language: str, figures: str) -> str:
    return " ".join(read(language, "number", int(digit)) for digit in figures)


def distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Levenshtein's."""
    row = list(range(len(got) + 1))
    for i, one in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return row[-1]
