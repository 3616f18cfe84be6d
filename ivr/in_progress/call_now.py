"""One call in progress, as it stands at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.in_progress.stage import Stage


@dataclass(frozen=True, slots=True)
class CallNow:
    """Times are aware UTC. Nothing secret is in it: it is made of what a trace keeps."""

    call_id: str
    direction: str
    """`in` or `out`."""
    dialled: str
    caller: str
    """The number that calls, or that we show when we call."""
    stage: Stage
    since: datetime
    """When that began."""
    began_at: datetime
    answered_at: datetime | None
    flow: str
    title: str
    """Of the flow that it is in, for people."""
    step: str
    verb: str
    words: str
    """What that step says, in the language of the call."""
    language: str
    company: str
    """The role of whom it is with, waits for or is held by (`ivr.record.legs.Role`); empty: the line has it."""
    party: str
    """The number of that one, or the name of the place."""
    notice: str
    """The notice that is told in it."""
    edition: int
    worker: str
    events: int
    """How many things have happened in it: where this grows, there is another step to show."""
    engine: str = ""
    """The engine that has it; empty: the one that was asked."""

    @property
    def number(self) -> str:
        """Of whom the call is about: who called in, or whom we called. Empty when withheld."""
        return self.caller if self.direction == "in" else self.dialled
