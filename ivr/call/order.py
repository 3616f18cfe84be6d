"""A call that we make: its order, what is told in it one after the other, and its result.

Whoever orders decides behind `Tellings` what is told next; carrying it out on the leg is the switchboard's, and whom a
number reaches the `WayOut`'s. How one leg ended is for the switch to say (`ivr.switch.line.Ended`): a result is what
that means to whoever ordered the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from background.once import Once
from ivr.flow.commands import Value
from ivr.switch.line import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    """One call to make and the flow that is told in it, or the flow that is told next in a call that goes on."""

    target: str
    """A number as the hospital writes it: an extension or a full number."""
    ring: float
    """Seconds that it may ring."""
    flow: str
    language: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    notice_id: int = 0
    """The notice that the call carries; 0: none."""
    before: str = ""
    """A text that is said before the flow."""
    stopped: Once[str] = field(default_factory=Once, compare=False)
    """Comes when it must not be told any more, with the text that tells a listener so: a call that rings is hung up,
    one that talks says the text and goes on as after any flow."""

    @property
    def notice(self) -> str:
        """As records of calls name it."""
        return str(self.notice_id or "")


@dataclass(frozen=True, slots=True)
class CallResult:
    """What became of a call that was ordered, or of the last flow in it while it goes on. Whether a notice was
    confirmed is not said here: the action wrote that down already."""

    cause: Cause
    dialled: bool = True
    """False when no line was free: it doesn't count as an attempt."""
    answered: bool = False
    heard: bool = False
    """The flow said its text to the end, whether or not a key followed."""
    taken_back: bool = False
    """Whoever ordered it ended it before anybody could confirm, and says so."""
    outcome: str = ""
    """The flow's own word, empty when nobody answered."""
    variables: Mapping[str, Value] = field(default_factory=dict)
    call_id: str = ""
    rang_at: datetime | None = None
    answered_at: datetime | None = None


NO_LINE = CallResult(Cause.CONGESTION, dialled=False)

Order = TypeVar("Order", bound=CallOrder, covariant=True)


class Tellings(Protocol[Order]):
    """Decides what is told in one call."""

    async def first(self) -> Order | None:
        """Somebody answered: what to tell, what was ordered or what is more urgent. None: nothing any more."""

    async def then(self, told: CallResult) -> Order | None:
        """A flow is over and somebody is still there: what to tell next. None: hang up."""


class AsOrdered:
    """Implements `Tellings`: one flow and no more."""

    def __init__(self, order: CallOrder) -> None:
        self._order = order

    async def first(self) -> CallOrder:
        """As `Tellings.first`."""
        return self._order

    async def then(self, told: CallResult) -> None:
        """As `Tellings.then`."""
