"""`call`: a sub-flow, with variables of its own. It gets what it `needs`, and hands back what its
outcome promises; for the caller of a flow it is as an action is to `do`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms.form import Name
from forms.report import Report, did_you_mean
from forms.schema import NAME, word
from ivr.flow.commands import Answer, Outcome
from ivr.flow.defaults import Branches, Defaults
from ivr.flow.drawn import Drawn, Said
from ivr.flow.form import FlowForm
from ivr.flow.language import (
    ANYTHING,
    Enter,
    Exit,
    Fact,
    Finish,
    Flow,
    Gives,
    Go,
    Head,
    Move,
    Reads,
    Scene,
    Step,
    Term,
    World,
)
from ivr.flow.verbs.schema import OUTCOMES, WITH, Known, VerbSchema
from ivr.flow.verbs.shown import outcome_ways


@dataclass(frozen=True, slots=True)
class Call(Step):
    """`{call: card_login, then: {right: registration, wait: more}}`."""

    head: Head
    flow: Name | None
    given: Mapping[str, Term]
    then: Branches

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Call:
        """From its form."""
        return cls(head, form.name("call", required=True), form.terms("with"), Branches.read(form))

    def calls(self) -> Iterable[Name]:
        return () if self.flow is None else (self.flow,)

    def _called(self, world: World) -> Flow | None:
        return None if self.flow is None else world.flows.get(self.flow.text)

    def exits(self, world: World) -> Iterable[Exit]:
        called = self._called(world)
        named = dict(self.then.named)
        if self.then.only is not None:
            named = {next(iter(called.outcomes), "end") if called else "end": self.then.only}
        for outcome, target in named.items():
            if called is None or self.flow is None or called.guessed:
                yield Exit(target, ANYTHING, by_caller=True, proves=frozenset(Fact))
            else:
                unheard = outcome in world.unheard.get(self.flow.text, frozenset())
                proves = world.gains.get(self.flow.text, {}).get(outcome, frozenset())
                yield Exit(target, called.returns(outcome), by_caller=not unheard, proves=proves)

    def reads(self, world: World) -> Iterable[Reads]:
        for term in self.given.values():
            if term.variable is not None:
                yield Reads(term.variable, term.mark)
        called = self._called(world)
        if called is not None and self.flow is not None:
            for need in called.needs:
                if need.text not in self.given:
                    yield Reads(need.text, self.flow.mark, "", f'the flow "{called.name}" needs it')

    def gives(self, world: World) -> Gives:
        inside = world.examples.get(self.flow.text, {}) if self.flow is not None else {}
        return {name: values for name, values in inside.items() if values}

    def check(self, world: World, report: Report) -> None:
        if self.flow is None:
            return
        if self.flow.text not in world.flows:
            hint = did_you_mean(self.flow.text, world.flows)
            report.add(self.flow.mark, "E206", f'no flow "{self.flow.text}"{hint}')
        called = self._called(world)
        if called is None:
            return
        needs = [need.text for need in called.needs]
        for name, term in self.given.items():
            if name not in needs:
                hint = did_you_mean(name, needs)
                report.add(term.name_mark, "E304", f'the flow "{called.name}" needs no "{name}"{hint}')
        if not called.guessed:
            self.then.check(report, f'the flow "{called.name}"', called.outcomes, error=False)

    def enter(self, scene: Scene) -> Move:
        assert self.flow is not None
        given = {name: term.look_up(scene.variables) for name, term in self.given.items()}
        values = {need: given.get(need, scene.variables.get(need)) for need in scene.needs(self.flow.text)}
        sources = {need: self.given[need].variable if need in self.given else need for need in values}
        return Enter(self.flow.text, values, {need: source for need, source in sources.items() if source})

    def answered(self, scene: Scene, answer: Answer) -> Move:
        assert isinstance(answer, Outcome)
        for name, value in answer.values.items():
            scene.keep(name, value)
        target = self.then.target(answer.name, [answer.name])
        return Finish(answer.name) if target is None else Go(target.name)

    def draw(self, said: Said) -> Drawn:
        return Drawn("call", tuple(outcome_ways(self.then)), flow="" if self.flow is None else self.flow.text)

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Another flow, with variables of its own; each of its outcomes has an exit here.",
            {"call": word("The flow.", NAME, known.flows), "then": OUTCOMES, **WITH},
        )
