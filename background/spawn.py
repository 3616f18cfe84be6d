"""Background work, started one way: a failure is always logged, never lost.

A coroutine that nobody awaits fails in silence; `spawn` is the only place that starts one.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

T = TypeVar("T")

log = Logger()


def spawn(work: Coroutine[Deferred[Any], Any, T], what: str) -> Deferred[T | None]:
    """Start `work` now and log its failure as `what`. Cancelling the result cancels the work.

    The Deferred fires with the result, or with None after a failure that has been logged;
    under trial and in our test suite a logged failure fails the test.
    """

    def failed(failure: Failure) -> None:
        if not isinstance(failure.value, CancelledError):
            log.failure("{what} failed", failure=failure, what=what)

    running: Deferred[T | None] = Deferred.fromCoroutine(work)
    running.addErrback(failed)
    return running
