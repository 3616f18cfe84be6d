"""`set`: variables to values written here, or to (parts of) other variables: `=expert.name`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.flow.defaults import Defaults
from ivr.flow.drawn import Drawn, Said, Way
from ivr.flow.form import FlowForm
from ivr.flow.language import NOWHERE, Exit, Gives, Go, Head, Move, Reads, Scene, Step, Target, Term, Variable, World
from ivr.flow.verbs.schema import FOLLOWS, VALUES, Known, VerbSchema
from ivr.flow.verbs.shown import value_shown


@dataclass(frozen=True, slots=True)
class Set(Step):
    """`{set: {desk: "8001", doctor: =expert.name}, then: tell}`."""

    head: Head
    terms: Mapping[str, Term]
    then: Target

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Set:
        """From its form."""
        return cls(head, form.terms("set"), form.target("then") or NOWHERE)

    def exits(self, world: World) -> Iterable[Exit]:
        yield Exit(self.then, frozenset(self.terms))

    def reads(self, world: World) -> Iterable[Reads]:
        for term in self.terms.values():
            if term.variable is not None:
                yield Reads(term.variable, term.mark)

    def gives(self, world: World) -> Gives:
        return {
            name: (term.value if isinstance(term.value, Variable) else term.value.value,)
            for name, term in self.terms.items()
        }

    def enter(self, scene: Scene) -> Move:
        values = {name: term.look_up(scene.variables) for name, term in self.terms.items()}
        secret = {name for name, term in self.terms.items() if term.variable in scene.secrets}
        keyed = {name for name, term in self.terms.items() if term.variable in scene.keyed}
        for name, value in values.items():
            scene.keep(name, value, secret=name in secret, keyed=name in keyed)
        return Go(self.then.name)

    def draw(self, said: Said) -> Drawn:
        notes = tuple(f"{name} = {value_shown(term)}" for name, term in self.terms.items())
        return Drawn("set", (Way(self.then.name),), notes=notes)

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema("Sets variables.", {"set": VALUES, "then": FOLLOWS}, ("then",))
