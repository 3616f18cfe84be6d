"""The TCP connections that peers have made: who may stay when there are many. Knows handles and times, no sockets.

A connection that says nothing, or not one whole request, costs a handle of the few that PJSIP has; when the wheel's
PJSIP has none left it aborts, and every call of the worker with it. So there is a limit that keeps clear of that, and
in a crowd the silent ones go early, first those of the peer that has the most.
"""

from __future__ import annotations

FIRST_WORD = 10.0
"""s in which a new connection must have said one whole request."""
IN_A_CROWD = 1.0
"""The same while few are left."""
STALE = 60.0
"""s after which, in a crowd, one that has spoken may go too: its peer connects again when it has something to say."""
AFTERMATH = 1.0
"""s that PJSIP keeps a handle after its connection is closed (PJ_IOQUEUE_KEY_FREE_DELAY is half of that)."""


class _Connection:
    __slots__ = ("heard_at", "peer", "since", "spoke")

    def __init__(self, peer: str, now: float) -> None:
        self.peer = peer
        self.since = self.heard_at = now
        self.spoke = False


class Connections:
    """At most `most` of them, a quarter of which is kept free."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._comfortable = most - max(1, most // 4)
        self._open: dict[int, _Connection] = {}
        self._closed_at: list[float] = []

    def __contains__(self, handle: int) -> bool:
        return handle in self._open

    def made(self, handle: int, peer: str, now: float) -> None:
        """A new one."""
        self._open[handle] = _Connection(peer, now)

    def spoke(self, handle: int, now: float) -> None:
        """A whole request or response came on it, or a keep-alive."""
        one = self._open.get(handle)
        if one is not None:
            one.spoke, one.heard_at = True, now

    def gone(self, handle: int, now: float) -> None:
        """It is closed. Saying so twice does no harm."""
        if self._open.pop(handle, None) is not None:
            self._closed_at.append(now)

    def is_full(self, now: float) -> bool:
        """Whether no further one may be taken in just now."""
        self._closed_at = [at for at in self._closed_at if now - at < AFTERMATH]
        return len(self._open) + len(self._closed_at) >= self._most

    def surplus(self, now: float) -> list[int]:
        """Those to be closed."""
        crowded = len(self._open) - self._comfortable
        patience = IN_A_CROWD if crowded > 0 else FIRST_WORD
        late = {at for at, one in self._open.items() if not one.spoke and now - one.since >= FIRST_WORD}
        able = [
            at
            for at, one in self._open.items()
            if at not in late and now - one.heard_at >= (STALE if one.spoke else patience)
        ]
        peers = [one.peer for one in self._open.values()]
        able.sort(key=lambda at: (self._open[at].spoke, -peers.count(self._open[at].peer), self._open[at].heard_at))
        return [*late, *able[: max(0, crowded - len(late))]]

    def next_look(self, now: float) -> float:
        """Seconds until `surplus` or `is_full` may say something else; 0 when nothing is due."""
        if len(self._open) > self._comfortable or self._closed_at:
            return 0.2
        due = [one.since + FIRST_WORD - now for one in self._open.values() if not one.spoke]
        return max(0.05, min(due)) if due else 0.0
