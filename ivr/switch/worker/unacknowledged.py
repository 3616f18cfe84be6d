"""Calls whose peer owes the ACK of our answer: how many of them one peer may have. Knows names and times, no SIP.

Each holds a line until the answer times out, so a peer that never acknowledges would shut everybody out with a few
INVITEs. Honest peers acknowledge within milliseconds, also many calls at once: they only feel the limit after they have
been over it with answers that are late.
"""

from __future__ import annotations

LATE = 2.0
"""s after our answer; by then it was sent three times."""
REMEMBERED = 60.0
"""s in which a peer that was over its limit has no more than it, however new its calls are."""


class _Owed:
    __slots__ = ("answered_at", "peer")

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.answered_at = float("inf")


class Unacknowledged:
    """One peer may have a quarter of the lines so, one at least."""

    def __init__(self, lines: int) -> None:
        self._limit = max(1, lines // 4)
        self._owed: dict[str, _Owed] = {}
        self._over_at: dict[str, float] = {}

    def offered(self, call_id: str, peer: str) -> None:
        """An INVITE has become a call."""
        self._owed[call_id] = _Owed(peer)

    def answered(self, call_id: str, now: float) -> None:
        """We have taken it."""
        if call_id in self._owed:
            self._owed[call_id].answered_at = now

    def settled(self, call_id: str) -> None:
        """Its ACK has come, or it is over. Saying so twice does no harm."""
        self._owed.pop(call_id, None)

    def surplus(self, now: float) -> list[str]:
        """Calls to be ended: those beyond the limit that are late, the oldest first."""
        late: dict[str, list[str]] = {}
        for call_id, owed in sorted(self._owed.items(), key=lambda one: one[1].answered_at):
            if now - owed.answered_at >= LATE:
                late.setdefault(owed.peer, []).append(call_id)
        over = {peer: calls[: len(calls) - self._limit] for peer, calls in late.items() if len(calls) > self._limit}
        self._over_at.update(dict.fromkeys(over, now))
        return [call_id for calls in over.values() for call_id in calls]

    def refuses(self, peer: str, now: float) -> bool:
        """Whether this peer gets no further call now."""
        self._over_at = {one: at for one, at in self._over_at.items() if now - at < REMEMBERED}
        return peer in self._over_at and sum(owed.peer == peer for owed in self._owed.values()) >= self._limit
