"""`hangup` and `return`: the end of the call, and the end of a sub-flow with an outcome.

`return` in the first flow of a call ends the call too; `end` as a target is `return: end`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.form import Name
from forms.schema import NAME, word
from ivr.flow.defaults import Defaults
from ivr.flow.drawn import Drawn, Said
from ivr.flow.form import FlowForm
from ivr.flow.language import Exit, Finish, Head, Move, Scene, Step, World
from ivr.flow.language import Return as ReturnMove
from ivr.flow.verbs.schema import Known, VerbSchema
from ivr.flow.verbs.shown import outcome_note


@dataclass(frozen=True, slots=True)
class HangUp(Step):
    """`{hangup: confirmed}`: the call's trace has the outcome."""

    head: Head
    outcome: Name | None

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> HangUp:
        """From its form."""
        return cls(head, form.name("hangup", required=True))

    def exits(self, world: World) -> Iterable[Exit]:
        return ()

    def enter(self, scene: Scene) -> Move:
        assert self.outcome is not None
        return Finish(self.outcome.text)

    def draw(self, said: Said) -> Drawn:
        return Drawn("hangup", (), notes=outcome_note(self.head, self.outcome))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Ends the call, however deep.", {"hangup": word("The outcome, for the record of the call.", NAME)}
        )


@dataclass(frozen=True, slots=True)
class Return(Step):
    """`{return: right}`: back to the flow that called this one."""

    head: Head
    outcome: Name | None

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Return:
        """From its form."""
        return cls(head, form.name("return", required=True))

    def exits(self, world: World) -> Iterable[Exit]:
        return ()

    def enter(self, scene: Scene) -> Move:
        assert self.outcome is not None
        return ReturnMove(self.outcome.text)

    def draw(self, said: Said) -> Drawn:
        return Drawn("return", (), notes=outcome_note(self.head, self.outcome))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Back to the calling flow with an outcome.", {"return": word("One of the flow's outcomes.", NAME)}
        )
