"""The boundary to the telephone: what the outbox orders and what it hears back, and a fake for tests.

The real one dials the target, runs the flow when somebody answers, and tells how it went. Whom to
call, and what follows from the result, stays here.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from twisted.internet.defer import Deferred

from ivr.flow.commands import Value
from ivr.switch.line import Cause


@dataclass(frozen=True, slots=True)
class CallOrder:
    """One call to make for a notice."""

    notice_id: int
    attempt_id: int
    target: str
    """A number as the hospital writes it: an extension or a full number. The trunk makes it a SIP URI."""
    flow: str
    language: str
    variables: Mapping[str, Value]
    """For the flow; `notice` is the reference that the action `notice.confirm` takes."""
    ring: float
    """Seconds that it may ring."""
    priority: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallResult:
    """What became of a call. Whether it was confirmed isn't told here: the action wrote that down already."""

    cause: Cause
    dialled: bool = True
    """False when no line was free: it doesn't count as an attempt."""
    answered: bool = False
    heard: bool = False
    """The flow said its text to the end, whether or not a key followed."""
    variables: Mapping[str, Value] = field(default_factory=dict)
    call_id: str = ""
    rang_at: datetime | None = None
    answered_at: datetime | None = None


NO_LINE = CallResult(Cause.CONGESTION, dialled=False)


class Caller(Protocol):
    """Makes calls for notices."""

    async def place(self, order: CallOrder) -> CallResult:
        """Dial, talk, and tell how it went; returns when the call is over.

        Whatever the telephone can do is a result. Cancelling hangs up.
        """


Scripted: TypeAlias = CallResult | Callable[[CallOrder], Awaitable[CallResult]]


class FakeCaller:
    """A telephone for tests: answers by number as told, remembers every order.

    A number that was told nothing rings until `finish` (or for ever).
    """

    def __init__(self) -> None:
        self.orders: list[CallOrder] = []
        self.in_air: dict[int, Deferred[CallResult]] = {}
        """Attempt id -> the call that waits for `finish`."""
        self.cancelled: list[CallOrder] = []
        self._scripts: dict[str, deque[Scripted]] = defaultdict(deque)

    @property
    def targets(self) -> list[str]:
        """The numbers dialled, in order."""
        return [order.target for order in self.orders]

    def answers(self, target: str, *results: Scripted) -> None:
        """The next calls to `target` go like this, one after the other; the last one stays."""
        self._scripts[target].extend(results)

    def finish(self, order: CallOrder, result: CallResult) -> None:
        """End a call that is in the air."""
        self.in_air.pop(order.attempt_id).callback(result)

    async def place(self, order: CallOrder) -> CallResult:
        """As `Caller.place`."""
        self.orders.append(order)
        scripts = self._scripts[order.target]
        if scripts:
            script = scripts.popleft() if len(scripts) > 1 else scripts[0]
            return script if isinstance(script, CallResult) else await script(order)
        waiting: Deferred[CallResult] = Deferred(lambda _: self.cancelled.append(order))
        self.in_air[order.attempt_id] = waiting
        return await waiting
