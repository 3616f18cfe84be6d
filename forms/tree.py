"""A YAML file as a tree that knows where each word stands.

Stricter than YAML: no tabs, anchors, aliases, tags or second documents, no key twice. Scalars
stay as they were written, so that `08` is never read as 8; what a word means is for `form.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from forms.encoding import NotText, decoded
from forms.lookalikes import plain, strange
from forms.mends import COPIED, instead, unseen
from forms.report import Mark, Report
from forms.unreadable import BROKEN, merge_marks, mistyped, unreadable

LARGEST = 1_000_000
"""Bytes; a flow is a page or two."""
MOST_WORDS = 30_000
"""Words, maps and lists of a file; five hundred steps have some five thousand."""
DEEPEST = 12
"""Nested maps and lists; the language needs four."""
_COMMENT = re.compile(r"\s+#.*$")
_JOINED = re.compile(r"([a-z_]+):((?! |/).+)", re.DOTALL)
_APART = re.compile(r"([a-z_]+) +(.+)", re.DOTALL)
_LOST_KEY = re.compile(r"^\s*(#)\s*:\s+[a-z][a-z0-9_]*\s*$")
_AMONG_KEYS = re.compile(r"^\s*(?:keys:|[\"'][0-9*#][\"']\s*:)")
_MISTYPED_KEY = re.compile(r"[a-z0-9_.]+(：)|([“‘])|([０-９＊＃])[０-９＊＃]*\Z")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word. `plain` when it has no quotes; `behind` is the comment that follows it in its line."""

    mark: Mark
    text: str
    plain: bool
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A YAML sequence."""

    mark: Mark
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A YAML mapping, in the order of the file."""

    mark: Mark
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)


Node: TypeAlias = Union[Scalar, Listing, Table]


class _Stop(Exception):
    """The rest of the file makes no sense any more; what is wrong has been reported."""


def read_source(file: str, data: bytes, report: Report) -> Table | None:
    """The tree of one file, or None when a mistake makes the whole file useless."""
    start = Mark(file)
    if len(data) > LARGEST:
        report.add(start, "E101", f"the file is larger than {LARGEST:,} bytes")
        return None
    text = decoded(data)
    if isinstance(text, NotText):
        report.add(Mark(file, text.line, text.col), "E101", text.sentence)
        return None
    return read_text(file, text, report)


