"""Key presses out of RTP event packets (RFC 4733): every press once, whatever sender and network make of it. Pure.

A press takes many packets: one every 20 ms while the key is down, then three that say that it is over, all with
the timestamp of its beginning. So (key, timestamp) tells presses apart, with packets lost, doubled or late. Senders
that do otherwise are known by the order in which they sent, the sequence number:

    the timestamp grows with the duration       a packet that goes on from the one before is no new press
    the end has another timestamp               nor is one that begins within the press
    all presses have one timestamp              after an end, what is no end begins a new press
    a key held for longer than 8 s              a new event begins where the one before breaks off (§2.5.1.3)

Other ways in which keys come are for `keys.py`; who sent a packet for `ears.py`.
"""

from __future__ import annotations

KEYS = "0123456789*#ABCD"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

FULL = 0xFFFF
"""The longest duration that one event can say, in samples (RFC 4733 §2.5.1.3)."""
NEARLY = 4000
"""Samples before that from which on a press may go on in a new event: its last packets may be lost."""
SEEN = 32
"""How many past presses are remembered, so that a packet that comes late is not a new key."""
DOUBLES = 64
"""How many packets are remembered, so that one which the network doubled is not seen twice."""
PAUSE = 0.035
"""s without a packet of the press from which on a packet of the same timestamp may begin another press."""
STEPS = range(80, 961, 80)
"""Samples from packet to packet of one press: whole 10 ms, from 10 at 8 kHz to 60 at 16. Two presses of which only a
packet each came can look like one press with a moving timestamp; the steps that they suggest are hardly ever these."""


class Event:
    """What one packet says of one press. `seq` is -1 when nobody knows it."""

    __slots__ = ("duration", "ended", "key", "marker", "seq", "ssrc", "stamp")

    def __init__(
        self, key: str, stamp: int, duration: int, ended: bool, *, seq: int = -1, ssrc: int = 0, marker: bool = False
    ) -> None:
        """`stamp` and `duration` in samples."""
        self.key = key
        self.stamp = stamp
        self.duration = duration
        self.ended = ended
        self.seq = seq
        self.ssrc = ssrc
        self.marker = marker


def events_in(packet: bytes, types: Collection[int]) -> list[Event]:
    """The key events of an RTP packet whose payload type is one of `types`; none if it is none or too short.

    One packet may hold several events, one after the other in time (RFC 4733 §2.5.1.5). What is no key (a flash) is
    left out.
    """
    if len(packet) < 16 or packet[0] >> 6 != 2 or packet[1] & 0x7F not in types:
        return []
    at = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:  # a header extension
        at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    seq, stamp, ssrc = (int.from_bytes(packet[i:j], "big") for i, j in ((2, 4), (4, 8), (8, 12)))
    found = []
    while at + 4 <= end:
        number, flags, duration = packet[at], packet[at + 1], int.from_bytes(packet[at + 2 : at + 4], "big")
        if number < len(KEYS):
            marker = bool(packet[1] & 0x80)
            found.append(Event(KEYS[number], stamp, duration, bool(flags & 0x80), seq=seq, ssrc=ssrc, marker=marker))
        stamp = stamp + duration & 0xFFFFFFFF
        at += 4
    return found


class _Press:
    """One press as far as it is known."""

    __slots__ = ("at", "duration", "ended", "key", "last", "stamp", "start")

    def __init__(self, event: Event, now: float) -> None:
        self.key = event.key
        self.start = event.stamp
        self.stamp = event.stamp
        """Of its newest packet; another than `start` only with senders that move it."""
        self.duration = event.duration
        self.ended = event.ended
        self.last = event
        self.at = now


