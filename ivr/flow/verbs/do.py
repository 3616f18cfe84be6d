"""`do`: ask the hospital; each outcome has its exit, and `error` always has one.

Arguments are the variables of the same names, or what `with` says instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actions.action import Declared
from forms.form import DOTTED, Name
from forms.report import Report, did_you_mean
from forms.schema import DOTTED as DOTTED_NAME
from forms.schema import word
from ivr.flow.commands import Ask as AskHospital
from ivr.flow.commands import Command, Value
from ivr.flow.defaults import Branches, Defaults, Trouble, known_outcomes
from ivr.flow.drawn import Drawn, Said
from ivr.flow.form import FlowForm
from ivr.flow.language import Fact, Head, Reads, Scene, Term, World
from ivr.flow.verbs.errand import Errand, Find, Outcomes
from ivr.flow.verbs.schema import OUTCOMES, WITH, Known, VerbSchema


@dataclass(frozen=True, slots=True)
class Request:
    """An action with its arguments, as `do` and `choose` ask it."""

    action: Name | None
    given: Mapping[str, Term]

    @classmethod
    def read(cls, form: FlowForm, key: str) -> Request:
        """The action's name under `key`, arguments under `with`."""
        word = form.word(key, required=True)
        name = None if word is None else form.as_name(word, f'"{key}"', DOTTED)
        return cls(name, form.terms("with"))

    def spec(self, world: World) -> Declared | None:
        """What is declared of the action."""
        return None if self.action is None else world.actions.get(self.action.text)

    def check(self, world: World, report: Report, *, lists: bool, also: Iterable[str] = ()) -> Declared | None:
        """Report an unknown action, one of the wrong kind, arguments that it doesn't take (but `also`)."""
        spec = self.spec(world)
        if self.action is None:
            return None
        if spec is None:
            hint = did_you_mean(self.action.text, world.actions)
            report.add(self.action.mark, "E207", f'no action "{self.action.text}"{hint}')
            return None
        if spec.lists != lists:
            verb = "choose" if spec.lists else "do"
            sentence = f'"{spec.name}" gives {"a" if spec.lists else "no"} list: it is for "{verb}"'
            report.add(self.action.mark, "E215", sentence)
        taken = {*spec.needs, *also}
        for name, term in self.given.items():
            if name not in taken:
                report.add(term.name_mark, "E304", f'"{spec.name}" takes no "{name}"{did_you_mean(name, taken)}')
        return spec

    def reads(self, world: World) -> Iterable[Reads]:
        """Variables that the arguments come from."""
        for term in self.given.values():
            if term.variable is not None:
                yield Reads(term.variable, term.mark, open=False)
        spec = self.spec(world)
        if spec is not None and self.action is not None:
            for need in sorted(spec.needs - self.given.keys()):
                yield Reads(need, self.action.mark, "", f'"{spec.name}" needs it', open=False)

    @property
    def name(self) -> str:
        """As flows write it; empty when a mistake hides it."""
        return "" if self.action is None else self.action.text

    def command(self, scene: Scene) -> AskHospital:
        """Ask now."""
        assert self.action is not None
        spec = scene.action(self.action.text)
        arguments: dict[str, Value] = {}
        hidden: set[str] = set()
        for name in sorted(spec.needs):
            term = self.given.get(name)
            arguments[name] = scene.variables.get(name) if term is None else term.look_up(scene.variables)
            if (name if term is None else term.variable) in scene.secrets:
                hidden.add(name)
        return AskHospital(spec.name, arguments, frozenset(hidden))


@dataclass(frozen=True, slots=True)
class Do(Errand):
    """`{do: registration.check_funds, then: {enough: kind, short: too_little, error: operator}}`."""

    request: Request

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Do:
        """From its form."""
        request = Request.read(form, "do")
        then = Branches.read(form)
        return cls(head, then, Trouble.of_step(then.named, defaults), request)

    def what(self) -> str:
        return f'"{self.request.action.text}"' if self.request.action else "the action"

    def outcomes(self, find: Find) -> Outcomes | None:
        spec = None if self.request.action is None else find(self.request.action.text)
        return None if spec is None else known_outcomes(spec)

    def examples(self, world: World) -> Mapping[str, Value]:
        spec = self.request.spec(world)
        return {} if spec is None else spec.examples

    def command(self, scene: Scene) -> Command:
        return self.request.command(scene)

    def proves(self, outcome: str, world: World) -> frozenset[Fact]:
        spec = self.request.spec(world)
        login = spec is not None and outcome in spec.identifies
        return frozenset({Fact.LOGIN, Fact.LISTENER}) if login else frozenset()

    def reads(self, world: World) -> Iterable[Reads]:
        return self.request.reads(world)

    def private(self, world: World) -> Iterable[str]:
        spec = self.request.spec(world)
        return () if spec is None else spec.private

    def check(self, world: World, report: Report) -> None:
        self.request.check(world, report, lists=False)
        Errand.check(self, world, report)

    def draw(self, said: Said) -> Drawn:
        return self.drawn("do", self.request.name)

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Asks the hospital for something; each outcome has its exit.",
            {
                "do": word("The action that the hospital is asked for.", DOTTED_NAME, known.actions),
                "then": OUTCOMES,
                **WITH,
            },
            ("then",),
        )
