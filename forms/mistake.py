"""One mistake in a file that somebody wrote: where it is, its code, and a sentence that says what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

_MEANT = re.compile(r'\(did you mean "([^"]*)"\?\)')

_MANY, _FEW = 200, 30
"""Of more words than `_MANY` only the few likeliest are compared: comparing is slow."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a file that the hospital edits. `line` and `col` count from 1."""

    file: str
    line: int
    col: int
    code: str
    sentence: str

    @property
    def is_warning(self) -> bool:
        """True when the files can be used all the same."""
        return self.code.startswith("W")

    @property
    def hint(self) -> str:
        """The word that was probably meant, or nothing."""
        meant = _MEANT.search(self.sentence)
        return meant[1] if meant else ""

    def __str__(self) -> str:
        return printable(f"{self.file}:{self.line}:{self.col} {self.code} {self.sentence}")


def printable(text: str) -> str:
    """`text` with every character that a terminal would obey instead of showing written out: names of files and words
    of texts come from anywhere."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or nothing. Of many words only the likeliest are looked at."""
    words = list(known)
    if len(words) > _MANY:
        first, half, length = word[:1], word[: len(word) // 2], len(word)
        alike = [one for one in words if one[:1] == first and -3 < len(one) - length < 3]
        words = sorted(alike, key=lambda one: not one.startswith(half))[:_FEW]
    return "".join(difflib.get_close_matches(word, words, 1))
