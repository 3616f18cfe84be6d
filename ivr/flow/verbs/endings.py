"""`hangup` and `return`: the end of the call, and the end of a sub-flow with an outcome.

`return` in the first flow of a call ends the call too; `end` as a target is `return: end`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.form import Name
from ivr.flow.defaults import Defaults
from ivr.flow.form import FlowForm
from ivr.flow.language import Exit, Finish, Head, Move, Scene, Step, World
from ivr.flow.language import Return as ReturnMove


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
