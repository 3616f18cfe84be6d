"""`room`: into a conference room; when the caller or the room leaves off, the flow goes on.

    room: morning_round
    speaks: true                                # false: only listens
    prompt: room.you_are_joining
    then: {left: goodbye, full: room_full, closed: room_closed}

`left` sets `seconds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from forms.schema import flag, word
from ivr.flow.commands import Beyond, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.drawn import Phrase
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Scene
from ivr.flow.verbs.errand import NOTHING, Destination, Visit
from ivr.flow.verbs.schema import PROMPT, WITH, Known, VerbSchema, leads


@dataclass(frozen=True, slots=True)
class Join(Beyond):
    """Enter a conference room."""

    verb = "room"
    outcomes: ClassVar = {"left": frozenset({"seconds"}), "full": NOTHING, "closed": NOTHING}
    usual: ClassVar = Outcome("left", {"seconds": 60})
    room: str
    speaks: bool = True
    prompts: tuple[Prompt, ...] = ()

    def asked(self) -> Mapping[str, Value]:
        return {"room": self.room, "speaks": self.speaks}


@dataclass(frozen=True, slots=True)
class Room(Visit):
    """See the module."""

    beyond: ClassVar = Join
    speaks: bool

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Room:
        """From its form."""
        place = Destination.read(form, "room")
        then = Branches.read(form)
        return cls(head, then, Trouble.of_step(then.named, defaults), place, form.flag("speaks", True))

    def what(self) -> str:
        return "the room"

    def command(self, scene: Scene) -> Join | None:
        room = self.place.look_up(scene)
        return None if room is None else Join(room, self.speaks, self.place.words.prompts(scene))

    def notes(self) -> tuple[Phrase, ...]:
        return () if self.speaks else (Phrase("listens only"),)

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Into a conference room. Not on the line yet: to try and to test.",
            {
                "room": word("The room."),
                "speaks": flag("false: only listens."),
                "prompt": PROMPT,
                "then": leads(
                    left="The caller or the room left off.", full="The room is full.", closed="The room is closed."
                ),
                **WITH,
            },
            ("then",),
        )
