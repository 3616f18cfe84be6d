"""Reads the pieces that `notices.yaml` is made of: maps with known keys, lists, words, times, numbers to call.

Whatever does not fit becomes a mistake at its place and a harmless stand-in, so that all mistakes of a file are told
at once. What the pieces mean is in `rules.py` and `hl7_part.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from forms.form import NOTHING, Form, fill, is_number, kind_of
from forms.mistake import Mistake
from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table
from prompts.catalog import not_spoken

NUMBER = re.compile(r"\+?[0-9*#]{1,24}\Z")

_DURATION = re.compile(r"([0-9]{1,6})(s|m|h|d)\Z")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _taken(form: Form, known: Collection[str], required: Collection[str]) -> dict[str, Node]:
    """The entries of a map by name."""
    found = {key: node for key in known if (node := form.node(key)) is not None}
    for key in sorted(set(required) - found.keys()):
        form.missing(key)
    return found


class RuleForm:
    """Walks the nodes of one file and gathers mistakes; what it returns counts only when there are none."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._mistakes = report.mistakes

    def wrong(self, mark: Mark, code: str, sentence: str) -> None:
        """Note a mistake."""
        self._mistakes.append(Mistake(mark.file, mark.line, mark.col, code, sentence))

    def entries(self, node: Node, what: str = "this") -> list[tuple[Scalar, Node]]:
        """The keys and values of a map of any keys."""
        if isinstance(node, Table):
            return [(key, node.values[name]) for name, key in node.keys.items()]
        self.wrong(node.mark, "E108", f"{what} must be a map of name: value")
        return []

    def keys(self, node: Node, what: str, known: Collection[str], required: Collection[str] = ()) -> dict[str, Node]:
        """The entries of a map of known keys; `what` names the map in sentences."""
        if isinstance(node, Table):
            return fill(node, self._report, what, lambda form: _taken(form, known, required))
        self.entries(node, what)
        return {}

    def items(self, node: Node | None, alone: bool = False) -> list[Node]:
        """The items of a list; one may stand `alone` instead."""
        if node is None:
            return []
        if isinstance(node, Listing):
            return list(node.items)
        if alone and isinstance(node, Scalar):
            return [node]
        self.wrong(node.mark, "E108", "this must be a list, such as [a, b]")
        return []

    def text(self, node: Node | None, what: str = "this") -> str:
        """One word or sentence; empty after a mistake."""
        if node is None:
            return ""
        if not isinstance(node, Scalar):
            self.wrong(node.mark, "E108", f"{what} must be a text, not a {kind_of(node)}")
            return ""
        if not node.text.strip() or (node.plain and node.text in NOTHING):
            self.wrong(node.mark, "E109", f"{what} is empty")
            return ""
        return node.text

    def choice(self, node: Node, known: Collection[str], what: str, code: str) -> str:
        """One of the `known` words; empty after a mistake."""
        text = self._word(node, f'"{what}"')
        if not text or text in known:
            return text
        hint = did_you_mean(text, known) or (f" (known: {', '.join(sorted(known))})" if len(known) <= 12 else "")
        self.wrong(node.mark, code, f'no {what} "{text}"{hint}')
        return ""

    def one_of(self, node: Node, key: str, known: Sequence[str]) -> str:
        """One of a few words, as `Form.one_of`; empty after a mistake."""
        text = self._word(node, f'"{key}"')
        if not text or text in known:
            return text
        listed = ", ".join(known[:-1]) + f" or {known[-1]}"
        self.wrong(node.mark, "E108", f'"{key}" is {listed}{did_you_mean(text, known)}')
        return ""

    def language(self, node: Node, known: Collection[str]) -> str:
        """A language that there are texts in; empty after a mistake."""
        text = self._word(node, '"language"')
        if not text or text in known:
            return text
        self.wrong(node.mark, "E305", not_spoken(text, known))
        return ""

    def _word(self, node: Node, what: str) -> str:
        if isinstance(node, Scalar) and is_number(node):
            self.wrong(node.mark, "E107", f'{what} must be in quotes: "{node.text}"')
            return ""
        return self.text(node, what)

    def numbers(self, node: Node) -> Iterator[str]:
        """Numbers to call."""
        for one in self.items(node, alone=True):
            text = self.text(one)
            if NUMBER.match(text):
                yield text
            elif text:
                self.wrong(one.mark, "N214", f'"{text}" is not a telephone number')

    def duration(self, node: Node, least: timedelta = timedelta(), most: timedelta = timedelta.max) -> timedelta:
        """A time from `least` to `most`."""
        text = self.text(node)
        found = _DURATION.match(text)
        if found is None:
            if text:
                self.wrong(node.mark, "N215", f'"{text}" is not a time such as 30s, 5m, 2h or 1d')
            return least
        span = timedelta(**{_UNIT[found[2]]: int(found[1])})
        if not least <= span <= most:
            bounds = f"write a time from {written(least)} to {written(most)}"
            self.wrong(node.mark, "N220", f"{text} makes no sense here: {bounds}")
            return least
        return span


def written(span: timedelta) -> str:
    """A time as the file writes it."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
