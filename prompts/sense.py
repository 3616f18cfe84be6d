"""Texts that can be read and yet are not what callers should hear: one that a # cuts off, characters that nobody can
hear, words of another language in the wrong file."""

from __future__ import annotations

import re
import unicodedata

from forms.tree import Scalar
from prompts.keys_named import keys_named
from prompts.phrase import Fixed, Phrase
from prompts.tongues import CHINESE, CYRILLIC, HAN, LATIN

_ENDED = re.compile(r"[.!?。！？…:：”\"’』」)）]\s*$")
_WAITS = re.compile(
    r"(?:\b(?:press|pressing|push|hit|dial|enter|the|key|button|room|ward|number|no\.?|bed|or|and|by|with|is|are|of)"
    r"|[按撳揿㩒拨键或和号第下]|请|用"
    r"|\b(?:нажмите|клавишу|кнопку|наберите|или|и|номер|палата)"
    r"|\b(?:naciśnij|klawisz|przycisk|wybierz|lub|i|numer|sala|pokój))\s*$",
    re.IGNORECASE,
)
"""Words that a text does not end with: the # after them was meant as part of it."""
_FOLLOWS = re.compile(r"#\s*(?:[0-9{]|[键鍵号號结結返重或和，。,.;:!?)]|key\b|to\b|for\b|and\b|or\b)", re.IGNORECASE)
"""What follows a # that was meant as a part of the text."""
_UNHEARD = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*(?:\s[^<>]*)?/?>")
_SCRIPTS = (("Chinese", HAN, "zh"), ("Cyrillic", CYRILLIC, "ru"), ("Latin", LATIN, "en"))


def lost(word: Scalar, language: str, source: str) -> str:
    """Why the comment behind a text seems to be the rest of it; nothing when it is a comment."""
    if not word.behind:
        return ""
    text, behind = word.text, word.behind.strip()
    seems = _WAITS.search(text) or _FOLLOWS.match(behind)
    if not seems and not _ENDED.search(text):
        far = len(word.behind) - len(word.behind.lstrip()) > 1
        seems = None if far or _letters(text) != _letters(behind) else re.match(r"", "")
    if not seems:
        return ""
    return f'what follows the # is not said ({behind[:40]}): put the whole text in quotes'


def _letters(text: str) -> str:
    """The script that most letters of a text are in."""
    counted = {name: len(letters.findall(text)) for name, letters, _ in _SCRIPTS}
    return max(counted, key=lambda name: counted[name])


def warned(phrase: Phrase) -> tuple[str, str, str] | None:
    """Code, sentence and character of what callers would not hear or not understand; None when all is well."""
    fixed = "".join(part.text for part in phrase.parts if isinstance(part, Fixed))
    if not phrase.fields and not any(sign.isalnum() for sign in fixed) and not re.search(r"[#*+%&@]", fixed):
        return "P111", "holds nothing that can be said: write the words", ""
    for sign in phrase.text:
        if unicodedata.category(sign) in _UNHEARD and sign not in "\u200d\ufe0f":
            told = f"holds an invisible character (U+{ord(sign):04X}): delete it"
            return "W304", told, sign
    if found := _TAG.search(phrase.text):
        return "W304", f"holds {found[0]}, which is not a word: texts are said as they are written", found[0]
    return _of_another_language(phrase)


def _of_another_language(phrase: Phrase) -> tuple[str, str, str] | None:
    """Words of another language that do not speak to those who want it: in the wrong file, not translated."""
    home = phrase.language
    for part in phrase.parts:
        if not isinstance(part, Fixed) or part.marked or part.language == home:
            continue
        if home in CHINESE and part.language in CHINESE:
            continue
        own = [one for one in phrase.parts if isinstance(one, Fixed) and one.language == home]
        if part.language == "en" and (any(map(_says, own)) or len(part.text.split()) < 3):
            continue
        if keys_named(part.language, _sentence(phrase, part)):
            continue
        words = part.text.strip()
        shown = words if len(words) <= 30 else f"{words[:30]}..."
        name = {"zh": "Chinese", "ru": "Russian", "en": "English"}[part.language]
        told = f'is in {home} and holds {name} words ("{shown}"): translate them, or mark them as meant'
        return "W305", f"{told}: {{{part.language}: {shown}}}", words[:10]
    return None


def _says(part: Fixed) -> bool:
    return any(sign.isalpha() for sign in part.text)


def _sentence(phrase: Phrase, part: Fixed) -> str:
    """The words of a part with the fields that follow it, for keys that are named by a field."""
    at = phrase.parts.index(part)
    following = phrase.parts[at + 1 : at + 2]
    return part.text + ("1" if following and not isinstance(following[0], Fixed) and following[0].type == "key" else "")
