"""The keys of one call, by whatever way they come: a tap on its RTP port, PJSIP's word where there can be no tap, SIP
INFO, the voice band. What an SDP says of keys is read here. What a key does is for `worker_call.py`.
"""

from __future__ import annotations

import ctypes
import re
import struct
import sys

from ivr.switch.worker.band_ear import BandEar, EarFailed
from ivr.switch.worker.keys import KeyGate
from ivr.switch.worker.tap import Tap
from ivr.switch.worker.telephone_event import Event, events_in
from ivr.switch.worker.voice_band import VoiceBand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.worker.alarms import NamedAlarms
    from ivr.switch.worker.gate import Source
    from ivr.switch.worker.party import Party
    from ivr.switch.worker.stack import Stack

USUAL = 101
"""The payload type of key events in nearly every telephone: taken also where none was agreed upon."""
_ROOM = 4096
"""Bytes for a pjmedia_transport_info, which begins with the descriptor of its RTP socket; it has some 1,400."""
_AUDIO = re.compile(r"^m=audio (\d+)[^\r\n]*", re.MULTILINE)
_MAP = re.compile(r"^a=rtpmap:(\d+)\s+([^/\s]+)/(\d+)", re.MULTILINE)

HEAR_EVERY = 0.04
"""s between two looks for keys in the voice band, where keys come in no other way."""

EVERYBODY = (("", 0),)

_can_tap = True


class Keypad:
    """The keys of one call."""

    def __init__(
        self,
        stack: Stack,
        alarms: NamedAlarms,
        soon_from_thread: Callable[[Callable[[], None]], None],
        pressed: Callable[[str], None],
    ) -> None:
        """`pressed` is called with each key, in the worker's loop."""
        self._stack = stack
        self._alarms = alarms
        self._soon_from_thread = soon_from_thread
        self._pressed = pressed
        self._gate = KeyGate()
        self._tap: Tap | None = None
        self._ear: BandEar | None = None
        self._band: VoiceBand | None = None
        self.sender: Source | None = None
        """Who sent the last of them."""
        self._types = {USUAL}
        self.by_events = True
        """Whether the peer said that it sends keys as events, or said nothing."""
        self.packets = 0
        """Packets that came past PJSIP."""

    def answered_with(self, sdp: str) -> None:
        """What the peer's answer to our offer says of keys."""
        self.agree(sdp, sdp)

    def agree(self, ours: str, theirs: str) -> bool:
        """SDP of both sides (`theirs` may be unknown: empty): what is a key from now on. True when the peer sends
        key events at a clock that PJSIP does not offer, so that `with_events_of` must."""
        own, peer = event_types(ours), event_types(theirs)
        others = {int(number) for number, name, _ in _MAP.findall(theirs) if name.lower() != "telephone-event"}
        self._types = {*self._types, *own, *peer, USUAL} - others
        if _AUDIO.search(theirs):
            self.by_events = bool(peer)
        return bool(peer) and not set(peer.values()) & set(own.values())

    @staticmethod
    def with_events_of(ours: str, theirs: str) -> str:
        """Our SDP with the key events of theirs in each line of audio: whatever their clock, the tap reads them."""
        types = event_types(theirs)
        lines = "".join(
            f"a=rtpmap:{kind} telephone-event/{clock}\r\na=fmtp:{kind} 0-16\r\n" for kind, clock in types.items()
        )
        numbers = "".join(f" {kind}" for kind in types)
        text, sections = "", re.split(r"(?m)^(?=m=)", ours)
        for section in sections:
            is_audio = section.startswith("m=audio")
            text += re.sub(r"^(m=audio [^\r\n]*)", rf"\1{numbers}", section) + lines if is_audio else section
        return text

    def listen(self, slot: int, media: int, party: Party) -> None:
        """Tap the RTP port of a media line of the call in `slot`, for keys of `party`; again after each change of its
        media."""
        global _can_tap
        self.sender = None
        room = ctypes.create_string_buffer(_ROOM)
        if media < 0 or not _can_tap or not self._stack.about_media(slot, media, room):
            return
        descriptor = struct.unpack_from("@l", room)[0]
        if self._tap is not None and self._tap.is_beside(descriptor):
            self.let_in(party)
            return
        self.close()
        try:
            self._tap = Tap(descriptor, party.rtp if party.promised else EVERYBODY)
        except OSError as wrong:
            _can_tap = False
            sys.stderr.write(f"keys come from PJSIP here, which hides some: the RTP port cannot be shared: {wrong}\n")
            return
        self._stack.watch(self._tap, self._has_packets)

    def let_in(self, party: Party) -> None:
        """Keys count only from whom the call's sound may come from, too."""
        self.sender = None
        if self._tap is not None:
            self._tap.let_in(party.rtp if party.promised else EVERYBODY)

    def _has_packets(self) -> None:
        """From the thread that takes in RTP."""
        self._soon_from_thread(self.take)

    def take(self) -> None:
        """Whatever of keys lies in the tap by now."""
        if self._tap is None:
            return
        keys, now = [], self._alarms.now()
        for packet, sender in self._tap.read():
            self.packets += 1
            self.sender = sender
            for event in events_in(packet, self._types):
                if self._gate.rtp(event, now):
                    keys.append(event.key)
        for key in keys:
            self._pressed(key)

    def told(self, event: Event) -> None:
        """PJSIP reports an event, which may be a key. Where there is a tap, the tap was first."""
        if self._tap is None and self._gate.rtp(event, self._alarms.now()):
            self._pressed(event.key)

    def hear(self, source: int) -> None:
        """Listen for tones in the sound of the call, at that slot of the conference bridge, if the peer sends keys in
        no other way."""
        if self.by_events or self._gate.has_events:
            self._hear_no_more()
            return
        try:
            self._ear = self._ear or self._stack.ear()
        except EarFailed as wrong:
            sys.stderr.write(f"keys in the voice band are not heard: {wrong}\n")
            return
        self._band = VoiceBand()
        self._ear.listen(source)
        self._alarms.set("voice band", HEAR_EVERY, self._hear_on)

    def _hear_on(self) -> None:
        self.take_heard()
        if self._ear is not None:
            self._alarms.set("voice band", HEAR_EVERY, self._hear_on)

    def take_heard(self) -> None:
        """Whatever of keys was heard in the voice band by now."""
        if self._ear is None or self._band is None:
            return
        now = self._alarms.now()
        keys = [key for key in self._band.feed(self._ear.read()) if self._gate.tone(key, now)]
        if self._gate.has_events:  # it does send events, whatever it said
            self._hear_no_more()
        for key in keys:
            self._pressed(key)

    def _hear_no_more(self) -> None:
        if self._ear is not None:
            self._stack.give_back(self._ear)
            self._ear = None

    def info(self, key: str) -> None:
        """A key by SIP INFO, perhaps known another way already."""
        if self._gate.info(key, self._alarms.now()):
            self._pressed(key)

    def close(self) -> None:
        """The call is over, or its media line; the voice band is heard no more either."""
        self._hear_no_more()
        if self._tap is not None:
            self._stack.unwatch(self._tap)
            self._tap.close()
            self._tap = None


def event_types(sdp: str) -> dict[int, int]:
    """Payload types of key events in the lines of audio that are not refused, and their clocks."""
    found: dict[int, int] = {}
    for section in re.split(r"(?m)^(?=m=)", sdp)[1:]:
        line = _AUDIO.match(section)
        if line is None or line[1] == "0":
            continue
        offered = line[0].split()[3:]
        for number, name, clock in _MAP.findall(section):
            if name.lower() == "telephone-event" and number in offered:
                found[int(number)] = int(clock)
    return found
