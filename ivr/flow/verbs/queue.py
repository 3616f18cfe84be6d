"""`queue`: wait for an agent and talk with them; when they hang up, the flow goes on.

    queue: appointments
    prompt: queue.please_wait                   # said before the music
    priority: 5                                 # 0 (usual) to 9 (first)
    longest: 600                                # seconds of waiting
    then: {served: rate_us, timed_out: call_back, full: call_back, closed: hours, left: menu}

`served` sets `agent` and `seconds`; `left` is the caller's leaving it by a key.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.flow.commands import Command
from ivr.flow.commands import Queue as QueueUp
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.form import Form
from ivr.flow.language import Head, Scene
from ivr.flow.verbs.errand import NOTHING, Find, Outcomes, Place, Visit


@dataclass(frozen=True, slots=True)
class Queue(Visit):
    """See the module."""

    priority: int
    longest: float

    @classmethod
    def read(cls, form: Form, head: Head, defaults: Defaults) -> Queue:
        """From its form."""
        place = Place.read(form, "queue")
        then = Branches.read(form)
        priority = form.whole("priority", 0, 0, 9)
        longest = form.number("longest", 600, 5, 7200, whole=False)
        return cls(head, then, Trouble.of_step(then.named, defaults), place, priority, longest)

    def what(self) -> str:
        return "the queue"

    def outcomes(self, find: Find) -> Outcomes:
        return {
            "served": frozenset({"agent", "seconds"}),
            "timed_out": NOTHING,
            "full": NOTHING,
            "closed": NOTHING,
            "left": NOTHING,
        }

    def by_caller(self, outcome: str) -> bool:
        return outcome == "left"

    def command(self, scene: Scene) -> Command | None:
        name = self.place.look_up(scene)
        if name is None:
            return None
        return QueueUp(name, self.place.words.prompts(scene), self.priority, self.longest)
