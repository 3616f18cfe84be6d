"""The two things that the switch asks of a reactor's time; every reactor and `task.Clock` have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """What `callLater` returns (`IDelayedCall`)."""

    def active(self) -> bool: ...

    def cancel(self) -> None: ...


class Time(Protocol):
    """`IReactorTime`, said so that the type checker can follow it."""

    def seconds(self) -> float:
        """Seconds of a clock that never goes back."""

    # What it returns is a Timer; zope's IDelayedCall is opaque to the type checker.
    def callLater(self, delay: float, callable: Callable[..., object], /) -> object:
        """Call in `delay` seconds unless cancelled before."""


def call_later(time: Time, delay: float, action: Callable[[], object]) -> Timer:
    """`time.callLater` with a type."""
    timer: Timer = time.callLater(delay, action)  # type: ignore[assignment]
    return timer