class Presses:
    """The presses of one call."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], _Press] = {}
        self._current: _Press | None = None
        self._seq = -1
        self._ssrc = 0
        self._doubles: dict[tuple[int, int, str, int, int, bool], None] = {}

    def take(self, event: Event, now: float) -> bool:
        """Is this the first that is heard of a press? `now` in s of a clock that never goes back."""
        if self._is_double(event):
            return False
        gap = self._gap(event)
        press = self._press_of(event, gap, now)
        if gap is None or gap > 0:
            self._seq, self._ssrc = event.seq, event.ssrc
        begins = press is None
        if press is None:
            press = self._current = _Press(event, now)
        elif gap is None or gap >= 0:
            press.duration = max(press.duration, event.duration) if event.stamp == press.stamp else event.duration
            press.stamp, press.last, press.at = event.stamp, event, now
        press.ended = press.ended or event.ended
        self._remember(event, press)
        return begins

    def _is_double(self, event: Event) -> bool:
        """The very same packet once more."""
        if event.seq < 0:
            return False
        mark = (event.ssrc, event.seq, event.key, event.stamp, event.duration, event.ended)
        if mark in self._doubles:
            return True
        self._doubles[mark] = None
        if len(self._doubles) > DOUBLES:
            del self._doubles[next(iter(self._doubles))]
        return False

    def _gap(self, event: Event) -> int | None:
        """How many packets it was sent after the newest that is known, below 0: before it; None: nobody knows."""
        if event.seq < 0 or self._seq < 0 or event.ssrc != self._ssrc:
            return None
        return (event.seq - self._seq + 0x8000) % 0x10000 - 0x8000

    def _press_of(self, event: Event, gap: int | None, now: float) -> _Press | None:
        """The press that the packet belongs to; None: it begins one."""
        current = self._current
        known = self._known.get((event.key, event.stamp))
        if known is not None:
            if gap is None or gap <= 0:
                return known
            if known is not current:  # late words of an older press, unless the timestamp stands still for all
                return None if current is not None and current.stamp == event.stamp else known
            return None if _begins_again(known, event, gap, now) else known
        if current is None:
            return None
        if gap is not None and gap < 0:  # sent before the newest: of a press whose timestamp moves, perhaps
            return next((p for p in self._known.values() if p.key == event.key and _within(p, event)), None)
        return current if current.key == event.key and _goes_on(current, event, gap) else None

    def _remember(self, event: Event, press: _Press) -> None:
        self._known[event.key, event.stamp] = press
        if len(self._known) > SEEN:
            del self._known[next(iter(self._known))]


def _begins_again(press: _Press, event: Event, gap: int, now: float) -> bool:
    """A newer packet of the same key and timestamp: another press of a sender whose timestamp stands still?"""
    quiet = now - press.at
    if event.ended:  # ends come three at a time; these come too late and after too many other packets for that
        return press.last.ended and gap >= 5 and quiet >= 3 * PAUSE
    if press.last.ended:
        return (gap > 1 or quiet > PAUSE) and (event.marker or quiet > 2 * PAUSE)
    back = press.last.duration - event.duration
    if back <= 0 or press.duration > FULL - NEARLY:
        return False
    is_backwards = gap <= 3 and back % gap == 0 and back // gap in STEPS  # the network turned a burst round
    return (event.marker and quiet > PAUSE) or not is_backwards


def _within(press: _Press, event: Event) -> bool:
    """Does the packet speak of a stretch of time that the press has part in?"""
    return _since(event.stamp, press.stamp) <= press.duration and _since(press.start, event.stamp) <= event.duration


def _goes_on(press: _Press, event: Event, gap: int | None) -> bool:
    """A packet of the same key with a new timestamp, sent after the press: is it still the press?"""
    if press.ended:
        return False
    later, grown = _since(event.stamp, press.stamp), event.duration - press.last.duration
    if press.duration > FULL - NEARLY and abs(later - FULL) < 24:
        return True
    if gap is None or event.marker:
        return False
    if gap == 1 and (event.ended or grown > 0):
        return True
    if 0 <= later <= press.duration and (grown > 0 or (event.ended and gap <= 3)):
        return True
    return 0 < grown == later and grown % gap == 0 and grown // gap in STEPS


def _since(stamp: int, before: int) -> int:
    """Samples from one timestamp to another; below 0 when it was the other way round."""
    return (stamp - before + 2**31) % 2**32 - 2**31
