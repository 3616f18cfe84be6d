"""What somebody may have meant to write in a line that YAML cannot read: each guess with the line as it should be.

A guess is only reported when the file can be read further with it (`unreadable.py` tries them), so guesses may be bold.
The sentences are for somebody who never heard of YAML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WIDE = str.maketrans("：，；“”‘’｛｝［］＃＊（）０１２３４５６７８９　", ":,;\"\"''{}[]#*()0123456789 ")
"""What a Chinese keyboard types instead of the characters that YAML and telephones know."""
_WIDE_SIGNS = "：，；“”‘’｛｝［］＃＊\u3000"
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\u0085"
COPIED = re.compile(f"[{_BLANKS}{_UNSEEN}]")
"""Unusual spaces and invisible characters: word processors, chats and web pages bring them."""
_KEY = r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.*#-]+)"
_ENTRY = re.compile(rf"^(\s*(?:- )?)({_KEY})(\s*:)(\s+)(\S.*?)(\s*)$")
"""A line `key: value` in a block."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A guess: what is wrong at `col` (from 1) of the line, and the line as it should be."""

    col: int
    code: str
    sentence: str
    line: str


def instead(sign: str) -> str:
    """What to do about a character from a Chinese keyboard."""
    shown, plain = ("a full-width space", "a plain one") if sign == "\u3000" else (sign, sign.translate(WIDE))
    return f"{shown} was typed with a Chinese keyboard: write {plain} instead"


def unseen(sign: str) -> str:
    """What to do about an unusual space or an invisible character."""
    if unicodedata.category(sign) == "Zs":
        return f"an unusual space (U+{ord(sign):04X}, copied from elsewhere): write a plain space"
    return f"an invisible character (U+{ord(sign):04X}, copied from elsewhere): delete it"


def mends(line: str, above: str) -> Iterator[Iterator[Mend]]:
    """The guesses for a line in rounds, the likeliest first; `above` is the line before it."""
    for guess in _ROUNDS:
        yield guess(line, above)


def _signs(line: str, above: str) -> Iterator[Mend]:
    """Characters of another keyboard, unusual spaces."""
    wide = [at for at, sign in enumerate(line) if sign in _WIDE_SIGNS]
    if wide:
        outside = [at for at in wide if line[:at].count('"') % 2 == 0] or wide
        structural = [at for at in outside if _is_structural(line, at)] or outside
        for some in (structural, outside, wide):
            mended = "".join(sign.translate(WIDE) if at in some else sign for at, sign in enumerate(line))
            if any(line[at] == "：" for at in some):
                mended = re.sub(r"(?<=[\w\"']):(?=[^\s:])", ": ", mended)
            yield Mend(some[0] + 1, "E113", instead(line[some[0]]), mended)
        if line.lstrip(" ").startswith("\u3000"):
            yield Mend(wide[0] + 1, "E113", instead("\u3000"), line.replace("\u3000", "  "))
    if found := COPIED.search(line):
        plain = re.sub(f"[{_UNSEEN}]", "", re.sub(f"[{_BLANKS}]", " ", line))
        yield Mend(found.start() + 1, "E103", f"not YAML: {unseen(found[0])}", plain)


def _is_structural(line: str, at: int) -> bool:
    """Whether the character is where YAML wants its own: after a name, before a name, around a value."""
    before, after = line[:at].rstrip(), line[at + 1 :].lstrip()
    if line[at] == "：":
        return re.search(r"(?:[\w\"'“”’*#]|^)$", before) is not None and re.search(r"[一-鿿]$", before) is None
    return line[at] != "，" or re.match(rf"(?:{_KEY}|[“‘\w]+)[”’]?\s*[:：]", after) is not None


def _words(line: str, above: str) -> Iterator[Mend]:
    """A missing space, telephone keys without quotes."""
    for found in re.finditer(r"(?<![\w\"'.:/])([a-z_][a-z0-9_.]*):(?=[^\s:/])", line):
        at = found.end()
        sentence = f'a space is missing after "{found[1]}:"'
        yield Mend(at + 1, "E103", f"not YAML: {sentence}", f"{line[:at]} {line[at:]}")
    for found in re.finditer(r"(?:(?<=^)|(?<=[\s{,]))([#*])\s*:(?=\s)", line):
        at, sign = found.start(1), found[1]
        sentence = f'the key {sign} must be in quotes: "{sign}"'
        yield Mend(at + 1, "E103", f"not YAML: {sentence}", f'{line[:at]}"{sign}"{line[at + 1 :]}')


def _comments(line: str, above: str) -> Iterator[Mend]:
    """What a # within brackets cuts off: the rest of the line is a comment."""
    for found in re.finditer(r"(?<=\s)#[^,}\]]*", line):
        before = line[: found.start()]
        if before.count("{") + before.count("[") > before.count("}") + before.count("]"):
            told = "what follows a # is a comment: a word that begins with one must be in quotes"
            quoted = f'"{found[0].rstrip()}"'
            yield Mend(found.start() + 1, "E103", f"not YAML: {told}", f"{before}{quoted}{line[found.end() :]}")
            yield Mend(found.start() + 1, "E103", f"not YAML: {told}", f"{before}{line[found.start() + 1 :]}")


