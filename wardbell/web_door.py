"""The engine's side of the door: a page's thread asks, the reactor's thread answers. Implements `web.door.Door`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any, TypeVar

from background.spawn import spawn
from ivr.switch.pool import Pool
from notify.mllp.intake import Intake
from notify.notices.outbox import Outbox
from notify.notices.rules import NoticeRules
from web.door import Lines
from web.errors import EngineAway

T = TypeVar("T")

PATIENCE = 3.0
"""Seconds that a page waits for the engine."""


class EngineDoor:
    """The parts of the engine that pages may reach."""

    def __init__(
        self, reactor: Any, pool: Pool, outbox: Outbox, intake: Intake, rules: Callable[[], NoticeRules]
    ) -> None:
        self._reactor = reactor
        self._pool = pool
        self._outbox = outbox
        self._intake = intake
        self._rules = rules

    def lines(self) -> Lines:
        """As `Door.lines`."""
        capacity = self._in_engine(self._pool.capacity)
        return Lines(capacity.lines, capacity.lines - capacity.busy)

    def look_for_notices(self) -> None:
        """As `Door.look_for_notices`."""
        self._in_engine(self._outbox.poke)

    def notice_rules(self) -> NoticeRules:
        """As `Door.notice_rules`. An edition is put on air at once, so any thread may look which it is."""
        return self._rules()

    def receive_hl7(self, raw: bytes, peer: str) -> bytes:
        """As `Door.receive_hl7`."""
        return self._awaited(lambda: self._intake.receive(raw, peer))

    def _awaited(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """A coroutine of the engine, and what it comes to. One that takes longer than `PATIENCE` goes on alone."""
        answer: Future[T | None] = Future()
        self._reactor.callFromThread(lambda: spawn(work(), "what a page asked for").addCallback(answer.set_result))
        try:
            came = answer.result(PATIENCE)
        except TooLate:
            raise EngineAway("the engine does not answer") from None
        if came is None:
            raise EngineAway("the engine could not do it: its log says why")
        return came

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
