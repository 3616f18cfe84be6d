"""What the switch asks of a reactor, said so that the type checker can follow it (zope interfaces are opaque to it)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Timer(Protocol):
    """What `callLater` returns (`IDelayedCall`)."""

    def active(self) -> bool: ...

    def cancel(self) -> None: ...


class Time(Protocol):
    """`IReactorTime`: every reactor and `twisted.internet.task.Clock` have it."""

    def seconds(self) -> float:
        """Seconds of a clock that never goes back."""

    def callLater(self, delay: float, callable: Callable[..., object], /) -> object:
        """Call in `delay` seconds unless cancelled before."""


class Reactor(Time, Protocol):
    """Time, and what it takes to run worker processes and to speak for them (`IReactorProcess`, `IReactorFDSet`,
    `IReactorUDP`, `IReactorTCP`)."""

    def spawnProcess(
        self,
        processProtocol: object,
        executable: str,
        args: Sequence[str],
        /,
        env: Mapping[str, str] | None,
        *,
        childFDs: Mapping[int, int | str],
    ) -> object: ...

    def listenUDP(self, port: int, protocol: object, /, interface: str) -> object: ...

    def connectTCP(self, host: str, port: int, factory: object, /, timeout: float) -> object: ...

    def addReader(self, reader: object, /) -> object: ...

    def removeReader(self, reader: object, /) -> object: ...

    def addWriter(self, writer: object, /) -> object: ...

    def removeWriter(self, writer: object, /) -> object: ...


def call_later(time: Time, delay: float, action: Callable[[], object]) -> Timer:
    """`time.callLater` with a type."""
    timer: Timer = time.callLater(delay, action)  # type: ignore[assignment]
    return timer
