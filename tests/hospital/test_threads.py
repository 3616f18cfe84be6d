"""Slow work is done on threads of its own, and its failures come back."""

from __future__ import annotations

import threading

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from background.threads import SlowWork
from tests.reactors import ReactorOfOneThread


def test_slow_work_is_done_elsewhere_and_its_result_comes_back() -> None:
    reactor = ReactorOfOneThread()
    slow_work = SlowWork(reactor)  # type: ignore[arg-type]
    results: list[str] = []
    try:
        done = slow_work(lambda: threading.current_thread().name).addCallback(results.append)
        assert results == []
        reactor.turn()
    finally:
        slow_work.close()
    assert results[0] != threading.current_thread().name
    assert done.called


def test_what_is_asked_after_the_end_starts_no_thread() -> None:
    slow_work = SlowWork(ReactorOfOneThread())  # type: ignore[arg-type]
    slow_work.close()
    failed: list[Failure] = []
    slow_work(lambda: None).addErrback(failed.append)
    assert not [thread for thread in threading.enumerate() if "slow work" in thread.name]
    assert [one.type for one in failed] == [CancelledError]


def test_a_failure_of_slow_work_comes_back() -> None:
    reactor = ReactorOfOneThread()
    slow_work = SlowWork(reactor)  # type: ignore[arg-type]
    failed: list[type[BaseException] | None] = []

    async def ask() -> None:
        try:
            await slow_work(lambda: 1 // 0)
        except ZeroDivisionError as error:
            failed.append(type(error))

    try:
        Deferred.fromCoroutine(ask())
        reactor.turn()
    finally:
        slow_work.close()
    assert failed == [ZeroDivisionError]
