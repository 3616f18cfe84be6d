"""`flows/numbers.yaml`: which flow answers a dialled number, and in which language.

    default: {flow: main, language: zh}     # for numbers that are not listed; leave it out to refuse them
    numbers:
      "1000": {flow: main, language: zh}
      "1001": {flow: main, language: en}

Hours, holidays and caller lists are not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.flow.mistakes import FlowErrors, Mark, Mistake, Report, did_you_mean
from ivr.flow.source import Node, Scalar, Table, read_source

FILE = "numbers.yaml"
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")


@dataclass(frozen=True, slots=True)
class Route:
    """What answers a number."""

    flow: str
    language: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that are answered. Made by `load_numbers`."""

    routes: Mapping[str, Route]
    default: Route | None = None

    def find(self, dialled: str) -> Route | None:
        """What answers `dialled`, or None: it is refused."""
        return self.routes.get(dialled, self.default)


def load_numbers(file: Path, flows: Collection[str], languages: Collection[str], told_as: str = "") -> Numbers:
    """Read the file; flows and languages must exist. Raises `FlowErrors` with every mistake.

    `told_as` is the name in messages (default: the path as given).
    """
    name = told_as or str(file)
    try:
        data = file.read_bytes()
    except OSError as missing:
        raise FlowErrors([_unreadable(name, missing)]) from missing
    return read_numbers(name, data, flows, languages)


def read_numbers(name: str, data: bytes, flows: Collection[str], languages: Collection[str]) -> Numbers:
    """As `load_numbers`, from the bytes of the file `name`."""
    report = Report()
    root = read_source(name, data, report)
    numbers = Numbers({})
    if root is not None:
        numbers = _Reading(report, flows, languages).numbers(root)
    if report.mistakes:
        raise FlowErrors(report.mistakes)
    return numbers


class _Reading:
    """Reads the tree and reports what is wrong with it."""

    def __init__(self, report: Report, flows: Collection[str], languages: Collection[str]) -> None:
        self._report = report
        self._flows = flows
        self._languages = languages

    def numbers(self, root: Table) -> Numbers:
        self._known(root, ("default", "numbers"))
        default = self._route(root.values["default"]) if "default" in root.values else None
        routes: dict[str, Route] = {}
        listed = root.values.get("numbers", Table(root.mark))
        if not isinstance(listed, Table):
            self._report.add(listed.mark, "E108", "numbers must be a map of number to flow")
            return Numbers({}, default)
        for number, node in listed.values.items():
            key = listed.keys[number]
            if key.plain:
                self._report.add(key.mark, "E107", f'write the number in quotes: "{number}"')
            if not _NUMBER.fullmatch(number):
                self._report.add(key.mark, "E111", f'"{number}" is not a number that can be dialled')
            if (route := self._route(node)) is not None:
                routes[number] = route
        if not routes and default is None:
            self._report.add(root.mark, "E109", "no number is answered: list one under numbers, or set default")
        return Numbers(routes, default)

    def _known(self, table: Table, known: Collection[str]) -> None:
        for word, key in table.keys.items():
            if word not in known:
                self._report.add(key.mark, "E106", f'unknown key "{word}"{did_you_mean(word, known)}')

    def _route(self, node: Node) -> Route | None:
        if not isinstance(node, Table):
            self._report.add(node.mark, "E108", "a number needs a map: {flow: main, language: zh}")
            return None
        self._known(node, ("flow", "language"))
        flow = self._word(node, "flow", self._flows, "E206", "no flow")
        language = self._word(node, "language", self._languages, "E305", "no texts in language")
        return Route(flow, language) if flow is not None and language is not None else None

    def _word(self, table: Table, key: str, known: Collection[str], code: str, sentence: str) -> str | None:
        node = table.values.get(key)
        if node is None:
            self._report.add(table.mark, "E109", f"{key} is missing")
            return None
        if not isinstance(node, Scalar):
            self._report.add(node.mark, "E108", f"{key} must be a word")
            return None
        if node.text not in known:
            self._report.add(node.mark, code, f'{sentence} "{node.text}"{did_you_mean(node.text, known)}')
            return None
        return node.text


def _unreadable(name: str, error: OSError) -> Mistake:
    report = Report()
    report.add(Mark(name), "E101", f"the file cannot be read: {error.strerror}")
    return report.mistakes[0]
