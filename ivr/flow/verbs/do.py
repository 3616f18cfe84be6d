"""`do`: ask the hospital; each outcome has its exit, and `error` always has one.

Arguments are the variables of the same names, or what `with` says instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.flow.action import ActionSpec
from ivr.flow.commands import Answer, Outcome, Value
from ivr.flow.commands import Ask as AskHospital
from ivr.flow.defaults import Branches, Defaults, Trouble, check_error, known_outcomes
from ivr.flow.form import DOTTED, Form
from ivr.flow.language import ANYTHING, Exit, Go, Head, Move, Name, Reads, Scene, Step, Term, Wait, World
from ivr.flow.mistakes import Report, did_you_mean


@dataclass(frozen=True, slots=True)
class Request:
    """An action with its arguments, as `do` and `choose` ask it."""

    action: Name | None
    given: Mapping[str, Term]

    @classmethod
    def read(cls, form: Form, key: str) -> Request:
        """The action's name under `key`, arguments under `with`."""
        word = form.word(key, required=True)
        name = None if word is None else form.as_name(word, f'"{key}"', DOTTED)
        return cls(name, form.terms("with"))

    def spec(self, world: World) -> ActionSpec | None:
        """What is declared of the action."""
        return None if self.action is None else world.actions.get(self.action.text)

    def check(self, world: World, report: Report, *, lists: bool, also: Iterable[str] = ()) -> ActionSpec | None:
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

    def move(self, scene: Scene) -> Move:
        """Ask now."""
        assert self.action is not None
        spec = scene.action(self.action.text)
        arguments: dict[str, Value] = {}
        for name in sorted(spec.needs):
            term = self.given.get(name)
            arguments[name] = scene.variables.get(name) if term is None else term.look_up(scene.variables)
        return Wait(AskHospital(spec.name, arguments))

    def accept(self, scene: Scene, outcome: Outcome) -> bool:
        """Take over the values of a declared outcome; False when it is not what was declared."""
        assert self.action is not None
        declared = known_outcomes(scene.action(self.action.text))
        if outcome.name not in declared or not declared[outcome.name] <= outcome.values.keys():
            return False
        for name in declared[outcome.name]:
            scene.variables[name] = outcome.values[name]
            scene.secrets.discard(name)
        return True


@dataclass(frozen=True, slots=True)
class Do(Step):
    """`{do: registration.check_funds, then: {enough: kind, short: too_little, error: operator}}`."""

    head: Head
    request: Request
    then: Branches
    trouble: Trouble

    @classmethod
    def read(cls, form: Form, head: Head, defaults: Defaults) -> Do:
        """From its form."""
        request = Request.read(form, "do")
        then = Branches.read(form)
        return cls(head, request, then, Trouble.of_step(then.named, defaults))

    def exits(self, world: World) -> Iterable[Exit]:
        spec = self.request.spec(world)
        declared: Mapping[str, frozenset[str]] = {} if spec is None else known_outcomes(spec)
        for outcome, target in self.then.named.items():
            if outcome != "error":
                yield Exit(target, declared.get(outcome, ANYTHING))
        if self.then.only is not None:
            yield Exit(self.then.only, next(iter(declared.values()), ANYTHING))
        yield from self.trouble.exits()

    def reads(self, world: World) -> Iterable[Reads]:
        return self.request.reads(world)

    def check(self, world: World, report: Report) -> None:
        spec = self.request.check(world, report, lists=False)
        if spec is not None:
            self.then.check(report, f'"{spec.name}"', known_outcomes(spec), error=True)
            check_error(report, self.trouble, self.head.mark, f'"{spec.name}"')

    def enter(self, scene: Scene) -> Move:
        return self.request.move(scene)

    def answered(self, scene: Scene, answer: Answer) -> Move:
        if isinstance(answer, Outcome) and self.request.action is not None and self.request.accept(scene, answer):
            declared = known_outcomes(scene.action(self.request.action.text))
            target = self.then.target(answer.name, declared)
            if target is not None:
                return Go(target.name)
        return self.trouble.take(scene)
