"""What can be written at a place of a file: keys, verbs, steps, texts, actions, from the schema of its kind.

The text is a draft and often no YAML at that moment, so nothing is parsed: the place is found by indentation, and
within brackets by what is open before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from editions.bundle import Bundle
from editions.glance import steps_of
from editions.kind import kind_of
from editions.kinds import FLOWS, KINDS
from editions.workshop.questions import schema
from forms.schema import NAME

MOST = 300
"""Offers at once; a hospital has more texts, but nobody scrolls that far."""
_KEY = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_.*#+-]+))\s*:(?=\s|$)")
_WORD = re.compile(r"[A-Za-z0-9_.=*#+-]*$")
_ITEM = re.compile(r"(\s*)((?:- +)*)")


@dataclass(frozen=True, slots=True)
class Offer:
    """One word that can stand there."""

    word: str
    kind: str
    """`key`, `step` or `value`."""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """What fits, and the column (from 1) where the word begins that it replaces."""

    col: int
    offers: tuple[Offer, ...] = ()


def complete(bundle: Bundle, file: str, text: str, line: int, col: int) -> Offers:
    """What can stand at `line` and `col` (from 1) of `text`, which is the draft of `file`."""
    lines = text.split("\n")[:line]
    if line < 1 or col < 1 or len(lines) < line:
        return Offers(col)
    lines[-1] = lines[-1][: col - 1]
    word = _WORD.search(lines[-1])
    begun = word[0] if word is not None else ""
    lines[-1] = lines[-1][: len(lines[-1]) - len(begun)]
    kind = kind_of(file, KINDS)
    whole = schema(bundle, kind.name) if kind is not None else None
    if whole is None or "#" in re.sub(r"\"[^\"]*\"|'[^']*'", "", lines[-1]):
        return Offers(col)
    place = _place(lines)
    found: dict[str, Offer] = {}
    nodes = list(_at(whole, place.path, whole, place.siblings))
    steps = steps_of(text) if kind is FLOWS else ()
    for node in nodes:
        for offer in _values(node, whole, steps) if place.value else _keys(node, whole, place.siblings):
            if offer.word.startswith(begun) or begun in offer.word:
                found.setdefault(offer.word, offer)
    ranked = sorted(found.values(), key=lambda one: (not one.word.startswith(begun), one.kind == "value"))
    return Offers(col - len(begun), tuple(ranked[:MOST]))


@dataclass(frozen=True, slots=True)
class _Place:
    path: tuple[str, ...]
    """Keys from the outside in; `-` is an item of a list."""
    value: bool
    """A value is due, not a key."""
    siblings: frozenset[str]
    """The keys that the same map has already, as far as they stand before."""


def _place(lines: list[str]) -> _Place:
    start = _logical(lines)
    inside = "\n".join(lines[start:])
    lead = _ITEM.match(lines[start])
    assert lead is not None
    indent = len(lead[0])
    path, siblings = _above(lines[:start], len(lead[1]), indent)
    path += ["-"] * lead[2].count("-")
    return _inside(inside[len(lead[0]) :], path, set() if lead[2] else siblings)


def _logical(lines: list[str]) -> int:
    """The line with which the brackets begin that are open at the end; the last one when none are."""
    depth, start = 0, len(lines) - 1
    for number, line in enumerate(lines):
        if depth == 0:
            start = number
        bare = re.sub(r"\"[^\"]*\"|'[^']*'|(^|\s)#.*", "", line)
        depth = max(0, depth + sum(bare.count(sign) for sign in "{[") - sum(bare.count(sign) for sign in "}]"))
    return start


def _above(lines: list[str], indent: int, keys_at: int) -> tuple[list[str], set[str]]:
    """The keys that the place lies under, and those before it in the same map."""
    path: list[str] = []
    siblings: set[str] = set()
    for line in reversed(lines):
        lead = _ITEM.match(line)
        found = _KEY.match(line[len(lead[0]) :]) if lead is not None else None
        if lead is None or found is None or line.lstrip().startswith("#"):
            continue
        at, key = len(lead[0]), found[1] or found[2] or found[3]
        if at == keys_at and not path:
            siblings.add(key)
        elif at < indent or (lead[2] and len(lead[1]) < indent):
            path[:0] = [*(["-"] * lead[2].count("-")), key]
            indent = len(lead[1])
    return path, siblings


def _inside(text: str, path: list[str], siblings: set[str]) -> _Place:
    """Follow keys and brackets up to the end of `text`."""
    levels: list[tuple[list[str], set[str]]] = [(path, siblings)]
    key: str | None = None
    at = 0
    while at < len(text):
        here, known = levels[-1]
        if key is None and (found := _KEY.match(text, at)):
            key = found[1] or found[2] or found[3]
            known.add(key)
            at = found.end()
            continue
        sign = text[at]
        if sign in "\"'" and (end := text.find(sign, at + 1)) > 0:
            at = end + 1
            continue
        if sign in "{[":
            inner = [*here, *([key] if key is not None else []), *(["-"] if sign == "[" else [])]
            levels.append((inner, set()))
            key = None
        elif sign in "}]" and len(levels) > 1:
            levels.pop()
            key = None
        elif sign == ",":
            key = None
        at += 1
    here, known = levels[-1]
    if key is not None:
        return _Place((*here, key), True, frozenset(known))
    return _Place(tuple(here), bool(here) and here[-1] == "-" and len(levels) > 1, frozenset(known))


def _at(node: Mapping[str, Any], path: tuple[str, ...], whole: Mapping[str, Any], siblings: frozenset[str]) -> Iterator[
    Mapping[str, Any]
]:
    """The schemas that hold at a path."""
    for one in _plain(node, whole):
        if not path:
            yield one
            continue
        first, rest = path[0], path[1:]
        if first == "-":
            if "items" in one:
                yield from _at(one["items"], rest, whole, siblings)
            continue
        if first in one.get("properties", {}):
            yield from _at(one["properties"][first], rest, whole, siblings)
            continue
        for pattern, under in one.get("patternProperties", {}).items():
            if re.search(pattern, first):
                yield from _at(under, rest, whole, siblings)
        if isinstance(one.get("additionalProperties"), Mapping):
            yield from _at(one["additionalProperties"], rest, whole, siblings)


def _plain(node: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema without references and choices."""
    if "$ref" in node:
        yield from _plain(whole["$defs"][node["$ref"].rpartition("/")[2]], whole)
        return
    yield node
    for choice in ("anyOf", "oneOf", "allOf"):
        for one in node.get(choice, ()):
            yield from _plain(one, whole)


