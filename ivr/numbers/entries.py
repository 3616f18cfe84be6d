"""The pieces that entries of `flows/numbers.yaml` are made of, each read and checked in one way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from forms.form import NAME, Form
from forms.report import Mark, Report, did_you_mean
from forms.tree import Node, Scalar, Table
from ivr.numbers.hours import Calendar
from ivr.numbers.plan import Answer, Refusal, Route
from ivr.numbers.telephone_number import Dialling, diallable
from ivr.switch.address import squeeze
from prompts.catalog import not_spoken

ANSWER = ("flow", "language", "refuse")
"""The keys of what answers a call."""

T = TypeVar("T")


@dataclass
class Pieces:
    """What the file may name: flows, languages, calendars (None: they could not be read)."""

    report: Report
    flows: Collection[str]
    languages: Collection[str]
    calendars: Mapping[str, Calendar] | None
    holidays_name: str
    dialling: Dialling = field(default_factory=Dialling)
    named: dict[str, Mark] = field(default_factory=dict)
    """Every flow that the file names, and where it does so first."""

    def answer(self, form: Form, language: str, *, finish: bool = True) -> Answer | None:
        """`flow` and `language`, or `refuse: true`; the number's `language` when it names none."""
        answer: Answer | None = None
        if "refuse" in form:
            if not form.flag("refuse"):
                self.report.add(form.mark("refuse"), "E108", '"refuse" can only be true; leave it out otherwise')
            for beside in ("flow", "language"):
                if beside in form and finish:
                    form.node(beside)
                    sentence = f'"{beside}" beside "refuse": whoever is refused hears nothing'
                    self.report.add(form.mark(beside), "E106", sentence)
            answer = Refusal()
        else:
            flow = self.flow(form)
            spoken = self.language(form, required=not language) or language
            answer = Route(flow, spoken) if flow and spoken else None
        if finish:
            form.finish()
        return answer

    def flow(self, form: Form) -> str:
        """The name of a flow that exists; empty after a mistake."""
        word = form.word("flow", required=True)
        return "" if word is None else self.known_flow(word.text, word.mark)

    def known_flow(self, flow: str, mark: Mark) -> str:
        """`flow`, if there is one; else empty."""
        self.named[flow] = min(mark, self.named.get(flow, mark))
        if flow in self.flows:
            return flow
        self.report.add(mark, "E206", f'no flow "{flow}"{did_you_mean(flow, self.flows)}')
        return ""

    def language(self, form: Form, *, required: bool) -> str:
        """The language named here; empty when there is none, or no texts in it."""
        word = form.word("language", required=required)
        if word is None or word.text in self.languages:
            return "" if word is None else word.text
        self.report.add(word.mark, "E305", not_spoken(word.text, self.languages))
        return ""

    def calendar(self, form: Form) -> Calendar | None:
        """The calendar of a `holiday`."""
        word = form.word("holiday")
        if word is None or self.calendars is None:
            return None
        if word.text not in self.calendars:
            hint = did_you_mean(word.text, self.calendars) or f" in {self.holidays_name}"
            self.report.add(word.mark, "E508", f'no calendar "{word.text}"{hint}')
        return self.calendars.get(word.text)

    def chosen(self, form: Form, key: str, known: Mapping[str, T], code: str, sentence: str) -> list[T]:
        """The named things under `key`: one name or a list of names."""
        node = form.node(key)
        found: list[T] = []
        for word in form.words(node, f'"{key}"') if node is not None else ():
            if word.text in known:
                found.append(known[word.text])
            else:
                self.report.add(word.mark, code, f'{sentence} "{word.text}"{did_you_mean(word.text, known)}')
        return found

    def number(self, word: Scalar, sentence: str) -> str:
        """The key of a number or of a beginning with *; empty after a mistake."""
        if not diallable(word.text) or squeeze(word.text) == "*":
            self.report.add(word.mark, "E111", sentence)
            return ""
        return self.key(word.text)

    def key(self, written: str) -> str:
        """`written` as the numbers are listed."""
        plain = squeeze(written)
        front = plain.removesuffix("*")
        return f"{self.dialling.front(front)}*" if front and front != plain else self.dialling.same(plain)

    def name(self, word: Scalar, what: str) -> None:
        """Refuse what is not a name."""
        if not NAME.fullmatch(word.text):
            sentence = f'"{word.text}" is not a name for {what} (lowercase letters, digits and _)'
            self.report.add(word.mark, "E111", sentence)

    def table(self, form: Form, key: str, *, required: bool = False) -> Table | None:
        """The map under `key`."""
        node = form.node(key)
        if node is None and required:
            form.missing(key, ": what answers when no line fits")
        if node is None or isinstance(node, Table):
            return node
        self.report.add(node.mark, "E108", f'"{key}" must be a map')
        return None

    def entries(self, form: Form, key: str, what: str) -> Iterable[tuple[Scalar, Node]]:
        """Key and value of each entry of the map under `key`."""
        node = form.node(key)
        if node is None:
            return []
        if not isinstance(node, Table):
            self.report.add(node.mark, "E108", f"{key} must be a map of {what}")
            return []
        return [(word, node.values[text]) for text, word in node.keys.items()]
