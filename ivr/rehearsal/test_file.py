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
from dataclasses import dataclass, field, replace
from datetime import datetime

from actions.action import ActionOutcome, Declared
from forms.errors import FilesBroken
from forms.form import Form
from forms.report import Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.flow.commands import Value
from ivr.numbers import Refusal
from ivr.rehearsal.answers import ERROR, declared_beyond, usual
from ivr.rehearsal.call import ANY_DAY, Caller
from ivr.rehearsal.flow_test import (
    Asks,
    EditionUnderTest,
    Ends,
    Enters,
    FlowTest,
    HangUp,
    NotSays,
    Press,
    Says,
    Speaks,
    TestLine,
    Wait,
)
from prompts.catalog import not_spoken

NOTHING = "nothing"
PACES = {"slow": True, "usual": False}
LONGEST_WAIT = 3600.0
_SPAN = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?) ?s")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_KEYS = re.compile(r"[0-9*#A-D]{1,64}")


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


class _File:
    """One file being read."""

    def __init__(self, root: Table, report: Report, house: EditionUnderTest) -> None:
        self._form = Form(root, report, "the file", ("flow", "number", "tests", *_SETTING))
        self._report = report
        self._house = house

    def tests(self) -> Iterator[FlowTest]:
        form = self._form
        flow, number = form.word("flow"), form.word("number")
        if flow is not None and number is not None:
            sentence = 'the file has "flow" and "number": not both; a number brings its own flow'
            self._report.add(form.mark("number"), "E106", sentence)
        elif flow is None and number is None:
            self._report.add(form.table.mark, "E109", 'the file needs "flow" or "number": what is tested')
        if flow is not None and flow.text not in self._house.flows.flows:
            hint = did_you_mean(flow.text, self._house.flows.flows)
            self._report.add(flow.mark, "E206", f'no flow "{flow.text}"{hint}')
            flow = None
        setting = self._setting(form, _Setting())
        node = form.node("tests")
        if not isinstance(node, Table) or not node.values:
            if node is None:
                form.missing("tests", ": a map of what is tested: how")
            else:
                self._report.add(node.mark, "E108", '"tests" must be a map of what is tested: how')
            node = Table(form.table.mark)
        form.finish()
        for key in node.keys.values():
            test = self._test(key, node.values[key.text], flow, number, setting)
            if test is not None:
                yield test

    def _setting(self, form: Form, over: _Setting) -> _Setting:
        language = form.word("language")
        if language is not None and language.text not in self._house.texts.languages:
            self._report.add(language.mark, "E305", not_spoken(language.text, self._house.texts.languages))
        caller = form.word("caller")
        at = form.word("at")
        variables = self._values(form, "variables")
        return _Setting(
            over.language if language is None else language.text,
            over.caller if caller is None else caller.text,
            over.at if at is None else self._moment(at),
            {**over.variables, **variables},
            {**over.answers, **self._answers(form)},
        )

    def _moment(self, word: Scalar) -> datetime:
        try:
            if not _MOMENT.fullmatch(word.text):
                raise ValueError
            return datetime.fromisoformat(word.text).replace(tzinfo=self._house.zone)
        except ValueError:
            self._report.add(word.mark, "T104", f'"{word.text}" is not a moment: write "2026-12-24 22:00"')
            return ANY_DAY

    def _values(self, form: Form, key: str) -> dict[str, Value]:
        node = form.node(key)
        if node is None:
            return {}
        if not isinstance(node, Table):
            self._report.add(node.mark, "E108", f'"{key}" must be a map of name: value')
            return {}
        return {name: form.constant(value) for name, value in node.values.items()}

    # Answers

    def _answers(self, form: Form) -> dict[str, Sequence[ActionOutcome]]:
        node = form.node("answers")
        if node is None:
            return {}
        if not isinstance(node, Table):
            self._report.add(node.mark, "E108", '"answers" must be a map of action: outcome')
            return {}
        found: dict[str, Sequence[ActionOutcome]] = {}
        for name, value in node.values.items():
            declared = self._known(node.keys[name])
            if declared is not None:
                each = value.items if isinstance(value, Listing) else [value]
                told = [self._answer(form, declared, one) for one in each]
                found[name] = [one for one in told if one is not None]
        return found

    def _known(self, word: Scalar) -> Declared | None:
        every = {**self._house.declared, **declared_beyond()}
        if word.text not in every:
            self._report.add(word.mark, "E207", f'no action "{word.text}"{did_you_mean(word.text, every)}')
        return every.get(word.text)

    def _answer(self, form: Form, asked: Declared, node: Node) -> ActionOutcome | None:
        """`short`, or `{short: {balance: 100, ...}}`, or `{chosen: [{...}, ...]}`."""
        content: Node | None = None
        if isinstance(node, Table) and len(node.keys) == 1:
            (word,) = node.keys.values()
            content = node.values[word.text]
        elif isinstance(node, Scalar) and form.as_word(node, "an answer") is not None:
            word = node
        else:
            self._report.add(node.mark, "E108", "an answer is an outcome, or a map of one outcome: its values")
            return None
        if word.text == ERROR:
            return ActionOutcome(ERROR)
        if word.text not in asked.outcomes:
            hint = did_you_mean(word.text, [*asked.outcomes, ERROR])
            self._report.add(word.mark, "E209", f'"{asked.name}" has no outcome "{word.text}"{hint}')
            return None
        known = usual(asked, self._house.usual)
        before = known if known is not None and known.name == word.text else ActionOutcome(word.text)
        if isinstance(content, Listing):
            items = [form.constant(item) for item in content.items]
            if not asked.lists or not all(isinstance(item, dict) for item in items):
                self._report.add(content.mark, "E108", f'"{asked.name}" gives no list of maps')
                return None
            return replace(before, items=tuple(item for item in items if isinstance(item, dict)))
        values: dict[str, Value] = dict(before.values)
        if isinstance(content, Table):
            values.update({name: form.constant(value) for name, value in content.values.items()})
            self._check_names(asked, word.text, content)
        elif content is not None:
            self._report.add(content.mark, "E108", f'the values of "{word.text}" must be a map of name: value')
        lacking = sorted(asked.outcomes[word.text] - values.keys())
        if lacking:
            sentence = f'"{word.text}" of "{asked.name}" also sets {", ".join(lacking)}: write {word.text}: {{...}}'
            self._report.add(word.mark, "T102", sentence)
        return ActionOutcome(word.text, values, before.items)

    def _check_names(self, asked: Declared, outcome: str, content: Table) -> None:
        for key in content.keys.values():
            if key.text not in asked.outcomes[outcome]:
                hint = did_you_mean(key.text, asked.outcomes[outcome])
                self._report.add(key.mark, "T102", f'"{outcome}" of "{asked.name}" sets no "{key.text}"{hint}')

    # One test

    def _test(
        self, key: Scalar, node: Node, flow: Scalar | None, number: Scalar | None, over: _Setting
    ) -> FlowTest | None:
        if not isinstance(node, Table):
            self._report.add(node.mark, "E108", f'the test "{key.text}" must be a map with "call"')
            return None
        form = Form(node, self._report, f'the test "{key.text}"', ("call", *_SETTING))
        setting = self._setting(form, over)
        caller = self._caller(form, key, flow, number, setting)
        listing = form.node("call")
        lines: list[TestLine] = []
        if isinstance(listing, Listing) and listing.items:
            for item in listing.items:
                lines.extend(self._line(item, caller.flow if caller is not None else ""))
        else:
            form.missing("call", ": a list of what the caller does and what the line says")
        form.finish()
        over_at = next((n for n, line in enumerate(lines) if isinstance(line, Ends)), len(lines))
        for line in lines[over_at + 1 :]:
            if isinstance(line, Press | Wait | HangUp | Ends):
                self._report.add(line.mark, "T105", "the call has ended before this line")
        return None if caller is None else FlowTest(key.text, key.mark, caller, setting.answers, lines)

    def _caller(
        self, form: Form, key: Scalar, flow: Scalar | None, number: Scalar | None, setting: _Setting
    ) -> Caller | None:
        variables = dict(setting.variables)
        language, dialled, name = setting.language, "", flow.text if flow is not None else ""
        if number is not None:
            now = setting.at.astimezone(self._house.zone)
            found = self._house.numbers.find(number.text, setting.caller, now)
            if isinstance(found.answer, Refusal):
                sentence = f'nothing answers "{number.text}" at {now:%Y-%m-%d %H:%M} ({found.why or "refused"})'
                self._report.add(number.mark, "T106", sentence)
                return None
            name, dialled = found.answer.flow, number.text
            language = language or found.answer.language
            variables = {**found.variables, **variables}
        if name not in self._house.flows.flows:
            return None
        if not language:
            if "language" not in form and "language" not in self._form:
                sentence = f'the test "{key.text}" needs "language", here or for the whole file'
                self._report.add(key.mark, "E109", sentence)
            return None
        needs = [need.text for need in self._house.flows.flows[name].needs]
        for need in needs:
            if need not in variables:
                self._report.add(key.mark, "T103", f'the flow "{name}" needs "{need}": give it under "variables"')
        return Caller(name, language, variables, setting.caller, dialled or "1000", setting.at)

    # One line

    def _line(self, node: Node, flow: str) -> Iterator[TestLine]:
        if not isinstance(node, Table):
            self._report.add(node.mark, "T101", 'a line is a map, as says: main.welcome or press: "1"')
            return
        form = Form(node, self._report, "the line")
        verbs = [key for key in node.keys if key in _VERBS]
        if len(verbs) != 1:
            hints = [hint for key in node.keys if key not in _ALSO and (hint := did_you_mean(key, _VERBS))]
            sentence = f"says two things at once: {', '.join(verbs)}" if verbs else f"has none of {', '.join(_VERBS)}"
            self._report.add(node.mark, "T101", f"the line {sentence}{hints[0] if hints else ''}")
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
                        self._report.add(word.mark, "E214", sentence)
                    else:
                        keys = "" if word.text == NOTHING else word.text
                        yield Press(mark, keys, self._span(form, "after") if keys and not number else None)
            case "wait":
                seconds = self._span(form, "wait")
                if seconds is not None:
                    yield Wait(mark, seconds)
            case "hang_up":
                before = len(self._report.mistakes)
                if form.flag("hang_up"):
                    yield HangUp(mark, self._span(form, "after"))
                elif len(self._report.mistakes) == before:
                    self._report.add(mark, "T101", '"hang_up: false" does nothing: leave the line out')
            case "says" | "not_says":
                given = self._values(form, "with")
                node = form.node(verb)
                for word in form.words(node, f'"{verb}"') if node is not None else ():
                    said = self._says(word, given)
                    yield said if verb == "says" else NotSays(mark, said)
            case "asks":
                asked = form.word("asks", required=True)
                if asked is not None and self._known(asked) is not None:
                    yield Asks(mark, asked.text, self._values(form, "with"))
            case "enters":
                yield from self._enters(form, flow)
            case "speaks":
                spoken = form.word("speaks", required=True)
                if spoken is not None and spoken.text in PACES:
                    yield Speaks(mark, "", PACES[spoken.text])
                elif spoken is not None:
                    languages = self._house.texts.languages
                    if spoken.text not in languages:
                        self._report.add(spoken.mark, "E305", not_spoken(spoken.text, languages))
                    yield Speaks(mark, spoken.text, None)
            case _:
                name = form.name("ends", required=True)
                if name is not None:
                    yield Ends(mark, name.text)

    def _says(self, word: Scalar, given: Mapping[str, Value]) -> Says:
        said = Says(word.mark, word.text, given)
        if said.is_id and word.text not in self._house.texts.ids:
            hint = did_you_mean(word.text, self._house.texts.ids)
            self._report.add(word.mark, "E301", f'no text "{word.text}" in any catalogue{hint}')
        return said

    def _enters(self, form: Form, flow: str) -> Iterator[TestLine]:
        word = form.word("enters", required=True)
        if word is None:
            return
        where, _, step = word.text.rpartition(".")
        where = where or flow
        flows = self._house.flows.flows
        if where not in flows:
            if where:
                self._report.add(word.mark, "E206", f'no flow "{where}"{did_you_mean(where, flows)}')
        elif step not in flows[where].steps:
            hint = did_you_mean(step, flows[where].steps)
            self._report.add(word.mark, "E204", f'the flow "{where}" has no step "{step}"{hint}')
        yield Enters(form.mark("enters"), where, step)

    def _span(self, form: Form, key: str) -> float | None:
        node = form.node(key)
        if node is None:
            return None
        written = _SPAN.fullmatch(node.text) if isinstance(node, Scalar) else None
        if written is None or float(written[1]) > LONGEST_WAIT:
            self._report.add(node.mark, "T104", f'"{key}" is a length of time, at most an hour: 8s or 1.5s')
            return None
        return float(written[1])


_VERBS = ("press", "wait", "hang_up", "says", "not_says", "asks", "enters", "speaks", "ends")
_ALSO = frozenset({"with", "after"})
