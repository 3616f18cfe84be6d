"""Threads for slow, pure work, so that neither the reactor nor the database's threads wait for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

T = TypeVar("T")

OffReactor: TypeAlias = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs a slow function elsewhere and gives its result; the caller's thread goes on meanwhile."""


class SlowWork:
    """`OffReactor` on threads of its own: `await slow_work(function)`."""

    def __init__(self, reactor: IReactorFromThreads, threads: int = 2) -> None:
        self._reactor = reactor
        self._closed = False
        self._pool = ThreadPool(minthreads=0, maxthreads=threads, name="slow work")

    def __call__(self, work: Callable[[], T]) -> Deferred[T]:
        if self._closed:  # a thread that starts now would keep the process
            return fail(CancelledError())
        if not self._pool.started:
            self._pool.start()
        return deferToThreadPool(self._reactor, self._pool, work)

    def close(self) -> None:
        """Let running work finish and end the threads. Blocks until that is done; what is asked later is cancelled."""
        self._closed = True
        if self._pool.started:
            self._pool.stop()


async def at_once(work: Callable[[], Any]) -> Any:
    """`OffReactor` that does the work here and now, for tests and the command line."""
    return work()
