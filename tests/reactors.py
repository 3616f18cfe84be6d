"""A reactor of one thread for what only needs a way back from threads."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any


class ReactorOfOneThread:
    """Calls made from threads wait here; `turn` carries out one of them."""

    def __init__(self) -> None:
        self._calls: queue.Queue[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = queue.Queue()

    def callFromThread(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """As `IReactorFromThreads.callFromThread`."""
        self._calls.put((call, args, kwargs))

    def turn(self) -> None:
        """Wait for one call and carry it out."""
        call, args, kwargs = self._calls.get(timeout=10)
        call(*args, **kwargs)
