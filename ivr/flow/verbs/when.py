"""`when`: conditions in order, the first true one leads on; `else` when none is.

A condition that has no answer (a part is missing, kinds don't fit) leaves by `error`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.form import fill
from forms.report import Mark
from forms.schema import NAME, table, word
from forms.tree import Listing, Table
from ivr.flow.condition import Condition, Unclear
from ivr.flow.defaults import Defaults, Trouble
from ivr.flow.drawn import Drawn, Phrase, Said, Way
from ivr.flow.form import FlowForm
from ivr.flow.language import NOWHERE, Exit, Go, Head, Move, Reads, Scene, Step, Target, World
from ivr.flow.verbs.schema import FOLLOWS, Known, VerbSchema
from ivr.flow.verbs.shown import shortened, trouble_ways


@dataclass(frozen=True, slots=True)
class Case:
    """`{if: "expert.half == 'am'", then: morning}`."""

    condition: Condition
    mark: Mark
    then: Target


@dataclass(frozen=True, slots=True)
class When(Step):
    """`{when: [{if: urgent, then: urgent_text}], else: usual_text}`."""

    head: Head
    cases: tuple[Case, ...]
    otherwise: Target
    trouble: Trouble

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> When:
        """From its form."""
        node = form.node("when")
        cases = []
        if not isinstance(node, Listing) or not node.items:
            form.report.add(form.mark("when"), "E108", '"when" must be a list of {if: condition, then: step}')
            form.hazy = True
        else:
            for item in node.items:
                case = cls._case(form, item) if isinstance(item, Table) else None
                if case is not None:
                    cases.append(case)
                else:
                    form.hazy = True
                if not isinstance(item, Table):
                    form.report.add(item.mark, "E108", "a condition is written {if: condition, then: step}")
        otherwise = form.target("else") or NOWHERE
        error = form.target("error", required=False)
        return cls(head, tuple(cases), otherwise, Trouble.of_step({"error": error} if error else {}, defaults))

    @staticmethod
    def _case(outer: FlowForm, table: Table) -> Case | None:
        def read(form: FlowForm) -> Case | None:
            word = form.word("if", required=True)
            then = form.target("then") or NOWHERE
            condition = None if word is None else Condition.read(word, form.report)
            outer.hazy = outer.hazy or form.hazy
            return None if word is None or condition is None else Case(condition, word.mark, then)

        return fill(table, outer.report, "the condition", read, FlowForm)

    def exits(self, world: World) -> Iterable[Exit]:
        for case in self.cases:
            yield Exit(case.then)
        yield Exit(self.otherwise)
        yield from self.trouble.exits()

    def reads(self, world: World) -> Iterable[Reads]:
        for case in self.cases:
            for variable in case.condition.variables:
                yield Reads(variable, case.mark, open=False)

    def enter(self, scene: Scene) -> Move:
        for case in self.cases:
            try:
                if case.condition.holds(scene.variables):
                    return Go(case.then.name)
            except Unclear:
                return self.trouble.take(scene)
        return Go(self.otherwise.name)

    def draw(self, said: Said) -> Drawn:
        cases = [Way(case.then.name, shortened(case.condition.source)) for case in self.cases]
        return Drawn("when", (*cases, Way(self.otherwise.name, Phrase("else")), *trouble_ways(self.trouble)))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Decides: the first condition that holds leads on.",
            {
                "when": {
                    "description": "Conditions in order.",
                    "type": "array",
                    "minItems": 1,
                    "items": table(
                        "A condition and where it leads.",
                        {
                            "if": word('A condition: expert.fee <= 2000 && half == "am"') | {"maxLength": 200},
                            "then": FOLLOWS,
                        },
                        ("if", "then"),
                    ),
                },
                "else": word("The step that follows when no condition holds.", NAME),
                "error": word("The step that follows when a condition has no answer (a part is missing).", NAME),
            },
            ("else",),
        )
