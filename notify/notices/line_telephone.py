"""Joins the outbox to the switchboard: an order of a notice becomes a call on the trunk, and what the outbox wants told
next becomes the next flow on the same leg."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from twisted.logger import Logger

from background.reactor import Time
from ivr.call.switchboard import Switchboard
from ivr.call.telling import Made, Outgoing, Telling
from ivr.record.redacted import Number
from ivr.switch.line import Cause, Switch
from ivr.trunks.trunk import NotDiallable, Trunk
from notify.notices import telephone
from notify.notices.call import CALLED_OFF
from notify.notices.telephone import NO_LINE, CallOrder, CallResult

log = Logger()

ANOTHER = "ward.another"
"""Said before each further notice of a call."""


class LineTelephone:
    """Implements `notify.notices.telephone.Telephone` with real calls."""

    def __init__(
        self, switchboard: Switchboard, switch: Switch, trunk: Trunk, clock: Time, wallclock: Callable[[], datetime]
    ) -> None:
        self._switchboard = switchboard
        self._switch = switch
        self._trunk = trunk
        self._clock = clock
        self._wallclock = wallclock

    async def place(self, order: CallOrder, tellings: telephone.Tellings) -> CallResult:
        """As `Telephone.place`."""
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
                telling=_telling(order),
                headers=order.headers,
            ),
            _OnLeg(tellings, self._result),
        )
        return self._result(made) if made.dialled else NO_LINE

    def _result(self, made: Made) -> CallResult:
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


class _OnLeg:
    """Implements `ivr.call.telling.Tellings`: what the outbox decides, in the words of the switchboard."""

    def __init__(self, tellings: telephone.Tellings, result: Callable[[Made], CallResult]) -> None:
        self._tellings = tellings
        self._result = result

    async def first(self, dialled: Telling) -> Telling | None:
        """As `Tellings.first`."""
        order = await self._tellings.first()
        if order is None:  # it was taken back just when somebody answered
            dialled.stopped.come(CALLED_OFF)
            return dialled
        return _telling(order)

    async def then(self, made: Made) -> Telling | None:
        """As `Tellings.then`."""
        order = await self._tellings.then(self._result(made))
        return _telling(order, ANOTHER) if order is not None else None


def _telling(order: CallOrder, before: str = "") -> Telling:
    return Telling(order.flow, order.language, order.variables, str(order.notice_id), before, order.stopped)
