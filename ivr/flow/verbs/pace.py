"""`pace`: from here on the call is `slow` (a slower voice, twice the time for keys) or `usual` again.

    {pace: slow, then: services}
    {pace: =pace, then: right}                  # as the patient's card has it

It holds in sub-flows and after them. A variable that holds neither word changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.schema import VARIABLE
from ivr.flow.defaults import Defaults
from ivr.flow.drawn import Drawn, Said, Way
from ivr.flow.form import FlowForm
from ivr.flow.language import NOWHERE, Exit, Go, Head, Move, Reads, Scene, Step, Target, Term, World
from ivr.flow.verbs.schema import FOLLOWS, Known, VerbSchema
from ivr.flow.verbs.shown import value_shown

PACES = {"slow": True, "usual": False}


@dataclass(frozen=True, slots=True)
class Pace(Step):
    """See the module."""

    head: Head
    pace: Term | None
    then: Target

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Pace:
        """From its form."""
        pace = form.term("pace", required=True)
        if pace is not None and pace.variable is None:
            form.one_of("pace", PACES)
        return cls(head, pace, form.target("then") or NOWHERE)

    def exits(self, world: World) -> Iterable[Exit]:
        yield Exit(self.then)

    def reads(self, world: World) -> Iterable[Reads]:
        if self.pace is not None and self.pace.variable is not None:
            yield Reads(self.pace.variable, self.pace.mark)

    def enter(self, scene: Scene) -> Move:
        wanted = None if self.pace is None else self.pace.look_up(scene.variables)
        if isinstance(wanted, str) and wanted in PACES:
            scene.speak(slow=PACES[wanted])
        return Go(self.then.name)

    def draw(self, said: Said) -> Drawn:
        return Drawn("pace", (Way(self.then.name),), notes=() if self.pace is None else (value_shown(self.pace),))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "From here on slow (a slower voice, twice the time for keys), or usual again.",
            {
                "pace": {
                    "description": "slow, usual, or a variable.",
                    "anyOf": [{"enum": ["slow", "usual"]}, {"type": "string", "pattern": VARIABLE}],
                },
                "then": FOLLOWS,
            },
            ("then",),
        )
