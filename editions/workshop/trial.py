"""A call in the page: the whole call is played anew from the caller's deeds each time, so nothing is kept between two
clicks, and a change of the flow shows in the same call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from twisted.internet.task import Clock

from actions.action import ActionOutcome
from editions.bundle import Bundle
from editions.flow_tests import tested
from editions.tried import CannotTry, Trial, caller_of, do, ready
from editions.workshop.questions import read
from forms.errors import FilesBroken
from hospital.demo_hospital import DemoHospital
from hospital.usual import USUAL
from ivr.flow.commands import Value
from ivr.flow.mistakes import FlowMisused
from ivr.numbers import Closing
from ivr.rehearsal.answers import Script
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.export import as_test
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.moments import Entered, Moment, Saying, Waits
from ivr.rehearsal.transcript import told
from prompts.errors import PromptError
from prompts.speech import speak

MOST_DEEDS = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """A moment of the call as a page shows it."""

    at: float
    """Seconds from the answer."""
    kind: str
    """`entered`, `saying`, `pressed`, ...: the moment's class."""
    told: str
    """A line for people."""
    flow: str = ""
    line: int = 0
    """Of a step that begins: where it stands."""
    language: str = ""
    slow: bool = False
    spoken: tuple[str, ...] = ()
    """What is said, clip by clip."""


@dataclass(frozen=True, slots=True)
class TriedCall:
    """The call until now."""

    flow: str
    language: str
    heard: tuple[Heard, ...]
    over: bool
    keys: Mapping[str, str] = field(default_factory=dict)
    """What can be pressed now, and where it leads."""
    notes: tuple[str, ...] = ()
    test: str = ""
    """The call as a flow test, to keep."""


@dataclass(frozen=True, slots=True)
class NotTried:
    """It cannot be tried; `why` says it, empty: the files have mistakes."""

    why: str


def try_call(
    bundle: Bundle,
    zone: ZoneInfo,
    trial: Trial,
    deeds: Sequence[str],
    answers: Mapping[str, str],
    closed: Mapping[str, Closing],
) -> TriedCall | NotTried:
    """Play the call. `answers`: how what lies beyond the line comes out: {"dial": "busy"}."""
    try:
        stage = tested(read(bundle, zone).edition, zone)
        calls = caller_of(stage, trial, closed)
    except FilesBroken:
        return NotTried("")
    except CannotTry as wrong:
        return NotTried(str(wrong))
    clock = Clock()
    hospital = DemoHospital(zone, lambda: trial.at + timedelta(seconds=clock.seconds()))
    try:
        call = RehearsedCall(
            stage.flows,
            stage.texts,
            calls.caller,
            Script({name: [ActionOutcome(outcome)] for name, outcome in answers.items()}, USUAL),
            actions={name: one for name, one in hospital.actions().items() if name not in answers},
            declared=tuple(stage.declared.values()),
            clock=clock,
        )
        for deed in deeds[:MOST_DEEDS]:
            ready(call, deed)
            if call.over:
                break
            do(call, deed)
        call.listen()
    except FlowMisused as wrong:
        return NotTried(str(wrong))
    finally:
        hospital.close()
    heard = tuple(_heard(one, stage) for one in call.moments)
    last = next((one.what for one in reversed(call.moments) if isinstance(one.what, Waits)), None)
    keys = last.keys if last is not None and not call.over else {}
    test = as_test(f"{call.caller.flow} as it was tried", call.caller, call.moments, stage) if call.over else ""
    return TriedCall(calls.caller.flow, calls.caller.language, heard, call.over, keys, calls.notes, test)


def _heard(moment: Moment, stage: EditionUnderTest) -> Heard:
    kind, line = type(moment.what).__name__.lower(), told(moment).lstrip().partition("  ")[2].strip()
    match moment.what:
        case Entered(flow, step):
            place = stage.flows.flows[flow].steps[step].head.mark
            return Heard(moment.at, kind, step, flow, place.line)
        case Saying(language, prompts, words, slow):
            spoken = [text for one in prompts for text in _spoken(stage, language, one.id, one.values)]
            return Heard(moment.at, kind, words, language=language, slow=slow, spoken=tuple(spoken))
    return Heard(moment.at, kind, line)


def _spoken(stage: EditionUnderTest, language: str, id: str, values: Mapping[str, Value]) -> tuple[str, ...]:
    try:
        return speak(stage.texts, language, id, values)
    except PromptError:  # the call tells it
        return ()
