"""A run of a flow: the pure interpreter. It says what to do next; others do it and bring the answer.

`start` and each `resume` return a `Turn` whose last command is a wait or the hang-up. A run
keeps its flow set to the end, whatever is edited meanwhile. No I/O, no clock, nothing random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from actions.action import Declared
from ivr.flow.commands import (
    Answer,
    Collect,
    Command,
    Entered,
    HangUp,
    Keys,
    NoInput,
    Outcome,
    Prompt,
    Say,
    Speak,
    Turn,
    Value,
    Waiting,
)
from ivr.flow.language import END, Enter, Finish, Flow, FlowSet, Go, Move, Return, Step, Wait
from ivr.flow.mistakes import FlowMisused
from ivr.flow.words import SYSTEM

MOST_STEPS = 1_000
"""Steps in a row without a key of the caller; more is a flow that has lost its way."""
MOST_SILENCES = 12
"""Inputs in a row at which nothing was pressed; nobody is there any more."""


@dataclass(slots=True)
class Frame:
    """One flow in progress: where it stands and its own variables. What a step sees of the run (`Scene`)."""

    run: Run
    flow: Flow
    variables: dict[str, Value]
    step: Step | None = None
    memory: Any = None
    secrets: set[str] = field(default_factory=set)
    keyed: set[str] = field(default_factory=set)
    entries: dict[str, int] = field(default_factory=dict)

    @property
    def languages(self) -> Set[str]:
        """As `Scene.languages`."""
        return self.run.flows.languages

    def keep(self, name: str, value: Value, *, secret: bool = False, keyed: bool = False) -> None:
        """As `Scene.keep`."""
        self.variables[name] = value
        for kind, holds in ((self.secrets, secret), (self.keyed, keyed)):
            if holds:
                kind.add(name)
            else:
                kind.discard(name)

    def take_over(self, other: Frame, sources: Mapping[str, str]) -> None:
        """Variables here come from variables of `other`: what is secret or keyed in stays so."""
        self.secrets.update(name for name, source in sources.items() if source in other.secrets)
        self.keyed.update(name for name, source in sources.items() if source in other.keyed)

    def say(self, *prompts: Prompt, locked: bool = False, keep_keys: bool = False) -> None:
        """As `Scene.say`."""
        if prompts:
            self.run.emit(Say(prompts, locked, keep_keys))

    def speak(self, language: str | None = None, *, slow: bool | None = None) -> None:
        """As `Scene.speak`."""
        self.run.speak(self.run.language if language is None else language, self.run.slow if slow is None else slow)

    def prompt(self, id: str, values: Mapping[str, Value]) -> Prompt:
        """As `Scene.prompt`."""
        return Prompt(id, {name: values[name] for name in sorted(self.run.flows.fields[id]) if name in values})

    def action(self, name: str) -> Declared:
        """As `Scene.action`."""
        return self.run.flows.actions[name]

    def needs(self, flow: str) -> Sequence[str]:
        """As `Scene.needs`."""
        return [need.text for need in self.run.flows.flows[flow].needs]


class Run:
    """One call's way through the flows."""

    def __init__(self, flows: FlowSet, flow: str, language: str, variables: Mapping[str, Value] | None = None) -> None:
        """Raises `FlowMisused` for an unknown flow or when a variable that it needs is not given."""
        if flow not in flows.flows:
            raise FlowMisused(f'there is no flow "{flow}"')
        given = dict(variables or {})
        missing = [need.text for need in flows.flows[flow].needs if need.text not in given]
        if missing:
            raise FlowMisused(f'the flow "{flow}" needs {", ".join(missing)}')
        self.flows = flows
        self.language = language
        """The language that the texts are spoken in, at the end of the turn."""
        self.slow = False
        """Whether they are spoken slowly then, with twice the time for keys."""
        self._frames = [Frame(self, flows.flows[flow], given)]
        self._commands: list[Command] = []
        self._steps = 0
        self._silences = 0
        self._waits: Waiting | None = None
        self._started = False

    @property
    def variables(self) -> Mapping[str, Value]:
        """What the first flow knows now, without secrets."""
        first = self._frames[0]
        return {name: value for name, value in first.variables.items() if name not in first.secrets}

    @property
    def waits_for(self) -> Waiting | None:
        """The wait that is open; None before the start and after the end."""
        return self._waits

    def emit(self, command: Command) -> None:
        """Add a command to the turn that is being made."""
        self._commands.append(command)

    def speak(self, language: str, slow: bool) -> None:
        """Go on in this language and at this pace; said only when it is a change."""
        if (language, slow) != (self.language, self.slow):
            self.language, self.slow = language, slow
            self.emit(Speak(language, slow))

    def start(self) -> Turn:
        """The first turn. Raises `FlowMisused` the second time."""
        if self._started:
            raise FlowMisused("the run has started already")
        self._started = True
        return self._turn(Go(self._frames[0].flow.start.name))

    def resume(self, answer: Answer) -> Turn:
        """The turn after `answer`. Raises `FlowMisused` when it answers nothing that was asked."""
        fits = isinstance(answer, Keys | NoInput if isinstance(self._waits, Collect) else Outcome)
        if self._waits is None or not fits:
            waits = type(self._waits).__name__ if self._waits is not None else "nothing"
            raise FlowMisused(f"{type(answer).__name__} is no answer to {waits}")  # never the digits: they may be a PIN
        if isinstance(answer, Keys):
            self._steps = self._silences = 0
        elif isinstance(answer, NoInput):
            self._silences += 1
            if self._silences >= MOST_SILENCES:
                return self._turn(self._give_up("goodbye", "silence"))
        frame = self._frames[-1]
        assert frame.step is not None
        return self._turn(frame.step.answered(frame, answer))

    def _give_up(self, words: str, outcome: str) -> Move:
        frame = self._frames[-1]
        frame.say(frame.prompt(SYSTEM[words], {}))
        return Finish(outcome)

    def _turn(self, move: Move) -> Turn:
        """Follow moves until something is waited for or the call ends."""
        self._waits = None
        while True:
            match move:
                case Go(name):
                    move = Return(END) if name == END else self._enter(name)
                case Wait(command):
                    assert isinstance(command, Waiting)
                    self._waits = _slowly(command) if self.slow else command
                    return self._finish_turn(self._waits)
                case Enter(flow, variables, sources):
                    inner = Frame(self, self.flows.flows[flow], dict(variables))
                    inner.take_over(self._frames[-1], sources)
                    self._frames.append(inner)
                    move = Go(self._frames[-1].flow.start.name)
                case Return(outcome) if len(self._frames) > 1:
                    move = self._return(outcome)
                case Return(outcome) | Finish(outcome):
                    return self._finish_turn(HangUp(outcome))

    def _enter(self, name: str) -> Move:
        frame = self._frames[-1]
        self._steps += 1
        if self._steps > MOST_STEPS:
            return self._give_up("trouble", "loop")
        step = frame.flow.steps[name]
        entries = frame.entries[name] = frame.entries.get(name, 0) + 1
        limit = step.head.limit
        if limit is not None and entries > limit.at_most:
            return Go(limit.beyond.name)
        frame.step, frame.memory = step, None
        self.emit(Entered(frame.flow.name, name))
        return step.enter(frame)

    def _return(self, outcome: str) -> Move:
        """Out of a sub-flow: its promised variables go to the flow that called it."""
        left = self._frames.pop()
        values = {name: left.variables[name] for name in left.flow.returns(outcome)}
        frame = self._frames[-1]
        assert frame.step is not None
        move = frame.step.answered(frame, Outcome(outcome, values))
        frame.take_over(left, {name: name for name in values})
        return move

    def _finish_turn(self, last: Command) -> Turn:
        commands = (*self._commands, last)
        self._commands = []
        return Turn(commands)


def _slowly(wait: Waiting) -> Waiting:
    """The same wait with twice the time for keys (docs/features.md, T14: callers who are slow with them)."""
    if not isinstance(wait, Collect):
        return wait
    return replace(wait, first_key=2 * wait.first_key, inter_key=2 * wait.inter_key, total=2 * wait.total)
