"""`notify`: tell the notices that something happened, so that they call whom `flows/notices.yaml` names.

notify: message_left                        # an event that a notice of notices.yaml waits for
with: {message: =message, ward: =ward.code} # the facts of the event
then: {raised: thanks, error: not_passed_on}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from forms.form import Name
from forms.schema import NAME, word
from ivr.flow.commands import Beyond, Outcome, Value
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.drawn import Drawn, Said
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Reads, Scene, Term, World
from ivr.flow.verbs.errand import NOTHING, Errand
from ivr.flow.verbs.schema import WITH, Known, VerbSchema, leads


@dataclass(frozen=True, slots=True)
class Raise(Beyond):
    """Tell the notices that something happened."""

    verb = "notify"
    outcomes: ClassVar = {"raised": NOTHING}
    usual: ClassVar = Outcome("raised")
    needs_caller = False
    event: str
    facts: Mapping[str, Value]

    def asked(self) -> Mapping[str, Value]:
        return {"event": self.event, **self.facts}


@dataclass(frozen=True, slots=True)
class Notify(Errand):
    """See the module."""

    beyond: ClassVar = Raise
    event: Name | None
    facts: Mapping[str, Term]

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Notify:
        """From its form."""
        then = Branches.read(form)
        event = form.name("notify", required=True)
        return cls(head, then, Trouble.of_step(then.named, defaults), event, form.terms("with"))

    def what(self) -> str:
        return f'the event "{self.event.text}"' if self.event else "the event"

    def reads(self, world: World) -> Iterable[Reads]:
        for term in self.facts.values():
            if term.variable is not None:
                yield Reads(term.variable, term.mark)

    def command(self, scene: Scene) -> Raise | None:
        if self.event is None or any(term.variable in scene.secrets for term in self.facts.values()):
            return None
        return Raise(self.event.text, {name: term.look_up(scene.variables) for name, term in self.facts.items()})

    def draw(self, said: Said) -> Drawn:
        return self.drawn("notify", self.event.text if self.event else "")

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Raises an event, so that whoever notices.yaml names is called.",
            {
                "notify": word("The event.", NAME, known.events),
                "then": leads(raised="It is stored, and the calls will be made."),
                **WITH,
            },
            ("then",),
        )
