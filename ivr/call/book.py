"""Where calls leave what becomes of them: a book with a page for each. Who keeps it is not the calls' business
(`ivr.record.trace`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ivr.call.notes import Notes
from ivr.record.legs import NOWHERE
from ivr.switch.line import Ended, Seat

IN_BAND = "keys_in_band"
"""The event of a call whose telephone offered no key events."""
TURNED_AWAY = "refused"
"""The event that tells why a call never reached a flow."""


@dataclass(frozen=True, slots=True)
class CallBegun:
    """What is known of a call when it begins."""

    call_id: str
    direction: str
    """`in` or `out`."""
    dialled: str
    caller: str
    flow: str
    language: str
    notice: str = ""
    """The notice that it carries, when it is an outgoing alert."""
    edition: int = 0
    """The edition of flows and texts that it keeps to its end; 0: one that was never published."""
    seat: Seat = NOWHERE
    """Where its first leg is."""


class CallNotes(Notes, Protocol):
    """The page of one call."""

    def rang(self) -> None:
        """The telephone that we called rings."""

    def answered(self) -> None:
        """Audio flows from now on."""

    def hung_up(self, end: Ended) -> None:
        """Its first leg is gone; what the flow still does takes no time of anybody's."""

    def finished(self, end: Ended, outcome: str) -> None:
        """The call is over; `outcome` is the flow's own word for how it went."""


class Book(Protocol):
    """Takes the pages of all calls."""

    def begin(self, facts: CallBegun) -> CallNotes:
        """A call began: open its page."""
