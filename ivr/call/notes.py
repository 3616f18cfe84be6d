"""Where a call notes what happens in it, and where in its flow that was. A trace keeps it; a rehearsal prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ivr.record.legs import Legs

HIDDEN = "****"
"""What is written in place of a secret; it does not give away the length."""


class Notes(Protocol):
    """Takes what happens, as it happens. `ivr.record.trace.Trace` is the one of live calls."""

    @property
    def legs(self) -> Legs:
        """Who takes part in the call, and who talks with whom."""

    def event(self, kind: str, **detail: Any) -> None:
        """Something happened: `step`, `prompt`, `keys`, `action`, `record`, `dial`, `outcome` ... Never a secret."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a call is in its flow."""

    call_id: str
    flow: str = ""
    step: str = ""
    entry: int = 0
    """Which step of the call this is, counted from its beginning."""
    language: str = ""
    edition: int = 0
    """Of flows and texts, to which the call keeps."""
