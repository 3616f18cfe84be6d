"""The reactor's thread as other threads ask it: they wait for its answer, but not for ever."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any, TypeVar

from background.spawn import spawn
from web.errors import EngineAway

T = TypeVar("T")

PATIENCE = 3.0
"""Seconds that a page waits for the engine."""


class EngineThread:
    """`reactor` is Twisted's."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def ask(self, work: Callable[[], T]) -> T:
        """`work` on the reactor's thread, and what it gives. Raises `EngineAway` when that takes too long."""
        answer: Future[T] = Future()

        def work_there() -> None:
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(work())
                except Exception as wrong:  # noqa: BLE001 - raised again where it was asked
                    answer.set_exception(wrong)

        self._reactor.callFromThread(work_there)
        try:
            return answer.result(PATIENCE)
        except TooLate:
            answer.cancel()
            raise EngineAway("the engine does not answer") from None

    def carry_out(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
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
