"""Who puts a caller through: what a conversation asks of the lines that lead out of the house."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ivr.call.leg import Leg
from ivr.call.notes import Notes, Position
from ivr.flow.commands import Outcome
from ivr.flow.verbs.dial import DialNow


class Dialler(Protocol):
    """Puts a caller through."""

    async def connect(self, leg: Leg, wanted: DialNow, place: Position, notes: Notes) -> Outcome:
        """Call `wanted.number`, let the caller hear that it rings, let both talk until the other hangs up.

        `talked` with `{seconds}`, `busy`, `no_answer`, `refused` or `error`. The prompts of `wanted` have been said.
        When the caller's call ends (this is then cancelled, or raises `LineGone`) the other leg is let go, too.
        """


@dataclass
class FakeDialler:
    """A dialler that calls nobody: it answers what the test put into `outcomes`, in order, then `no_answer`."""

    outcomes: list[Outcome] = field(default_factory=list)
    dialled: list[DialNow] = field(default_factory=list)

    async def connect(self, leg: Leg, wanted: DialNow, place: Position, notes: Notes) -> Outcome:
        """As `Dialler.connect`."""
        self.dialled.append(wanted)
        return self.outcomes.pop(0) if self.outcomes else Outcome("no_answer")
