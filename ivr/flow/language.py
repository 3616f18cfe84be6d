"""The flow language as data: flows, steps, where a step may lead, and what a run offers a step.

Each verb is a `Step` of its own in `ivr.flow.verbs`; the check walks over `exits` and `reads`,
the run over `enter` and `answered`. Nothing here reads files or keeps the state of a call.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from actions.action import Declared
from forms.form import Name
from forms.report import Mark, Report
from ivr.flow.commands import Answer, Command, Prompt, Value
from ivr.flow.drawn import Drawn, Said
from ivr.flow.texts import Texts
from ivr.flow.uses import Beside

END = "end"
AGAIN = "again"
RESERVED = frozenset({END, AGAIN})
"""Targets that are no steps: `end` ends the flow, `again` asks once more."""
ANYTHING = frozenset({"*"})
"""What an exit sets whose action or flow is not known: nothing can be said to be missing after it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to go: a step of the same flow, `end`, or (at an input) `again`."""

    name: str
    mark: Mark


NOWHERE = Target("", Mark(""))
"""Replaces an exit that a mistake made unreadable. A flow with one is never run."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the file."""

    value: Value


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable or a part of one: `=expert.fee` is `("expert", "fee")`."""

    parts: tuple[str, ...]

    def look_up(self, variables: Mapping[str, Value]) -> Value:
        """The value, or None where a part is not there."""
        value: Value = variables.get(self.parts[0])
        for part in self.parts[1:]:
            value = value.get(part) if isinstance(value, dict) else None
        return value


Gives: TypeAlias = Mapping[str, Sequence[Value | Variable]]
"""Variable that a step sets -> examples of what it holds then, or the variables that it comes from."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value under `with` or `set`, with the places of value and name."""

    value: Constant | Variable
    mark: Mark
    name_mark: Mark

    def look_up(self, variables: Mapping[str, Value]) -> Value:
        """What it is worth now."""
        return self.value.look_up(variables) if isinstance(self.value, Variable) else self.value.value

    @property
    def variable(self) -> str | None:
        """The variable that it reads, if any."""
        return self.value.parts[0] if isinstance(self.value, Variable) else None


class Fact(enum.StrEnum):
    """What a call must have established before some steps are allowed. Unlike variables, facts are the
    call's: they hold in sub-flows and after them."""

    LOGIN = "login"  # who calls has proved it: an action that identifies
    LISTENER = "listener"  # who listens is known: a login, or a key that says so
    RATE = "rate"  # the caller was told the price, in a text that keys cannot skip (docs/features.md, 43)
    CONSENT = "consent"  # and then agreed by a key that was not typed ahead
    RECORDING = "recording"  # the caller was told that a recording is made


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a step: what is set and what is established after it, and whether the caller had a say in it."""

    target: Target
    sets: frozenset[str] = frozenset()
    by_caller: bool = False
    proves: frozenset[Fact] = frozenset()


@dataclass(frozen=True, slots=True)
class Demand:
    """A fact that must be established on every way to a step; `code` and `sentence` say what is wrong otherwise."""

    fact: Fact
    mark: Mark
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reads:
    """A variable that must be set when the step is entered. `code` and `why` say what is wrong otherwise."""

    variable: str
    mark: Mark
    code: str = ""
    why: str = ""
    open: bool = True
    """True when the value is spoken, copied or passed on; secret digits may only go to an action or a condition."""


@dataclass(frozen=True, slots=True)
class Go:
    """Move: on to another step of this flow, or out of it by `end`."""

    target: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Move: stop here until the answer comes; the command says what is waited for."""

    command: Command


@dataclass(frozen=True, slots=True)
class Enter:
    """Move: into a sub-flow. What is secret or keyed in stays so there."""

    flow: str
    variables: Mapping[str, Value]
    sources: Mapping[str, str] = field(default_factory=dict)
    """Variable there -> the variable here that it comes from."""


@dataclass(frozen=True, slots=True)
class Return:
    """Move: out of this flow with an outcome; out of the first flow it ends the call."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Move: end the call, however deep."""

    outcome: str


Move: TypeAlias = Go | Wait | Enter | Return | Finish


class Scene(Protocol):
    """What a run offers the step it stands in."""

    memory: Any
    """The step's own, None on entry, gone when it is left."""

    @property
    def variables(self) -> Mapping[str, Value]:
        """Of this flow; a sub-flow has its own."""

    @property
    def secrets(self) -> Set[str]:
        """Names of variables that must not be written anywhere."""

    @property
    def keyed(self) -> Set[str]:
        """Names of variables that hold digits which the caller keyed in: never a number to dial."""

    @property
    def languages(self) -> Set[str]:
        """The languages that there are texts in."""

    def keep(self, name: str, value: Value, *, secret: bool = False, keyed: bool = False) -> None:
        """Set a variable."""

    def say(self, *prompts: Prompt, locked: bool = False, keep_keys: bool = False) -> None:
        """Play before the next wait."""

    def speak(self, language: str | None = None, *, slow: bool | None = None) -> None:
        """From here on another language, or another pace."""

    def prompt(self, id: str, values: Mapping[str, Value]) -> Prompt:
        """The text with those of `values` that it names."""

    def action(self, name: str) -> Declared:
        """A declared action."""

    def needs(self, flow: str) -> Sequence[str]:
        """The variables that a sub-flow needs."""


