"""Joins the outbox to the switchboard: an order of a notice becomes a call on the trunk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from twisted.logger import Logger

from ivr.redacted import Number
from ivr.switch.line import Cause, Switch
from ivr.switch.reactor import Time
from ivr.switchboard import Outgoing, Switchboard
from ivr.trunk import NotDiallable, Trunk
from notify.caller import NO_LINE, CallOrder, CallResult

log = Logger()


class NoticeCalls:
    """Implements `notify.caller.Caller` with real calls."""

    def __init__(
        self, switchboard: Switchboard, switch: Switch, trunk: Trunk, clock: Time, wallclock: Callable[[], datetime]
    ) -> None:
        self._switchboard = switchboard
        self._switch = switch
        self._trunk = trunk
        self._clock = clock
        self._wallclock = wallclock

    async def place(self, order: CallOrder) -> CallResult:
        """As `Caller.place`."""
        try:
            target = self._trunk.uri(order.target)
        except NotDiallable as wrong:
            log.error("notice {id}: {wrong}: {number}", id=order.notice_id, wrong=wrong, number=Number(order.target))
            return CallResult(Cause.UNREACHABLE)
        made = await self._switchboard.make(
            self._switch,
            Outgoing(
                target=target,
                dialled=order.target,
                caller_id=self._trunk.caller_id,
                timeout=order.ring,
                flow=order.flow,
                language=order.language,
                variables=order.variables,
                headers=order.headers,
                notice=str(order.notice_id),
            ),
        )
        if not made.dialled:
            return NO_LINE
        return CallResult(
            made.end.cause,
            answered=made.up_at is not None,
            heard=made.heard,
            variables=made.variables,
            call_id=made.call_id,
            rang_at=self._at(made.rang_at),
            answered_at=self._at(made.up_at),
        )

    def _at(self, second: float | None) -> datetime | None:
        """A second of the clock as a moment on the wall."""
        if second is None:
            return None
        return self._wallclock() - timedelta(seconds=self._clock.seconds() - second)
