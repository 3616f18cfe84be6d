"""One key press is one key: RTP events (RFC 4733), SIP INFO and the voice band of one call come in, every press goes
out once.

Many phones send a press in more than one way. Telling the packets of one RTP press from those of the next is
`events.py`'s, reading an INFO `info.py`'s, hearing tones `voice_band.py`'s. Pure: the caller gives the time. Who
presses and what it means is for others.
"""

from __future__ import annotations

from ivr.switch.worker.telephone_event import KEYS, Event, Presses

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
        self._presses = Presses()
        self._by_rtp: list[_Press] = []
        self._by_info: list[_Press] = []
        self.has_events = False
        """Whether a key came by RTP event: then tones in the voice band are the same keys once more."""

    def rtp(self, event: Event, now: float) -> bool:
        """An RTP event packet: is it a press not yet seen? `now` in s of a clock that never goes back."""
        if len(event.key) != 1 or event.key not in KEYS:
            return False
        self.has_events = True
        if self._presses.take(event, now):
            return self._unless_paired(self._by_info, self._by_rtp, event.key, now)
        if self._by_rtp and self._by_rtp[-1].key == event.key:
            self._by_rtp[-1].at = now  # an INFO comes at the end of the press
        return False

    def info(self, key: str, now: float) -> bool:
        """A key by SIP INFO: is it a press not yet seen?"""
        if len(key) != 1 or key not in KEYS:
            return False
        return self._unless_paired(self._by_rtp, self._by_info, key, now)

    def tone(self, key: str, now: float) -> bool:
        """A key heard in the voice band: is it a press not yet seen?"""
        if self.has_events or key not in KEYS:
            return False
        return self._unless_paired(self._by_info, self._by_rtp, key, now)

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