class Step(ABC):
    """One step. Subclasses are frozen dataclasses, one for each verb."""

    head: Head

    @abstractmethod
    def exits(self, world: World) -> Iterable[Exit]:
        """Every way out, with the defaults in place."""

    @abstractmethod
    def enter(self, scene: Scene) -> Move:
        """The step begins."""

    def answered(self, scene: Scene, answer: Answer) -> Move:
        """What it waited for has come."""
        raise TypeError(f"{type(self).__name__} waits for nothing")

    def reads(self, world: World) -> Iterable[Reads]:
        """Variables that it uses."""
        return ()

    def demands(self, world: World) -> Iterable[Demand]:
        """Facts that must be established before it."""
        return ()

    def check(self, world: World, report: Report) -> None:  # noqa: B027 - most verbs have something to check, not all
        """Report what is wrong beyond targets and variables: texts, actions, flows."""

    def secrets(self) -> Iterable[str]:
        """Variables that it fills with secret digits."""
        return ()

    def private(self, world: World) -> Iterable[str]:
        """Variables that it fills with what concerns nobody but the patient."""
        return ()

    def keyed(self) -> Iterable[str]:
        """Variables that it fills with digits which the caller keys in: never a number to dial (toll fraud)."""
        return ()

    def gives(self, world: World) -> Gives:
        """Examples of what the variables hold that it sets; one that is left out may hold anything."""
        return {}

    def draw(self, said: Said) -> Drawn:
        """What a picture shows of it: every exit is among its ways."""
        raise TypeError(f"{type(self).__name__} has no picture")

    def calls(self) -> Iterable[Name]:
        """Sub-flows that it enters."""
        return ()


@dataclass(frozen=True, slots=True)
class Head:
    """What every step has whatever its verb."""

    name: str
    mark: Mark
    limit: Limit | None


@dataclass(frozen=True, slots=True)
class Limit:
    """`at_most` entries of a step in one run of its flow; the next one goes to `beyond` instead."""

    at_most: int
    beyond: Target


@dataclass(frozen=True, slots=True)
class Flow:
    """One file. `outcomes` maps an outcome to the variables that it hands to the calling flow."""

    name: str
    mark: Mark
    title: str
    needs: tuple[Name, ...]
    start: Target
    steps: Mapping[str, Step]
    outcomes: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)
    outcome_marks: Mapping[str, Mark] = field(default_factory=dict)
    hazy: bool = False
    """True when a mistake hides some exits: reachability and the like cannot be judged."""
    unread: frozenset[str] = frozenset()
    """Steps that a mistake made unreadable."""

    @property
    def guessed(self) -> bool:
        """True when its outcomes are not known: none are declared, and a mistake hides some exits."""
        return self.hazy and not self.outcome_marks

    def returns(self, outcome: str) -> frozenset[str]:
        """The variables that come with an outcome."""
        return frozenset(name.text for name in self.outcomes.get(outcome, ()))


@dataclass(frozen=True, slots=True)
class World:
    """What a flow is checked against. A flow that could not be read is None."""

    flows: Mapping[str, Flow | None]
    actions: Mapping[str, Declared]
    texts: Texts
    unheard: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Per flow, the outcomes that it can reach without a key of the caller."""
    gains: Mapping[str, Mapping[str, frozenset[Fact]]] = field(default_factory=dict)
    """Per flow and outcome, what the flow itself has established on every way to that outcome."""
    beside: Beside = field(default_factory=Beside)
    examples: Mapping[str, Mapping[str, Sequence[Value] | None]] = field(default_factory=dict)
    """Per flow and variable, examples of what it holds; None: anything."""


@dataclass(frozen=True, slots=True)
class FlowSet:
    """Checked flows with what they were checked against. A call keeps its set to the end."""

    flows: Mapping[str, Flow]
    actions: Mapping[str, Declared]
    fields: Mapping[str, frozenset[str]]
    """Text id -> the variables that it names."""
    languages: frozenset[str] = frozenset()
    """The languages that there are texts in."""


def exits(step: Step, world: World) -> Iterator[Exit]:
    """A step's exits with that of its limit."""
    yield from step.exits(world)
    if step.head.limit is not None:
        yield Exit(step.head.limit.beyond)
