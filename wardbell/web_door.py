"""The engine's side of the door: a page's thread asks, the reactor's thread answers. Implements `web.door.Door`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any, TypeVar

from ivr.switch.pool import Pool
from notify.notices.outbox import Outbox
from web.door import Lines
from web.errors import EngineAway

T = TypeVar("T")

PATIENCE = 3.0
"""Seconds that a page waits for the engine."""


class EngineDoor:
    """The parts of the engine that pages may reach."""

    def __init__(self, reactor: Any, pool: Pool, outbox: Outbox) -> None:
        self._reactor = reactor
        self._pool = pool
        self._outbox = outbox

    def lines(self) -> Lines:
        """As `Door.lines`."""
        capacity = self._in_engine(self._pool.capacity)
        return Lines(capacity.lines, capacity.lines - capacity.busy)

    def look_for_notices(self) -> None:
        """As `Door.look_for_notices`."""
        self._in_engine(self._outbox.poke)

    def _in_engine(self, work: Callable[[], T]) -> T:
        """`work` on the reactor's thread, and what it gives."""
        answer: Future[T] = Future()

        def carry_out() -> None:
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(work())
                except Exception as wrong:  # noqa: BLE001 - raised again where it was asked
                    answer.set_exception(wrong)

        self._reactor.callFromThread(carry_out)
        try:
            return answer.result(PATIENCE)
        except TooLate:
            answer.cancel()
            raise EngineAway("the engine does not answer") from None