def _conditions(line: str, above: str) -> Iterator[Mend]:
    """A condition that begins with a quote, a bracket or an operator: all of it belongs in quotes."""
    for found in re.finditer(r"(?<![\w\"'])(if): *(.+?)(?=\s*,\s*then\s*:|\s*\}|\s*$)", line):
        value = found[2]
        whole = "'" + value.replace("'", '"') + "'"
        if value[:1] in "\"'![{&*>|%@`" and not re.fullmatch(r"\"[^\"]*\"|'[^']*'", value):
            at = found.start(2)
            sentence = f"put the whole condition in quotes: {whole}"
            yield Mend(at + 1, "E103", f"not YAML: {sentence}", line[:at] + whole + line[at + len(value) :])


def _quotes(line: str, above: str) -> Iterator[Mend]:
    """A quote that is opened and not closed, or one too many."""
    for quote in "\"'":
        if line.count(quote) % 2 == 0:
            continue
        opened = [at for at, sign in enumerate(line) if sign == quote]
        first = next((at for at in opened if line[:at].count(quote) % 2 == 0), opened[0])
        for at in dict.fromkeys((first, *opened)):
            if quote == "'" and line[at - 1 : at].isalnum() and line[at + 1 : at + 2].isalnum():
                continue
            told = f"a {quote} is opened here and not closed, or there is one too many"
            ends = [found.start() + at + 1 for found in re.finditer(r"(?=\s*[,}\]]|\s*:\s|\s*$)", line[at + 1 :])]
            for end in ends[:4]:
                if line[at + 1 : end].strip():
                    yield Mend(at + 1, "E103", f"not YAML: {told}", line[:end] + quote + line[end:])
            yield Mend(at + 1, "E103", f"not YAML: {told}", line[:at] + line[at + 1 :])
            begins = [found.end() for found in re.finditer(r"[{\[,:]\s*", line[:at])]
            for begin in begins[-3:][::-1]:
                if line[begin:at].strip():
                    yield Mend(begin + 1, "E103", f"not YAML: {told}", line[:begin] + quote + line[begin:])


