"""A YAML file as a tree that knows where each word stands.

Stricter than YAML: no tabs, anchors, aliases, tags or second documents, no key twice. Scalars
stay as they were written, so that `08` is never read as 8; what a word means is for `form.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
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

from prompts.written.report import Mark, Report
from prompts.written.unreadable import instead, mistyped, unreadable

LARGEST = 1_000_000
"""Bytes; a flow is a page or two."""
MOST_WORDS = 30_000
"""Words, maps and lists of a file; five hundred steps have some five thousand."""
DEEPEST = 12
"""Nested maps and lists; the language needs four."""
_MISTYPED_KEY = re.compile(r"[a-z0-9_.]+(：)|([“‘])|([０-９＊＃])[０-９＊＃]*\Z")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word. `plain` when it stands without quotes."""

    mark: Mark
    text: str
    plain: bool


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
    """The rest of the file makes no sense any more; what is wrong was reported."""


def read_source(file: str, data: bytes, report: Report) -> Table | None:
    """The tree of one file, or None when a mistake makes the whole file useless."""
    start = Mark(file)
    if len(data) > LARGEST:
        report.add(start, "E101", f"the file is larger than {LARGEST:,} bytes")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        told = f"the file is not UTF-8 (byte {wrong.start + 1}): save it with this encoding"
        report.add(start, "E101", told)
        return None
    if "\t" in text:
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                report.add(Mark(file, number, line.index("\t") + 1), "E102", "a tab; indent and separate with spaces")
        return None
    try:
        root = _build(file, text, report)
    except _Stop:
        return None
    except (YAMLError, ValueError, OverflowError) as wrong:  # bad escapes and versions come as ValueError
        report.add(*(mistyped(file, text) or unreadable(file, text, wrong)))
        return None
    if isinstance(root, Table):
        return root
    no_map = (start if root is None else root.mark, "E101", "the file must be a map: lines of key: value")
    report.add(*(mistyped(file, text) or no_map))
    return None


def _build(file: str, text: str, report: Report) -> Node | None:
    """Put the parser's events together to a tree. Iterative: a deep file must not exhaust the stack."""
    root: Node | None = None
    open_nodes: list[Listing | Table] = []
    waiting: list[Scalar | None] = []  # per open table, the key that waits for its value
    documents = 0
    for count, event in enumerate(_events(text)):
        at = Mark(file, event.start_mark.line + 1, event.start_mark.column + 1)
        if count > MOST_WORDS:
            report.add(at, "E101", f"the file holds more than {MOST_WORDS:,} words: divide it")
            raise _Stop
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                report.add(at, "E104", "a second document; one file is one flow")
                raise _Stop
            continue
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            if isinstance(open_nodes.pop(), Table):
                waiting.pop()
            continue
        if not isinstance(event, NodeEvent):
            continue
        if isinstance(event, AliasEvent):
            report.add(at, "E104", f"*{event.anchor} is an alias; write the thing out")
            raise _Stop
        if event.anchor is not None:
            report.add(at, "E104", f"&{event.anchor} is an anchor; write things out where they are used")
        if event.tag is not None:  # type: ignore[attr-defined]
            report.add(at, "E104", "a tag (!); flows have none")
        node: Node
        if isinstance(event, ScalarEvent):
            node = Scalar(at, event.value, event.style is None)
        elif isinstance(event, SequenceStartEvent):
            node = Listing(at)
        else:
            assert isinstance(event, MappingStartEvent)
            node = Table(at)
        if not open_nodes:
            root = node
        elif isinstance(top := open_nodes[-1], Listing):
            top.items.append(node)
        elif waiting[-1] is None:
            if not isinstance(node, Scalar):
                report.add(at, "E108", "a key must be a word")
                raise _Stop
            if wide := _MISTYPED_KEY.match(node.text):
                group = wide.lastindex or 0
                col = at.col + wide.start(group) + (not node.plain)
                report.add(Mark(file, at.line, col), "E113", instead(wide[group]))
                raise _Stop
            waiting[-1] = node
        else:
            key, waiting[-1] = waiting[-1], None
            if key.text in top.keys:
                first = top.keys[key.text].mark.line
                report.add(key.mark, "E105", f'"{key.text}" stands here twice (first in line {first})')
            else:
                top.keys[key.text] = key
                top.values[key.text] = node
        if not isinstance(node, Scalar):
            open_nodes.append(node)
            if isinstance(node, Table):
                waiting.append(None)
            if len(open_nodes) > DEEPEST:
                report.add(at, "E103", f"nested more than {DEEPEST} deep")
                raise _Stop
    return root


def _events(text: str) -> Iterator[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)
