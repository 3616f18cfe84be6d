"""What is told in a call that we make: the order of a call, one telling after the other, and what became of it.

What is told next is decided behind `Tellings`; carrying it out on the leg is the switchboard's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from background.once import Once
from ivr.flow.commands import Value
from ivr.switch.line import Ended


@dataclass(frozen=True, slots=True)
class Telling:
    """One flow to be held with whoever answered."""

    flow: str
    language: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    notice: str = ""
    before: str = ""
    """A text that is said before it."""
    stopped: Once[str] = field(default_factory=Once, compare=False)
    """Comes when it must no longer be told: before the answer the call is hung up; a listener hears this text, and
    then what is told next."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call to be made: `target` is a SIP URI, `timeout` the seconds that it may ring."""

    target: str
    dialled: str
    caller_id: str
    timeout: float
    telling: Telling
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of an outgoing call, or of the last thing that was told in it while it goes on. `outcome` is the
    flow's own word, empty when nobody answered."""

    call_id: str
    end: Ended
    dialled: bool = True
    """False when no line was free."""
    rang_at: float | None = None
    """Seconds of the clock; None when it never rang."""
    up_at: float | None = None
    """Seconds of the clock; None when nobody answered."""
    outcome: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    heard: bool = False
    unvouched: float | None = None
    """As in `Finished`: the end of what was said to somebody of whom nobody knows yet whether he is there."""


class Tellings(Protocol):
    """Decides what is told in a call."""

    async def first(self, dialled: Telling) -> Telling | None:
        """Somebody answered: what to tell; `dialled` is what the call was made for."""

    async def then(self, made: Made) -> Telling | None:
        """What was told is over and somebody is there: what to tell next. None: say goodbye."""


class _AsDialled:
    """Implements `Tellings`: one thing and no more."""

    async def first(self, dialled: Telling) -> Telling | None:
        """As `Tellings.first`."""
        return dialled

    async def then(self, made: Made) -> Telling | None:
        """As `Tellings.then`."""
        return None


AS_DIALLED: Tellings = _AsDialled()
