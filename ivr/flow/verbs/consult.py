"""`consult`: a paid talk with an expert, billed by the minute from the patient's card.

    consult: expert_line                        # a service with its price
    card: =card                                 # whose money; =card unless set otherwise
    prompt: consult.connecting
    then: {finished: thanks, short: top_up, nobody: call_later, broken_off: call_later}

Before it, on every way: a login, the price told by a `say` with `tells: rate`, and then a menu with `consent`.
`finished` sets `seconds`, `charged` and `currency`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from forms.schema import VARIABLE, word
from ivr.flow.commands import Beyond, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.form import FlowForm
from ivr.flow.language import Demand, Fact, Head, Reads, Scene, Term, Variable, World
from ivr.flow.verbs.errand import NOTHING, Destination, Visit, demand
from ivr.flow.verbs.schema import PROMPT, WITH, Known, VerbSchema, leads


@dataclass(frozen=True, slots=True)
class ConsultNow(Beyond):
    """A paid talk with an expert, billed by the minute."""

    verb = "consult"
    outcomes: ClassVar = {
        "finished": frozenset({"seconds", "charged", "currency"}),
        "short": NOTHING,
        "nobody": NOTHING,
        "broken_off": NOTHING,
    }
    usual: ClassVar = Outcome("finished", {"seconds": 180, "charged": 3000, "currency": "CNY"})
    service: str
    card: str
    prompts: tuple[Prompt, ...] = ()

    def asked(self) -> Mapping[str, Value]:
        return {"service": self.service, "card": self.card}


@dataclass(frozen=True, slots=True)
class Consult(Visit):
    """See the module."""

    beyond: ClassVar = ConsultNow
    card: Term

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Consult:
        """From its form."""
        place = Destination.read(form, "consult")
        then = Branches.read(form)
        card = form.term("card") or Term(Variable(("card",)), place.mark, place.mark)
        if card.variable is None:
            form.report.add(card.mark, "E108", '"card" is a variable, such as =card: who pays is never written here')
        return cls(head, then, Trouble.of_step(then.named, defaults), place, card)

    def what(self) -> str:
        return "the consultation"

    def reads(self, world: World) -> Iterable[Reads]:
        yield from Visit.reads(self, world)
        if self.card.variable is not None:
            yield Reads(self.card.variable, self.card.mark, "", "the consultation is paid from it")

    def demands(self, world: World) -> Iterable[Demand]:
        for fact in (Fact.LOGIN, Fact.CONSENT):  # no consent without the price told before it: see `menu`
            yield demand(fact, self.head.mark, "a consultation")

    def command(self, scene: Scene) -> ConsultNow | None:
        service, card = self.place.look_up(scene), self.card.look_up(scene.variables)
        # A card number that somebody keyed in is not yet theirs: the login hands over the card that it knows.
        if self.card.variable in scene.keyed | scene.secrets:
            return None
        if service is None or not isinstance(card, str) or not card:
            return None
        return ConsultNow(service, card, self.place.words.prompts(scene))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "A paid talk with an expert, billed by the minute. Not on the line yet: to try and to test.",
            {
                "consult": word("The service."),
                "card": word("Whose card pays: a variable, =card by default.", VARIABLE),
                "prompt": PROMPT,
                "then": leads(
                    finished="They talked.",
                    short="The money was not enough.",
                    nobody="No expert was free.",
                    broken_off="The talk broke off.",
                ),
                **WITH,
            },
            ("then",),
        )
