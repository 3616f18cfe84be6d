"""What a file that YAML cannot read needs, for somebody who never heard of YAML: where, which code, what to do.

The parser's own words are kept where nothing better is known. Reading is in `source.py`.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from prompts.written.report import Mark

_WIDE = str.maketrans("：，；“”‘’｛｝［］＃＊（）０１２３４５６７８９　", ":,;\"\"''{}[]#*()0123456789 ")
"""What a Chinese keyboard writes instead of the signs that YAML and telephones know."""
_MISTYPED = re.compile(
    r"^\s*(?:- )?[\"'“‘\w.*#]+[”’]?\s*([：｛［])"
    r"|[{,]\s*([“‘])"
    r"|([：｛［])\s*\w+\s*:"
    r"|(，)\s*(?:\"[^\"]*\"|'[^']*'|[a-z_0-9.]+)\s*:"
    r"|^ *(\u3000)"
)
_COPIED = re.compile(r"^ *([\u00a0\u2000-\u200b\u202f\ufeff])")
"""Blanks of word processors and web pages where a line begins."""
_SENTENCES = (
    (r"expected ',' or '[]}]'", "the {open} of {line} is not closed, or a comma is missing before this"),
    (r"expected <block end>, but found '([]}])'", "one {found} too many"),
    (r"<block end>, but found '<(block|\?|-)", "this line must begin with as many blanks as those that it belongs to"),
    (r"<block end>, but found", 'the line does not end where it should: often a " that is missing, or one too many'),
    (r"mapping values are not allowed", "a : where none can be: put a text with a : in quotes, and see whether"
     " the line above has its : and a blank behind it"),
    (r"could not find expected ':'", "a line without its : (key: value), or a text in quotes that does not end"),
    (r"character '(.)' that cannot start", "a word that begins with {found} stands in quotes"),
    (r"unknown escape character", r"no \ within double quotes: write the text in single ones"),
    (r"unexpected end of stream", "a quote that is opened in {line} is never closed"),
)  # fmt: skip


def instead(sign: str) -> str:
    """What to do about a sign of a Chinese keyboard."""
    shown, plain = ("a wide blank", "a plain one") if sign == "\u3000" else (sign, sign.translate(_WIDE))
    return f"{shown} was typed with a Chinese keyboard: write {plain} instead"


def mistyped(file: str, text: str) -> tuple[Mark, str, str] | None:
    """The first sign of a Chinese keyboard, or blank of a word processor, that stands where YAML needs its own."""
    for number, line in enumerate(text.split("\n"), 1):
        found = _MISTYPED.search(line.partition(" #")[0])
        if found is not None:
            at = found.start(found.lastindex or 0)
            return Mark(file, number, at + 1), "E113", instead(line[at])
        if copied := _COPIED.search(line):
            told = f"a blank that is none (U+{ord(copied[1]):04X}, copied from elsewhere): write plain blanks"
            return Mark(file, number, copied.start(1) + 1), "E103", f"not YAML: {told}"
    return None


def unreadable(file: str, text: str, wrong: Exception) -> tuple[Mark, str, str]:
    """What the parser stumbled over."""
    if isinstance(wrong, ReaderError):
        before = text[: wrong.position]
        at = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return at, "E103", f"not YAML: a sign that cannot be seen (U+{ord(text[wrong.position]):04X}): delete it"
    if not isinstance(wrong, MarkedYAMLError):
        return Mark(file), "E103", f"not YAML: {_first_line(wrong)}"
    mark = wrong.problem_mark or wrong.context_mark
    at = Mark(file, mark.line + 1, mark.column + 1) if mark is not None else Mark(file)
    problem = _first_line(wrong.problem or wrong.context or wrong)
    for words, sentence in _SENTENCES:
        if found := re.search(words, problem):
            opened = wrong.context_mark
            line = f"line {opened.line + 1}" if opened is not None else "a line above"
            bracket = "[" if "sequence" in str(wrong.context) else "{"
            sign = found[1] if found.re.groups else ""
            return at, "E103", f"not YAML: {sentence.format(open=bracket, line=line, found=sign)}"
    return at, "E103", f"not YAML: {problem}"


def _first_line(wrong: object) -> str:
    return (str(wrong).strip().splitlines() or ["?"])[0]
