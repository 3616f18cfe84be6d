"""Somebody waits for the database: what it has not done in time counts as not done, though it may be done later."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from background.reactor import Time, call_later
from db.errors import DatabaseAway, DatabaseError

T = TypeVar("T")

log = Logger()


async def in_time(clock: Time, seconds: float, work: Coroutine[Any, Any, T], what: str) -> T:
    """What `work` comes to. Raises `DatabaseAway` after this many seconds; `work` goes on alone then."""
    said: Deferred[T] = Deferred()

    def done(result: Any) -> None:
        if not said.called:
            said.callback(result)
        elif isinstance(result, Failure) and not isinstance(result.value, DatabaseError):
            log.failure("{what} failed", failure=result, what=what)

    Deferred.fromCoroutine(work).addBoth(done)
    if said.called:
        return await said
    waiting = call_later(clock, seconds, lambda: said.errback(DatabaseAway(f"no answer within {seconds:.0f} s")))
    try:
        return await said
    finally:
        if waiting.active():
            waiting.cancel()
