"""Reads the tests that the hospital writes beside its flows: `flows/tests/<flow>.yaml`.

    flow: registration                    # or number: "1000"; then the flow and the language of that number
    language: zh
    variables: {card: "100001"}           # what the flow needs to begin with
    tests:
      too little money is told and the call ends:
        answers:
          registration.check_funds: {short: {balance: 100, fee: 600, currency: CNY}}
        call:
          - asks: registration.check_funds
            with: {card: "100001"}
          - says: registration.too_little
          - ends: end

`caller`, `at` ("2026-12-24 22:00", the hospital's time) and `answers` may stand in both places too; a test's own
count. Answers are given in order, the last one stays; what is not said is as on a good day. Of an outcome's values
only those need be written that differ from the good day's.

Lines of a call. The caller listens to the end before he does anything, unless `after` says otherwise:

    press: "1"          keys, one after the other; `after: 1.5s`: so long after the last line, in the middle of a text;
                        a list of them: each once the line waits again
    press: nothing      lets the line wait in vain
    wait: 8s            so much time passes once the line waits
    hang_up: true       `after` as above
    says: main.welcome  a text, or some of its words; or a list of them, in order. `with` are values of the text
    not_says: 人工      it is not said until the line waits or the call ends
    asks: card.check_pin    an action, or dial, record, notify, queue, consult, room. `with` are arguments
    enters: kind        a step (`registration.kind` in another flow)
    speaks: en          the language changes; or `slow`, `usual`: the pace
    ends: end           the call is over, with this outcome; `hung_up` when the caller left

What is wrong with the files is told as it is of flows, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from actions.action import ActionOutcome
from forms.errors import FilesBroken
from forms.form import Form
from forms.report import Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.flow.commands import Value
from ivr.numbers import Refusal
from ivr.rehearsal.caller import ANY_DAY, Caller
from ivr.rehearsal.flow_test import (
    EditionUnderTest,
    Ends,
    FlowTest,
    HangUp,
    Press,
    TestLine,
    Wait,
)
from ivr.rehearsal.written_lines import LineReading
from prompts.catalog import not_spoken

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def read_tests(sources: Mapping[str, bytes], house: EditionUnderTest) -> list[FlowTest]:
    """The tests of the files (name -> content) in order. Raises `FilesBroken` with every mistake in them."""
    report = Report()
    tests: list[FlowTest] = []
    for file, data in sources.items():
        root = read_source(file, data, report)
        if root is not None:
            tests.extend(_File(root, report, house).tests())
    if report.mistakes:
        raise FilesBroken(report.mistakes)
    return tests


_SETTING = ("language", "caller", "at", "variables", "answers")


@dataclass(frozen=True)
class _Setting:
    """What a file says for all its tests, and a test over it."""

    language: str = ""
    caller: str = "13800000000"
    at: datetime = ANY_DAY
    variables: Mapping[str, Value] = field(default_factory=dict)
    answers: Mapping[str, Sequence[ActionOutcome]] = field(default_factory=dict)


class _File(LineReading):
    """One file being read."""

    def __init__(self, root: Table, report: Report, house: EditionUnderTest) -> None:
        super().__init__(report, house)
        self._form = Form(root, report, "the file", ("flow", "number", "tests", *_SETTING))

    def tests(self) -> Iterator[FlowTest]:
        form = self._form
        flow, number = form.word("flow"), form.word("number")
        if flow is not None and number is not None:
            sentence = 'the file has "flow" and "number": not both; a number brings its own flow'
            self.report.add(form.mark("number"), "E106", sentence)
        elif flow is None and number is None:
            self.report.add(form.table.mark, "E109", 'the file needs "flow" or "number": what is tested')
        if flow is not None and flow.text not in self.house.flows.flows:
            hint = did_you_mean(flow.text, self.house.flows.flows)
            self.report.add(flow.mark, "E206", f'no flow "{flow.text}"{hint}')
            flow = None
        setting = self._setting(form, _Setting())
        node = form.node("tests")
        if not isinstance(node, Table) or not node.values:
            if node is None:
                form.missing("tests", ": a map of what is tested: how")
            else:
                self.report.add(node.mark, "E108", '"tests" must be a map of what is tested: how')
            node = Table(form.table.mark)
        form.finish()
        for key in node.keys.values():
            test = self._test(key, node.values[key.text], flow, number, setting)
            if test is not None:
                yield test

    def _setting(self, form: Form, over: _Setting) -> _Setting:
        language = form.word("language")
        if language is not None and language.text not in self.house.texts.languages:
            self.report.add(language.mark, "E305", not_spoken(language.text, self.house.texts.languages))
        caller = form.word("caller")
        at = form.word("at")
        variables = self.values(form, "variables")
        return _Setting(
            over.language if language is None else language.text,
            over.caller if caller is None else caller.text,
            over.at if at is None else self._moment(at),
            {**over.variables, **variables},
            {**over.answers, **self.answers(form)},
        )

    def _moment(self, word: Scalar) -> datetime:
        try:
            if not _MOMENT.fullmatch(word.text):
                raise ValueError
            return datetime.fromisoformat(word.text).replace(tzinfo=self.house.zone)
        except ValueError:
            self.report.add(word.mark, "T104", f'"{word.text}" is not a moment: write "2026-12-24 22:00"')
            return ANY_DAY

    def _test(
        self, key: Scalar, node: Node, flow: Scalar | None, number: Scalar | None, over: _Setting
    ) -> FlowTest | None:
        if not isinstance(node, Table):
            self.report.add(node.mark, "E108", f'the test "{key.text}" must be a map with "call"')
            return None
        form = Form(node, self.report, f'the test "{key.text}"', ("call", *_SETTING))
        setting = self._setting(form, over)
        caller = self._caller(form, key, flow, number, setting)
        listing = form.node("call")
        lines: list[TestLine] = []
        if isinstance(listing, Listing) and listing.items:
            for item in listing.items:
                lines.extend(self.line(item, caller.flow if caller is not None else ""))
        else:
            form.missing("call", ": a list of what the caller does and what the line says")
        form.finish()
        over_at = next((n for n, line in enumerate(lines) if isinstance(line, Ends)), len(lines))
        for line in lines[over_at + 1 :]:
            if isinstance(line, Press | Wait | HangUp | Ends):
                self.report.add(line.mark, "T105", "the call has ended before this line")
        return None if caller is None else FlowTest(key.text, key.mark, caller, setting.answers, lines)

    def _caller(
        self, form: Form, key: Scalar, flow: Scalar | None, number: Scalar | None, setting: _Setting
    ) -> Caller | None:
        variables = dict(setting.variables)
        language, dialled, name = setting.language, "", flow.text if flow is not None else ""
        if number is not None:
            now = setting.at.astimezone(self.house.zone)
            found = self.house.numbers.find(number.text, setting.caller, now)
            if isinstance(found.answer, Refusal):
                sentence = f'nothing answers "{number.text}" at {now:%Y-%m-%d %H:%M} ({found.why or "refused"})'
                self.report.add(number.mark, "T106", sentence)
                return None
            name, dialled = found.answer.flow, number.text
            language = language or found.answer.language
            variables = {**found.variables, **variables}
        if name not in self.house.flows.flows:
            return None
        if not language:
            if "language" not in form and "language" not in self._form:
                sentence = f'the test "{key.text}" needs "language", here or for the whole file'
                self.report.add(key.mark, "E109", sentence)
            return None
        needs = [need.text for need in self.house.flows.flows[name].needs]
        for need in needs:
            if need not in variables:
                self.report.add(key.mark, "T103", f'the flow "{name}" needs "{need}": give it under "variables"')
        return Caller(name, language, variables, setting.caller, dialled or "1000", setting.at)
