"""Which language each part of a text is in, where a text holds two: by its letters, or because it says so.

    您好。中文请按1。For English, press 9.              Latin letters in a Chinese text: English
    Hello. {pl: Po polsku, naciśnij 9.}                 marked, where letters do not tell

A part in other letters is spoken by that language's voice, and values and figures in it are read as that language
reads them. A single foreign word ("CT", "WiFi") stays with the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
CHINESE = ("zh", "yue")
_RUN = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff]+|[\u0400-\u04ff]+|[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z\u00c0-\u024f]+)*"
)
_CLAUSE = re.compile(r"[。，！？；：、,.!?;:…]+[”’」』》）)\"]*\s*")


def language_of(letters: str, around: str) -> str:
    """The language that some letters belong to within a text in `around`."""
    if HAN.search(letters):
        return around if around in CHINESE else "zh"
    if CYRILLIC.search(letters):
        return "ru"
    return "en" if around in (*CHINESE, "ru") and LATIN.search(letters) else around


def runs(text: str, around: str) -> Iterator[tuple[str, str]]:
    """The parts of `text` in order, each with its language; together they are the text."""
    borders: list[tuple[int, str]] = [(0, around)]
    end = 0
    for language, begin, stop, words in _runs(text, around):
        if language != borders[-1][1]:
            if language != around and not _is_sentence(language, words):
                end = stop
                continue
            at = _border(text, end, begin)
            if not text[:at].strip() and len(borders) == 1:
                borders[0] = (0, language)
            else:
                borders.append((at, language))
        end = stop
    for number, (at, language) in enumerate(borders):
        stop = borders[number + 1][0] if number + 1 < len(borders) else len(text)
        if text[at:stop]:
            yield text[at:stop], language


def _border(text: str, end: int, begin: int) -> int:
    """Where between two runs the first one ends: after its comma or full stop, before a number of the second."""
    between = text[end:begin]
    clauses = list(_CLAUSE.finditer(between))
    if clauses:
        return end + clauses[-1].end()
    return end + len(between.rstrip("“‘「『《（(\"'")) if between[-1:].isdigit() else begin


def _runs(text: str, around: str) -> Iterator[tuple[str, int, int, list[str]]]:
    """Runs of words in one language: the language, where the run begins and ends, its words."""
    row: tuple[str, int, int, list[str]] | None = None
    for found in _RUN.finditer(text):
        language = language_of(found[0], around)
        if row is not None and row[0] == language:
            row = language, row[1], found.end(), [*row[3], found[0]]
            continue
        if row is not None:
            yield row
        row = language, found.start(), found.end(), [found[0]]
    if row is not None:
        yield row


def _is_sentence(language: str, words: list[str]) -> bool:
    """Whether a run of foreign words is more than a name or an abbreviation that the voice around it can say."""
    if language != "en":
        return True
    return sum(len(word) > 1 and not word.isupper() for word in words) > 1