def read_text(file: str, text: str, report: Report, what: str = "lines of key: value") -> Table | None:
    """As `read_source`, from the file's text; `what` the map must hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if merged := merge_marks(file, text):
        report.add(*merged)
        return None
    if (tab := _tab(file, text)) is not None:
        report.add(tab, "E102", "a tab; indent and separate with spaces")
        return None
    told = Report()
    try:
        root = _Building(file, text, told).tree()
    except _Stop:
        report.mistakes.extend(told.mistakes)
        return None
    except BROKEN as wrong:  # and nothing of what was reported on the way there: it may come from the same slip
        report.add(*unreadable(file, text, wrong))
        return None
    report.mistakes.extend(told.mistakes)
    if isinstance(root, Table):
        return root
    no_map = (Mark(file) if root is None else root.mark, "E101", f"the file must be a map: {what}")
    report.add(*(mistyped(file, text) or no_map))
    return None


def _tab(file: str, text: str) -> Mark | None:
    """The first tab that is not in a comment."""
    if "\t" not in text:
        return None
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line and not (line.lstrip().startswith("#") or "\t" not in _COMMENT.sub("", line).rstrip()):
            return Mark(file, number, line.index("\t") + 1)
    return None


class _Building:
    """Puts the parser's events together into a tree. Iterative: a deep file must not exhaust the stack."""

    def __init__(self, file: str, text: str, report: Report) -> None:
        self._file = file
        self._text = text
        self._lines = text.split("\n")
        self._report = report
        self._root: Node | None = None
        self._open: list[Listing | Table] = []
        self._waiting: list[_Key | None] = []
        """Per open table, the key that waits for its value."""

    def tree(self) -> Node | None:
        """The root; None of an empty file."""
        documents = 0
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(self._text)):
            at = self._at(event.start_mark)
            if count > MOST_WORDS:
                self._report.add(at, "E101", f"the file holds more than {MOST_WORDS:,} words: divide it")
                raise _Stop
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._report.add(at, "E104", "a second document; one file is one flow")
                    raise _Stop
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                if isinstance(self._open.pop(), Table):
                    self._waiting.pop()
            elif isinstance(event, NodeEvent):
                self._put(self._node(event, at), event)
        self._look_for_lost_keys()
        return self._root

    def _at(self, mark: Any) -> Mark:
        return Mark(self._file, mark.line + 1, mark.column + 1)

    def _node(self, event: Any, at: Mark) -> Node:
        if isinstance(event, AliasEvent):
            if event.anchor in ("", ":"):
                sentence = 'the key * must be in quotes: "*"'
            else:
                sentence = f"*{event.anchor} is an alias; write the thing out, and a text that begins with * in quotes"
            self._report.add(at, "E104", sentence)
            raise _Stop
        if event.anchor is not None:
            sentence = f"&{event.anchor} is an anchor; write things out where they are used"
            self._report.add(at, "E104", sentence)
        if event.tag is not None:
            sentence = f"a tag ({event.tag}); there are none: put a text that begins with ! in quotes"
            self._report.add(at, "E104", sentence)
            if isinstance(event, ScalarEvent):
                return Scalar(at, event.value or event.tag, False)
        if isinstance(event, SequenceStartEvent):
            return Listing(at)
        if isinstance(event, MappingStartEvent):
            return Table(at)
        assert isinstance(event, ScalarEvent)
        if event.style is not None:
            return Scalar(at, event.value, False)
        if not event.value and not self._text[event.start_mark.index : event.end_mark.index].strip():
            return Scalar(self._empty(event, at), "", True)
        behind = _COMMENT.match(self._lines[event.end_mark.line], event.end_mark.column)
        return Scalar(at, event.value, True, behind[0] if behind else "")

    def _empty(self, event: Any, at: Mark) -> Mark:
        """Where a value is missing: after its key or its dash, not where the parser went on."""
        if self._open and isinstance(self._open[-1], Table) and self._waiting[-1] is not None:
            return self._waiting[-1].end
        dash = self._text.rfind("-", 0, event.start_mark.index + 1)
        return at if dash < 0 else Mark(self._file, self._text.count("\n", 0, dash) + 1, at.col)

    def _put(self, node: Node, event: Any) -> None:
        if not self._open:
            self._root = node
        elif isinstance(top := self._open[-1], Listing):
            top.items.append(self._item(self._spelt(node)))
        elif (key := self._waiting[-1]) is None:
            self._waiting[-1] = self._key(node, event)
        else:
            self._waiting[-1] = None
            self._entry(top, key, self._spelt(node))
        if not isinstance(node, Scalar):
            self._open.append(node)
            if isinstance(node, Table):
                self._waiting.append(None)
            if len(self._open) > DEEPEST:
                self._report.add(node.mark, "E103", f"nested more than {DEEPEST} deep")
                raise _Stop

    def _key(self, node: Node, event: Any) -> _Key:
        if not isinstance(node, Scalar):
            self._report.add(node.mark, "E108", "a key must be a word")
            raise _Stop
        at = node.mark
        if wide := _MISTYPED_KEY.match(node.text):
            group = wide.lastindex or 0
            col = at.col + wide.start(group) + (not node.plain)
            self._report.add(Mark(self._file, at.line, col), "E113", instead(wide[group]))
            raise _Stop
        if node.plain and node.text == "<<":
            self._report.add(at, "E104", "<< takes entries over from elsewhere, which is not allowed: write them out")
            raise _Stop
        if node.plain and re.match(r"-[\w{\[\"']", node.text):
            told = "not YAML: a space is missing after the -"
            self._report.add(Mark(self._file, at.line, at.col + 1), "E103", told)
            raise _Stop
        end = event.end_mark
        colon = self._text[end.index : end.index + 20].lstrip()[:1] == ":"
        return _Key(self._spelt(node), Mark(self._file, end.line + 1, end.column + 1), colon)

    def _item(self, node: Node) -> Node:
        """An item of a list; `says:main.welcome` without a space is reported, and read as it was meant."""
        if isinstance(node, Scalar) and node.plain and (joined := _JOINED.fullmatch(node.text)):
            table = Table(node.mark)
            self._entry(table, _Key(node, node.mark, False), Scalar(node.mark, "", True))
            return table if joined[1] in table.values else node
        if isinstance(node, Scalar) and node.plain and (wide := _MISTYPED_KEY.match(node.text)) and wide[1]:
            at = Mark(self._file, node.mark.line, node.mark.col + wide.start(1))
            self._report.add(at, "E113", instead(wide[1]))
            raise _Stop
        return node

    def _entry(self, top: Table, waiting: _Key, node: Node) -> None:
        """One entry of a table. `say:main.welcome` without a space, or without its colon, is reported, and read as it
        was meant."""
        key = waiting.word
        empty = isinstance(node, Scalar) and node.plain and not node.text
        joined = (_JOINED.fullmatch(key.text) or _APART.fullmatch(key.text)) if key.plain and empty else None
        if joined is not None and joined[1] not in top.keys and not waiting.colon:
            at = Mark(self._file, key.mark.line, key.mark.col + len(joined[1]) + (key.text[len(joined[1])] == ":"))
            told = f'a space is missing after "{joined[1]}:"'
            if COPIED.match(joined[2]):
                told = unseen(joined[2][0])
            elif key.text[len(joined[1])] != ":":
                told = f"a : is missing after {joined[1]}"
            self._report.add(at, "E103", f"not YAML: {told}")
            value = COPIED.sub("", joined[2]).lstrip("= ").strip()
            key, node = Scalar(key.mark, joined[1], True), Scalar(at, value, True)
        if key.text in top.keys:
            first = top.keys[key.text].mark.line
            self._report.add(key.mark, "E105", f'"{key.text}" occurs twice here (first in line {first})')
        else:
            top.keys[key.text] = key
            top.values[key.text] = node

    def _spelt(self, node: Any) -> Any:
        """A word with a look-alike letter is reported, and read as what it looks like."""
        if not isinstance(node, Scalar) or node.text.isascii():
            return node
        meant = plain(node.text)
        if meant == node.text:
            return node
        offset, sentence = strange(node.text)
        self._report.add(Mark(self._file, node.mark.line, node.mark.col + offset + (not node.plain)), "E115", sentence)
        return Scalar(node.mark, meant, node.plain, node.behind)

    def _look_for_lost_keys(self) -> None:
        """The key # without quotes begins a comment: its line would be lost without notice."""
        for number, line in enumerate(self._lines):
            if (found := _LOST_KEY.match(line)) is None:
                continue
            around = [*self._lines[max(0, number - 2) : number], *self._lines[number + 1 : number + 2]]
            if any(_AMONG_KEYS.match(one) for one in around):
                at = Mark(self._file, number + 1, found.start(1) + 1)
                self._report.add(at, "E103", 'not YAML: the key # must be in quotes: "#"')


@dataclass(frozen=True, slots=True)
class _Key:
    """A key that waits for its value, and where it ends."""

    word: Scalar
    end: Mark
    colon: bool = True
    """Whether its colon follows it, and nothing is in the place of its value."""
