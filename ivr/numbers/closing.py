"""One number that somebody closed, as the look-up sees it. Where it is kept is `ivr.numbers.closings`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """A number is closed, whatever its hours say, until `until` (aware; None: until somebody opens it)."""

    number: str
    """The number's key in the file (`Plan.number`)."""
    until: datetime | None = None
    who: str = ""
    why: str = ""
    since: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is closed at `now` (aware)."""
        return self.until is None or now < self.until
