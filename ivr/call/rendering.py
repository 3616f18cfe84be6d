"""The threads that render sentences which no store has yet, so that neither the reactor nor other calls wait.

Good voices take their time: only so many renderings run at once, and there is no queue for them. Whoever finds
them all busy goes on without. Quick voices have threads of their own, which no slow one can hold up. What is made
there, and what a caller hears instead, is the voice's (`voice.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from background.reactor import Time, call_later

log = Logger()

GOOD, QUICK = 4, 2
"""Sentences rendered at the same time. Each runs programs of its own."""


class Rendering:
    """`start` before, `close` after; `within` in between. One for all calls of an engine."""

    def __init__(
        self,
        reactor: IReactorFromThreads,
        clock: Time,
        good: ThreadPool | None = None,
        quick: ThreadPool | None = None,
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._good = good or ThreadPool(minthreads=0, maxthreads=GOOD, name="voices")
        self._quick = quick or ThreadPool(minthreads=0, maxthreads=QUICK, name="quick voices")
        self._at_work = 0

    def start(self) -> None:
        """Let the threads begin."""
        self._good.start()
        self._quick.start()

    def close(self) -> None:
        """Let running work finish and end the threads."""
        for pool in (self._good, self._quick):
            if pool.started:
                pool.stop()

    async def within(self, seconds: float, work: Callable[[], None], *, quick: bool = False) -> bool:
        """Do `work` on a thread; whether it came to its end in `seconds`. What is late goes on alone, for the next
        caller who needs it; what has not begun by then never does. Without `quick` it is False at once when all are
        busy."""
        if not quick and self._at_work >= self._good.max:
            log.warn("all {n} voices are busy: the quick one speaks", n=self._good.max)
            return False
        over = False

        def job() -> None:
            try:
                if not over:
                    work()
            finally:
                if not quick:
                    self._reactor.callFromThread(self._free)

        if not quick:
            self._at_work += 1
        doing: Deferred[None] = deferToThreadPool(self._reactor, self._quick if quick else self._good, job)
        late = call_later(self._clock, seconds, doing.cancel)
        try:
            await doing
        except CancelledError:
            if late.active():  # the call went away, not the time
                raise
            return False
        except Exception:  # noqa: BLE001 - logged with its traceback; the caller hears something else
            log.failure("a sentence could not be rendered")
            return False
        finally:
            over = True
            if late.active():
                late.cancel()
        return True

    def _free(self) -> None:
        self._at_work -= 1
