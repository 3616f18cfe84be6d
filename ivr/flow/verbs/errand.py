"""What every verb shares that waits for an outcome: `do`, `record`, `dial`, `notify`, `queue`, `consult`, `room`.

The line goes on an errand and comes back with one of a few outcomes; each has an exit under `then`, and
`error` always has one: the step's own, else the flow's, after an apology.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from actions.action import Declared
from forms.report import Mark, Report
from ivr.flow.commands import Answer, Beyond, Command, Outcome, Value
from ivr.flow.defaults import Branches, Trouble, check_error
from ivr.flow.drawn import Drawn, Phrase, Said
from ivr.flow.form import FlowForm
from ivr.flow.language import ANYTHING, Demand, Exit, Fact, Gives, Go, Head, Move, Reads, Scene, Step, Term, Wait, World
from ivr.flow.verbs.shown import outcome_ways, texts_shown, trouble_ways, value_shown
from ivr.flow.words import Words, check_unused

Outcomes: TypeAlias = Mapping[str, frozenset[str]]
"""Outcome -> the variables that it sets; `error` is not among them."""
Find: TypeAlias = Callable[[str], Declared | None]
"""The declaration of an action."""
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Errand(Step):
    """A step that waits for an outcome."""

    beyond: ClassVar[type[Beyond] | None] = None
    """What it asks for beyond the line; None where it asks the hospital."""
    head: Head
    then: Branches
    trouble: Trouble

    @abstractmethod
    def what(self) -> str:
        """How sentences name it: `"registration.check_funds"`, `the call`."""

    def outcomes(self, find: Find) -> Outcomes | None:
        """What it can come to; None when that is not known, because the action is not."""
        return None if self.beyond is None else self.beyond.outcomes

    @abstractmethod
    def command(self, scene: Scene) -> Command | None:
        """What is waited for; None when it cannot even be asked for, which is an `error`."""

    def values(self, outcome: Outcome) -> Mapping[str, Value]:
        """What an outcome brings, by the names of the variables that it sets."""
        return outcome.values

    def proves(self, outcome: str, world: World) -> frozenset[Fact]:
        """What is established after an outcome."""
        return frozenset()

    def by_caller(self, outcome: str) -> bool:
        """Whether it takes a key of the caller to come to this outcome."""
        return False

    def examples(self, world: World) -> Mapping[str, Value]:
        """One example of each value that it brings, by the names in `outcomes`."""
        return {} if self.beyond is None else self.beyond.usual.values

    def gives(self, world: World) -> Gives:
        return {name: (value,) for name, value in self.examples(world).items()}

    def drawn(self, verb: str, *notes: str | Phrase, words: tuple[str, ...] = ()) -> Drawn:
        """What a picture shows of it, with small print of its own."""
        return Drawn(verb, (*outcome_ways(self.then), *trouble_ways(self.trouble)), words, tuple(filter(None, notes)))

    def enter(self, scene: Scene) -> Move:
        command = self.command(scene)
        return self.trouble.take(scene) if command is None else Wait(command)

    def answered(self, scene: Scene, answer: Answer) -> Move:
        declared = self.outcomes(scene.action) or {}
        if not isinstance(answer, Outcome) or answer.name not in declared:
            return self.trouble.take(scene, answer)
        values = self.values(answer)
        target = self.then.target(answer.name, declared)
        if target is None or not declared[answer.name] <= values.keys():
            return self.trouble.take(scene, answer)
        for name in declared[answer.name]:
            scene.keep(name, values[name])
        return Go(target.name)

    def exits(self, world: World) -> Iterable[Exit]:
        declared = self.outcomes(world.actions.get) or {}
        named = {outcome: target for outcome, target in self.then.named.items() if outcome != "error"}
        if self.then.only is not None:
            named = {next(iter(declared), ""): self.then.only}
        for outcome, target in named.items():
            sets = declared.get(outcome, ANYTHING)
            yield Exit(target, sets, self.by_caller(outcome), self.proves(outcome, world))
        yield from self.trouble.exits()

    def check(self, world: World, report: Report) -> None:
        declared = self.outcomes(world.actions.get)
        if declared is not None:
            self.then.check(report, self.what(), declared, error=True)
            check_error(report, self.trouble, self.head.mark, self.what())


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a visit goes, and what is said before it."""

    where: Term | None
    words: Words
    mark: Mark

    @classmethod
    def read(cls, form: FlowForm, verb: str) -> Destination:
        """The verb's own entry (a text, or `=variable`) and `prompt`, whose values stand under `with`."""
        return cls(form.term(verb, required=True), Words.read(form, "prompt", required=False), form.mark(verb))

    def look_up(self, scene: Scene) -> str | None:
        """Where to, now; None when the variable holds no text."""
        value = None if self.where is None else self.where.look_up(scene.variables)
        return value if isinstance(value, str) and value else None

    def reads(self, world: World) -> Iterable[Reads]:
        """Variables that it uses."""
        if self.where is not None and self.where.variable is not None:
            yield Reads(self.where.variable, self.where.mark)
        yield from self.words.reads(world)

    def check(self, world: World, report: Report) -> None:
        """Report texts that are not there and values that no text takes."""
        self.words.check(world, report)
        check_unused(report, world, self.words)


@dataclass(frozen=True, slots=True)
class Visit(Errand):
    """An errand to a place that the flow names or has in a variable: `dial`, `queue`, `consult`, `room`."""

    beyond: ClassVar[type[Beyond]]
    place: Destination

    def notes(self) -> tuple[Phrase, ...]:
        """Small print of its picture, beside where it goes."""
        return ()

    def draw(self, said: Said) -> Drawn:
        where = "" if self.place.where is None else value_shown(self.place.where)
        return self.drawn(self.beyond.verb, where, *self.notes(), words=texts_shown(self.place.words, said))

    def reads(self, world: World) -> Iterable[Reads]:
        return self.place.reads(world)

    def check(self, world: World, report: Report) -> None:
        self.place.check(world, report)
        Errand.check(self, world, report)


def demand(fact: Fact, mark: Mark, what: str) -> Demand:
    """That `fact` is established on every way to here; `what` begins the sentence: `the consultation`."""
    code, sentence = _DEMANDS[fact]
    return Demand(fact, mark, code, f"{what} {sentence}")


_DEMANDS = {
    Fact.LOGIN: ("E231", "needs a login on every way to here: money may only be taken from somebody who is known"),
    Fact.RATE: ("E232", "needs the price told before it, on every way to here: a say with locked: true, tells: rate"),
    Fact.CONSENT: ("E233", 'needs the caller\'s consent to the price on every way to here: a menu with consent: "1"'),
    Fact.RECORDING: ("E234", "needs to be announced before it begins, on every way to here: tells: recording"),
}
