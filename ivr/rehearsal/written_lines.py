"""Reads the lines of a written call: what the caller does, what the line says. What each means, `test_file` says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from forms.form import Form
from forms.report import did_you_mean
from forms.tree import Node, Scalar, Table
from ivr.flow.commands import Value
from ivr.rehearsal.flow_test import (
    Asks,
    Ends,
    Enters,
    HangUp,
    NotSays,
    Press,
    Says,
    Speaks,
    TestLine,
    Wait,
)
from ivr.rehearsal.written_answers import AnswerReading
from prompts.catalog import not_spoken

NOTHING = "nothing"
PACES = {"slow": True, "usual": False}
LONGEST_WAIT = 3600.0
_SPAN = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?) ?s")
_KEYS = re.compile(r"[0-9*#A-D]{1,64}")
_VERBS = ("press", "wait", "hang_up", "says", "not_says", "asks", "enters", "speaks", "ends")
_ALSO = frozenset({"with", "after"})


class LineReading(AnswerReading):
    """Reads them one by one."""

    def line(self, node: Node, flow: str) -> Iterator[TestLine]:
        """One line of a call on `flow`; several where it says several things in order."""
        if not isinstance(node, Table):
            self.report.add(node.mark, "T101", 'a line is a map, as says: main.welcome or press: "1"')
            return
        form = Form(node, self.report, "the line")
        verbs = [key for key in node.keys if key in _VERBS]
        if len(verbs) != 1:
            hints = [hint for key in node.keys if key not in _ALSO and (hint := did_you_mean(key, _VERBS))]
            sentence = f"says two things at once: {', '.join(verbs)}" if verbs else f"has none of {', '.join(_VERBS)}"
            self.report.add(node.mark, "T101", f"the line {sentence}{hints[0] if hints else ''}")
            return
        yield from self._read(form, verbs[0], flow)
        form.finish(frozenset(_VERBS))

    def _read(self, form: Form, verb: str, flow: str) -> Iterator[TestLine]:
        mark = form.mark(verb)
        match verb:
            case "press":
                node = form.node("press")
                for number, word in enumerate(form.words(node, '"press"') if node is not None else ()):
                    if word.text != NOTHING and not _KEYS.fullmatch(word.text):
                        sentence = f'"{word.text}" cannot be pressed: 0-9, * and #, or nothing'
                        self.report.add(word.mark, "E214", sentence)
                    else:
                        keys = "" if word.text == NOTHING else word.text
                        yield Press(mark, keys, self._span(form, "after") if keys and not number else None)
            case "wait":
                seconds = self._span(form, "wait")
                if seconds is not None:
                    yield Wait(mark, seconds)
            case "hang_up":
                before = len(self.report.mistakes)
                if form.flag("hang_up"):
                    yield HangUp(mark, self._span(form, "after"))
                elif len(self.report.mistakes) == before:
                    self.report.add(mark, "T101", '"hang_up: false" does nothing: leave the line out')
            case "says" | "not_says":
                given = self.values(form, "with")
                node = form.node(verb)
                for word in form.words(node, f'"{verb}"') if node is not None else ():
                    said = self._says(word, given)
                    yield said if verb == "says" else NotSays(mark, said)
            case "asks":
                asked = form.word("asks", required=True)
                if asked is not None and self.known(asked) is not None:
                    yield Asks(mark, asked.text, self.values(form, "with"))
            case "enters":
                yield from self._enters(form, flow)
            case "speaks":
                spoken = form.word("speaks", required=True)
                if spoken is not None and spoken.text in PACES:
                    yield Speaks(mark, "", PACES[spoken.text])
                elif spoken is not None:
                    languages = self.house.texts.languages
                    if spoken.text not in languages:
                        self.report.add(spoken.mark, "E305", not_spoken(spoken.text, languages))
                    yield Speaks(mark, spoken.text, None)
            case _:
                name = form.name("ends", required=True)
                if name is not None:
                    yield Ends(mark, name.text)

    def _says(self, word: Scalar, given: Mapping[str, Value]) -> Says:
        said = Says(word.mark, word.text, given)
        if said.is_id and word.text not in self.house.texts.ids:
            hint = did_you_mean(word.text, self.house.texts.ids)
            self.report.add(word.mark, "E301", f'no text "{word.text}" in any catalogue{hint}')
        return said

    def _enters(self, form: Form, flow: str) -> Iterator[TestLine]:
        word = form.word("enters", required=True)
        if word is None:
            return
        where, _, step = word.text.rpartition(".")
        where = where or flow
        flows = self.house.flows.flows
        if where not in flows:
            if where:
                self.report.add(word.mark, "E206", f'no flow "{where}"{did_you_mean(where, flows)}')
        elif step not in flows[where].steps:
            hint = did_you_mean(step, flows[where].steps)
            self.report.add(word.mark, "E204", f'the flow "{where}" has no step "{step}"{hint}')
        yield Enters(form.mark("enters"), where, step)

    def _span(self, form: Form, key: str) -> float | None:
        node = form.node(key)
        if node is None:
            return None
        written = _SPAN.fullmatch(node.text) if isinstance(node, Scalar) else None
        if written is None or float(written[1]) > LONGEST_WAIT:
            self.report.add(node.mark, "T104", f'"{key}" is a length of time, at most an hour: 8s or 1.5s')
            return None
        return float(written[1])
