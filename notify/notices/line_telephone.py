"""Joins the outbox to the switchboard: an order of a notice becomes a call on the trunk, and what the outbox wants told
next the next flow on the same leg, with the words between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ivr.call.order import CallResult, Tellings
from ivr.call.switchboard import Switchboard
from ivr.call.way_out import WayOut
from notify.notices.call import CALLED_OFF
from notify.notices.telephone import NoticeOrder

ANOTHER = "ward.another"
"""Said before each further notice of a call."""


class LineTelephone:
    """Implements `notify.notices.telephone.Telephone` with real calls."""

    def __init__(self, switchboard: Switchboard, way: WayOut, wallclock: Callable[[], datetime]) -> None:
        self._switchboard = switchboard
        self._way = way
        self._wallclock = wallclock

    async def place(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> CallResult:
        """As `Telephone.place`."""
        return await self._switchboard.make(self._way, order, _Worded(order, tellings), self._wallclock)


class _Worded:
    """Implements `Tellings`: what the outbox decides, with the words for what was taken back and for what follows."""

    def __init__(self, order: NoticeOrder, tellings: Tellings[NoticeOrder]) -> None:
        self._order = order
        self._tellings = tellings

    async def first(self) -> NoticeOrder:
        """As `Tellings.first`."""
        order = await self._tellings.first()
        if order is None:  # it was taken back just when somebody answered
            self._order.stopped.come(CALLED_OFF)
        return order or self._order

    async def then(self, told: CallResult) -> NoticeOrder | None:
        """As `Tellings.then`."""
        order = await self._tellings.then(told)
        return None if order is None else replace(order, before=ANOTHER)
