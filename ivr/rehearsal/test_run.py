"""Plays a written test as a rehearsed call and says where the call departs from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from actions.action import ActionOutcome, Declared
from forms.report import Mark
from ivr.flow.commands import Prompt, Value
from ivr.flow.language import FlowSet
from ivr.rehearsal import flow_test
from ivr.rehearsal import moments as happened
from ivr.rehearsal.answers import Script
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.flow_test import EditionUnderTest, FlowTest, TestLine
from ivr.rehearsal.transcript import transcript
from prompts.values import tidy


@dataclass(frozen=True, slots=True)
class Failure:
    """Where the call departs from the test."""

    mark: Mark
    expected: str
    instead: str
    transcript: tuple[str, ...]

    def __str__(self) -> str:
        place = f"{self.mark.file}:{self.mark.line}:{self.mark.col}"
        return f"{place} expected: {self.expected}\n    instead: {self.instead}"


@dataclass(frozen=True, slots=True)
class Played:
    """A test that was played; `failure` is None when all went as it is written."""

    test: FlowTest
    seconds: float
    """How long the call took."""
    failure: Failure | None


class _Parted(Exception):
    """The call did not go as the test says."""

    def __init__(self, expected: str, instead: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.instead = instead


def play(test: FlowTest, house: EditionUnderTest, flows: FlowSet | None = None) -> Played:
    """Play `test`, on `flows` when they are given (watched ones), else on those of the house."""
    return follow(rehearse(test, house, flows), test)


def follow(call: RehearsedCall, test: FlowTest) -> Played:
    """Play `test` on its call; the call is there to be looked at afterwards."""
    return _Playing(call).through(test)


def rehearse(test: FlowTest, house: EditionUnderTest, flows: FlowSet | None = None) -> RehearsedCall:
    """The call of a test, answered, before its first line."""
    declared: Sequence[Declared] = tuple(house.declared.values())
    answers: Mapping[str, Sequence[ActionOutcome]] = test.answers
    return RehearsedCall(
        flows or house.flows, house.texts, test.caller, Script(answers, house.usual), declared=declared
    )


class _Playing:
    """Goes through the lines of a test. What has matched is not matched again: `_at` is the first moment, and
    `_prompt` and `_word` the place in it, that may still match."""

    def __init__(self, call: RehearsedCall) -> None:
        self._call = call
        self._at = self._prompt = self._word = 0

    def through(self, test: FlowTest) -> Played:
        line: TestLine | None = None
        failure = None
        try:
            self._check()
            for line in test.lines:
                self._follow(line)
                self._check()
        except _Parted as parted:
            mark = test.mark if line is None else line.mark
            failure = Failure(mark, parted.expected, parted.instead, tuple(transcript(self._call.moments)))
        return Played(test, self._call.seconds, failure)

    def _check(self) -> None:
        for nothing in self._call.broken:
            raise _Parted("an answer", str(nothing))
        for moment in self._call.moments:
            if isinstance(moment.what, happened.Unspoken):
                raise _Parted("texts that can be said", "; ".join(moment.what.texts))

    def _follow(self, line: TestLine) -> None:
        match line:
            case flow_test.Press(_, keys, after):
                if keys:
                    self._until(after, f"the caller presses {keys}")
                    self._call.press(keys)
                else:
                    self._press_nothing()
            case flow_test.Wait(_, seconds):
                self._until(None, "the caller waits")
                self._call.wait(seconds)
            case flow_test.HangUp(_, after):
                self._until(after, "the caller hangs up")
                self._call.hang_up()
            case flow_test.Says():
                self._seek(f"says {_quoted(line)}", lambda at: self._says(line, at))
            case flow_test.NotSays(_, what):
                self._not_says(what)
            case flow_test.Asks(_, name, given):
                self._seek(f"asks {name}{_with(given)}", lambda at: self._is_asked(at, name, given))
            case flow_test.Enters(_, flow, step):
                self._seek(f"enters {flow}.{step}", lambda at: self._what(at) == happened.Entered(flow, step))
            case flow_test.Speaks():
                self._seek(f"speaks {line.language or _pace(line)}", lambda at: self._speaks(line, at))
            case flow_test.Ends(_, outcome):
                self._ends(outcome)

    # What the caller does

    def _until(self, after: float | None, does: str) -> None:
        """The moment at which the caller does something: when the line waits for him, or so long from now."""
        if after is None:
            self._call.listen()
        else:
            self._call.wait(after)
        if self._call.over:
            raise _Parted(does, self._instead())

    def _press_nothing(self) -> None:
        self._until(None, "the caller presses nothing")
        before = len(self._call.moments)
        while not any(isinstance(one.what, happened.Collected) for one in self._call.moments[before:]):
            if not self._call.pass_on():
                return

    # What the line does

    def _seek(self, expected: str, fits: Callable[[int], bool]) -> None:
        """Let time pass until a moment fits; in vain once the line waits or the call is over."""
        at = self._at
        while True:
            while at < len(self._call.moments):
                if fits(at):
                    if not isinstance(self._what(at), happened.Saying):
                        self._at, self._prompt, self._word = at + 1, 0, 0
                    return
                at += 1
            if self._call.listening or not self._call.pass_on():
                raise _Parted(expected, self._instead())

    def _says(self, line: flow_test.Says, at: int, *, keep: bool = True) -> bool:
        what = self._what(at)
        if not isinstance(what, happened.Saying):
            return False
        first, word = (self._prompt, self._word) if at == self._at else (0, 0)
        if line.is_id:
            for number, prompt in enumerate(what.prompts):
                if number >= first and prompt.id == line.text and _has(prompt, line.given):
                    if keep:
                        self._at, self._prompt, self._word = at, number + 1, word
                    return True
            return False
        wanted, said = _plain(what.language, line.text), _plain(what.language, what.words)
        found = said.find(wanted, word)
        if found < 0:
            return False
        if keep:
            self._at, self._prompt, self._word = at, first, found + len(wanted)
        return True

    def _not_says(self, line: flow_test.Says) -> None:
        while not self._call.listening and self._call.pass_on():
            pass
        for at in range(self._at, len(self._call.moments)):
            if self._says(line, at, keep=False):
                said = self._what(at)
                assert isinstance(said, happened.Saying)
                raise _Parted(f"does not say {_quoted(line)}", f'it says "{said.words}"')

    def _is_asked(self, at: int, name: str, given: Mapping[str, Value]) -> bool:
        what = self._what(at)
        return (
            isinstance(what, happened.Asked)
            and what.name == name
            and all(key in what.arguments and what.arguments[key] == value for key, value in given.items())
        )

    def _speaks(self, line: flow_test.Speaks, at: int) -> bool:
        what = self._what(at)
        if not isinstance(what, happened.Speaks):
            return False
        return what.slow is line.slow if line.slow is not None else what.language == line.language

    def _ends(self, outcome: str) -> None:
        while not self._call.listening and self._call.pass_on():
            pass
        if self._call.outcome != outcome:
            raise _Parted(f"ends: {outcome}", self._instead())

    def _what(self, at: int) -> happened.What:
        return self._call.moments[at].what

    def _instead(self) -> str:
        """What the line did since the last line that fitted."""
        told: list[str] = []
        for number, moment in enumerate(self._call.moments[self._at :], self._at):
            match moment.what:
                case happened.Saying(_, prompts, words) if number > self._at or not (self._prompt or self._word):
                    told.append(f'says {" ".join(prompt.id for prompt in prompts)} "{words}"')
                case happened.Asked(name, arguments):
                    told.append(f"asks {name}{_with(arguments)}")
        if self._call.over:
            told.append(f"the call is over ({self._call.outcome})")
        elif self._call.listening:
            told.append("the line waits for keys")
        return "; ".join(told) or "nothing"


def _has(prompt: Prompt, given: Mapping[str, Value]) -> bool:
    return all(name in prompt.values and prompt.values[name] == value for name, value in given.items())


def _plain(language: str, words: str) -> str:
    """Words to compare: as they are spoken, without blanks and capitals."""
    return "".join(tidy(language, words).split()).casefold()


def _quoted(line: flow_test.Says) -> str:
    shown = line.text if line.is_id else f'"{line.text}"'
    return f"{shown}{_with(line.given)}"


def _with(values: Mapping[str, Value]) -> str:
    return " with " + ", ".join(f"{name} {value}" for name, value in values.items()) if values else ""


def _pace(line: flow_test.Speaks) -> str:
    return "slow" if line.slow else "usual"
