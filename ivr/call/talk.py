"""What carrying out a command works with: the caller's leg, the voice on it, the trace, and what a conversation
remembers between two commands.

Who puts things into it and when it ends is the conversation's; what is carried out stands in `ivr.call.errands`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from actions.action import Action, CallFacts
from ivr.call.leg import Leg
from ivr.call.notes import Notes, Position
from ivr.call.speaker import Heard, Speaker

BREATH = 0.5
"""Seconds before the end of a prompt: a telephone that gave its last sign of life earlier has not heard it."""


@dataclass(slots=True)
class Talk:
    """One caller, one flow, as far as they have come."""

    leg: Leg
    speaker: Speaker
    trace: Notes
    call: CallFacts
    actions: Mapping[str, Action]
    at: Position
    """The step that is carried out."""
    unasked: bool = False
    """We called, and nothing was asked yet: no key counts before the listener can have heard what it answers."""
    offering: bool = False
    """While the prompts of an input are said that a key may cut off: such a key counts even when the caller hangs
    up with it."""
    message: bool = False
    """From the beginning of a recording to where somebody would have to listen again: whoever hangs up there has left
    a message, so the flow goes on."""
    asked: bool = False
    """Whether the caller was asked for keys."""
    said: list[Heard] = field(default_factory=list)
    """How everything went that was said without asking."""
    heard: bool = False
    """As in `Finished`."""
    unvouched: float | None = None
    """As in `Finished`."""

    @property
    def place(self) -> Position:
        """Where the call is, with the language that is spoken there."""
        return replace(self.at, language=self.speaker.language)

    @property
    def key_waits(self) -> bool:
        """Whether a key has come that the conversation is just about to take."""
        return self.offering and self.leg.has_keys

    def said_all(self, heard: list[Heard]) -> None:
        """What had to be said was said. A telephone that died meanwhile has not heard it."""
        if not heard or not all(one.whole for one in heard):
            return
        if heard[-1].silence < BREATH:
            self.heard, self.unvouched = True, None
        elif not self.heard and self.unvouched is None:
            self.unvouched = self.leg.clock.seconds()
