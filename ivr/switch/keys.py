"""One key press is one key: RTP events (RFC 4733) and SIP INFO of one call come in, every press goes out once.

The same press arrives many times: a packet every 20 ms while the key is down, three end packets, a second "event"
when it is held for longer than a packet can say, and once more by SIP INFO from phones that send both. Pure: the
caller gives the time. Who presses and what it means is for others.
"""

from __future__ import annotations

KEYS = "0123456789*#ABCD"

SEGMENT = 0xFFFF / 8
"""ms that one RTP event can last: its duration field has 16 bits of 8 kHz samples (RFC 4733 §2.5.1.3)."""

SEEN = 32
"""How many past events are remembered, so that a packet that comes late is not a new key."""

PAIRED = 1.5
"""s between the RTP event and the INFO of one press, at most."""


class _Press:
    """A press that came one way and may come the other way too."""

    __slots__ = ("at", "key")

    def __init__(self, key: str, at: float) -> None:
        self.key = key
        self.at = at


class KeyGate:
    """Lets each press of one call through once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], None] = {}
        self._key = ""
        self._start = 0
        self._duration = 0
        self._ended = True
        self._by_rtp: list[_Press] = []
        self._by_info: list[_Press] = []

    def rtp(self, key: str, timestamp: int, duration: int, ended: bool, now: float) -> bool:
        """An RTP event packet: is it a press not yet seen?

        `timestamp` (start of the event) and `duration` are in ms, `now` in s of a clock that never goes back.
        The timestamp alone tells presses apart: repeated digits, lost end packets, senders whose duration stands
        still and packets out of order all leave it right.
        """
        if len(key) != 1 or key not in KEYS:
            return False
        if (key, timestamp) in self._seen:
            if key == self._key and timestamp == self._start:
                self._duration = max(self._duration, duration)
                self._ended = self._ended or ended
                if self._by_rtp and self._by_rtp[-1].key == key:
                    self._by_rtp[-1].at = now  # an INFO comes at the end of the press
            return False
        held_on = self._is_next_segment(key, timestamp)
        self._remember(key, timestamp)
        self._key, self._start, self._duration, self._ended = key, timestamp, duration, ended
        if held_on:
            return False
        return self._unless_paired(self._by_info, self._by_rtp, key, now)

    def info(self, key: str, now: float) -> bool:
        """A key by SIP INFO: is it a press not yet seen?"""
        if len(key) != 1 or key not in KEYS:
            return False
        return self._unless_paired(self._by_rtp, self._by_info, key, now)

    def _is_next_segment(self, key: str, timestamp: int) -> bool:
        """A key held for longer than the duration field can say goes on as a new event, and the one before it
        never ended. Its last packets may be lost, so its duration is only known from below."""
        return (
            key == self._key
            and not self._ended
            and self._duration > SEGMENT - 500
            and abs((timestamp - self._start) % 2**29 - SEGMENT) < 3  # a 32-bit timestamp at 8 kHz wraps at 2^29 ms
        )

    def _remember(self, key: str, timestamp: int) -> None:
        self._seen[key, timestamp] = None
        if len(self._seen) > SEEN:
            del self._seen[next(iter(self._seen))]

    @staticmethod
    def _unless_paired(other: list[_Press], own: list[_Press], key: str, now: float) -> bool:
        for presses in (other, own):
            presses[:] = [press for press in presses if now - press.at <= PAIRED]
        for press in other:
            if press.key == key:
                other.remove(press)
                return False
        own.append(_Press(key, now))
        return True


_NUMBERED = {str(number): key for number, key in enumerate(KEYS)}


def key_of_info(content_type: str, body: str) -> str:
    """The key that a SIP INFO carries, or empty.

    `application/dtmf-relay` has a line `Signal=5`; 10 and 11 stand for * and #, 12-15 for A-D.
    `application/dtmf` is the key alone. Anything else is no key.
    """
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/dtmf":
        return _key(body)
    if kind != "application/dtmf-relay":
        return ""
    for line in body.splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip().lower() == "signal":
            return _key(value)
    return ""


def _key(signal: str) -> str:
    signal = signal.strip().upper()
    if len(signal) == 1:
        return signal if signal in KEYS else ""
    return _NUMBERED.get(signal, "")
