"""Telephones with one line each, on the story's clock: whoever rings while they are in use hears that they are busy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from ivr.call.order import CallResult, Tellings
from ivr.switch.line import Cause
from notify.notices.telephone import NoticeOrder

if TYPE_CHECKING:
    from tests.notify.story import Story

ROBOT = 8.0
"""Seconds after its key at which a robot hangs up, whatever is said then."""


@dataclass
class OneLine:
    """Implements `Telephone`. Every telephone answers after `answers_after`, hears each text for `listens` seconds,
    presses 1, and hears the thanks for two more. A robot (`hangs_up_after`) hangs up so long after its only key."""

    clock: Clock
    listens: float = 20.0
    answers_after: float = 2.0
    hangs_up_after: float | None = None
    answered: Callable[[NoticeOrder], bool] = lambda order: True
    orders: list[NoticeOrder] = field(default_factory=list)
    """What was dialled."""
    dialled_at: list[float] = field(default_factory=list)
    told: list[NoticeOrder] = field(default_factory=list)
    """What was told to its end and confirmed, in order."""
    in_air: dict[int, NoticeOrder] = field(default_factory=dict)
    busy: Counter[str] = field(default_factory=Counter)
    """How often each number was rung while it was in use."""
    story: Story = None  # type: ignore[assignment]
    _in_use: set[str] = field(default_factory=set)

    @property
    def targets(self) -> list[str]:
        return [order.target for order in self.orders]

    async def place(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> CallResult:
        """As `Telephone.place`."""
        self.orders.append(order)
        self.dialled_at.append(self.clock.seconds())
        if order.target in self._in_use:
            self.busy[order.target] += 1
            return CallResult(Cause.BUSY)
        self._in_use.add(order.target)
        self.in_air[order.attempt_id] = order
        try:
            return await self._talk(order, tellings)
        finally:
            self.in_air.pop(order.attempt_id, None)
            self._in_use.discard(order.target)

    async def _talk(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> CallResult:
        if not self.answered(order):
            if await self._passes(order.ring, order):
                return CallResult(Cause.NO_ANSWER)
            return CallResult(Cause.CANCELLED)
        if not await self._passes(self.answers_after, order):
            return CallResult(Cause.CANCELLED)
        heard = CallResult(
            Cause.NORMAL, answered=True, heard=True, call_id=f"{order.attempt_id:032}", answered_at=self.story.now()
        )
        telling = await tellings.first()
        left: float | None = None
        while telling is not None:
            if left is not None and left < self.listens:
                await self._passes(left)
                return CallResult(Cause.NORMAL, answered=True, call_id=heard.call_id)
            await self._passes(self.listens)
            if await self.story.press_confirm(telling) == "confirmed":
                self.told.append(telling)
            await self._passes(2.0)
            if self.hangs_up_after is not None and left is None:
                left = self.hangs_up_after - 2.0
            telling = await tellings.then(heard)
        return heard

    async def _passes(self, seconds: float, order: NoticeOrder | None = None) -> bool:
        """Time goes by; False when the call was called off meanwhile."""
        over: Deferred[bool] = Deferred()
        timer = self.clock.callLater(seconds, lambda: over.callback(True))
        if order is not None:

            def stop(_: str) -> None:
                if timer.active():
                    timer.cancel()
                    over.callback(False)

            order.stopped.then(stop)
        try:
            return await over
        except CancelledError:
            if timer.active():
                timer.cancel()
            raise

    def die(self) -> None:
        """The engine is gone, and with it its calls."""
        self._in_use.clear()
        self.in_air.clear()
