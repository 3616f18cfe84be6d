"""Bytes of a file as text. What is not UTF-8 is reported with its line and the encoding that it was probably saved in.

What an encoding is likely to be is judged by what comes out: common characters of one script, not letters and signs of
several. Nothing is ever read in a guessed encoding: a wrong bed number would be read out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_HAN = re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
_CYRILLIC = re.compile(r"[А-яЁё]")
_POLISH = re.compile(r"[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]")
_WESTERN = re.compile(r"[àâäçèéêëîïôöùûüßáíñúÄÖÜÉ]")
_TORN = re.compile(r"(?<=[А-яЁё])[А-ЯЁ]|[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]")
"""A capital within a word, or two alphabets in one word: what the wrong encoding makes of it."""
_BYTES = 20_000
"""Of a large file, how many bytes around the first wrong one are judged."""


@dataclass(frozen=True, slots=True)
class NotText:
    """Why bytes are no text: line and column from 1, and a sentence."""

    line: int
    col: int
    sentence: str


def decoded(data: bytes) -> str | NotText:
    """The text of a file, its lines ended by line feeds; a byte order mark at its beginning is left out."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return NotText(1, 1, f"the file is saved as {name}: save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line, col = _place(data, wrong.start)
        likely = _likely(data, wrong.start)
        seems = f" and seems to be saved as {likely}" if likely else ""
        return NotText(line, col, f"the file is not UTF-8{seems}: save it as UTF-8")
    nul = text.find("\0")
    if nul >= 0 and text.count("\0") > len(text) // 8:
        return NotText(1, 1, "the file seems to be saved as UTF-16: save it as UTF-8")
    return text


def _place(data: bytes, at: int) -> tuple[int, int]:
    before = data[:at]
    start = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    line = before.count(b"\n") + (before.count(b"\r") if b"\n" not in before else 0) + 1
    return line, len(before[start:].decode("utf-8", "replace")) + 1


def _likely(data: bytes, at: int) -> str:
    """The encoding whose reading looks most like words; nothing when none does."""
    start = data.rfind(b"\n", 0, max(0, at - _BYTES // 2)) + 1
    piece = data[start : start + _BYTES]
    end = piece.rfind(b"\n")
    piece = piece[: end + 1] if end > 0 and len(data) > start + _BYTES else piece
    found = {shown: _words(piece, codec) for codec, shown in _CODECS}
    best = max(found, key=lambda shown: found[shown])
    return best if found[best] > 0.6 else ""


_CODECS = (
    ("gb18030", "GBK (GB18030)"),
    ("cp1251", "Windows-1251"),
    ("cp1250", "Windows-1250"),
    ("big5", "Big5"),
    ("koi8_r", "KOI8-R"),
    ("cp866", "CP866"),
    ("iso8859_2", "ISO 8859-2"),
    ("cp1252", "Windows-1252"),
)


def _words(piece: bytes, codec: str) -> float:
    """From 0 to 1: how much of what is not ASCII reads as words of the encoding's languages."""
    try:
        text = piece.decode(codec)
    except UnicodeDecodeError:
        return 0.0
    strange = [sign for sign in text if not sign.isascii()]
    if not strange:
        return 0.0
    if codec in ("gb18030", "big5"):
        return sum(_common_han(sign, codec) for sign in strange) / len(strange)
    letters = {"cp1250": _POLISH, "iso8859_2": _POLISH, "cp1252": _WESTERN}.get(codec, _CYRILLIC)
    share = sum(bool(letters.match(sign)) for sign in strange) / len(strange)
    if letters is not _CYRILLIC:
        return share - 0.01
    return share - 2 * len(_TORN.findall(text)) / len(strange)


def _common_han(sign: str, codec: str) -> float:
    """1 for the most used characters, which come first in both encodings."""
    if not _HAN.match(sign):
        return 0.0
    first = sign.encode(codec, "replace")[0]
    common = first <= 0xD7 if codec == "gb18030" else first <= 0xC6
    return 1.0 if common else 0.3
