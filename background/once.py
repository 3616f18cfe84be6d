"""A value that comes once and that any number of coroutines may wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred

T = TypeVar("T")


class Once(Generic[T]):
    """Set once with `come`; a second `come` is ignored, for two events may race to end a call."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._here = False
        self._waiting: list[Callable[[T], None]] = []

    @property
    def here(self) -> bool:
        """Whether the value has come."""
        return self._here

    @property
    def value(self) -> T | None:
        """The value, or None while it has not come."""
        return self._value

    def come(self, value: T) -> None:
        """The value is here: everyone who waits gets it, in the order in which they asked."""
        if self._here:
            return
        self._value, self._here = value, True
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell(value)

    def then(self, tell: Callable[[T], None]) -> None:
        """Call `tell` with the value, now or when it comes."""
        if self._here:
            tell(self._value)  # type: ignore[arg-type]
        else:
            self._waiting.append(tell)

    async def wait(self) -> T:
        """The value; a cancelled wait leaves the others in peace."""
        if self._here:
            return self._value  # type: ignore[return-value]
        told: Deferred[T] = Deferred()

        def tell(value: T) -> None:
            if not told.called:
                told.callback(value)

        self._waiting.append(tell)
        try:
            return await told
        finally:
            if tell in self._waiting:
                self._waiting.remove(tell)