def _keys(node: Mapping[str, Any], whole: Mapping[str, Any], siblings: frozenset[str]) -> Iterator[Offer]:
    """Keys that the map may still get. A step that has its verb is offered what belongs to that verb."""
    properties = node.get("properties", {})
    verb = node.get("title", "")
    if verb in properties and siblings and verb not in siblings and siblings & _verbs(whole):
        return
    if verb in properties and not siblings:  # the verb comes first
        properties = {verb: properties[verb]}
        yield Offer(verb, "key", str(node.get("description", "")))
        return
    for key, under in properties.items():
        if key not in siblings:
            yield Offer(key, "key", str(under.get("description", "")))


def _verbs(whole: Mapping[str, Any]) -> set[str]:
    return set(whole.get("$defs", ()))


def _values(node: Mapping[str, Any], whole: Mapping[str, Any], steps: tuple[str, ...]) -> Iterator[Offer]:
    for value in node.get("enum", ()):
        yield Offer(str(value).lower() if isinstance(value, bool) else str(value), "value")
    if node.get("type") == "boolean":
        yield from (Offer("true", "value"), Offer("false", "value"))
    if node.get("pattern") == NAME and "step" in str(node.get("description", "")).lower():
        yield from (Offer(step, "step") for step in steps)
    for choice in node.get("anyOf", ()):  # a step, or one of a few words
        if choice.get("pattern") == NAME and "step" in str(node.get("description", "")).lower():
            yield from (Offer(step, "step") for step in steps)
