"""A call that is only tried: who calls what, and what he does, word by word: `1 100001# wait hangup`.

The terminal (`wardbell flows try`) and the page of the console say it in the same words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from forms.report import did_you_mean
from hospital.usual import USUAL_VARIABLES
from ivr.flow.commands import Value
from ivr.numbers import Closing, Refusal
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.caller import Caller
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.moments import Collected

AT_ONCE = 0.5
"""Seconds after which `12!` is pressed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried. `at` is aware."""

    name: str
    """A flow, or a number that is dialled."""
    language: str | None
    """None: the number's, or Chinese where there is some."""
    number: str
    """The number that calls; empty: withheld."""
    at: datetime
    given: Mapping[str, Value] = field(default_factory=dict)
    """Variables that the flow needs."""
    slow: bool = False


class CannotTry(Exception):
    """It cannot be tried like this; the message says why. `refused`: the number's plan says so."""

    def __init__(self, why: str, *, refused: bool = False) -> None:
        super().__init__(why)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Calls:
    """Who calls, and what whoever tries it should know: which hours apply, which variables were put in."""

    caller: Caller
    notes: tuple[str, ...] = ()


def caller_of(stage: EditionUnderTest, trial: Trial, closed: Mapping[str, Closing]) -> Calls:
    """The caller of a trial. `closed`: the numbers that are closed by hand now. Raises `CannotTry`."""
    name, language, given, notes = trial.name, trial.language, dict(trial.given), []
    dialled = ""
    if name not in stage.flows.flows:
        if not set(name) <= set("+0123456789*#"):
            raise CannotTry(f'no flow "{name}"{did_you_mean(name, stage.flows.flows)}')
        found = stage.numbers.find(name, trial.number, trial.at.astimezone(stage.zone), closed)
        if isinstance(found.answer, Refusal):
            raise CannotTry(f"a call to {name} is refused: {found.why or 'nothing answers it'}", refused=True)
        if found.place:
            notes.append(f"{name}: {found.place} {found.why}".rstrip())
        dialled, name, language = name, found.answer.flow, language or found.answer.language
        given = {**found.variables, **given}
    languages = list(stage.texts.languages)
    if language is None:
        language = "zh" if "zh" in languages else languages[0]
    if language not in languages:
        raise CannotTry(f'no language "{language}" (there are {", ".join(languages)})')
    for need in stage.flows.flows[name].needs:
        if need.text not in given:
            if need.text not in USUAL_VARIABLES:
                raise CannotTry(f'the flow "{name}" needs "{need.text}": --set {need.text}=...')
            given[need.text] = USUAL_VARIABLES[need.text]
            notes.append(f"with {need.text}={json.dumps(given[need.text], ensure_ascii=False)} (--set says otherwise)")
    return Calls(Caller(name, language, given, trial.number, dialled or "1000", trial.at, trial.slow), tuple(notes))


def ready(call: RehearsedCall, word: str) -> None:
    """Let time pass until the caller does `word`: once everything is said, or (`1!`) in the middle of it."""
    if word.endswith("!") and word != "!":
        call.wait(AT_ONCE)
    else:
        call.listen()


def do(call: RehearsedCall, word: str) -> None:
    """What the caller does: `1`, `100001#`, `wait`, `8s`, `hangup`; a `!` at the end is `ready`'s."""
    word = word.rstrip("!")
    if word == "wait":
        before = len(call.moments)
        while not any(isinstance(one.what, Collected) for one in call.moments[before:]) and call.pass_on():
            pass
    elif word == "hangup":
        call.hang_up()
    elif word.endswith("s"):
        call.wait(float(word[:-1]))
    else:
        call.press(word)
