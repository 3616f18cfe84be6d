"""A write that must come through: done again until the database takes it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.reactor import Time, call_later
from db.errors import DatabaseError

T = TypeVar("T")

log = Logger()

AGAIN = 1.0
"""Seconds until a write that the database didn't take is tried again."""


async def insist(clock: Time, write: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do a write until the database takes it."""
    logged = False
    while True:
        try:
            return await write()
        except DatabaseError as wrong:
            if not logged:
                log.error("a write of the outbox waits for the database: {wrong}", wrong=wrong)
            logged = True
        over: Deferred[None] = Deferred()
        call_later(clock, AGAIN, lambda over=over: over.callback(None))  # type: ignore[misc]
        await over
