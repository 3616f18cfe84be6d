"""One YAML map read as a form: each entry asked for by name and kind, what nobody asked for refused.

Whatever does not fit becomes a mistake at its place and a harmless stand-in, so that reading goes on
and all mistakes of a file are told at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table
from forms.value import Value

T = TypeVar("T")
F = TypeVar("F", bound="Form")

NAME = re.compile(r"[a-z][a-z0-9_]*")
TEXT_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_NUMBER = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NOTHING = {"", "~", "null", "Null", "NULL"}

_MOST_LISTED = 16
"""Keys that are listed to somebody who wrote another."""
LONGEST_TITLE = 200
"""Letters."""


@dataclass(frozen=True, slots=True)
class Name:
    """A word of a file with its place."""

    text: str
    mark: Mark


class Form:
    """A map that is being read. `what` names it in sentences: `the step "kind"`."""

    def __init__(self, table: Table, report: Report, what: str, keys: Iterable[str] = ()) -> None:
        """`keys` are all that it may hold, where they are known beforehand: one that is misspelt is told here and read
        as it is meant. Where they are not, `fill` does so."""
        self.table = table
        self.report = report
        self.what = what
        self._asked: set[str] = set()
        if meant := self.misspelt(keys):
            for key, right in meant.items():
                self.unknown(table.keys[key], f' (did you mean "{right}"?)')
            self.table = _respelt(table, meant)

    def node(self, key: str) -> Node | None:
        """The entry, whatever it is; marks it as known."""
        self._asked.add(key)
        return self.table.values.get(key)

    def __contains__(self, key: str) -> bool:
        return key in self.table.values

    def mark(self, key: str) -> Mark:
        """Where the key is, or the form itself."""
        return self.table.keys[key].mark if key in self.table.keys else self.table.mark

    def missing(self, key: str, hint: str = "") -> None:
        """Report that a required entry is not there."""
        self.report.add(self.table.mark, "E109", f'{self.what} needs "{key}"{hint}')

    def unknown(self, key: Scalar, hint: str) -> None:
        """Report an entry that nobody asked for."""
        self.report.add(key.mark, "E106", f'{self.what} has no use for "{key.text}"{hint}')

    def word(self, key: str, *, required: bool = False) -> Scalar | None:
        """A text."""
        node = self.node(key)
        if node is None:
            if required:
                self.missing(key)
            return None
        return self.as_word(node, f'"{key}"')

    def as_word(self, node: Node, what: str) -> Scalar | None:
        """`node` as a text; bare digits, `true` and an empty value are refused."""
        if not isinstance(node, Scalar):
            self.report.add(node.mark, "E108", f"{what} must be a text, not a {kind_of(node)}")
            return None
        if node.plain and node.text in NOTHING:
            self.report.add(node.mark, "E109", f"{what} is empty")
            return None
        if is_number(node):
            self.report.add(node.mark, "E107", f'{what} must be in quotes: "{node.text}"')
            return None
        return node

    def title(self) -> Scalar | None:
        """`title`, for people."""
        word = self.word("title")
        if word is not None and len(word.text) > LONGEST_TITLE:
            self.report.add(word.mark, "W306", f"a title of {len(word.text):,} letters: nobody reads more than a line")
        return word

    def name(self, key: str, *, required: bool = False) -> Name | None:
        """A name of a variable or an outcome."""
        word = self.word(key, required=required)
        return None if word is None else self.as_name(word, f'"{key}"')

    def as_name(self, word: Scalar, what: str, pattern: re.Pattern[str] = NAME) -> Name | None:
        """`word` as a name that fits `pattern`."""
        if not pattern.fullmatch(word.text):
            self.report.add(word.mark, "E111", f'{what} is not a name: "{word.text}" (lowercase letters, digits and _)')
            return None
        return Name(word.text, word.mark)

    def names(self, key: str) -> tuple[Name, ...]:
        """A list of names; an absent entry is an empty one."""
        node = self.node(key)
        if node is None:
            return ()
        found = [self.as_name(word, f'"{key}"') for word in self.words(node, f'"{key}"')]
        return tuple(name for name in found if name is not None)

    def words(self, node: Node, what: str) -> Iterator[Scalar]:
        """The texts of a list, or a single text in place of a list."""
        for item in node.items if isinstance(node, Listing) else [node]:
            word = self.as_word(item, what)
            if word is not None:
                yield word

    def flag(self, key: str, default: bool = False) -> bool:
        """`true` or `false`."""
        node = self.node(key)
        if node is None:
            return default
        if isinstance(node, Scalar) and node.plain and node.text in _WORDS:
            return _WORDS[node.text]
        self.report.add(node.mark, "E108", f'"{key}" must be true or false')
        return default

    def one_of(self, key: str, words: Iterable[str], *, required: bool = False) -> Scalar | None:
        """One of a few words."""
        word = self.word(key, required=required)
        known = list(words)
        if word is None or word.text in known:
            return word
        listed = ", ".join(known[:-1]) + f" or {known[-1]}"
        self.report.add(word.mark, "E108", f'"{key}" is {listed}{did_you_mean(word.text, known)}')
        return None

    def number(self, key: str, default: float, low: float, high: float, *, whole: bool = True) -> float:
        """A number from `low` to `high`."""
        node = self.node(key)
        if node is None:
            return default
        pattern = _WHOLE if whole else _NUMBER
        if not isinstance(node, Scalar) or not node.plain or not pattern.fullmatch(node.text) or len(node.text) > 9:
            self.report.add(node.mark, "E108", f'"{key}" must be a {"whole " if whole else ""}number')
            return default
        number = float(node.text)
        if not low <= number <= high:
            self.report.add(node.mark, "E110", f'"{key}" must lie between {low:g} and {high:g}')
            return default
        return number

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return int(self.number(key, default, low, high))

    def constant(self, node: Node) -> Value:
        """A value as it is written: a list, a map, a text, a number, true or false."""
        if isinstance(node, Listing):
            return [self.constant(item) for item in node.items]
        if isinstance(node, Table):
            return {key: self.constant(value) for key, value in node.values.items()}
        if not node.plain:
            return node.text
        if node.text in _WORDS:
            return _WORDS[node.text]
        if node.text in NOTHING:
            return None
        if _WHOLE.fullmatch(node.text) and len(node.text) < 16:
            return int(node.text)
        if _NUMBER.fullmatch(node.text):
            self.report.add(node.mark, "E107", f'digits that are no plain number must be in quotes: "{node.text}"')
        return node.text

    def misspelt(self, keys: Iterable[str] = ()) -> dict[str, str]:
        """Entries that nobody asked for -> the missing entry that was asked for and is spelt almost like it."""
        known = self._asked.union(keys)
        absent = known - self.table.keys.keys()
        found: dict[str, str] = {}
        for key in self.table.keys.keys() - known if absent else ():
            if near := difflib.get_close_matches(key, sorted(absent - set(found.values())), 1, 0.7):
                found[key] = near[0]
        return found

    def finish(self, known: frozenset[str] = frozenset()) -> None:
        """Refuse every entry that nobody asked for. `known` are further keys for the hint."""
        for key, at in self.table.keys.items():
            if key not in self._asked:
                listed = f" (known: {', '.join(sorted(self._asked))})" if 0 < len(self._asked) <= _MOST_LISTED else ""
                self.unknown(at, did_you_mean(key, self._asked | known) or listed)


def fill(table: Table, report: Report, what: str, read: Callable[[F], T], kind: type[F] = Form) -> T:  # type: ignore[assignment]
    """Read a map by `read` and refuse what it has no use for. A misspelt entry is reported once and then read as if it
    were spelt right, so that nothing else seems to be missing because of it."""
    first = Report()
    form = kind(table, first, what)
    result = read(form)
    meant = form.misspelt()
    if meant:
        for key, right in meant.items():
            kind(table, report, what).unknown(table.keys[key], f' (did you mean "{right}"?)')
        first = Report()
        form = kind(_respelt(table, meant), first, what)
        result = read(form)
    form.finish()
    report.mistakes.extend(first.mistakes)
    return result


def _respelt(table: Table, meant: Mapping[str, str]) -> Table:
    """A map with other keys for some of its own."""
    return Table(
        table.mark,
        {meant.get(key, key): word for key, word in table.keys.items()},
        {meant.get(key, key): node for key, node in table.values.items()},
    )


def is_number(word: Scalar) -> bool:
    """Whether YAML reads a word as a number, true or false."""
    return word.plain and (_NUMBER.fullmatch(word.text) is not None or word.text in _WORDS)


def kind_of(node: Node) -> str:
    """What a node is called that is no word."""
    return "list" if isinstance(node, Listing) else "map"
