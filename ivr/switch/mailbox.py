"""The events of one line on their way to its listener: in order, never re-entrantly, never after `ended`.

Both the fake and the real line post here. What an event means is for the listener.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from background.reactor import Time, Timer, call_later
from ivr.switch.line import Ended, LineListener


class Mailbox:
    """Keeps events until somebody listens and the reactor is out of the owner's call."""

    def __init__(self, reactor: Time) -> None:
        self._reactor = reactor
        self._listener: LineListener | None = None
        self._waiting: deque[Callable[[LineListener], None]] = deque()
        self._closed = False
        self._timer: Timer | None = None

    def listen(self, listener: LineListener) -> None:
        """Events go to `listener` from the next reactor turn on, the kept ones first."""
        self._listener = listener
        self._schedule()

    def ringing(self) -> None:
        self._post(lambda listener: listener.ringing())

    def answered(self) -> None:
        self._post(lambda listener: listener.answered())

    def key(self, key: str) -> None:
        self._post(lambda listener: listener.key(key))

    def ended(self, end: Ended) -> None:
        """The last event; whatever is posted afterwards is dropped."""
        self._post(lambda listener: listener.ended(end))
        self._closed = True

    def deliver(self) -> None:
        """Hand over what waits, now. Only for callers that are not inside a call of the owner."""
        while self._listener is not None and self._waiting:
            self._waiting.popleft()(self._listener)
        if self._timer is not None and not self._waiting:
            self._timer.cancel()
            self._timer = None

    def _post(self, event: Callable[[LineListener], None]) -> None:
        if not self._closed:
            self._waiting.append(event)
            self._schedule()

    def _schedule(self) -> None:
        if self._waiting and self._listener is not None and self._timer is None:
            self._timer = call_later(self._reactor, 0, self._run)

    def _run(self) -> None:
        self._timer = None
        try:
            self.deliver()
        finally:  # a listener that raised must not keep the later events
            self._schedule()
