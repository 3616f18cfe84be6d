"""The boundary to the telephone: what the outbox orders and what it hears back, and a fake for tests.

The real one dials the target, runs the flow when somebody answers, asks what else is to be told on this call, and
tells how it went. Whom to call, what is told next, and what follows from the result, stays here.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from twisted.internet.defer import Deferred

from ivr.call.order import CallOrder, CallResult, Tellings
from ivr.switch.line import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOrder(CallOrder):
    """A call that a notice needs, or the notice that is told next in one. `notice` among its variables is the reference
    that the action `notice.confirm` takes."""

    attempt_id: int
    priority: int


class Telephone(Protocol):
    """Makes calls for notices."""

    async def place(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> CallResult:
        """Dial, tell one notice after the other, and say how the last one went; returns when the call is over.

        Whatever the telephone can do is a result. Cancelling hangs up.
        """


Scripted: TypeAlias = CallResult | Callable[[NoticeOrder], Awaitable[CallResult]]


class FakeCaller:
    """A telephone for tests: answers by number as told, remembers every order.

    A number that was told nothing rings until it is picked up, `finish`ed, or its notice is stopped. Whoever stays on
    the line hears the further notices of the call, too; they go as the script goes.
    """

    def __init__(self) -> None:
        self.orders: list[NoticeOrder] = []
        """What was dialled, in order."""
        self.told: list[NoticeOrder] = []
        """What was told after the first in one call, in order."""
        self.in_air: dict[int, Deferred[CallResult]] = {}
        """Attempt id of the dialling -> the call that waits for `finish`."""
        self.cancelled: list[NoticeOrder] = []
        self._tellings: dict[int, Tellings[NoticeOrder]] = {}
        self._talking: set[int] = set()
        self._scripts: dict[str, deque[Scripted]] = defaultdict(deque)

    @property
    def targets(self) -> list[str]:
        """The numbers dialled, in order."""
        return [order.target for order in self.orders]

    def answers(self, target: str, *results: Scripted) -> None:
        """The next calls to `target` go like this, one after the other; the last one stays."""
        self._scripts[target].extend(results)

    async def picks_up(self, order: NoticeOrder) -> NoticeOrder | None:
        """Somebody answers a call that rings, and listens until `finish`: what is told first."""
        self._talking.add(order.attempt_id)
        return await self._tellings[order.attempt_id].first()

    async def stays(self, order: NoticeOrder, told: CallResult) -> NoticeOrder | None:
        """The flow is over, the listener of the call that was dialled by `order` is still there: what is told next."""
        following = await self._tellings[order.attempt_id].then(told)
        self.told += [following] if following is not None else []
        return following

    def finish(self, order: NoticeOrder, result: CallResult) -> None:
        """End a call that is in the air."""
        self.in_air.pop(order.attempt_id).callback(result)

    async def place(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> CallResult:
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

    async def _ring(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> CallResult:
        waiting: Deferred[CallResult] = Deferred(lambda _: self.cancelled.append(order))
        self.in_air[order.attempt_id], self._tellings[order.attempt_id] = waiting, tellings

        def stop(_: str) -> None:
            if order.attempt_id in self.in_air and order.attempt_id not in self._talking:
                self.cancelled.append(order)
                self.finish(order, CallResult(Cause.CANCELLED))

        order.stopped.then(stop)
        return await waiting

    @staticmethod
    async def _play(script: Scripted, order: NoticeOrder) -> CallResult:
        return script if isinstance(script, CallResult) else await script(order)
