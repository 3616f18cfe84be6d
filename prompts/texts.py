"""Reads one file of texts, `<language>.yaml`, and `languages.yaml` beside them: a flat map of id -> text.

What is wrong with a text by itself is reported here; whether the languages agree is for `prompts.catalog`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from forms.encoding import NotText, decoded
from forms.form import Form, fill
from forms.mistake import Mistake
from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table, read_text
from prompts.phrase import Phrase, take_apart
from prompts.sense import lost, warned

LARGEST = 500_000
"""Bytes of a file: some thousand texts, of which a line has a hundred."""
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_GAP = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef{])")
"""The space that a folded line leaves between two Chinese characters."""
_NO_TEXT = re.compile(
    r"[-+]?(0o?|0x)?[0-9a-fA-F_]*[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
    r"|true|True|TRUE|false|False|FALSE|\.inf|\.nan"
)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class TextMark:
    """Where a text is, to point at it when a later comparison finds fault with it."""

    mark: Mark
    source: str

    def mistake(self, code: str, sentence: str, find: str = "") -> Mistake:
        """A mistake here, or at the first `find` after here."""
        mark = self.mark
        line, col = mark.line, mark.col
        lines = self.source.split("\n")
        for number in range(mark.line, len(lines) + 1) if find else ():
            at = lines[number - 1].find(find, mark.col - 1 if number == mark.line else 0)
            if at >= 0:
                line, col = number, at + 1
                break
        return Mistake(mark.file, line, col, code, sentence)


@dataclass(slots=True)
class TextFile:
    """What a file holds, and what is wrong with it."""

    phrases: dict[str, Phrase] = field(default_factory=dict)
    places: dict[str, TextMark] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Texts whose fields cannot be read. They count as present, so that one fault is not reported twice."""
    unread: set[str] = field(default_factory=set)
    """Ids that are not valid, and "*" when the file could not be read."""


@lru_cache(maxsize=16)  # the shipped files are read once
def read_texts(file: str, data: bytes, language: str) -> TextFile:
    """The texts of one language. Not to be changed by those who get it."""
    found = TextFile()
    read = _table(file, data, found, "lines of id: text")
    if read is None:
        return found
    source, table = read
    for id, key in table.keys.items():
        _text(file, source, language, key, table.values[id], found)
    return found


def _table(file: str, data: bytes, found: TextFile, what: str) -> tuple[str, Table] | None:
    """The file's text and its map; None of an empty one, and of one that cannot be read."""
    if len(data) > LARGEST:
        found.mistakes.append(Mistake(file, 1, 1, "E101", f"the file is larger than {LARGEST:,} bytes"))
        found.unread.add("*")
        return None
    text = decoded(data)
    if isinstance(text, NotText):
        found.mistakes.append(Mistake(file, text.line, text.col, "E101", text.sentence))
        found.unread.add("*")
        return None
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return None
    report = Report()
    table = read_text(file, text, report, what)
    found.mistakes.extend(report.mistakes)
    if table is None:
        found.unread.add("*")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n"), table


def _text(file: str, source: str, language: str, key: Scalar, node: Node, found: TextFile) -> None:
    id, place = key.text, TextMark(node.mark, source)
    if not _ID.fullmatch(id):
        found.unread.add(id)
        if not any(one.line == key.mark.line for one in found.mistakes):
            sentence = f'"{id}" is not an id; ids look like registration.kind (lowercase letters, digits, _ and a dot)'
            if isinstance(node, Table) and node.keys:
                sentence = f'texts are a flat list, not nested: write "{id}.{next(iter(node.keys))}: ..."'
            found.mistakes.append(TextMark(key.mark, source).mistake("E111", sentence))
        return
    found.phrases[id], bad = take_apart(id, language, "...")
    found.places[id] = place
    wrong = ""
    if not isinstance(node, Scalar):
        sentence = f"{id} must be a text, not a list or a map"
        if isinstance(node, Table):
            sentence += ": a text that begins with { must be in quotes"
        found.mistakes = [one for one in found.mistakes if one.line != node.mark.line]  # about no map
        wrong, code = sentence, "E108"
    elif node.plain and node.text in _NOTHING:
        wrong, code = f"{id} is empty", "E109"
    elif node.plain and _NO_TEXT.fullmatch(node.text):
        wrong, code = f'{id} must be in quotes: "{node.text}"', "E107"
    elif not (text := _GAP.sub("", " ".join(node.text.split()))):
        wrong, code = f"{id} is empty", "P111"
    elif cut := lost(node, language, source):
        wrong, code = f"{id}: {cut}", "P114"
    if wrong:
        found.broken.add(id)
        found.mistakes.append(place.mistake(code, wrong))
        return
    assert isinstance(node, Scalar)
    phrase, bad = take_apart(id, language, text)
    found.phrases[id] = phrase
    lone = [one for one in bad if one.source in ("{", "}")]  # {{name}}: one slip
    told = [one for one in bad if one not in lone[1:]]
    found.mistakes.extend(place.mistake(one.code, f"{id}: {one.sentence}", one.source) for one in told)
    if bad:
        found.broken.add(id)
    elif nothing := warned(phrase):
        code, sentence, sign = nothing
        (found.warnings if code.startswith("W") else found.mistakes).append(
            place.mistake(code, f"{id} {sentence}", sign)
        )


def read_languages(file: str, data: bytes, known: Collection[str]) -> tuple[set[str], list[Mistake]]:
    """The languages that `languages: [zh, en]` names; `known` are those that there are texts in."""
    found, report = TextFile(), Report()
    read = _table(file, data, found, "languages: [zh, en]")
    if read is None:
        return set(), found.mistakes
    spoken = fill(read[1], report, "the file", lambda form: _spoken(form, known))
    return spoken, [*found.mistakes, *report.mistakes]


def _spoken(form: Form, known: Collection[str]) -> set[str]:
    node = form.node("languages")
    if node is None or (isinstance(node, Listing) and not node.items):
        form.missing("languages", ": those that the line speaks: languages: [zh, en]")
        return set()
    if not isinstance(node, Listing):
        form.report.add(node.mark, "E108", '"languages" must be a list: languages: [zh, en]')
        return set()
    words = list(form.words(node, "a language"))
    for word in words:
        if word.text not in known:
            hint = did_you_mean(word.text, known) or f" (there are {', '.join(sorted(known))})"
            form.report.add(word.mark, "E305", f'no texts in language "{word.text}"{hint}')
    return {word.text for word in words if word.text in known}