def _brackets(line: str, above: str) -> Iterator[Mend]:
    """Brackets that are opened and not closed in the line, or closed and not opened."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", lambda found: "x" * len(found[0]), line)
    bare = re.sub(r"(?:^|\s)#.*", lambda found: " " * len(found[0]), bare)
    opened: list[int] = []
    for at, sign in enumerate(bare):
        if sign in "{[":
            opened.append(at)
        elif sign in "}]":
            if opened and "{[".index(bare[opened[-1]]) == "}]".index(sign):
                opened.pop()
                continue
            right = "}" if sign == "]" else "]"
            if opened:
                told = f"the {bare[opened[-1]]} is closed by {sign}"
                yield Mend(at + 1, "E103", f"not YAML: {told}", line[:at] + right + line[at + 1 :])
            yield Mend(at + 1, "E103", f"not YAML: one {sign} too many", line[:at] + line[at + 1 :])
            if not opened:
                first = re.search(r":\s+(?=\S)", bare)
                if first is not None and first.end() <= at:
                    other, begin = "{["["}]".index(sign)], first.end()
                    told = f"a {sign} without its {other}"
                    yield Mend(begin + 1, "E103", f"not YAML: {told}", line[:begin] + other + line[begin:])
    end = len(bare.rstrip())
    if opened:
        closing = "".join("}" if bare[at] == "{" else "]" for at in reversed(opened))
        told = f"the {bare[opened[-1]]} of this line is not closed: {closing} is missing"
        plain = line[:end].rstrip()
        yield Mend(len(plain) + 1, "E103", f"not YAML: {told}", plain.rstrip(",") + closing)
        for found in re.finditer(r"(?=\s*[,}\]])", bare):
            at = found.start()
            if at > opened[-1]:
                told = f"the {bare[opened[-1]]} is not closed here, or a bracket is missing"
                sign = "}" if bare[opened[-1]] == "{" else "]"
                yield Mend(at + 1, "E103", f"not YAML: {told}", line[:at] + sign + line[at:])


def _commas(line: str, above: str) -> Iterator[Mend]:
    """A comma is missing between two entries, or the colon after a key."""
    for found in re.finditer(r"(?<=[^\s,{\[:])\s+(?=[\"'\w][\"'\w.*#-]*:\s)", line):
        told = "a comma is missing between two entries"
        yield Mend(found.start() + 1, "E103", f"not YAML: {told}", f"{line[: found.start()]},{line[found.start() :]}")
    for found in re.finditer(r"(?<=[\w\"'}\]])\s+(?=[\"'{\[\w=])", line):
        before, after = line[: found.start()], line[found.end() :]
        if re.search(rf"(?:^\s*(?:- )?|[{{,]\s*){_KEY}$", before):
            key = re.search(rf"{_KEY}$", before)
            told = f"a : is missing after {key[0] if key else 'the key'}"
            yield Mend(found.start() + 1, "E103", f"not YAML: {told}", f"{before}: {after}")
        if before.count("{") + before.count("[") > before.count("}") + before.count("]"):
            yield Mend(found.start() + 1, "E103", "not YAML: a comma is missing here", f"{before}, {after}")
    if re.search(r"[^\s,{\[(:]$", line.rstrip()):
        told = "a comma is missing at the end of this line"
        yield Mend(len(line.rstrip()) + 1, "E103", f"not YAML: {told}", f"{line.rstrip()},")
    if found_end := re.match(rf"^\s*(?:- )?({_KEY})\s*$", line):
        told = f"a : is missing after {found_end[1]}"
        yield Mend(len(line.rstrip()) + 1, "E103", f"not YAML: {told}", f"{line.rstrip()}:")


def _values(line: str, above: str) -> Iterator[Mend]:
    """A text that must be in quotes."""
    entry = _ENTRY.match(line)
    if entry is not None:
        at, value = entry.start(5), entry[5]
        if "\\" in value and '"' in value:
            told = r"no \ within double quotes: write the text in single ones"
            at_slash = line.index("\\", at) + 1
            yield Mend(at_slash, "E103", f"not YAML: {told}", line.replace("\\", "/"))
        bare = value.split(" #")[0].rstrip()
        for text in dict.fromkeys((value, bare)):
            quoted = "'" + text.replace("'", "''") + "'"
            rest = line[at + len(text) :]
            odd = re.search(r": |:$| #", text)
            if text[0] in "\"'":
                told = f"a text that begins with {text[0]} and goes on after its end: put it all in other quotes"
            elif text[0] in "{}[]*&!|>%@`,?":
                told = f"a text that begins with {text[0]} must be in quotes"
            elif odd is not None:
                told = f'a text with "{odd[0].strip()}" in it must be in quotes'
            else:
                continue
            col = at + (odd.start() if odd and text[0] not in "{}[]*&!|>%@`,?\"'" else 0) + 1
            yield Mend(col, "E103", f"not YAML: {told}", line[:at] + quoted + rest)
    elif "\\" in line:
        told = r"no \ within double quotes: write the text in single ones"
        yield Mend(line.index("\\") + 1, "E103", f"not YAML: {told}", line.replace("\\", "/"))
    for found in re.finditer(r"(?<=[{,])(\s*[\w\"'.]+:\s+)([^,{}\[\]\"']+: [^,{}\[\]\"']*)(?=[,}])", line):
        at = found.start(2) + found[2].index(": ")
        told = 'a text with ":" in it must be in quotes'
        mended = f"{line[: found.start(2)]}'{found[2]}'{line[found.end(2) :]}"
        yield Mend(at + 1, "E103", f"not YAML: {told}", mended)
    for found in re.finditer(r"(?:(?<=[:,{\[] )|(?<=[{\[]))([@`%&!*|>?])[^,}\]]*", line):
        told = f"a word that begins with {found[1]} must be in quotes"
        text = found[0].rstrip().replace("'", "''")
        mended = f"{line[: found.start()]}'{text}'{line[found.end() :]}"
        yield Mend(found.start() + 1, "E103", f"not YAML: {told}", mended)


def _blanks(line: str, above: str) -> Iterator[Mend]:
    """A line that is indented too far, or not far enough."""
    bare = line.lstrip(" ")
    here, before = len(line) - len(bare), len(above) - len(above.lstrip(" "))
    told = "this line must be indented like those that it belongs with"
    tries = [before, before + 2, before - 2, here + 1, here - 1, here + 2, here - 2, before - 4, 0]
    for blanks in dict.fromkeys(tries):
        if blanks >= 0 and blanks != here and bare:
            yield Mend(here + 1, "E103", f"not YAML: {told}", " " * blanks + bare)
    if dash := re.match(r"^( *)-(?=[^\s-])", line):
        at = dash.end()
        yield Mend(at + 1, "E103", "not YAML: a space is missing after the -", f"{line[:at]} {line[at:]}")
    if re.match(r"^ *- ", line):
        at = line.index("-")
        yield Mend(at + 1, "E103", f"not YAML: a - where none is allowed: {told}", f"{line[:at]}  {line[at + 2 :]}")
    elif bare:
        yield Mend(here + 1, "E103", "not YAML: a - is missing before this entry of a list", f"{' ' * here}- {bare}")


_ROUNDS: tuple[Callable[[str, str], Iterator[Mend]], ...] = (
    _signs,
    _words,
    _comments,
    _conditions,
    _brackets,
    _quotes,
    _commas,
    _values,
    _blanks,
)
