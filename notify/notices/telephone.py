"""The boundary to the telephone: what the outbox orders and what it hears back, and a fake for tests.

The real one dials the target, runs the flow when somebody answers, asks what else is to be told on this call, and
tells how it went. Whom to call, what is told next, and what follows from the result, stays here.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from twisted.internet.defer import Deferred

from background.once import Once
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
    stopped: Once[str] = field(default_factory=Once, compare=False)
    """Comes when it must not be told any more, with the text that tells a listener so: a call that rings is hung up,
    one that talks says the text and goes on as after any notice."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """What became of a call. Whether it was confirmed is not said here: the action wrote that down already."""

    cause: Cause
    dialled: bool = True
    """False when no line was free: it doesn't count as an attempt."""
    answered: bool = False
    heard: bool = False
    """The flow said its text to the end, whether or not a key followed."""
    taken_back: bool = False
    """We ended it ourselves before anybody could confirm."""
    variables: Mapping[str, Value] = field(default_factory=dict)
    call_id: str = ""
    rang_at: datetime | None = None
    answered_at: datetime | None = None


NO_LINE = CallResult(Cause.CONGESTION, dialled=False)


class Tellings(Protocol):
    """What is told on one call. The caller asks, the outbox decides."""

    async def first(self) -> CallOrder | None:
        """Somebody answered: what to tell, the order of the dialling or a more urgent one. None: nothing any more."""

    async def then(self, told: CallResult) -> CallOrder | None:
        """The flow of a notice is over and the listener is still there: what to tell next. None: hang up."""


class Telephone(Protocol):
    """Makes calls for notices."""

    async def place(self, order: CallOrder, tellings: Tellings) -> CallResult:
        """Dial, tell one notice after the other, and say how the last one went; returns when the call is over.

        Whatever the telephone can do is a result. Cancelling hangs up.
        """


Scripted: TypeAlias = CallResult | Callable[[CallOrder], Awaitable[CallResult]]


class FakeCaller:
    """A telephone for tests: answers by number as told, remembers every order.

    A number that was told nothing rings until it is picked up, `finish`ed, or its notice is stopped. Whoever stays on
    the line hears the further notices of the call, too; they go as the script goes.
    """

    def __init__(self) -> None:
        self.orders: list[CallOrder] = []
        """What was dialled, in order."""
        self.told: list[CallOrder] = []
        """What was told after the first in one call, in order."""
        self.in_air: dict[int, Deferred[CallResult]] = {}
        """Attempt id of the dialling -> the call that waits for `finish`."""
        self.cancelled: list[CallOrder] = []
        self._tellings: dict[int, Tellings] = {}
        self._talking: set[int] = set()
        self._scripts: dict[str, deque[Scripted]] = defaultdict(deque)

    @property
    def targets(self) -> list[str]:
        """The numbers dialled, in order."""
        return [order.target for order in self.orders]

    def answers(self, target: str, *results: Scripted) -> None:
        """The next calls to `target` go like this, one after the other; the last one stays."""
        self._scripts[target].extend(results)

    async def picks_up(self, order: CallOrder) -> CallOrder | None:
        """Somebody answers a call that rings, and listens until `finish`: what is told first."""
        self._talking.add(order.attempt_id)
        return await self._tellings[order.attempt_id].first()

    async def stays(self, order: CallOrder, told: CallResult) -> CallOrder | None:
        """The flow is over, the listener of the call that was dialled by `order` is still there: what is told next."""
        following = await self._tellings[order.attempt_id].then(told)
        self.told += [following] if following is not None else []
        return following

    def finish(self, order: CallOrder, result: CallResult) -> None:
        """End a call that is in the air."""
        self.in_air.pop(order.attempt_id).callback(result)

    async def place(self, order: CallOrder, tellings: Tellings) -> CallResult:
        """As `Telephone.place`."""
        self.orders.append(order)
        scripts = self._scripts[order.target]
        if not scripts:
            return await self._ring(order, tellings)
        script = scripts.popleft() if len(scripts) > 1 else scripts[0]
        result = await self._play(script, order)
        while result.answered and (following := await tellings.then(result)) is not None:
            self.told.append(following)
            result = await self._play(script, following)
        return result

    async def _ring(self, order: CallOrder, tellings: Tellings) -> CallResult:
        waiting: Deferred[CallResult] = Deferred(lambda _: self.cancelled.append(order))
        self.in_air[order.attempt_id], self._tellings[order.attempt_id] = waiting, tellings

        def stop(_: str) -> None:
            if order.attempt_id in self.in_air and order.attempt_id not in self._talking:
                self.cancelled.append(order)
                self.finish(order, CallResult(Cause.CANCELLED))

        order.stopped.then(stop)
        return await waiting

    @staticmethod
    async def _play(script: Scripted, order: CallOrder) -> CallResult:
        return script if isinstance(script, CallResult) else await script(order)
