"""How much one client may ask: a bucket that fills again with time, for each key, and for each address that shows a
wrong one."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_CLIENTS = 10_000


class Limits:
    """`take` from any thread."""

    def __init__(self, per_minute: float, burst: float) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()
        """Client -> how much is left, and when that was so."""
        self._lock = threading.Lock()

    def take(self, client: object, now: float) -> float:
        """One request of a client at `now` (seconds); how many seconds it has to wait, 0 when it may go on."""
        with self._lock:
            left, since = self._left.pop(client, (self._burst, now))
            left = min(self._burst, left + max(now - since, 0.0) * self._rate)
            allowed = left >= 1
            self._left[client] = (left - 1 if allowed else left, now)
            while len(self._left) > MOST_CLIENTS:
                self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate
