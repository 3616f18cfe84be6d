"""`queue`: wait for an agent and talk with them; when they hang up, the flow goes on.

    queue: appointments
    prompt: queue.please_wait                   # said before the music
    priority: 5                                 # 0 (usual) to 9 (first)
    longest: 600                                # seconds of waiting
    then: {served: rate_us, timed_out: call_back, full: call_back, closed: hours, left: menu}

`served` sets `agent` and `seconds`; `left` is the caller's leaving it by a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from forms.schema import number, word
from ivr.flow.commands import Beyond, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.drawn import Phrase, phrase
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Scene
from ivr.flow.verbs.errand import NOTHING, Destination, Visit
from ivr.flow.verbs.schema import PROMPT, WITH, Known, VerbSchema, leads


@dataclass(frozen=True, slots=True)
class QueueUp(Beyond):
    """Wait for an agent, then talk; `left` by a key."""

    verb = "queue"
    outcomes: ClassVar = {
        "served": frozenset({"agent", "seconds"}),
        "timed_out": NOTHING,
        "full": NOTHING,
        "closed": NOTHING,
        "left": NOTHING,
    }
    usual: ClassVar = Outcome("served", {"agent": "agent-1", "seconds": 60})
    queue: str
    prompts: tuple[Prompt, ...] = ()
    priority: int = 0
    longest: float = 600.0
    """Seconds of waiting at most."""

    def asked(self) -> Mapping[str, Value]:
        return {"queue": self.queue, "priority": self.priority}


@dataclass(frozen=True, slots=True)
class Queue(Visit):
    """See the module."""

    beyond: ClassVar = QueueUp
    priority: int
    longest: float

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Queue:
        """From its form."""
        place = Destination.read(form, "queue")
        then = Branches.read(form)
        priority = form.whole("priority", 0, 0, 9)
        longest = form.number("longest", 600, 5, 7200, whole=False)
        return cls(head, then, Trouble.of_step(then.named, defaults), place, priority, longest)

    def what(self) -> str:
        return "the queue"

    def by_caller(self, outcome: str) -> bool:
        return outcome == "left"

    def command(self, scene: Scene) -> QueueUp | None:
        name = self.place.look_up(scene)
        if name is None:
            return None
        return QueueUp(name, self.place.words.prompts(scene), self.priority, self.longest)

    def notes(self) -> tuple[Phrase, ...]:
        return (phrase("at most %(seconds)s seconds", seconds=f"{self.longest:g}"),)

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Waits for an agent, then talks. Not on the line yet: to try and to test.",
            {
                "queue": word("The queue.", ""),
                "prompt": PROMPT,
                "priority": number("0 (usual) to 9 (first).", 0, 9, 0, whole=True),
                "longest": number("Seconds of waiting at most.", 5, 7200, 600),
                "then": leads(
                    served="They talked.",
                    timed_out="Nobody was free in time.",
                    full="Too many wait.",
                    closed="Nobody works now.",
                    left="The caller left by a key.",
                ),
                **WITH,
            },
            ("then",),
        )
