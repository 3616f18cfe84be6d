"""What would put a mistake right, where one replacement does: as a range of its line and the words to put there.

    no step "generl" (did you mean "general"?)      generl -> general
    “ was typed with a Chinese keyboard: write "    “ -> "

Only what the sentence itself names is offered, and only where the line still holds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms.lookalikes import plain
from forms.mends import COPIED, WIDE
from forms.mistake import Mistake

_QUOTED = re.compile(r'"([^"]+)"')
_IN_QUOTES = re.compile(r'must be in quotes: "(.*)"$')
_WORD = re.compile(r"[^\s,:{}\[\]\"']+")


@dataclass(frozen=True, slots=True)
class Fix:
    """Columns `col` to `end` (from 1, `end` not included) of the mistake's line become `put`."""

    col: int
    end: int
    put: str


def fix_of(one: Mistake, line: str) -> Fix | None:
    """The replacement that puts `one` right; None: whoever wrote it has to think. `line` is the line that it is in."""
    if one.code == "E113":
        return _sign(one, line)
    if one.code == "E115":
        return _lookalike(one, line)
    if one.code == "E107" and (bare := _IN_QUOTES.search(one.sentence)):
        at = line.find(bare[1], one.col - 1)
        return Fix(at + 1, at + 1 + len(bare[1]), f'"{bare[1]}"') if bare[1] and at == one.col - 1 else None
    return _meant(one, line) if one.hint else None


def _meant(one: Mistake, line: str) -> Fix | None:
    """The word that the sentence complains of, at the place or behind it."""
    told = one.sentence.partition(" (did you mean")[0]
    for wrong in _QUOTED.findall(told):
        if wrong == one.hint:
            continue
        for found in re.finditer(re.escape(wrong), line[one.col - 1 :]):
            start, end = one.col - 1 + found.start(), one.col - 1 + found.end()
            if not _runs_on(line, start, end):
                return Fix(start + 1, end + 1, one.hint)
    return None


def _runs_on(line: str, start: int, end: int) -> bool:
    """Whether what was found is a part of a longer word."""
    before, after = line[start - 1 : start], line[end : end + 1]
    return before.isalnum() or after.isalnum() or before == "_" or after == "_"


def _sign(one: Mistake, line: str) -> Fix | None:
    """A sign of a Chinese keyboard becomes the plain one. A colon wants a space behind it."""
    at = one.col - 1
    sign = line[at : at + 1]
    narrow = sign.translate(WIDE)
    if not sign or narrow == sign:
        return None
    if narrow == ":" and line[at + 1 : at + 2].strip():
        narrow = ": "
    return Fix(one.col, one.col + 1, narrow)


def _lookalike(one: Mistake, line: str) -> Fix | None:
    """The whole word in plain letters: one that holds a look-alike seldom holds only one."""
    for word in _WORD.finditer(line):
        if word.start() < one.col <= word.end():
            meant = plain(word[0])
            return Fix(word.start() + 1, word.end() + 1, meant) if meant != word[0] else None
    if COPIED.match(line[one.col - 1 : one.col]):
        return Fix(one.col, one.col + 1, "")
    return None
