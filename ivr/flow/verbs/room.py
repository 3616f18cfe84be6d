"""`room`: into a conference room; when the caller or the room leaves off, the flow goes on.

    room: morning_round
    speaks: true                                # false: only listens
    prompt: room.you_are_joining
    then: {left: goodbye, full: room_full, closed: room_closed}

`left` sets `seconds`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.flow.commands import Command, Join
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.form import Form
from ivr.flow.language import Head, Scene
from ivr.flow.verbs.errand import NOTHING, Find, Outcomes, Place, Visit


@dataclass(frozen=True, slots=True)
class Room(Visit):
    """See the module."""

    speaks: bool

    @classmethod
    def read(cls, form: Form, head: Head, defaults: Defaults) -> Room:
        """From its form."""
        place = Place.read(form, "room")
        then = Branches.read(form)
        return cls(head, then, Trouble.of_step(then.named, defaults), place, form.flag("speaks", True))

    def what(self) -> str:
        return "the room"

    def outcomes(self, find: Find) -> Outcomes:
        return {"left": frozenset({"seconds"}), "full": NOTHING, "closed": NOTHING}

    def command(self, scene: Scene) -> Command | None:
        room = self.place.look_up(scene)
        return None if room is None else Join(room, self.speaks, self.place.words.prompts(scene))
